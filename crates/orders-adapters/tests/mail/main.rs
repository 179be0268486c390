//! Mails, printed and through a real SMTP server.

#![cfg(feature = "mail")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

mod notices;
mod printing;
#[cfg(feature = "smtp")]
mod sending;
mod templates;
#[cfg(feature = "smtp")]
mod untrusted;

#[cfg(feature = "smtp")]
#[path = "../common/python.rs"]
mod python;
#[cfg(feature = "smtp")]
#[path = "../common/smtp_sink.rs"]
mod smtp_sink;
