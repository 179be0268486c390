//! What was sent to whom, and what came of it.

use chrono::{DateTime, Utc};

use super::{attempt::Attempt, consumer::Consumer};
use crate::{
    id::{EventId, WebhookId},
    invalid::{InvalidInput, list},
    page::PageLimit,
    quoted::Quoted,
};

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// It is tried again, or waits for an earlier one of its subject.
    Pending,
    /// It has arrived.
    Done,
    /// It was tried in vain as often as anything is.
    Dead,
    /// It was not to be sent.
    Skipped,
}

impl DeliveryState {
    /// Each, with the word for it.
    const WORDS: [(Self, &str); 4] =
        [(Self::Pending, "pending"), (Self::Done, "done"), (Self::Dead, "dead"), (Self::Skipped, "skipped")];

    /// The word for it, on the wire and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.into_iter().find(|(known, _)| *known == self).map_or("", |(_, word)| word)
    }

    /// Whether nothing more becomes of it by itself.
    #[must_use]
    pub fn is_final(self) -> bool {
        self != Self::Pending
    }
}

impl std::str::FromStr for DeliveryState {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        let found = Self::WORDS.into_iter().find(|(_, known)| *known == word);
        found.map(|(known, _)| known).ok_or_else(|| {
            let known = list(&Self::WORDS.map(|(_, word)| word));
            InvalidInput::new("state", format!("{} is not one of {known}", Quoted(word)))
        })
    }
}

/// An event on its way to a consumer, or arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which event.
    pub event: EventId,
    /// To whom.
    pub consumer: Consumer,
    /// How far it is.
    pub state: DeliveryState,
    /// When it is tried next; `None` if it is not, or waits for an earlier one of its subject.
    pub next_at: Option<DateTime<Utc>>,
    /// Every try, in their order.
    pub attempts: Vec<Attempt>,
}

/// A place in the log: after all that is of an event, or after what of it went to a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPosition {
    /// The event; `None` is the beginning.
    pub event: Option<EventId>,
    /// The consumer.
    pub consumer: Option<Consumer>,
}

/// Which deliveries somebody wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// To whom.
    pub consumer: Option<Consumer>,
    /// How far.
    pub state: Option<DeliveryState>,
}

/// Some of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// What is wanted.
    pub filter: DeliveryFilter,
    /// What was seen.
    pub after: Option<LogPosition>,
    /// How much.
    pub limit: PageLimit,
}

/// Some of the deliveries, ascending by event and by the names of their consumers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryPage {
    /// The deliveries.
    pub deliveries: Vec<Delivery>,
    /// Whether others follow.
    pub more: bool,
}

/// What is said of an event that was not sent to a webhook.
#[must_use]
pub fn not_delivered(webhook: WebhookId, event: EventId) -> InvalidInput {
    InvalidInput::new("event", format!("{event} was not sent to webhook {webhook}"))
}
