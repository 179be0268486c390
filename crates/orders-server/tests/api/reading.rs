//! `GET /orders/{id}`.

use reqwest::Method;
use serde_json::json;

use crate::{
    answer::{Answer, moment, now},
    support::Server,
};

async fn get_unless(server: &Server, method: Method, tags: &[&str]) -> Answer {
    let request = server.user(1, method, "/orders/1");
    Answer::to(tags.iter().fold(request, |request, tag| request.header("if-none-match", *tag))).await
}

#[tokio::test]
async fn the_owner_reads_the_order_as_it_was_answered_last() {
    let server = Server::start();
    let placed = server.place(1, &[(9, 7), (1, 1)]).await;
    let read = server.get(1, "/orders/1").await;
    assert_eq!((read.order(200), read.version()), (placed, 1));
    let tracked = server.track(1, 1, "N1").await;
    let read = server.get(1, "/orders/1").await;
    assert_eq!((read.order(200), read.version()), (tracked.order(200), 2));
}

#[tokio::test]
async fn a_tag_that_is_still_present_spares_the_body() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for tags in [&["\"1\""][..], &["*"], &["W/\"1\""], &["\"7\", \"1\""], &["\"7\"", ",\"x\" ,, W/\"1\""]] {
        for method in [Method::GET, Method::HEAD] {
            let answer = get_unless(&server, method, tags).await;
            assert_eq!((answer.status, answer.header("etag")), (304, "\"1\""), "{tags:?}");
            assert_eq!(answer.body, b"");
            assert_eq!(answer.header("content-type"), "");
            assert_ne!(answer.header("x-request-id"), "");
        }
    }
}

#[tokio::test]
async fn a_tag_that_is_no_longer_present_gets_the_order() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    server.track(1, 1, "N1").await.order(200);
    for tag in ["\"1\"", "W/\"1\"", "\"\"", "\"02\"", "\"3\", \"x\""] {
        let answer = get_unless(&server, Method::GET, &[tag]).await;
        assert_eq!((answer.order(200)["id"].clone(), answer.version()), (json!(1), 2), "{tag}");
    }
}

#[tokio::test]
async fn a_malformed_list_of_tags_is_400() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for tags in [&["1"][..], &["\"1"], &[""], &["\"1\", *"], &["*", "*"], &["\"1\" \"2\""]] {
        get_unless(&server, Method::GET, tags).await.problem(400);
    }
}

#[tokio::test]
async fn every_change_changes_the_tag_and_the_date_of_change_and_reading_does_not() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for (change, version) in [("track", 2), ("advance", 3), ("cancel", 4)] {
        let before = now();
        let answer = match change {
            "track" => server.track(1, 1, "N1").await,
            "advance" => server.advance(1, 1, "processing").await,
            _ => server.cancel(1, 1).await,
        };
        assert_eq!(answer.version(), version, "{change}");
        assert!((before..=now()).contains(&moment(&answer.order(200), "updatedAt")), "{change}");
        for _ in 0..2 {
            assert_eq!(server.get(1, "/orders/1").await.version(), version, "{change}");
        }
    }
}
