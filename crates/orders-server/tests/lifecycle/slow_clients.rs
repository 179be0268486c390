//! Clients that take their time are not waited for: 5 seconds for a head, 10 for a body.

use std::{ops::Range, thread, time::Duration};

use crate::{support::Server, wire::Wire};

const LIVE: &str = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

const HALF_A_HEAD: &str = "GET /health/live HTTP/1.1\r\nHost: loc";

const POST: &str = "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

struct Slow {
    name: &'static str,
    /// Whether it has had an answer on the connection before.
    kept: bool,
    /// What is sent at once.
    sent: String,
    /// What is sent slowly and endlessly after that.
    dribble: &'static str,
    /// How the next answer begins.
    answer: &'static str,
    /// When the connection is closed, in seconds.
    closed: Range<u64>,
}

fn clients() -> [Slow; 12] {
    let new = |name, sent: &str, dribble, answer, closed| Slow {
        name,
        kept: false,
        sent: sent.to_owned(),
        dribble,
        answer,
        closed,
    };
    // The connection is closed with or without a word.
    let kept =
        |name, sent: &str, dribble, closed| Slow { kept: true, ..new(name, sent, dribble, "", closed) };
    let sized = |user| format!("{POST}user_id: {user}\r\nContent-Length: 100\r\n\r\n");
    let chunked = |user| format!("{POST}user_id: {user}\r\nTransfer-Encoding: chunked\r\n\r\n");
    let (unknown, late, chunk) = ("HTTP/1.1 401 ", "HTTP/1.1 408 ", "1\r\n \r\n");
    [
        new("sends nothing", "", "", late, 4..8),
        new("sends half a head", HALF_A_HEAD, "", late, 4..8),
        new("sends a head byte by byte", HALF_A_HEAD, "a", late, 4..8),
        kept("sends no second request", "", "", 4..8),
        kept("sends half a second head", HALF_A_HEAD, "", 4..13),
        kept("sends a second head byte by byte", HALF_A_HEAD, "a", 4..13),
        new("sends half a body", &sized(1), "", late, 9..13),
        new("sends a body byte by byte", &sized(1), " ", late, 9..13),
        new("sends half a chunked body", &chunked(1), "", late, 9..13),
        new("sends chunks without an end", &chunked(1), chunk, late, 9..13),
        new("sends half a body that nobody reads", &sized(4), "", unknown, 0..13),
        new("sends chunks that nobody reads", &chunked(4), chunk, unknown, 0..13),
    ]
}

#[test]
fn slow_clients_are_told_and_shut_out_and_hold_nobody_up() {
    let server = Server::start_with(&[("WORKERS", "1")]);
    thread::scope(|scope| {
        let clients: Vec<_> =
            clients().into_iter().map(|slow| scope.spawn(|| sit_out(&server, slow))).collect();
        for client in clients {
            let mut quick = Wire::to(&server);
            quick.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let (answer, took) = quick.rest();
            assert!(
                answer.starts_with("HTTP/1.1 200 ") && took < Duration::from_secs(2),
                "{took:?} {answer}"
            );
            client.join().unwrap();
        }
    });
}

#[test]
fn a_connection_rests_as_long_as_the_settings_say() {
    let rest = |seconds: &str| {
        let server = Server::start_with(&[("KEEP_ALIVE_SECONDS", seconds)]);
        let mut wire = Wire::to(&server);
        wire.send(LIVE);
        wire.read_to("{\"status\":\"ok\"}");
        wire.rest().1.as_secs()
    };
    thread::scope(|scope| {
        let long = scope.spawn(|| rest("12"));
        assert!((0..4).contains(&rest("1")));
        // Longer than a rest and a head together are without the setting.
        assert!((11..16).contains(&long.join().unwrap()));
    });
}

fn sit_out(server: &Server, slow: Slow) {
    let mut wire = Wire::to(server);
    if slow.kept {
        wire.send(LIVE);
        wire.read_to("{\"status\":\"ok\"}");
    }
    wire.send(&slow.sent);
    let (text, took) = wire.rest_while_sending(slow.dribble);
    assert!(text.starts_with(slow.answer), "a client that {} was told: {text}", slow.name);
    assert!(slow.closed.contains(&took.as_secs()), "a client that {} was shut out after {took:?}", slow.name);
}
