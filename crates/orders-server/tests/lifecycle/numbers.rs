//! `/metrics`, and `METRICS_ADDR`, which gives it a port of its own.

use std::net::TcpListener;

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
