//! Requests that no honest client sends: each is answered as the contract says, or cut off, never
//! with a 5xx, and the server lives on.

use reqwest::Method;
use serde_json::json;

use crate::{
    answer::Answer,
    support::{Server, products},
    wire::{self, json_request},
};

/// A server that must live on: at the end it still works and has no 5xx on its conscience.
struct Survivor(Server);

impl Survivor {
    async fn start() -> Self {
        let server = Server::start();
        server.place(1, &[(9, 7)]).await;
        Self(server)
    }

    /// The status of the answer to these bytes, if there is any; another client is served after it.
    #[track_caller]
    fn provoke(&self, bytes: impl AsRef<[u8]>) -> Option<u16> {
        self.served(&self.0.say(bytes))
    }

    #[track_caller]
    fn provoke_and_hang_up(&self, bytes: impl AsRef<[u8]>) -> Option<u16> {
        self.served(&self.0.say_and_hang_up(bytes))
    }

    #[track_caller]
    fn served(&self, said: &[u8]) -> Option<u16> {
        let answer = wire::parse(said);
        if let Some(answer) = &answer {
            assert!(answer.status < 500, "{answer:?}");
            // What is no request at all is answered by the HTTP library, which knows no problem+json.
            assert_eq!(answer.headers.contains_key("x-request-id"), !answer.body.is_empty(), "{answer:?}");
        }
        assert_eq!(self.0.answer(wire::head("GET /orders/1", &["user_id: 1"])).order(200)["id"], 1);
        answer.map(|answer| answer.status)
    }

    async fn lives_on(self) {
        assert_eq!(self.0.list("/orders").await.len(), 1, "something was placed");
        self.0.place(2, &[(1, 1)]).await;
        let metrics = Answer::to(self.0.anyone(Method::GET, "/metrics")).await.text();
        assert!(!metrics.contains("status=\"5"), "{metrics}");
        assert!(metrics.contains("status=\"201\""));
    }
}

#[tokio::test]
async fn json_that_is_deep_broken_or_strange_is_refused() {
    let server = Survivor::start().await;
    let line = |number: &str| format!(r#"{{"products": [{{"id": 9, "quantity": {number}}}]}}"#);
    let text = |text: &[u8]| [br#"{"products": [{"id": 9, "quantity": ""#, text, br#""}]}"#].concat();
    for (body, status) in [
        ("[".repeat(60_000).into_bytes(), 400),
        ("{\"a\":".repeat(13_000).into_bytes(), 400),
        (("[".repeat(30_000) + &"]".repeat(30_000)).into_bytes(), 400),
        (line("NaN").into(), 400),
        (line("-Infinity").into(), 400),
        (line("1e400").into(), 400),
        (line("7.5").into(), 400),
        (line("0x7").into(), 400),
        (line("07").into(), 400),
        (line("+7").into(), 400),
        (line(&"9".repeat(60_000)).into(), 400),
        (line("9e18").into(), 422),
        (line("9000000000000000000").into(), 422),
        (line("9223372036854775808").into(), 422),
        (line("99999999999999999999999999").into(), 422),
        (line("1e300").into(), 422),
        (text(b"\xff"), 400),
        (text(b"\xc3"), 400),
        (text(b"\xed\xa0\x80"), 400),
        (text(b"\\ud800"), 400),
        (text(b"\\ud800\\u0041"), 400),
        (text(b"\\u0000"), 400),
        (text(b"\x00"), 400),
        (text(b"\\x41"), 400),
        (b"{\"products\": [[9, 7]]}".to_vec(), 400),
        (b"[[9, 7]]".to_vec(), 400),
        (br#"{"products": [{"id": 9, "quantity": 7, "quantity": 7}]}"#.to_vec(), 400),
        (br#"{"__proto__": {"products": []}}"#.to_vec(), 422),
        (b"\xff\xfe{\x00}\x00".to_vec(), 400),
        (vec![0; 1000], 400),
        (json!({"products": vec![json!({"id": 9, "quantity": 7}); 1500]}).to_string().into(), 422),
    ] {
        let shown: String = String::from_utf8_lossy(&body).chars().take(80).collect();
        assert_eq!(server.provoke(json_request("POST /orders", &body)), Some(status), "{shown}");
    }
    server.lives_on().await;
}

#[tokio::test]
async fn bodies_far_too_large_are_413_or_cut_off() {
    let server = Survivor::start().await;
    let deep = "[".repeat(100_000);
    let ten_megabytes = vec![b' '; 10_000_000];
    for route in ["POST /orders", "PATCH /orders/1/tracking", "PATCH /orders/1/status"] {
        assert_eq!(server.provoke(json_request(route, &deep)), Some(413));
        let status = server.provoke(json_request(route, &ten_megabytes));
        assert!(status.is_none_or(|status| status == 413), "{status:?}");
    }
    let headers = ["user_id: 1", "Content-Type: application/json", "Transfer-Encoding: chunked"];
    let chunked = wire::head("POST /orders", &headers) + "989680\r\n";
    let status = server.provoke([chunked.as_bytes(), &ten_megabytes, b"\r\n0\r\n\r\n"].concat());
    assert!(status.is_none_or(|status| status == 413), "{status:?}");
    server.lives_on().await;
}

#[tokio::test]
async fn lengths_that_are_not_true_are_400_or_cut_off() {
    let server = Survivor::start().await;
    let body = products(&[(9, 7)]).to_string();
    let with_length = |length: &str| {
        let headers = ["user_id: 1", "Content-Type: application/json", &format!("Content-Length: {length}")];
        wire::head("POST /orders", &headers) + &body
    };
    // Too short: what was announced is no JSON, and the rest is no request.
    assert_eq!(server.provoke(with_length("5")), Some(400));
    // Too long: the body never arrives whole.
    for length in ["1000", "60000"] {
        let status = server.provoke_and_hang_up(with_length(length));
        assert!(status.is_none_or(|status| status == 400), "{length}: {status:?}");
    }
    for length in ["-1", "+5", "5, 5", "0x5", "five", "18446744073709551616", ""] {
        assert_eq!(server.provoke(with_length(length)), Some(400), "{length:?}");
    }
    assert_eq!(server.provoke_and_hang_up(with_length("18446744073709551615")), Some(413));
    for second in ["5", &body.len().to_string()] {
        let twice = with_length(&format!("{}\r\nContent-Length: {second}", body.len()));
        assert_eq!(server.provoke(twice), Some(400));
    }
    server.lives_on().await;
}

#[tokio::test]
async fn chunks_that_are_broken_are_400_or_cut_off() {
    let server = Survivor::start().await;
    let headers = ["user_id: 1", "Content-Type: application/json", "Transfer-Encoding: chunked"];
    let head = wire::head("POST /orders", &headers);
    for body in [
        "zz\r\n{}\r\n0\r\n\r\n",
        "-1\r\n{}\r\n0\r\n\r\n",
        "\r\n",
        "2{}0",
        "5\r\n{}\r\n0\r\n\r\n",
        "1\r\n{}\r\n0\r\n\r\n",
        "ffffffffffffffffffffff\r\n{}",
        "2\r\n{}\r\n",
        "",
    ] {
        let status = server.provoke_and_hang_up(head.clone() + body);
        assert!(status.is_none_or(|status| status == 400), "{body:?}: {status:?}");
    }
    for coding in
        ["gzip", "chunked, gzip", "gzip, chunked", "chunked\r\nTransfer-Encoding: chunked", "\u{b}chunked"]
    {
        let headers =
            ["user_id: 1", "Content-Type: application/json", &format!("Transfer-Encoding: {coding}")];
        let status =
            server.provoke_and_hang_up(wire::head("POST /orders", &headers) + "2\r\n{}\r\n0\r\n\r\n");
        assert!(status.is_none_or(|status| status == 400), "{coding:?}: {status:?}");
    }
    // Both ways to tell the length: how requests are smuggled.
    for headers in [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 5"],
    ] {
        let smuggling =
            wire::head("POST /orders", &headers) + "0\r\n\r\nGET /orders HTTP/1.1\r\nHost: x\r\n\r\n";
        let said = String::from_utf8(server.0.say(smuggling)).unwrap();
        assert!(said.starts_with("HTTP/1.1 400 ") && said.matches("HTTP/1.1").count() == 1, "{said}");
    }
    server.lives_on().await;
}

#[tokio::test]
async fn heads_that_are_too_large_or_none_are_400_or_431() {
    let server = Survivor::start().await;
    let many: Vec<_> = (3..=97).map(|number| format!("X-{number}: 1")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    // With Host and Connection they are 96.
    assert_eq!(server.provoke(wire::head("GET /products/9", &many[..94])), Some(200));
    let long = "a".repeat(200 * 1024);
    for head in [
        wire::head("GET /orders", &many),
        wire::head("GET /orders", &[&format!("X: {long}")]),
        wire::head("GET /orders", &[&format!("{long}: x")]),
        wire::head(&format!("GET /{long}"), &[]),
        format!("{long} / HTTP/1.1\r\n\r\n"),
        long.clone(),
    ] {
        let status = server.provoke_and_hang_up(&head);
        assert!(status.is_none_or(|status| [400, 414, 431].contains(&status)), "{status:?}: {}", &head[..60]);
    }
    for head in [
        "GET /orders HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET /orders HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /orders HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n",
        "GET /orders HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n",
        "GET /orders HTTP/1.1\r\nHost: x\r\nX: a\u{0}b\r\n\r\n",
        "GET /orders HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET  /orders  HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET orders HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /orders\r\n\r\n",
        "G\u{0}T /orders HTTP/1.1\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}",
        "\r\n\r\n\r\n\r\n",
        "",
    ] {
        let status = server.provoke_and_hang_up(head);
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{head:?}: {status:?}");
    }
    server.lives_on().await;
}

#[tokio::test]
async fn other_forms_of_the_target_mean_what_they_say() {
    let server = Survivor::start().await;
    for (request_line, status) in [
        ("GET http://localhost/orders/1", 200),
        ("GET http://localhost/orders/2", 401),
        ("GET http://localhost/orders/01", 400),
        ("GET http://localhost/nothing", 404),
        ("GET http://elsewhere.example/orders/1", 421),
        ("GET http://elsewhere.example/nothing", 421),
        ("GET /orders/1?x=y", 422),
        ("GET /orders/1#fragment", 200),
        ("OPTIONS *", 404),
        ("CONNECT elsewhere.example:80", 421),
        ("GET /orders/1/../1", 404),
        ("GET /orders/1%2Fcancel", 400),
        ("PATCH /orders/1%2Fcancel", 405),
        ("GET /orders/1;x=y", 400),
        ("GET /orders/%", 400),
        ("GET /orders?%=%&%zz", 422),
    ] {
        assert_eq!(server.provoke(wire::head(request_line, &["user_id: 1"])), Some(status), "{request_line}");
    }
    server.lives_on().await;
}

/// The statuses of the answers to these requests on one connection.
fn statuses(server: &Survivor, requests: &[&str]) -> Vec<String> {
    let said = String::from_utf8(server.0.say(requests.concat())).unwrap();
    said.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].to_owned()).collect()
}

/// A request that leaves the connection open.
fn open_ended(request_line: &str, body: &str) -> String {
    String::from_utf8(json_request(request_line, body)).unwrap().replacen("Connection: close\r\n", "", 1)
}

#[tokio::test]
async fn a_pipeline_of_requests_is_answered_in_order_even_after_a_refusal() {
    let server = Survivor::start().await;
    let requests = [
        &*open_ended("GET /orders/1", ""),
        &open_ended("POST /orders", "{}"),
        &open_ended("GET /orders/7", ""),
        &wire::head("GET /health/live", &[]),
    ];
    assert_eq!(statuses(&server, &requests), ["200", "422", "401", "200"]);
    server.lives_on().await;
}

#[tokio::test]
async fn a_body_that_nobody_reads_is_not_taken_for_the_next_request() {
    let server = Survivor::start().await;
    let smuggled = wire::head("PATCH /orders/1/cancel", &["user_id: 1"]);
    for (request_line, status) in [
        ("PATCH /orders/7/status", "401"),
        ("PATCH /orders/7/cancel", "401"),
        ("GET /products/9", "200"),
        ("DELETE /orders", "405"),
        ("POST /nothing", "404"),
    ] {
        let requests = [&*open_ended(request_line, &smuggled), &wire::head("GET /products/11", &[])];
        assert_eq!(statuses(&server, &requests), [status, "404"], "{request_line}");
    }
    assert_eq!(server.0.get(1, "/orders/1").await.order(200)["status"], "pending");
    server.lives_on().await;
}
