//! What is sent to others: webhooks, mail, a queue.
//!
//! | feature | what is there |
//! |---|---|
//! | `webhooks` | `HttpWebhooks`, to `Destinations`, signed with what is sealed in a `Vault` |
//! | `mail` | `Letters` by `Templates`, and `PrintMailer` |
//! | `smtp` | `SmtpMailer`; brings `mail` |
//! | `sqs` | `SqsQueue` |
//! | `otlp` | `Traces`, and ports whose work is recorded in them |
//!
//! What is logged of a failure is said in words of this program: those of others may repeat what is personal, or tell
//! an outsider of the inside.

#[cfg(feature = "webhooks")]
pub mod address;
#[cfg(feature = "mail")]
pub mod mail;
#[cfg(feature = "sqs")]
pub mod queue;
#[cfg(any(feature = "smtp", feature = "webhooks"))]
mod tls;
#[cfg(feature = "otlp")]
pub mod traces;
#[cfg(feature = "webhooks")]
pub mod vault;
#[cfg(feature = "webhooks")]
pub mod webhook;
