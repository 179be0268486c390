//! `traceparent`: what comes of a request tells of which trace it is a part.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    events::{OPERATOR, events},
    support::{Server, products, receiver::Receiver},
};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Places an order with these headers of that name; what its event tells.
async fn placed(server: &Server, traceparents: &[&str]) -> Option<String> {
    let mut request = server.user(1, Method::POST, "/orders").json(&products(&[(9, 1)]));
    for traceparent in traceparents {
        request = request.header("traceparent", *traceparent);
    }
    let answer = Answer::to(request).await;
    let order = answer.order(201);
    let timeline = server.get(1, &format!("/orders/{}/events", order["id"])).await;
    let told = events(&timeline)[0].get("traceparent").cloned()?;
    Some(told.as_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_event_tells_the_trace_of_its_request_and_one_that_is_none_counts_as_absent() {
    let server = Server::start();
    assert_eq!(placed(&server, &[TRACE]).await.as_deref(), Some(TRACE));
    let later = TRACE.replacen("00", "cc", 1) + "-and-more";
    assert_eq!(placed(&server, &[&later]).await.as_deref(), Some(TRACE));
    for bad in ["", "00", &TRACE.to_uppercase(), &TRACE.replacen("00", "ff", 1), &format!("{TRACE}-more")] {
        assert_eq!(placed(&server, &[bad]).await, None, "{bad:?}");
    }
    assert_eq!(placed(&server, &[TRACE, TRACE]).await, None);
    assert_eq!(placed(&server, &[]).await, None);
}

#[tokio::test]
async fn every_kind_of_change_tells_its_trace_in_each_form_of_the_feed() {
    let server = Server::start();
    assert_eq!(placed(&server, &[TRACE]).await.as_deref(), Some(TRACE));
    let location = json!({"code": "HAM", "name": "Hamburg", "country": "DE"});
    for (user, method, path, body) in [
        (1, Method::PATCH, "/orders/1/tracking", json!({"shippingProvider": "DHL", "trackingNumber": "1"})),
        (1, Method::PATCH, "/orders/1/cancel", Value::Null),
        (OPERATOR, Method::POST, "/locations", location),
    ] {
        let mut request = server.user(user, method, path).header("traceparent", TRACE);
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = Answer::to(request).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
    }
    let page = events(&server.get(OPERATOR, "/events").await);
    assert_eq!(page.len(), 4);
    assert!(page.iter().all(|event| event["traceparent"] == TRACE), "{page:?}");
    let lines = server.user(OPERATOR, Method::GET, "/events").header("accept", "application/x-ndjson");
    let lines = Answer::to(lines).await.text();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, page);
}

#[tokio::test]
async fn a_receiver_of_a_webhook_is_told_the_trace() {
    let receiver = Receiver::start();
    let server = crate::webhooks::sending_to(&receiver);
    let body = json!({"url": receiver.url(), "types": ["order.*"]});
    server.as_operator(Method::POST, "/webhooks", Some(body)).await.order(201);
    placed(&server, &[TRACE]).await;
    placed(&server, &[]).await;
    let got = receiver.wait(2);
    let told = |trace: &str| got.iter().filter(|got| got.traceparent == trace).count();
    assert_eq!((told(TRACE), told("")), (1, 1), "{got:?}");
    let test = server.user(OPERATOR, Method::POST, "/webhooks/1/test").header("traceparent", TRACE);
    assert_eq!(Answer::to(test).await.status, 200);
    assert_eq!(receiver.wait(3)[2].traceparent, TRACE);
}
