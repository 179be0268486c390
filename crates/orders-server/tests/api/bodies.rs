//! What all routes that read a body have in common: its size, its type, and that there is one.

use serde_json::{Value, json};

use crate::{
    support::{Server, products},
    wire::{self, json_request},
};

/// The longest body.
pub const LIMIT: usize = 64 * 1024;

#[tokio::test]
async fn a_body_over_64_kib_is_413_however_it_comes() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let order = products(&[(9, 7)]).to_string();
    let exactly = order.clone() + &" ".repeat(LIMIT - order.len());
    server.answer(json_request("POST /orders", &exactly)).order(201);
    let one_more = exactly + " ";
    let expected = json!({
        "type": "urn:problem:orders:too-large", "title": "Payload Too Large", "status": 413,
        "detail": "the body is larger than 65536 bytes",
    });
    for route in ["POST /orders", "PATCH /orders/1/tracking", "PATCH /orders/1/status"] {
        assert_eq!(server.answer(json_request(route, &one_more)).problem(413), expected);
        let headers = ["user_id: 1", "Content-Type: application/json", "Transfer-Encoding: chunked"];
        let (chunk, rest) = one_more.split_at(40_000);
        let body = format!("{:x}\r\n{chunk}\r\n{:x}\r\n{rest}\r\n0\r\n\r\n", chunk.len(), rest.len());
        assert_eq!(server.answer(wire::head(route, &headers) + &body).problem(413), expected);
    }
    let headers = ["user_id: 1", "Content-Type: application/json", "Transfer-Encoding: chunked"];
    let (chunk, rest) = order.split_at(7);
    let body = format!("{:x}\r\n{chunk}\r\n{:X};a=b\r\n{rest}\r\n0\r\nX: y\r\n\r\n", chunk.len(), rest.len());
    server.answer(wire::head("POST /orders", &headers) + &body).order(201);
}

#[tokio::test]
async fn a_body_of_another_type_or_encoding_is_415() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let json = "Content-Type: application/json";
    for route in ["POST /orders", "PATCH /orders/1/tracking", "PATCH /orders/1/status"] {
        for headers in [
            &[][..],
            &["Content-Type:"],
            &["Content-Type: text/plain"],
            &["Content-Type: application/json-patch+json"],
            &["Content-Type: application/problem+json"],
            &["Content-Type: application/x-www-form-urlencoded"],
            &["Content-Type: application/json, text/plain"],
            &["Content-Type: \"application/json\""],
            &[json, json],
            &[json, "Content-Encoding: gzip"],
            &[json, "Content-Encoding: identity"],
            &[json, "Content-Encoding:"],
        ] {
            let headers = [headers, &["user_id: 1", "Content-Length: 2"]].concat();
            let problem = server.answer(wire::head(route, &headers) + "{}").problem(415);
            assert_eq!(problem["type"], "urn:problem:orders:unsupported-media-type", "{headers:?}");
            assert_eq!(problem["errors"], Value::Null);
        }
    }
}

#[tokio::test]
async fn a_missing_body_is_400_with_and_without_a_type() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let json = "Content-Type: application/json";
    let expected = json!({
        "type": "urn:problem:orders:malformed", "title": "Bad Request", "status": 400,
        "detail": "the body is missing",
    });
    for route in ["POST /orders", "PATCH /orders/1/tracking", "PATCH /orders/1/status"] {
        for headers in [&[][..], &[json], &["Content-Length: 0"], &[json, "Content-Length: 0"]] {
            let headers = [headers, &["user_id: 1"]].concat();
            assert_eq!(server.answer(wire::head(route, &headers)).problem(400), expected);
        }
        let empty = wire::head(route, &["user_id: 1", json, "Transfer-Encoding: chunked"]) + "0\r\n\r\n";
        assert_eq!(server.answer(empty).problem(400), expected);
    }
}
