//! The queue on a local stand-in, and on a service that fails.

#![cfg(feature = "sqs")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

mod contract;
mod faults;
mod service;

#[path = "../common/python.rs"]
mod python;
#[path = "../common/sqs_server.rs"]
mod sqs_server;

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig};
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use orders_domain::delivery::endpoint::QueueMessage;

/// Settings that ask nobody, and try again at once.
fn config() -> SdkConfig {
    let credentials = SharedCredentialsProvider::new(Credentials::new("id", "secret", None, None, "tests"));
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(credentials)
        .retry_config(retries)
        .build()
}

fn message(event: i64, group: &str) -> QueueMessage {
    let body = format!(r#"{{"id":"{event}"}}"#);
    QueueMessage { event: event.try_into().unwrap(), group: group.to_owned(), body }
}
