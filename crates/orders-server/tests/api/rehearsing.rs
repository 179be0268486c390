//! Keys and dry runs of every change.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    support::{Server, products},
};

fn change(server: &Server, path: &str, body: &Value) -> RequestBuilder {
    server.user(1, Method::PATCH, path).json(body)
}

/// What two answers have in common that are the same but for what names the request.
fn said(answer: &Answer) -> (u16, String, String, String) {
    let [etag, location] = ["etag", "location"].map(|name| answer.header(name).to_owned());
    (answer.status, etag, location, answer.text())
}

#[tokio::test]
async fn a_change_sent_again_with_its_key_is_answered_as_it_was_though_its_tag_is_stale() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for (number, (path, body)) in [
        ("/orders/1/tracking", json!({"shippingProvider": "USPS", "trackingNumber": "N1"})),
        ("/orders/1/status", json!({"status": "processing"})),
        ("/orders/1/cancel", json!({})),
    ]
    .into_iter()
    .enumerate()
    {
        let (key, tag) = (format!("k{number}"), format!("\"{}\"", number + 1));
        let send = || change(&server, path, &body).header("idempotency-key", &key).header("if-match", &tag);
        let first = Answer::to(send()).await;
        assert_eq!((first.status, first.header("idempotency-replayed")), (200, ""), "{path}");
        let again = Answer::to(send()).await;
        assert_eq!(said(&again), said(&first), "{path}");
        assert_eq!(again.header("idempotency-replayed"), "true");
    }
    let first =
        change(&server, "/orders/1/tracking", &json!({"shippingProvider": "USPS", "trackingNumber": "N1"}));
    let replay = Answer::to(first.header("idempotency-key", "k0")).await;
    assert_eq!((replay.status, replay.header("etag")), (200, "\"2\""));
    assert_eq!(server.get(1, "/orders/1").await.header("etag"), "\"4\"");
}

#[tokio::test]
async fn a_key_stands_for_method_path_and_body() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    server.place(1, &[(9, 7)]).await;
    let body = json!({"status": "processing"});
    let send = |path: &str, body: &Value| change(&server, path, body).header("idempotency-key", "k");
    Answer::to(send("/orders/1/status", &body)).await.order(200);
    for (path, body) in [
        ("/orders/2/status", body.clone()),
        ("/orders/1/status", json!({"status": "shipped"})),
        ("/orders/1/status", json!({"status": "lost"})),
        ("/orders/1/cancel", body.clone()),
    ] {
        let refused = Answer::to(send(path, &body)).await;
        assert_eq!(refused.problem(422)["type"], "urn:problem:orders:idempotency-key-reused", "{path}");
    }
    let placing = server.posting(1, products(&[(9, 1)]).to_string()).header("idempotency-key", "k");
    assert_eq!(Answer::to(placing).await.problem(422)["type"], "urn:problem:orders:idempotency-key-reused");
    // The query is no part of it.
    let again = change(&server, "/orders/1/status?dryRun=false", &body).header("idempotency-key", "k");
    assert_eq!(Answer::to(again).await.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn what_is_refused_or_changes_nothing_leaves_its_key_free() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let send = |path: &str, body: &Value| change(&server, path, body).header("idempotency-key", "k");
    Answer::to(send("/orders/1/status", &json!({"status": "delivered"}))).await.problem(409);
    Answer::to(send("/orders/1/status", &json!({"status": "lost"}))).await.problem(422);
    Answer::to(send("/orders/1/status", &json!({"status": "processing"})).header("if-match", "\"7\""))
        .await
        .problem(412);
    Answer::to(send("/orders/1/status", &json!({"status": "pending"}))).await.order(200);
    Answer::to(send("/orders/1/status", &json!({"status": "processing"}))).await.order(200);
    let bad = change(&server, "/orders/1/cancel", &json!({})).header("idempotency-key", "a b");
    Answer::to(bad).await.problem(400);
}

#[tokio::test]
async fn a_dry_run_is_answered_as_in_earnest_and_does_nothing() {
    let server = Server::start();
    let body = products(&[(9, 7)]).to_string();
    let place = |query: &str, key: &str| {
        let request = server.user(1, Method::POST, &format!("/orders{query}"));
        request.header("content-type", "application/json").header("idempotency-key", key).body(body.clone())
    };
    let dry = Answer::to(place("?dryRun=true", "k1")).await;
    assert_eq!((dry.status, dry.header("orders-dry-run")), (201, "true"));
    assert_eq!(server.list("/orders").await, [] as [Value; 0]);
    let earnest = Answer::to(place("", "k1")).await;
    assert_eq!(
        (earnest.status, earnest.header("idempotency-replayed"), earnest.header("orders-dry-run")),
        (201, "", "")
    );

    // On PostgreSQL the dry run has used up a number.
    let order = earnest.header("location").to_owned();
    for (path, change_to) in [
        ("tracking", json!({"shippingProvider": "USPS", "trackingNumber": "N1"})),
        ("status", json!({"status": "shipped"})),
        ("cancel", json!({})),
    ] {
        let before = server.get(1, &order).await.text();
        let dry = Answer::to(change(&server, &format!("{order}/{path}?dryRun=true"), &change_to)).await;
        assert_eq!(
            (dry.status, dry.header("orders-dry-run"), dry.header("etag")),
            (200, "true", "\"2\""),
            "{path}"
        );
        assert_eq!(server.get(1, &order).await.text(), before);
    }
    let timeline = server.get(1, &format!("{order}/events")).await.text();
    assert_eq!(serde_json::from_str::<Vec<Value>>(&timeline).unwrap().len(), 1);
    // A used key is judged as it would be.
    let replay = Answer::to(place("?dryRun=true", "k1")).await;
    assert_eq!((replay.header("idempotency-replayed"), replay.header("orders-dry-run")), ("true", "true"));
}

#[tokio::test]
async fn a_dry_run_is_refused_as_in_earnest_byte_for_byte() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for (path, body, status) in [
        ("/orders/1/status", json!({"status": "delivered"}), 409),
        ("/orders/1/status", json!({"status": "lost"}), 422),
        ("/orders/9/cancel", json!({}), 401),
    ] {
        let (earnest, dry) =
            (change(&server, path, &body), change(&server, &format!("{path}?dryRun=true"), &body));
        let (earnest, dry) = (Answer::to(earnest).await, Answer::to(dry).await);
        assert_eq!(earnest.status, status);
        assert_eq!((dry.text(), dry.header("orders-dry-run")), (earnest.text(), ""));
    }
    for query in ["dryRun=yes", "dryRun=", "dryRun=TRUE", "dryRun=true&dryRun=false"] {
        Answer::to(change(&server, &format!("/orders/1/cancel?{query}"), &json!({}))).await.problem(400);
    }
    assert_eq!(server.get(1, "/orders/1").await.order(200)["status"], "pending");
}
