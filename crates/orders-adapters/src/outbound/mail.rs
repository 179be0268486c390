//! Mails to customers: written by templates, and sent by SMTP or printed.

mod context;
mod letter;
mod printed;
#[cfg(feature = "smtp")]
mod smtp;
mod templates;

pub use letter::{Letters, SenderError};
pub use printed::PrintMailer;
#[cfg(feature = "smtp")]
pub use smtp::{SmtpMailer, SmtpUrlError};
pub use templates::{TemplateError, Templates};
