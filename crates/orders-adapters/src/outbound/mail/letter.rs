//! A mail with its addresses and headers, as it is sent.

use std::{sync::Arc, time::Instant};

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
};
use orders_domain::{
    Quoted,
    delivery::{Attempt, Outcome, Verdict, endpoint::Notice},
    order::contact::Email,
    ports::Clock,
};
use url::Host;

use super::templates::Templates;

/// A sender that cannot be one.
#[derive(Debug, thiserror::Error)]
#[error("MAIL_FROM {} is not of the form shop@example.org or Shop <shop@example.org>", Quoted(.0))]
pub struct SenderError(String);

/// Why no mail was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum NotWritten {
    #[error("the template cannot be filled with this order")]
    Template,
    #[error("mail cannot be sent to an address like this")]
    Address,
}

/// Another time, whenever.
pub(super) const AGAIN: Verdict = Verdict::Again { retry_after: None, overloaded: false };

impl NotWritten {
    /// A template can be mended, an address cannot.
    fn verdict(self) -> Verdict {
        match self {
            Self::Template => AGAIN,
            Self::Address => Verdict::Never,
        }
    }
}

/// What came of a mail that was to be delivered.
pub(super) struct Delivered {
    /// What was answered, if anything was.
    pub status: Option<u16>,
    /// What is wrong.
    pub error: Option<String>,
    /// What that means.
    pub verdict: Verdict,
}

/// Writes mails from one sender, by templates.
pub struct Letters {
    templates: Templates,
    from: Mailbox,
    clock: Arc<dyn Clock>,
}

impl Letters {
    /// From this sender: an address in ASCII, with or without a name before it.
    ///
    /// # Errors
    ///
    /// [`SenderError`] when it is none.
    pub fn new(from: &str, templates: Templates, clock: Arc<dyn Clock>) -> Result<Self, SenderError> {
        let parsed = from.parse().ok().filter(|from: &Mailbox| from.email.to_string().is_ascii());
        let from = parsed.ok_or_else(|| SenderError(from.to_owned()))?;
        Ok(Self { templates, from, clock })
    }

    /// Writes the mail of a notice, and has it delivered.
    pub(super) async fn send<F>(&self, notice: &Notice, deliver: impl FnOnce(Message) -> F) -> Outcome
    where
        F: Future<Output = Delivered>,
    {
        let (at, begun) = (self.clock.now(), Instant::now());
        let Delivered { status, error, verdict } = match self.message(notice, at) {
            Ok(message) => deliver(message).await,
            Err(error) => {
                Delivered { status: None, verdict: error.verdict(), error: Some(error.to_string()) }
            }
        };
        let attempt = Attempt { at, took: begun.elapsed(), status, body: None, error };
        Outcome { attempt: Some(attempt), verdict }
    }

    /// The mail of a notice, written at this moment. Its id is the same however often it is written.
    fn message(&self, notice: &Notice, at: DateTime<Utc>) -> Result<Message, NotWritten> {
        let to = address(&notice.to).ok_or(NotWritten::Address)?;
        let letter = self.templates.letter(notice).map_err(|error| {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, order = %notice.order.id(), "a mail cannot be written");
            NotWritten::Template
        })?;
        let (event, template) = (notice.event, notice.template.as_str());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .message_id(Some(format!("<{event}.{template}@{}>", self.from.email.domain())))
            .date(at.into())
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
            .map_err(|_| NotWritten::Address)
    }
}

/// The address as mail knows it: a domain that is not ASCII in its ASCII form (RFC 5890), so that only a name
/// before the `@` that is not ASCII needs a server that can carry it (RFC 6531).
fn address(email: &Email) -> Option<Address> {
    let (local, domain) = email.as_str().rsplit_once('@')?;
    let domain = if domain.is_ascii() { domain.to_owned() } else { Host::parse(domain).ok()?.to_string() };
    Address::new(local, domain).ok()
}

/// `Auto-Submitted: auto-generated` (RFC 3834, 5): nobody's absence is to answer.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
