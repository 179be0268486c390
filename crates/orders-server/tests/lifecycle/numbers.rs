//! `/metrics`, and `METRICS_ADDR`, which gives it a port of its own.

use std::{
    collections::BTreeSet,
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use reqwest::Method;

use crate::support::Server;

const NAMES: [&str; 8] = [
    "orders_http_requests_total",
    "orders_http_request_seconds",
    "orders_write_queue_depth",
    "orders_write_batch_size",
    "orders_write_commit_seconds",
    "orders_read_connections",
    "orders_read_connections_idle",
    "orders_status_reached_total",
];

fn assert_names_all(text: &str) {
    for name in NAMES {
        assert!(text.contains(&format!("# TYPE {name} ")), "{name} is missing:\n{text}");
    }
}

#[tokio::test]
async fn the_numbers_tell_what_was_served() {
    let server = Server::start_with(&[("ROLE", "api")]);
    server.place(1, &[(9, 7)]).await;
    let cancelled = server.user(1, Method::PATCH, "/orders/1/cancel").send().await.unwrap();
    assert_eq!(cancelled.status(), 200);
    let answer = server.anyone(Method::GET, "/metrics").send().await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    let text = answer.text().await.unwrap();
    assert_names_all(&text);
    for line in [
        r#"orders_http_requests_total{route="POST /orders",status="201"} 1"#,
        r#"orders_http_request_seconds_count{route="POST /orders"} 1"#,
        r#"orders_status_reached_total{status="cancelled"} 1"#,
        "orders_write_batch_size_count 2",
        "orders_write_queue_depth 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing:\n{text}");
    }
}

/// The names of the numbers after this word.
fn named(text: &str, word: &str) -> BTreeSet<String> {
    let names = text.lines().filter_map(|line| line.strip_prefix(word)?.split(' ').next());
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn every_number_says_what_it_is_and_stands_on_the_page_on_operations() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let text = server.anyone(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    let known = named(&text, "# TYPE ");
    assert_eq!(named(&text, "# HELP "), known);
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
    let page = std::fs::read_to_string(docs).unwrap();
    for name in known {
        assert!(page.contains(&format!("\n| `{name}` | ")), "{name} is not on the page");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_the_process_takes_is_read_when_it_is_asked_for() {
    let server = Server::start();
    let read = async || {
        let text = server.anyone(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
        move |name: &str| -> f64 {
            let value = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
            value.unwrap_or_else(|| panic!("{name} is missing: {text}")).parse().unwrap()
        }
    };
    let before = read().await;
    // Each of these has a connection of its own, once the server has taken it. What it had open to start with may be
    // closed by then.
    let more: Vec<_> = (0..40).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut after = read().await;
    while after("process_open_fds") < before("process_open_fds") + 20.0 {
        assert!(Instant::now() < deadline, "{} of {}", after("process_open_fds"), more.len());
        after = read().await;
    }
    assert!(after("process_max_fds") > after("process_open_fds"));
    assert!(after("process_cpu_seconds_total") >= before("process_cpu_seconds_total"));
    assert!(after("process_resident_memory_bytes") > 1_000_000.0);
    assert!(after("process_virtual_memory_bytes") > after("process_resident_memory_bytes"));
    assert!(after("process_threads") >= 2.0);
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    let began = after("process_start_time_seconds");
    assert!((now - 600.0..=now + 5.0).contains(&began), "{began} is not just before {now}");
}

#[tokio::test]
async fn with_an_address_of_their_own_they_are_found_nowhere_else() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut server = Server::start_with(&[("METRICS_ADDR", &free)]);
    server.place(1, &[(9, 7)]).await;
    assert_eq!(server.anyone(Method::GET, "/metrics").send().await.unwrap().status(), 404);
    let answer = server.client.get(format!("http://{free}/metrics")).send().await.unwrap();
    assert_names_all(&answer.text().await.unwrap());
    let other = server.client.get(format!("http://{free}/orders")).send().await.unwrap();
    assert_eq!(other.status(), 404);
    server.signal("TERM");
    assert!(server.wait().success());
}
