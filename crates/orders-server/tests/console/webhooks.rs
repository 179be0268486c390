//! Webhooks: what was sent, and sending it once more; and how the program is.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::{
    desk::{Page, Person},
    support::{Server, receiver::Receiver},
};

/// 32 bytes in base64.
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

fn sending_to(receiver: &Receiver) -> Server {
    let port = receiver.port().to_string();
    Server::start_with(&[
        ("SECRETS_KEY", KEY),
        ("WEBHOOKS_ALLOW_HTTP", "true"),
        ("WEBHOOKS_PORTS", &port),
        ("WEBHOOKS_ALLOW_NETS", "127.0.0.0/8"),
    ])
}

/// A page, once it has this in it.
async fn once(person: &Person, path: &str, has: &str) -> Page {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let page = person.get(path).await;
        if page.text.contains(has) {
            return page;
        }
        assert!(Instant::now() < deadline, "{has:?} does not come: {}", page.text);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_was_sent_is_shown_and_sent_once_more_when_it_is_wanted() {
    let receiver = Receiver::start();
    let server = sending_to(&receiver);
    let body = json!({"url": receiver.url(), "types": ["order.*"]});
    let made = server.operator(Method::POST, "/webhooks", Some(&body)).send().await.unwrap();
    assert_eq!(made.status(), 201);
    server.place(1, &[(9, 7)]).await;
    receiver.wait(1);
    let person = Person::signed_in(&server, 100).await;
    let page = person.get("/console/webhooks").await.has(&["Webhook 1", "order.*", "Active"]);
    assert!(!page.text.contains("s3cret"), "only where it leads is shown");
    let page = once(&person, "/console/webhooks/1", "Arrived").await.has(&["1 try", "answered 200"]);
    assert!(!page.text.contains("s3cret"));
    let (event, key) =
        (page.field("/console/webhooks/1/retry", "event"), page.field("/console/webhooks/1/retry", "key"));
    let fields = [("event", event.as_str()), ("key", key.as_str())];
    let answer = person.send("/console/webhooks/1/retry", &fields).await;
    assert_eq!(answer.leads_to(), "/console/webhooks/1?done=retried");
    receiver.wait(2);
    let answer = person.send("/console/webhooks/1/replay", &[("after", "0"), ("until", "")]).await;
    assert_eq!(answer.leads_to(), "/console/webhooks/1?done=replayed");
    receiver.wait(3);
    let answer = person.send("/console/webhooks/1/replay", &[("after", "soon")]).await;
    assert_eq!(answer.status, 422);
    answer.has(&["Not done.", "value=\"soon\""]);
    assert_eq!(person.send("/console/webhooks/1/retry", &[("event", "999")]).await.status, 404);
    assert_eq!(person.get("/console/webhooks/2").await.status, 404);
    once(&person, "/console/health", "Up to date").await.has(&[
        "webhook:1",
        "Writes that wait",
        "Reading orders",
    ]);
}
