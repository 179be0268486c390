//! The feed as a stream of server-sent events.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    events::{OPERATOR, events, with_history},
    support::Server,
    wire,
};

/// Whether an event is wanted.
type Admits<'a> = &'a dyn Fn(&Value) -> bool;

/// One who follows: the lines of a stream, after its head.
struct Follower(BufReader<TcpStream>);

impl Follower {
    fn of(server: &Server, query: &str, headers: &[&str]) -> Self {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut all = vec!["user_id: 100", "Accept: text/event-stream"];
        all.extend(headers);
        stream.write_all(wire::head(&format!("GET /events{query}"), &all).as_bytes()).unwrap();
        let mut follower = Self(BufReader::new(stream));
        let head = follower.until("\r\n");
        assert!(head[0].starts_with("HTTP/1.1 200"), "{head:?}");
        assert!(
            head.iter().any(|line| line.to_ascii_lowercase().starts_with("x-accel-buffering: no")),
            "{head:?}"
        );
        follower
    }

    /// The lines up to an empty one.
    fn until(&mut self, end: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended after {lines:?}");
            if line == end {
                return lines;
            }
            lines.push(line);
        }
    }

    /// The id and the type of the next event.
    fn event(&mut self) -> (i64, String) {
        loop {
            let mut lines = Vec::new();
            while lines.is_empty() {
                // Of a body in chunks, what says how long the next one is.
                lines = self
                    .until("\n")
                    .into_iter()
                    .filter(|line| line.contains(':') || line.starts_with("data"))
                    .collect();
            }
            let field = |name: &str| {
                let line = lines.iter().find_map(|line| line.strip_prefix(name))?;
                Some(line.trim_end().to_owned())
            };
            if let (Some(id), Some(kind), Some(data)) = (field("id: "), field("event: "), field("data: ")) {
                let data: Value = serde_json::from_str(&data).unwrap();
                assert_eq!((data["id"].as_str().unwrap(), data["type"].as_str().unwrap()), (&*id, &*kind));
                return (id.parse().unwrap(), kind);
            }
        }
    }

    fn ends(&mut self) -> bool {
        let mut line = String::new();
        while self.0.read_line(&mut line).unwrap() > 0 {}
        true
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_all_there_is_and_what_comes_and_goes_on_where_its_client_was() {
    let mut server = with_history().await;
    let mut follower = Follower::of(&server, "", &[]);
    let seen: Vec<_> = (0..4).map(|_| follower.event()).collect();
    let kinds: Vec<_> = seen.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(kinds, ["order.placed", "order.tracked", "order.shipped", "order.placed"]);
    server.cancel(2, 2).await.order(200);
    let (last, kind) = follower.event();
    assert_eq!(kind, "order.cancelled");
    drop(follower);

    let mut again = Follower::of(&server, "", &[&format!("Last-Event-ID: {}", seen[2].0)]);
    assert_eq!(again.event().0, seen[3].0);
    assert_eq!(again.event().0, last);
    server.signal("TERM");
    assert!(again.ends());
    assert!(server.ends_within(Duration::from_secs(5)).success());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_is_let_go_though_nothing_happens() {
    let server = with_history().await;
    let mut gone = Follower::of(&server, "?after=9000000000000", &[]);
    let socket = gone.0.get_ref();
    // Less than until something is sent to see who is there.
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
    assert!(gone.ends());
}

#[tokio::test]
async fn a_follower_without_the_scope_or_with_a_bad_id_is_refused_before_the_stream() {
    let server = Server::start();
    let ask = |user: i64, header: (&'static str, &'static str)| {
        let request = server.user(user, Method::GET, "/events").header("accept", "text/event-stream");
        Answer::to(request.header(header.0, header.1))
    };
    ask(1, ("x-none", "x")).await.problem(403);
    let detail = ask(OPERATOR, ("last-event-id", "x")).await.problem(400)["detail"].to_string();
    assert!(detail.contains("Last-Event-ID") && detail.contains('x'), "{detail}");
    let twice = server.user(OPERATOR, Method::GET, "/events").header("accept", "text/event-stream");
    Answer::to(twice.header("last-event-id", "1").header("last-event-id", "2")).await.problem(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_follow_each_gets_what_it_wants_once_and_in_order() {
    let server = with_history().await;
    let middle = events(&server.get(OPERATOR, "/events?limit=2").await)[1]["id"].as_str().unwrap().to_owned();
    let (after, header) = (format!("?after={middle}"), format!("Last-Event-ID: {middle}"));
    let placed = |event: &Value| event["type"] == "order.placed";
    let cancelled = |event: &Value| event["type"] == "order.cancelled";
    let third = |event: &Value| event["subject"] == "orders/3";
    let number = |id: &str| id.parse::<i64>().unwrap();
    let later = |event: &Value| number(event["id"].as_str().unwrap()) > number(&middle);
    let all = |_: &Value| true;
    // From the beginning, from the middle, of a type, of an order.
    let wanted: [(&str, &[&str], Admits<'_>); 8] = [
        ("", &[], &all),
        ("?limit=1", &[], &all),
        (&after, &[], &later),
        ("?limit=1", &[&header], &later),
        ("?type=order.placed", &[], &placed),
        ("?type=order.cancelled&limit=1", &[], &cancelled),
        ("?subject=orders/3&include=order", &[], &third),
        ("?include=order", &[&header], &later),
    ];
    let following: Vec<_> = wanted
        .iter()
        .cycle()
        .take(wanted.len() * 3)
        .map(|(query, headers, admits)| (*query, Follower::of(&server, query, headers), *admits))
        .collect();
    let write = async |user| {
        for _ in 0..10 {
            let id = server.place(user, &[(9, 7)]).await["id"].as_i64().unwrap();
            server.track(user, id, "N1").await.order(200);
            server.cancel(user, id).await.order(200);
        }
    };
    tokio::join!(write(1), write(2), write(3));
    let whole = events(&server.get(OPERATOR, "/events?limit=1000").await);
    assert_eq!(whole.len(), 4 + 3 * 10 * 3);
    for (query, mut follower, admits) in following {
        for expected in whole.iter().filter(|event| admits(event)) {
            let (id, kind) = follower.event();
            assert_eq!(
                (json!(id.to_string()), json!(kind)),
                (expected["id"].clone(), expected["type"].clone()),
                "{query}"
            );
        }
    }
}
