//! What receivers verify, with the library that they are told to use.

use orders_domain::ports::Clock;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use standardwebhooks::Webhook;

use super::{receiver::Came, *};
use crate::SystemClock;

fn headers(came: &Came) -> HeaderMap {
    let of = |name| (HeaderName::from_static(name), HeaderValue::from_str(came.header(name)).unwrap());
    ["webhook-id", "webhook-timestamp", "webhook-signature"].map(of).into_iter().collect()
}

/// What came when these secrets signed, and what the receiver was shown of them.
async fn signed(count: usize, at: DateTime<Utc>) -> (Came, Vec<String>) {
    let receiver = Receiver::content("").await;
    let sender = sender(receiver.port(), LONG);
    let (shown, secrets): (Vec<_>, Vec<_>) = (0..count).map(|_| sender.new_secret().unwrap()).unzip();
    let to = Endpoint { url: WebhookUrl::parse(&receiver.url()).unwrap(), secrets };
    let outcome = sender.send(&to, &Message { at, ..message() }).await;
    assert_eq!(outcome.verdict, Verdict::Done);
    (receiver.came().pop().unwrap(), shown)
}

#[tokio::test]
async fn the_bytes_that_arrive_are_those_that_are_signed() {
    let (came, shown) = signed(1, SystemClock.now()).await;
    let (webhook, headers) = (Webhook::new(&shown[0]).unwrap(), headers(&came));
    assert!(webhook.verify(&came.body, &headers).is_ok());
    for at in 0..came.body.len() {
        let mut body = came.body.clone();
        body[at] ^= 1;
        assert!(webhook.verify(&body, &headers).is_err(), "byte {at}");
    }
    for name in ["webhook-id", "webhook-timestamp"] {
        let mut forged = headers.clone();
        let changed = HeaderValue::from(came.header(name).parse::<i64>().unwrap() + 1);
        forged.insert(HeaderName::from_static(name), changed);
        assert!(webhook.verify(&came.body, &forged).is_err(), "{name}");
    }
    assert!(Webhook::new("whsec_AAAA").unwrap().verify(&came.body, &headers).is_err());
}

#[tokio::test]
async fn an_old_message_is_refused() {
    let (came, shown) = signed(1, SystemClock.now() - chrono::TimeDelta::minutes(6)).await;
    assert!(Webhook::new(&shown[0]).unwrap().verify(&came.body, &headers(&came)).is_err());
}

#[tokio::test]
async fn after_a_rotation_both_secrets_verify() {
    let (came, shown) = signed(2, SystemClock.now()).await;
    assert_ne!(shown[0], shown[1]);
    assert_eq!(came.header("webhook-signature").split(' ').count(), 2);
    for secret in shown {
        assert!(Webhook::new(&secret).unwrap().verify(&came.body, &headers(&came)).is_ok());
    }
}

#[tokio::test]
async fn a_message_is_sent_whole_with_few_headers() {
    let (came, _) = signed(1, at()).await;
    assert_eq!(came.line, "POST /in HTTP/1.1");
    assert_eq!(came.body, message().body);
    let mut names = came.names();
    names.sort_unstable();
    let known = [
        "accept",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    ];
    assert_eq!(names, known);
    let said =
        ["user-agent", "content-type", "webhook-id", "webhook-timestamp"].map(|name| came.header(name));
    assert_eq!(said, ["orders", "application/json", "4711", "1795341600"]);
    let signature = came.header("webhook-signature");
    assert!(signature.starts_with("v1,") && signature.len() == 3 + 44, "{signature}");
}

#[tokio::test]
async fn a_message_says_of_which_trace_it_is_a_part() {
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let receiver = Receiver::content("").await;
    let sender = sender(receiver.port(), LONG);
    let message = Message { trace: Some(trace.parse().unwrap()), ..message() };
    sender.send(&endpoint(&sender, &receiver.url()), &message).await;
    assert_eq!(receiver.came()[0].header("traceparent"), trace);
}

#[test]
fn a_secret_is_of_24_bytes_of_chance() {
    let sender = sender(443, LONG);
    let (shown, sealed) = sender.new_secret().unwrap();
    assert!(shown.starts_with("whsec_") && shown.len() == 6 + 32, "{shown}");
    assert_eq!(sealed.key(), sender.key());
    assert_ne!(shown, sender.new_secret().unwrap().0);
}

#[tokio::test]
async fn what_cannot_be_signed_is_not_sent() {
    let receiver = Receiver::content("").await;
    let sender = sender(receiver.port(), LONG);
    let good = endpoint(&sender, &receiver.url());
    let stranger = Vault::from_base64(&KEY.replace("AAEC", "AAED")).unwrap().seal(b"secret").unwrap();
    let damaged = Sealed::new(sender.key(), b"damaged");
    for bad in [stranger, damaged] {
        for secrets in [vec![bad.clone()], vec![good.secrets[0].clone(), bad]] {
            let outcome = sender.send(&Endpoint { secrets, ..good.clone() }, &message()).await;
            assert_eq!(logged(&outcome), (None, Some("the secret cannot be read with this key")));
            assert_eq!(outcome.verdict, AGAIN);
        }
    }
    let outcome = sender.send(&Endpoint { secrets: Vec::new(), ..good.clone() }, &message()).await;
    assert_eq!(logged(&outcome), (None, Some("there is no secret to sign with")));
    assert_eq!(receiver.connections(), 0);
    assert_eq!(sender.send(&good, &message()).await.verdict, Verdict::Done);
}
