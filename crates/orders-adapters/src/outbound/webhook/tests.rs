//! Messages to receivers of our own, honest and not.

mod addresses;
mod hostile;
mod receiver;
mod signatures;
mod spellings;
mod trust;
mod verdicts;

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::*;
use receiver::Receiver;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Long enough for what is to arrive on a machine at work.
const LONG: Duration = Duration::from_secs(30);

/// Not long, for what is never to arrive.
const SHORT: Duration = Duration::from_millis(300);

/// To this machine, and these ports of it.
fn to_ports(ports: &[u16]) -> Destinations {
    Destinations { allow_http: true, ports: ports.to_vec(), allow_nets: vec!["127.0.0.0/8".parse().unwrap()] }
}

fn sender(port: u16, patience: Duration) -> HttpWebhooks {
    let vault = Vault::from_base64(KEY).unwrap();
    HttpWebhooks::with(vault, to_ports(&[port]), Arc::new(SystemLookup), patience).unwrap()
}

/// One secret, and where to.
fn endpoint(sender: &HttpWebhooks, url: &str) -> Endpoint {
    let (_, sealed) = sender.new_secret().unwrap();
    Endpoint { url: WebhookUrl::parse(url).unwrap(), secrets: vec![sealed] }
}

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_341_600_123).unwrap()
}

fn message() -> Message {
    Message { id: "4711".to_owned(), at: at(), body: br#"{"type":"order.placed"}"#.to_vec(), trace: None }
}

/// What comes of a message to this receiver, with all patience.
async fn sent(receiver: &Receiver) -> Outcome {
    sent_within(receiver, LONG).await
}

async fn sent_within(receiver: &Receiver, patience: Duration) -> Outcome {
    let sender = sender(receiver.port(), patience);
    sender.send(&endpoint(&sender, &receiver.url()), &message()).await
}

/// The status, and what is said to be wrong.
fn logged(outcome: &Outcome) -> (Option<u16>, Option<&str>) {
    let attempt = outcome.attempt.as_ref().unwrap();
    assert_eq!(attempt.at, at());
    (attempt.status, attempt.error.as_deref())
}

const AGAIN: Verdict = Verdict::Again { retry_after: None, overloaded: false };
