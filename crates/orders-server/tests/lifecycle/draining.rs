//! Told to stop, the server finishes what it has read and ends with 0 within 8 seconds.

use std::{
    collections::BTreeSet,
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::{
    support::{Server, products, seed_thousands},
    wire::Wire,
};

const LIMIT: Duration = Duration::from_secs(8);

const BODY: &str = r#"{"products": [{"id": 9, "quantity": 7}]}"#;

/// More than fits between a server and a client that does not read.
const THOUSANDS: u32 = 40;

/// A POST of which the server has read the head and half the body.
fn half_sent(server: &Server) -> Wire {
    let mut wire = Wire::to(server);
    let length = BODY.len();
    wire.send(&format!(
        "POST /orders HTTP/1.1\r\nHost: localhost\r\nuser_id: 1\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    ));
    // The server's word that it has read the head.
    wire.read_to("HTTP/1.1 100 Continue\r\n\r\n");
    wire.send(&BODY[..length / 2]);
    wire
}

/// A stream of all orders after this one, of which the head is read.
fn stream(server: &Server, after: u32) -> Wire {
    let mut wire = Wire::to(server);
    wire.send(&format!(
        "GET /orders?after={after} HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n"
    ));
    wire.read_to("\r\n\r\n");
    wire
}

/// Waits until nobody listens any more.
fn wait_for_refusal(server: &Server) {
    let deadline = Instant::now() + LIMIT;
    while TcpStream::connect(server.address()).is_ok() {
        assert!(Instant::now() < deadline, "connections are still taken");
        std::thread::sleep(Duration::from_millis(5));
    }
}

async fn a_half_sent_request_is_finished_after(signal: &str) {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    let mut server = Server::start_on(&database, &[]);
    let mut wire = half_sent(&server);
    server.signal(signal);
    wait_for_refusal(&server);
    wire.send(&BODY[BODY.len() / 2..]);
    let (answer, _) = wire.rest();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(server.ends_within(LIMIT).code(), Some(0));

    let server = Server::start_on(&database, &[]);
    let stored: Value = server.user(1, Method::GET, "/orders/1").send().await.unwrap().json().await.unwrap();
    let answered: Value = serde_json::from_str(answer.split("\r\n\r\n").last().unwrap()).unwrap();
    assert_eq!(stored, answered);
}

#[tokio::test]
async fn a_half_sent_request_is_finished_after_sigterm() {
    a_half_sent_request_is_finished_after("TERM").await;
}

#[tokio::test]
async fn a_half_sent_request_is_finished_after_sigint() {
    a_half_sent_request_is_finished_after("INT").await;
}

#[test]
fn a_stream_under_way_is_finished_and_clients_that_never_finish_are_not_waited_for() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    seed_thousands(&database, THOUSANDS);
    let mut server = Server::start_on(&database, &[]);
    let _half_sent = half_sent(&server);
    let _unread = stream(&server, 0);
    let mut read = stream(&server, 25_000);
    server.signal("TERM");
    let told = Instant::now();
    wait_for_refusal(&server);
    let (text, _) = read.rest();
    assert!(text.ends_with("\r\n0\r\n\r\n") && text.contains(&format!("{{\"id\":{THOUSANDS}000,")));
    assert_eq!(server.ends_within(LIMIT.saturating_sub(told.elapsed())).code(), Some(0));
}

#[test]
fn idle_connections_are_closed_and_the_server_ends_at_once() {
    let mut server = Server::start();
    let mut idle = Wire::to(&server);
    idle.send("GET /products/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    idle.read_to("}}");
    let mut silent = Wire::to(&server);
    server.signal("TERM");
    assert_eq!(server.ends_within(Duration::from_secs(3)).code(), Some(0));
    assert_eq!(idle.rest().0, "");
    assert_eq!(silent.rest().0, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn under_load_what_is_stored_is_what_was_answered() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    let server = Arc::new(Server::start_on(&database, &[]));
    let mut clients = JoinSet::new();
    for _ in 0..16 {
        let server = Arc::clone(&server);
        clients.spawn(async move {
            let mut answered = Vec::new();
            loop {
                let request = server.user(1, Method::POST, "/orders").json(&products(&[(9, 7)]));
                let Ok(response) = request.send().await else { return answered };
                assert_eq!(response.status(), 201);
                let order: Value = response.json().await.unwrap();
                answered.push(order["id"].as_i64().unwrap());
                if answered.len() == 20 {
                    server.signal("TERM");
                }
            }
        });
    }
    let mut answered = BTreeSet::new();
    for ids in clients.join_all().await {
        answered.extend(ids);
    }
    let mut server = Arc::into_inner(server).unwrap();
    assert_eq!(server.ends_within(LIMIT).code(), Some(0));

    let server = Server::start_on(&database, &[]);
    let request = server.anyone(Method::GET, "/orders").header("Accept", "application/x-ndjson");
    let text = request.send().await.unwrap().text().await.unwrap();
    let id = |line| serde_json::from_str::<Value>(line).unwrap()["id"].as_i64().unwrap();
    assert_eq!(text.lines().map(id).collect::<BTreeSet<_>>(), answered);
}
