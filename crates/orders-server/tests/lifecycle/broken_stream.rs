//! A stream of orders that fails on its way must not look like one that has come to its end.

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use tempfile::TempDir;

use crate::{
    support::{Server, seed_at, url_of},
    wire::Wire,
};

/// What ends a body that is sent in chunks.
const LAST_CHUNK: &str = "\r\n0\r\n\r\n";

/// What the server sends of its orders, until it closes the connection.
fn stream(server: &Server) -> String {
    let mut wire = Wire::to(server);
    wire.send("GET /orders HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\nConnection: close\r\n\r\n");
    wire.rest().0
}

#[test]
fn a_stream_that_fails_midway_does_not_end_as_if_complete() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    seed_at(&url_of(&file), 1200);
    let server = Server::start_on(&file, &[]);
    let whole = stream(&server);
    assert!(whole.starts_with("HTTP/1.1 200"), "{whole:.200}");
    assert!(whole.contains("{\"id\":1200,") && whole.ends_with(LAST_CHUNK));

    for (broken, sent) in [(1100, 1000), (700, 500), (1, 0)] {
        let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        let damage = format!(
            "PRAGMA busy_timeout = 10000; PRAGMA ignore_check_constraints = ON; UPDATE orders SET version = 0 WHERE id = {broken}"
        );
        conn.batch_execute(&damage).unwrap();
        let cut = stream(&server);
        // What was not on its way yet when the connection broke off may be missing.
        assert!(cut.matches("\"orderProduct\":").count() <= sent, "order {broken} is broken");
        assert!(!cut.ends_with("0\r\n\r\n"), "as if complete: {:?}", &cut[cut.len() - 100..]);
    }
}
