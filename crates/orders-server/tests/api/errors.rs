//! What all routes have in common: errors, request ids, HEAD, headers.

use std::collections::BTreeSet;

use reqwest::{Method, header::HeaderMap};
use serde_json::json;

use crate::{
    answer::Answer,
    bodies::LIMIT,
    support::Server,
    wire::{self, json_request},
};

/// Every path, with the methods that it knows.
const ROUTES: [(&str, &str); 23] = [
    ("/", "GET, HEAD"),
    ("/orders", "GET, HEAD, POST"),
    ("/orders/1", "GET, HEAD"),
    ("/orders/1/events", "GET, HEAD"),
    ("/orders/1/tracking", "PATCH"),
    ("/orders/1/status", "PATCH"),
    ("/orders/1/cancel", "PATCH"),
    ("/products", "GET, HEAD, POST"),
    ("/products/1", "GET, HEAD, PATCH"),
    ("/products/1/stock", "GET, HEAD"),
    ("/products/1/stock/MAIN", "GET, HEAD, PUT"),
    ("/products/1/movements", "GET, HEAD, POST"),
    ("/stock/transfers", "POST"),
    ("/locations", "GET, HEAD, POST"),
    ("/locations/MAIN", "PATCH"),
    ("/health/live", "GET, HEAD"),
    ("/health/ready", "GET, HEAD"),
    ("/metrics", "GET, HEAD"),
    ("/events", "GET, HEAD"),
    ("/openapi.json", "GET, HEAD"),
    ("/asyncapi.json", "GET, HEAD"),
    ("/docs", "GET, HEAD"),
    ("/docs/", "GET, HEAD"),
];

#[tokio::test]
async fn a_path_that_no_route_has_is_404_for_anyone_with_any_method() {
    let server = Server::start();
    for path in [
        "//",
        "/order",
        "/ORDERS",
        "/orders/",
        "/orders//",
        "/orders/1/",
        "/orders/1/items",
        "/orders//cancel",
        "/orders/1/cancel/",
        "/orders/1/Cancel",
        "/products/",
        "/products/1/2",
        "/health",
        "/health/",
        "/metrics/",
        "/openapi",
        "/docs/nothing.js",
        "/docs/../orders",
        "/.env",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            if path.starts_with("/docs") && method != "GET" {
                continue;
            }
            assert_eq!(
                server.answer(wire::head(&format!("{method} {path}"), &[])).problem(404),
                json!({
                    "type": "urn:problem:orders:no-route", "title": "Not Found", "status": 404,
                    "detail": format!("{path} does not exist"),
                })
            );
        }
    }
}

#[tokio::test]
async fn another_method_is_405_with_allow_before_anything_else_is_looked_at() {
    let server = Server::start();
    for (path, allow) in ROUTES {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"] {
            if allow.split(", ").any(|known| known == method) {
                continue;
            }
            let answer =
                server.answer(wire::head(&format!("{method} {path}"), &["user_id: x", "If-Match: 1"]));
            assert_eq!(answer.header("allow"), allow, "{method} {path}");
            if method == "HEAD" {
                assert_eq!((answer.status, answer.body), (405, Vec::new()));
                continue;
            }
            let expected = json!({
                "type": "urn:problem:orders:method-not-allowed", "title": "Method Not Allowed", "status": 405,
                "detail": format!("only {allow} can be done here"),
            });
            assert_eq!(answer.problem(405), expected, "{method} {path}");
        }
        for method in allow.split(", ") {
            assert_ne!(
                server.answer(wire::head(&format!("{method} {path}"), &[])).status,
                405,
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_parameter_that_a_route_does_not_know_is_422_and_nothing_is_done() {
    let server = Server::start();
    let placed = server.place(1, &[(9, 7)]).await;
    // Who may not do it learns nothing of its parameters, so it is somebody who may.
    for (path, allow) in ROUTES.into_iter().filter(|(path, _)| *path != "/events") {
        for method in allow.split(", ").filter(|method| *method != "HEAD") {
            let body = r#"{"products": [{"id": 9, "quantity": 7}]}"#;
            let request = json_request(&format!("{method} {path}?dryRun=true&page=2"), body);
            let request = request.replace("user_id: 1\r\n", "user_id: 100\r\n");
            let unknown: &[_] = if method == "GET" { &["/dryRun", "/page"] } else { &["/page"] };
            assert_eq!(server.answer(request).pointers(422), unknown, "{method} {path}");
        }
    }
    assert_eq!(server.list("/orders").await, [placed]);
}

#[tokio::test]
async fn more_than_32_parameters_are_400_on_every_route() {
    let server = Server::start();
    let many = |count: usize| vec!["after=1"; count].join("&");
    for path in ["/orders", "/products", "/health/live", "/docs/"] {
        let answer = server.answer(wire::head(&format!("GET {path}?{}", many(33)), &[]));
        let detail = "the query has more than 32 parameters";
        assert_eq!(answer.problem(400)["detail"], detail, "{path}");
    }
    assert_eq!(server.answer(wire::head(&format!("GET /orders?{}", many(32)), &[])).pointers(400).len(), 31);
}

#[tokio::test]
async fn no_answer_grows_with_what_was_sent() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let fill = |start: &str, piece: &str, end: &str| {
        let pieces = (LIMIT - start.len() - end.len()) / piece.len();
        format!("{start}{}{end}", piece.repeat(pieces))
    };
    let deep = format!(r#"{{"{}":{{"#, "K".repeat(32_000));
    let controls = format!(r#"{{"{}":0}}"#, r"\u0001".repeat(10_000));
    let bodies = [
        fill(&deep, r#""a":0,"#, r#""a":0}}"#),
        fill(r#"{"products":["#, "0,", "0]}"),
        fill(r#"{"products":["#, r#"{"x":0},"#, "0]}"),
        fill("{", r#""\u0001":0,"#, r#""a":0}"#),
        fill(r#"{"status":""#, r"\u0001", r#""}"#),
        fill(r#"{"trackingNumber":""#, r"\u0001", r#""}"#),
        fill("[", "[],", "[]]"),
        fill("", "[", ""),
        controls,
    ];
    for body in &bodies {
        for route in ["POST /orders", "PATCH /orders/1/status", "PATCH /orders/1/tracking"] {
            let answer = server.answer(json_request(route, body));
            assert!([400, 422].contains(&answer.status), "{route} {}", &body[..40]);
            assert!(answer.body.len() <= LIMIT, "{} bytes for {route} {}", answer.body.len(), &body[..40]);
            let faults = answer.json()["errors"].as_array().map_or(0, Vec::len);
            assert!(faults <= 100, "{faults} faults for {route} {}", &body[..40]);
        }
    }
    let long = "x".repeat(60_000);
    for (line, header) in [
        (format!("GET /{long}"), String::new()),
        (format!("GET /orders/{long}"), String::new()),
        (format!("GET /orders?status={long}&{long}={long}"), String::new()),
        (String::from("GET /orders/1"), format!("If-None-Match: {long}")),
        (String::from("GET /orders/1"), format!("If-Match: {long}")),
        (String::from("POST /orders"), format!("Idempotency-Key: {long}")),
    ] {
        let answer = server.answer(wire::head(&line, &["user_id: 1", &header]));
        assert!((400..500).contains(&answer.status), "{}", &line[..12]);
        assert!(answer.body.len() < 4096, "{} bytes for {}", answer.body.len(), &line[..12]);
    }
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    server.place(1, &[(9, 7)]).await;
    let comparable = |answer: &Answer| {
        let mut headers: HeaderMap = answer.headers.clone();
        for changing in ["x-request-id", "date", "content-length"] {
            headers.remove(changing);
        }
        (answer.status, headers)
    };
    let paths = ROUTES.iter().filter(|(_, allow)| allow.contains("HEAD")).map(|(path, _)| *path);
    let others = [
        "/orders?limit=1",
        "/orders/7",
        "/orders/01",
        "/orders?limit=0",
        "/products/11",
        "/nothing",
        "/docs/nothing",
    ];
    for path in paths.chain(others) {
        let [get, head] = ["GET", "HEAD"]
            .map(|method| server.answer(wire::head(&format!("{method} {path}"), &["user_id: 1"])));
        assert_eq!(comparable(&head), comparable(&get), "{path}");
        // The numbers are others each time, but all else is as long as GET said.
        if path != "/metrics" {
            assert_eq!(head.header("content-length"), get.header("content-length"), "{path}");
        }
        assert_eq!(head.body, b"", "{path}");
        assert_eq!(get.body.is_empty(), ["/", "/docs"].contains(&path), "{path}");
    }
    let headers = ["Accept: application/x-ndjson"];
    let head = server.answer(wire::head("HEAD /orders", &headers));
    assert_eq!(
        (head.status, head.header("content-type"), &*head.body),
        (200, "application/x-ndjson", &b""[..])
    );
}

#[tokio::test]
async fn a_request_id_of_1_to_128_visible_ascii_characters_comes_back_and_any_other_is_replaced() {
    let server = Server::start();
    for path in ["/orders", "/orders/1", "/nothing", "/docs", "/metrics"] {
        for id in ["x", "0b9a5c1e-7", "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~", &"i".repeat(128)] {
            let answer = server.answer(wire::head(&format!("GET {path}"), &[&format!("X-Request-Id: {id}")]));
            assert_eq!(answer.header("x-request-id"), id);
        }
        let mut made = BTreeSet::new();
        let long = format!("x-request-id: {}", "i".repeat(129));
        let refused = [
            &[][..],
            &["x-request-id:"],
            &["x-request-id: a b"],
            &["x-request-id: é"],
            &[&long],
            &["x-request-id: a"; 2],
        ];
        for headers in refused {
            let answer = server.answer(wire::head(&format!("GET {path}"), headers));
            made.insert(answer.header("x-request-id").to_owned());
        }
        assert_eq!(made.len(), refused.len());
        assert!(made.iter().all(|id| id.len() == 36), "{made:?}");
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_browsers_and_caches_out() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let requests = ROUTES
        .iter()
        .flat_map(|(path, _)| ["GET", "HEAD", "DELETE", "PATCH"].map(|method| format!("{method} {path}")));
    for request in requests.chain(["GET /nothing", "GET /orders?limit=0", "POST /orders"].map(str::to_owned))
    {
        let answer = server.answer(wire::head(&request, &["user_id: 1", "Idempotency-Key:"]));
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{request}");
        assert_eq!(answer.header("cache-control"), "private, no-cache", "{request}");
        let policy = answer.header("content-security-policy");
        let page = request.contains("/docs/") && answer.status == 200;
        let default = if page { "default-src 'self'" } else { "default-src 'none'" };
        assert!(
            policy.starts_with(default) && policy.ends_with("frame-ancestors 'none'"),
            "{request}: {policy}"
        );
        assert_eq!(answer.header("server"), "");
    }
    let read = server.user(1, Method::GET, "/orders/1").header("if-none-match", "*");
    assert_eq!(Answer::to(read).await.header("cache-control"), "private, no-cache");
}
