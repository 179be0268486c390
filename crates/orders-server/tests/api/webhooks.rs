//! Webhooks: what is asked of them, and what their receivers get.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    support::{
        Server,
        receiver::{Got, Receiver},
    },
};

/// 32 bytes in base64.
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// A server that may send to this receiver.
pub fn sending_to(receiver: &Receiver) -> Server {
    let port = receiver.port().to_string();
    Server::start_with(&[
        ("SECRETS_KEY", KEY),
        ("WEBHOOKS_ALLOW_HTTP", "true"),
        ("WEBHOOKS_PORTS", &port),
        ("WEBHOOKS_ALLOW_NETS", "127.0.0.0/8"),
        ("MAIL", "print"),
    ])
}

async fn ask(server: &Server, method: Method, path: &str, body: Option<Value>) -> Answer {
    server.as_operator(method, path, body).await
}

/// A webhook for events of orders; as it was made.
async fn webhook(server: &Server, receiver: &Receiver) -> Value {
    let body = json!({"url": receiver.url(), "types": ["order.*"]});
    ask(server, Method::POST, "/webhooks", Some(body)).await.order(201)
}

/// The state of each delivery of a page.
fn states(page: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    page.order(200).as_array().unwrap().iter().map(|one| (text(&one["event"]), text(&one["state"]))).collect()
}

/// A page of the log, once nothing in it is pending and there is so much.
async fn settled(server: &Server, path: &str, count: usize) -> Answer {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let page = ask(server, Method::GET, path, None).await;
        let states = states(&page);
        if states.len() >= count && states.iter().all(|(_, state)| state != "pending") {
            return page;
        }
        assert!(std::time::Instant::now() < deadline, "{}", page.text());
        tokio::task::yield_now().await;
    }
}

/// Whether one of the signatures of a message is by this secret (Standard Webhooks, "Signature scheme").
fn is_signed(got: &Got, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let signed = [got.id.as_bytes(), b".", got.timestamp.as_bytes(), b".", &got.body].concat();
    got.signature.split(' ').any(|one| {
        let signature = STANDARD.decode(one.strip_prefix("v1,").unwrap()).unwrap();
        hmac::verify(&key, &signed, &signature).is_ok()
    })
}

#[tokio::test]
async fn a_webhook_is_shown_as_it_was_made_but_for_its_secret() {
    let receiver = Receiver::start();
    let server = sending_to(&receiver);
    let body = json!({"url": receiver.url(), "types": ["order.*", "stock.short", "order.*"]});
    let made = ask(&server, Method::POST, "/webhooks", Some(body)).await;
    let mut webhook = made.order(201);
    assert_eq!((made.header("location"), made.version()), ("/webhooks/1", 1));
    let secret = webhook["secret"].take();
    assert!(secret.as_str().unwrap().starts_with("whsec_"));
    webhook.as_object_mut().unwrap().remove("secret");
    assert_eq!(webhook["types"], json!(["order.*", "stock.short"]));
    assert_eq!((&webhook["id"], &webhook["state"]), (&json!(1), &json!("active")));
    assert_eq!(ask(&server, Method::GET, "/webhooks/1", None).await.order(200), webhook);
    assert_eq!(ask(&server, Method::GET, "/webhooks", None).await.order(200), json!([webhook]));
    // What happened says neither its secret nor more of its address than where it leads.
    let events = ask(&server, Method::GET, "/events?subject=webhooks/1", None).await;
    let told = &events.order(200)[0];
    assert_eq!((&told["type"], &told["data"]["webhookId"]), (&json!("webhook.created"), &json!(1)));
    assert!(!events.text().contains("s3cret") && !events.text().contains("whsec_"), "{}", events.text());
}

#[tokio::test]
async fn neither_a_replay_nor_a_dry_run_shows_a_secret() {
    let receiver = Receiver::start();
    let server = sending_to(&receiver);
    let body = json!({"url": receiver.url(), "types": ["order.*"]});
    let dry = ask(&server, Method::POST, "/webhooks?dryRun=true", Some(body.clone())).await;
    assert_eq!((dry.order(201)["secret"].clone(), dry.header("orders-dry-run")), (Value::Null, "true"));
    assert_eq!(ask(&server, Method::GET, "/webhooks", None).await.order(200), json!([]));
    for path in ["/webhooks", "/webhooks/1/secret"] {
        let send =
            || Answer::to(server.operator(Method::POST, path, Some(&body)).header("idempotency-key", path));
        let (first, again) = (send().await, send().await);
        assert_eq!(again.header("idempotency-replayed"), "true");
        let (mut first, again) = (first.json(), again.json());
        assert!(first.as_object_mut().unwrap().remove("secret").is_some());
        assert_eq!(first, again);
    }
    let rotated = ask(&server, Method::POST, "/webhooks/1/secret?dryRun=true", None).await.order(200);
    assert_eq!(rotated["secret"], Value::Null);
    assert_eq!(ask(&server, Method::GET, "/webhooks/1", None).await.version(), 2);
}

#[tokio::test]
async fn what_happens_is_sent_signed_and_in_order() {
    let receiver = Receiver::start();
    let server = sending_to(&receiver);
    let secret = webhook(&server, &receiver).await["secret"].as_str().unwrap().to_owned();
    server.place(1, &[(9, 7)]).await;
    server.patch(1, "/orders/1/status", &json!({"status": "processing"})).await.order(200);
    let got = receiver.wait(2);
    let events = ask(&server, Method::GET, "/orders/1/events", None).await;
    assert_eq!(events.status, 200, "{}", events.text());
    let events = events.json();
    for (got, event) in got.iter().zip(events.as_array().unwrap()) {
        assert_eq!(got.json(), *event);
        assert_eq!(got.id, event["id"].as_str().unwrap());
        assert!(is_signed(got, &secret));
        let mut changed = got.clone();
        changed.body[20] ^= 1;
        assert!(!is_signed(&changed, &secret));
    }
    // After a rotation both sign.
    let new = ask(&server, Method::POST, "/webhooks/1/secret", None).await.order(200);
    let new = new["secret"].as_str().unwrap();
    server.patch(1, "/orders/1/status", &json!({"status": "shipped"})).await.order(200);
    let got = receiver.wait(3);
    assert!(is_signed(&got[2], &secret) && is_signed(&got[2], new));
    let log = settled(&server, "/webhooks/1/deliveries", 3).await;
    assert!(states(&log).iter().all(|(_, state)| state == "done"));
    let attempt = &log.json()[0]["attempts"][0];
    assert_eq!((&attempt["status"], &attempt["body"]), (&json!(200), &json!("said")));
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_with_the_same_id() {
    let receiver = Receiver::answering(|_, before| Some(if before == 0 { 500 } else { 204 }));
    let server = sending_to(&receiver);
    webhook(&server, &receiver).await;
    server.place(1, &[(9, 7)]).await;
    let got = receiver.wait(2);
    assert_eq!((&got[0].id, &got[0].body), (&got[1].id, &got[1].body));
    let log = settled(&server, "/deliveries?state=done", 1).await.json();
    let statuses: Vec<_> =
        log[0]["attempts"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, [json!(500), json!(204)]);
}

#[tokio::test]
async fn a_test_is_answered_with_what_the_receiver_said_and_is_no_event() {
    let receiver = Receiver::answering(|_, _| Some(418));
    let server = sending_to(&receiver);
    let secret = webhook(&server, &receiver).await["secret"].as_str().unwrap().to_owned();
    let tested = ask(&server, Method::POST, "/webhooks/1/test", None).await.order(200);
    assert_eq!((&tested["status"], &tested["body"]), (&json!(418), &json!("said")));
    let got = receiver.wait(1);
    assert!(is_signed(&got[0], &secret));
    assert_eq!((&got[0].json()["type"], &got[0].json()["id"]), (&json!("webhook.test"), &json!(got[0].id)));
    assert!(got[0].id.parse::<i64>().is_err(), "an event may have the id {}", got[0].id);
    let dry = ask(&server, Method::POST, "/webhooks/1/test?dryRun=true", None).await;
    assert_eq!((dry.order(200)["status"].clone(), dry.header("orders-dry-run")), (Value::Null, "true"));
    let events = ask(&server, Method::GET, "/events", None).await.order(200);
    assert_eq!(events.as_array().unwrap().len(), 1);
    assert_eq!(states(&ask(&server, Method::GET, "/webhooks/1/deliveries", None).await), []);
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test]
async fn what_was_sent_is_sent_again_for_whoever_asks() {
    let receiver = Receiver::start();
    let server = sending_to(&receiver);
    webhook(&server, &receiver).await;
    for _ in 0..3 {
        server.place(1, &[(9, 7)]).await;
    }
    let log = states(&settled(&server, "/webhooks/1/deliveries", 3).await);
    let (first, last) = (&log[0].0, &log[2].0);
    ask(&server, Method::POST, &format!("/webhooks/1/deliveries/{first}/retry"), None).await.order(202);
    assert_eq!(receiver.wait(4)[3].id, *first);
    // What is not stored when a replay is asked for is sent once more.
    settled(&server, "/webhooks/1/deliveries", 3).await;
    let replay = json!({"after": first, "until": last});
    ask(&server, Method::POST, "/webhooks/1/replay", Some(replay)).await.order(202);
    let mut again: Vec<_> = receiver.wait(6)[4..].iter().map(|got| got.id.clone()).collect();
    again.sort();
    assert_eq!(again, [log[1].0.clone(), last.clone()]);
    let never = ask(&server, Method::POST, "/webhooks/1/deliveries/999/retry", None).await.problem(404);
    assert_eq!(never["detail"], "event 999 was not sent to webhook 1");
}

#[tokio::test]
async fn while_it_is_paused_events_wait_and_then_follow_or_are_left_out() {
    let receiver = Receiver::start();
    let server = sending_to(&receiver);
    webhook(&server, &receiver).await;
    let change = |body| ask(&server, Method::PATCH, "/webhooks/1", Some(body));
    let paused = change(json!({"active": false})).await;
    assert_eq!((paused.order(200)["state"].clone(), paused.version()), (json!("paused"), 2));
    server.place(1, &[(9, 1)]).await;
    change(json!({"active": true})).await.order(200);
    receiver.wait(1);
    settled(&server, "/webhooks/1/deliveries", 1).await;
    change(json!({"active": false})).await.order(200);
    server.place(1, &[(9, 2)]).await;
    change(json!({"active": true, "from": "now"})).await.order(200);
    server.place(1, &[(9, 3)]).await;
    let got = receiver.wait(2);
    let quantities: Vec<_> =
        got.iter().map(|got| got.json()["data"]["lines"][0]["quantity"].clone()).collect();
    assert_eq!(quantities, [json!(1), json!(3)]);
    let stale = server
        .operator(Method::PATCH, "/webhooks/1", Some(&json!({"active": false})))
        .header("if-match", "\"1\"");
    Answer::to(stale).await.problem(412);
}

#[tokio::test]
async fn what_was_deleted_stays_in_the_log_and_refuses_the_rest() {
    let receiver = Receiver::start();
    let server = sending_to(&receiver);
    webhook(&server, &receiver).await;
    server.place(1, &[(9, 1)]).await;
    let log = states(&settled(&server, "/webhooks/1/deliveries", 1).await);
    for _ in 0..2 {
        let deleted = ask(&server, Method::DELETE, "/webhooks/1", None).await;
        assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    }
    let shown = ask(&server, Method::GET, "/webhooks/1", None).await.order(200);
    assert_eq!((&shown["state"], &shown["reason"]), (&json!("disabled"), &json!("deleted")));
    let event = &log[0].0;
    for (method, path, body) in [
        (Method::POST, "/webhooks/1/test".to_owned(), None),
        (Method::POST, "/webhooks/1/secret".to_owned(), None),
        (Method::POST, format!("/webhooks/1/deliveries/{event}/retry"), None),
        (Method::POST, "/webhooks/1/replay".to_owned(), Some(json!({"after": "0"}))),
        (Method::PATCH, "/webhooks/1".to_owned(), Some(json!({"active": true}))),
    ] {
        let refused = ask(&server, method, &path, body).await.problem(409);
        assert_eq!(refused["type"], "urn:problem:orders:webhook-disabled", "{path}");
    }
    assert_eq!(states(&ask(&server, Method::GET, "/webhooks/1/deliveries", None).await), log);
    server.place(1, &[(9, 1)]).await;
    ask(&server, Method::GET, "/webhooks/2", None).await.problem(404);
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test]
async fn every_fault_of_a_webhook_is_named() {
    let receiver = Receiver::start();
    let server = sending_to(&receiver);
    webhook(&server, &receiver).await;
    for (body, status, pointers) in [
        (json!({}), 422, vec!["/url", "/types"]),
        (json!({"url": receiver.url(), "types": []}), 422, vec!["/types"]),
        (
            json!({"url": receiver.url(), "types": ["order.lost", 7, "*"]}),
            400,
            vec!["/types/0", "/types/1", "/types/2"],
        ),
        (json!({"url": "ftp://a.example", "types": ["order.*"], "x": 1}), 422, vec!["/x", "/url"]),
        (json!({"url": "http://10.0.0.1:80/", "types": ["order.*"]}), 422, vec!["/url"]),
        (json!({"url": "https://[::ffff:169.254.169.254]/", "types": ["order.*"]}), 422, vec!["/url"]),
        (json!({"url": "https://user:word@a.example/", "types": ["order.*"]}), 422, vec!["/url"]),
        (json!({"url": receiver.url(), "types": "order.*", "active": "yes"}), 400, vec!["/types", "/active"]),
    ] {
        let mut named = ask(&server, Method::POST, "/webhooks", Some(body.clone())).await.pointers(status);
        let mut expected: Vec<_> = pointers.iter().map(ToString::to_string).collect();
        named.sort();
        expected.sort();
        assert_eq!(named, expected, "{body}");
    }
    for (body, pointer) in [
        (json!({"from": "now"}), "/active"),
        (json!({"active": true, "from": "yesterday"}), "/from"),
        (json!({"url": "https://127.0.0.2/"}), "/url"),
    ] {
        let refused = ask(&server, Method::PATCH, "/webhooks/1", Some(body.clone())).await;
        assert_eq!(refused.pointers(422), [pointer], "{body}");
    }
    let replay = |body| ask(&server, Method::POST, "/webhooks/1/replay", Some(body));
    assert_eq!(replay(json!({"after": "5", "until": "5"})).await.pointers(422), ["/until"]);
    assert_eq!(replay(json!({"until": "5"})).await.pointers(422), ["/after"]);
    assert_eq!(replay(json!({"after": "05"})).await.pointers(422), ["/after"]);
}

#[tokio::test]
async fn the_whole_log_tells_of_mail_without_an_address_and_in_pages() {
    let receiver = Receiver::start();
    let server = sending_to(&receiver);
    webhook(&server, &receiver).await;
    let order = json!({"products": [{"id": 9, "quantity": 1}], "email": "ada@shop.example"}).to_string();
    server.post(1, order).await.order(201);
    server.patch(1, "/orders/1/status", &json!({"status": "shipped"})).await.order(200);
    let mails = settled(&server, "/deliveries?consumer=mail", 1).await;
    assert!(!mails.text().contains("ada"), "{}", mails.text());
    assert_eq!(states(&mails).len(), 1);
    let all = settled(&server, "/deliveries", 3).await;
    assert!(!all.text().contains("ada") && !all.text().contains("s3cret"), "{}", all.text());
    let mut paged = Vec::new();
    let mut next = "/deliveries?limit=1".to_owned();
    loop {
        let page = ask(&server, Method::GET, &next, None).await;
        paged.extend(page.order(200).as_array().unwrap().clone());
        let Some(link) = page.header("link").strip_prefix('<') else { break };
        next = link.split_once('>').unwrap().0.to_owned();
    }
    assert_eq!(json!(paged), all.json());
    let events = ask(&server, Method::GET, "/events", None).await;
    assert!(!events.text().contains("ada@"), "{}", events.text());
}
