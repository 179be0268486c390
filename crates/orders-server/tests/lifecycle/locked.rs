//! Another process holds the database's write lock for longer than the writer waits.

use std::process::Command;

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use reqwest::Method;
use serde_json::Value;

use crate::{recovery, support::Server, wire::Wire};

/// More than the 1024 writes that may wait and the 256 that are tried together.
const CLIENTS: usize = 1500;

const POST: &str = "POST /orders HTTP/1.1\r\nHost: localhost\r\nuser_id: 1\r\nConnection: close\r\n\
    Content-Type: application/json\r\nContent-Length: 40\r\n\r\n{\"products\": [{\"id\": 9, \"quantity\": 7}]}";

/// The descriptors of the clients here and of their connections in the server.
fn allow_descriptors() -> bool {
    let pid = std::process::id().to_string();
    let allowed = Command::new("prlimit").args(["--pid", &pid, "--nofile=8192:"]).status();
    allowed.is_ok_and(|status| status.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_write_queue_refuses_at_once_while_reads_go_on() {
    if !allow_descriptors() {
        println!("skipped: so many connections are not allowed here");
        return;
    }
    let server = Server::start_with(&[("RUST_LOG", "off")]);
    let first = server.place(1, &[(9, 7)]).await;
    let mut clients: Vec<Wire> = (0..CLIENTS).map(|_| Wire::to(&server)).collect();
    let mut other = SqliteConnection::establish(server.database().to_str().unwrap()).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();

    for client in &mut clients {
        client.send(POST);
    }
    let (answer, _) = clients.pop().unwrap().rest();
    assert_refused(&answer);
    assert!(answer.contains("too many requests are waiting"), "{answer}");
    let waiting = clients.iter().filter(|client| !client.has_more()).count();
    assert!(waiting > 0, "it was refused once nobody waited any more");
    recovery::assert_reads_go_on(&server, &first).await;
    recovery::assert_not_ready(&server).await;

    let answers: Vec<String> = clients.iter_mut().map(|client| client.rest().0).collect();
    for answer in &answers {
        assert_refused(answer);
    }
    let waited = answers.iter().filter(|answer| answer.contains("storage is unavailable")).count();
    assert!(waited >= 1024, "only {waited} waited");
    recovery::assert_reads_go_on(&server, &first).await;
    recovery::assert_not_ready(&server).await;

    other.batch_execute("COMMIT").unwrap();
    recovery::wait_until_ready(&server).await;
    let second = server.place(1, &[(1, 1)]).await;
    let listed: Value = server.anyone(Method::GET, "/orders").send().await.unwrap().json().await.unwrap();
    assert_eq!(listed, Value::from(vec![first, second]), "what was refused was not done");
}

fn assert_refused(answer: &str) {
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 1"), "{answer}");
}
