//! What becomes of a webhook, and of what was sent to it.

use super::Webhook;
use crate::{
    delivery::{progress::Leased, secret::Sealed},
    event::{EventType, facts::Facts},
    id::EventId,
    version::Version,
};

/// What is to be done with what was sent already, or is not to be sent any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redo {
    /// What was not sent until now is not sent at all.
    SkipToNow,
    /// What waits to be tried again is not.
    Drop,
    /// An event is sent once more, whatever became of it.
    Retry(EventId),
    /// The events after one are sent once more, up to another one or to all that were sent.
    Replay {
        /// After which; `None` from the first one.
        after: Option<EventId>,
        /// The last one; `None` is the last that was sent.
        until: Option<EventId>,
    },
}

/// A changed webhook with what is said of the change. Only a change of a [`Webhook`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedWebhook {
    pub(super) webhook: Webhook,
    pub(super) seen: Version,
    pub(super) event: EventType,
    pub(super) said: Facts,
    pub(super) secret: Option<Sealed>,
    pub(super) redo: Option<Redo>,
    /// Whether events are sent again that were not, or elsewhere.
    pub(super) wakes: bool,
}

impl ChangedWebhook {
    /// The webhook as it has become.
    #[must_use]
    pub fn webhook(&self) -> &Webhook {
        &self.webhook
    }

    /// The version that was changed.
    #[must_use]
    pub fn seen(&self) -> Version {
        self.seen
    }

    /// What happened.
    #[must_use]
    pub fn event(&self) -> EventType {
        self.event
    }

    /// What its event says.
    #[must_use]
    pub fn said(&self) -> &Facts {
        &self.said
    }

    /// What it signs with from now on, beside what it signed with until now.
    #[must_use]
    pub fn secret(&self) -> Option<&Sealed> {
        self.secret.as_ref()
    }

    /// What becomes of what was sent, or was to be.
    #[must_use]
    pub fn redo(&self) -> Option<Redo> {
        self.redo
    }

    /// How far its events have come since, by the event that says what was changed; `None` if that is no other
    /// matter. Whoever works them off begins anew then.
    #[must_use]
    pub fn moves(&self, from: &Leased, event: EventId) -> Option<Leased> {
        let from = from.clone();
        let moved = match self.redo {
            Some(Redo::SkipToNow) => from.skipped(event),
            Some(Redo::Drop) => Leased { replay: None, ..from },
            Some(Redo::Replay { after, until }) => from.replaying(after, until, event),
            Some(Redo::Retry(_)) | None if self.wakes => from,
            Some(Redo::Retry(_)) | None => return None,
        };
        Some(if self.wakes { Leased { failing_since: None, ..moved } } else { moved })
    }
}
