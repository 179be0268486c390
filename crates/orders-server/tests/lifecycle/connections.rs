//! Which connections are kept, and what each kind of client is told of it.

use std::{
    fs,
    io::Write,
    net::SocketAddr,
    time::{Duration, Instant},
};

use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

use crate::{
    support::{Server, seed_thousands},
    wire::Wire,
};

/// A request for what anybody may have, with these header lines.
fn get(path: &str, version: &str, headers: &str) -> String {
    format!("GET {path} HTTP/{version}\r\nHost: localhost\r\n{headers}\r\n")
}

#[test]
fn a_client_of_http_1_0_does_not_spoil_the_connections_of_others() {
    // One worker, so that all take their answers' heads from one pool.
    let server = Server::start_with(&[("WORKERS", "1")]);
    let mut kept = Wire::to(&server);
    for _ in 0..3 {
        let (old, _) = {
            let mut wire = Wire::to(&server);
            wire.send(&get("/health/live", "1.0", ""));
            wire.rest()
        };
        assert!(old.starts_with("HTTP/1.0 200"), "{old}");
        kept.send(&get("/health/live", "1.1", ""));
        let answer = kept.read_to("}");
        assert!(answer.starts_with("HTTP/1.1 200") && !answer.contains("connection: close"), "{answer}");
    }
    // It is closed as any connection that rests, not as one that was told its end.
    let (rest, after) = kept.rest();
    assert!(after > Duration::from_secs(3), "closed after {after:?}: {rest}");
}

#[tokio::test]
async fn http_1_0_gets_a_stream_without_chunks_that_ends_with_the_connection() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let mut wire = Wire::to(&server);
    wire.send(&get("/orders", "1.0", "Accept: application/x-ndjson\r\n"));
    let (answer, _) = wire.rest();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200") && !head.contains("chunked"), "{head}");
    assert!(body.starts_with("{\"id\":1,") && body.ends_with("}\n"), "{body}");
}

#[test]
fn who_asks_to_upgrade_is_told_that_the_connection_ends() {
    let server = Server::start();
    for upgrade in ["Connection: upgrade\r\n", "Connection: Upgrade\r\nUpgrade: websocket\r\n"] {
        let mut wire = Wire::to(&server);
        wire.send(&get("/health/live", "1.1", upgrade));
        let (answer, _) = wire.rest();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
    }
}

#[tokio::test]
async fn whether_a_refused_request_keeps_its_connection_goes_by_what_it_announces() {
    let server = Server::start();
    server.place(2, &[(9, 7)]).await;
    for length in [0, 10, 70_000] {
        for order in ["1", "7"] {
            // With the body at once, and with none of it.
            for sent in [0, length] {
                let mut wire = Wire::to(&server);
                wire.send(&format!(
                    "PATCH /orders/{order}/status HTTP/1.1\r\nHost: localhost\r\nuser_id: 1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{}",
                    " ".repeat(sent)
                ));
                let head = wire.read_to("\r\n\r\n");
                assert!(head.starts_with("HTTP/1.1 401"), "{head}");
                assert_eq!(head.contains("connection: close"), length > 0, "{length} {order} {sent}: {head}");
            }
        }
    }
}

/// How many sockets the server has open.
fn sockets(server: &Server) -> usize {
    let links = fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().flatten();
    links
        .filter_map(|link| fs::read_link(link.path()).ok())
        .filter(|to| to.to_string_lossy().starts_with("socket:"))
        .count()
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    seed_thousands(&file, 50);
    let server = Server::start_on(&file, &[]);
    let before = sockets(&server);
    let address: SocketAddr = server.address().parse().unwrap();
    let clients: Vec<Socket> = (0..20)
        .map(|client| {
            let mut socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_recv_buffer_size(4096).unwrap();
            socket.connect(&address.into()).unwrap();
            if client % 2 == 0 {
                socket
                    .write_all(get("/orders", "1.1", "Accept: application/x-ndjson\r\n").as_bytes())
                    .unwrap();
            } else {
                // Many small answers rather than a large one.
                let many = get("/orders/1", "1.1", "user_id: 1\r\n").repeat(5_000);
                socket.set_nonblocking(true).unwrap();
                let _ = socket.write(many.as_bytes()).unwrap();
            }
            socket
        })
        .collect();
    let deadline = Instant::now() + Duration::from_secs(10);
    while sockets(&server) < before + clients.len() {
        assert!(Instant::now() < deadline, "not all were accepted");
    }
    let (began, deadline) = (Instant::now(), Instant::now() + Duration::from_mins(1));
    while sockets(&server) > before {
        assert!(Instant::now() < deadline, "{} are still open", sockets(&server) - before);
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(began.elapsed() > Duration::from_secs(25), "cut off after {:?}", began.elapsed());
    drop(clients);
}
