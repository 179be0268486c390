//! What is sent to others: webhooks, mail, a queue.
//!
//! | feature | what is there |
//! |---|---|
//! | `webhooks` | `HttpWebhooks`, and the `Vault` of its secrets |
//! | `mail` | `PrintMailer`, and the templates of mails |
//! | `smtp` | `SmtpMailer` |
//! | `sqs` | `SqsQueue` |

#[cfg(feature = "webhooks")]
pub mod address;
#[cfg(feature = "webhooks")]
pub mod vault;
#[cfg(feature = "webhooks")]
pub mod webhook;

#[cfg(feature = "webhooks")]
pub use address::Destinations;
#[cfg(feature = "webhooks")]
pub use vault::{Vault, VaultError};
#[cfg(feature = "webhooks")]
pub use webhook::HttpWebhooks;
#[cfg(feature = "mail")]
pub mod mail;
#[cfg(feature = "sqs")]
pub mod queue;
#[cfg(feature = "smtp")]
pub use mail::SmtpMailer;
#[cfg(feature = "mail")]
pub use mail::{Letters, PrintMailer, Templates};
#[cfg(feature = "sqs")]
pub use queue::SqsQueue;
