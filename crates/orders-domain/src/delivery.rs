//! What is told to others: webhooks, and the log of what was sent to them and by mail.
//!
//! The events are the outbox. Whoever reads them behind a cursor of its own is a [`Consumer`]; what it has done
//! with an event, and how far it has come, is stored together.

pub mod attempt;
pub mod consumer;
pub mod counted;
pub mod endpoint;
pub mod log;
pub mod patterns;
pub mod ports;
pub mod progress;
pub mod schedule;
pub mod secret;
pub mod webhook;

pub use attempt::{Attempt, Excerpt, Outcome, Verdict};
pub use consumer::{Consumer, Reached};
pub use counted::Counted;
pub use log::{Delivery, DeliveryFilter, DeliveryPage, DeliveryQuery, DeliveryState, LogPosition};
pub use patterns::TypePatterns;
pub use progress::{Backlog, Due, Holder, Leased, Progress, Replaying, Settled, Standing, Step, Stepped};
pub use schedule::Schedule;
pub use secret::{KeyId, Sealed, SigningSecrets};
pub use webhook::{
    ChangedWebhook, Disabled, DisabledFor, NewWebhook, Redo, Webhook, WebhookDetails, WebhookState,
    WebhookUrl,
};
