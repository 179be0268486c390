//! The guard before the four routes of one order: a stranger learns nothing, not even that it exists.

use reqwest::Method;

use crate::{
    answer::{Answer, STATUSES, shipment},
    support::Server,
    wire,
};

/// The routes of one order, and bodies of every kind: good, faulty in each way, none.
const REQUESTS: [(&str, &str, &str); 12] = [
    ("GET", "", ""),
    ("HEAD", "", ""),
    ("PATCH", "/tracking", r#"{"shippingProvider": "USPS", "trackingNumber": "N1"}"#),
    ("PATCH", "/tracking", r#"{"shippingProvider": 1}"#),
    ("PATCH", "/tracking", "{}"),
    ("PATCH", "/tracking", ""),
    ("PATCH", "/status", r#"{"status": "shipped"}"#),
    ("PATCH", "/status", r#"{"status": "lost"}"#),
    ("PATCH", "/status", "{"),
    ("PATCH", "/status", "\u{0}"),
    ("PATCH", "/cancel", ""),
    ("PATCH", "/cancel", "{"),
];

/// What the server says, byte for byte but for the request's id and the date. Header lines have no
/// order of their own: the server writes them in another one every time.
fn said(server: &Server, request_line: &str, headers: &[&str], body: &str) -> (Vec<String>, String) {
    comparable(server.say(wire::head(request_line, headers) + body))
}

fn comparable(said: Vec<u8>) -> (Vec<String>, String) {
    let said = String::from_utf8(said).unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    let changing = |line: &&str| !line.starts_with("x-request-id: ") && !line.starts_with("date: ");
    let mut lines: Vec<_> = head.split("\r\n").filter(changing).map(str::to_owned).collect();
    assert_eq!(lines.len() + 2, head.split("\r\n").count());
    lines[1..].sort_unstable();
    (lines, body.to_owned())
}

#[tokio::test]
async fn a_missing_order_and_somebody_elses_answer_the_same_bytes() {
    let server = Server::start();
    let mut foreign = Vec::new();
    for status in STATUSES {
        foreign.push(server.order_in(status, true).await);
    }
    let before = server.list("/orders").await;
    for (method, what, body) in REQUESTS {
        let length = format!("Content-Length: {}", body.len());
        for media_type in ["application/json", "text/plain"] {
            for tag in ["\"1\"", "\"7\"", "W/\"1\"", "*", "1"] {
                let media_type = format!("Content-Type: {media_type}");
                let (if_match, if_none_match) = (format!("If-Match: {tag}"), format!("If-None-Match: {tag}"));
                let headers = ["user_id: 2", &length, &media_type, &if_match, &if_none_match];
                let ask = |id: i64| said(&server, &format!("{method} /orders/{id}{what}"), &headers, body);
                let missing = ask(1_000_000);
                assert_eq!(missing.0[0], "HTTP/1.1 401 Unauthorized");
                // One order a request in turn, and all of them over the table.
                let id = foreign[tag.len() % foreign.len()];
                assert_eq!(ask(id), missing, "{method} {what} {body:?} {tag}");
                assert_eq!(ask(foreign[body.len() % foreign.len()]), missing);
            }
        }
    }
    assert_eq!(server.list("/orders").await, before);
}

#[tokio::test]
async fn the_answer_of_the_guard_is_the_documented_one() {
    let server = Server::start();
    let (head, body) = said(&server, "GET /orders/7", &["user_id: 1"], "");
    let expected = [
        "HTTP/1.1 401 Unauthorized",
        "cache-control: private, no-cache",
        "connection: close",
        "content-length: 139",
        "content-security-policy: default-src 'none'; frame-ancestors 'none'",
        "content-type: application/problem+json",
        r#"www-authenticate: UserId realm="orders", header="user_id""#,
        "x-content-type-options: nosniff",
    ];
    assert_eq!(head, expected);
    assert_eq!(
        body,
        r#"{"type":"urn:problem:orders:not-owned","title":"Unauthorized","status":401,"detail":"the order does not exist or belongs to somebody else"}"#
    );
}

#[tokio::test]
async fn somebody_without_a_user_learns_nothing_either() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for (method, what, body) in REQUESTS {
        let length = format!("Content-Length: {}", body.len());
        for user in ["user_id: 4", "user_id: 01", "Accept: */*"] {
            let ask =
                |id: &str| said(&server, &format!("{method} /orders/{id}{what}"), &[user, &length], body);
            let (existing, missing, misspelled) = (ask("1"), ask("7"), ask("01"));
            assert_eq!(existing, missing);
            assert_eq!(misspelled, missing);
            assert_eq!(missing.0[0], "HTTP/1.1 401 Unauthorized");
            assert!(missing.0.iter().any(|line| line.starts_with("www-authenticate: ")), "{missing:?}");
        }
    }
}

#[tokio::test]
async fn a_stranger_learns_nothing_from_a_body_that_never_comes() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for what in ["/tracking", "/status", "/cancel"] {
        for length in ["Content-Length: 65537", "Content-Length: 10000000", "Transfer-Encoding: chunked"] {
            let headers = ["user_id: 2", "Content-Type: application/json", length];
            let head = |id: i64| wire::head(&format!("PATCH /orders/{id}{what}"), &headers);
            let ask = |id| comparable(server.first_answer(head(id)));
            let missing = ask(7);
            assert_eq!(ask(1), missing);
            assert_eq!(missing.0[0], "HTTP/1.1 401 Unauthorized", "{what} {length}");
        }
    }
}

#[tokio::test]
async fn every_user_sees_and_changes_their_own_orders_only() {
    let server = Server::start();
    let tracking = shipment("N1").to_string();
    let changes = [("GET", "", ""), ("PATCH", "/tracking", &*tracking), ("PATCH", "/cancel", "")];
    for owner in 1..=3 {
        let id = server.place(owner, &[(9, 7)]).await["id"].as_i64().unwrap();
        for user in (1..=3).filter(|user| *user != owner).chain([owner]) {
            for (method, what, body) in changes {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let request = server.user(user, method, &format!("/orders/{id}{what}"));
                let answer =
                    Answer::to(request.header("content-type", "application/json").body(body.to_owned()))
                        .await;
                let expected = if user == owner { 200 } else { 401 };
                assert_eq!(answer.status, expected, "user {user}, order of {owner}: {what}");
            }
        }
    }
}

#[tokio::test]
async fn placing_needs_a_user_before_it_looks_at_the_body() {
    let server = Server::start();
    for body in ["", "{", "{}", r#"{"products": [{"id": 9, "quantity": 7}]}"#] {
        for user in ["user_id: 4", "Accept: */*"] {
            let headers = [
                user,
                "Content-Type: text/plain",
                "Idempotency-Key:",
                &format!("Content-Length: {}", body.len()),
            ];
            let answer = server.answer(wire::head("POST /orders", &headers) + body);
            assert_eq!(answer.problem(401)["type"], "urn:problem:orders:unauthorized");
        }
    }
    assert!(server.list("/orders").await.is_empty());
}
