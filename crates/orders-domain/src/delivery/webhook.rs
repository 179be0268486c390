//! An address to which events are sent.

use chrono::{DateTime, Utc};

use super::{patterns::TypePatterns, secret::Sealed};
use crate::{
    event::{EventType, facts::Facts},
    id::{EventId, WebhookId},
    invalid::InvalidInput,
    version::Version,
};
pub use change::{ChangedWebhook, Redo};
pub use state::{DisabledFor, WebhookState};
pub use url::WebhookUrl;

mod change;
mod state;
mod url;

/// What is said of a webhook, and can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDetails {
    /// Where its events go.
    pub url: WebhookUrl,
    /// Which events.
    pub types: TypePatterns,
    /// Whether they go.
    pub state: WebhookState,
}

impl WebhookDetails {
    /// The same, for events that all readers of events see.
    fn facts(&self) -> Facts {
        Facts::new()
            .with("origin", self.url.origin().to_owned())
            .with("types", self.types.to_string())
            .with("state", self.state.stored())
    }
}

/// An address to which events are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its number.
    pub id: WebhookId,
    /// What is said of it.
    pub details: WebhookDetails,
    /// When it was made, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// How often it was changed.
    pub version: Version,
}

/// A webhook that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// What is said of it.
    pub details: WebhookDetails,
    /// What it signs with.
    pub secret: Sealed,
}

/// What cannot be done with a webhook as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disabled;

impl Webhook {
    /// The most webhooks of a shop that are not deleted.
    pub const MOST: usize = 100;

    /// Whether it was disabled for good.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.details.state == WebhookState::Disabled(DisabledFor::Deleted)
    }

    fn step(&self, details: WebhookDetails, event: EventType, said: Facts) -> ChangedWebhook {
        let Self { id, created_at, version, .. } = *self;
        // To another address nothing has failed yet.
        let wakes = self.details.url != details.url
            || self.details.state != WebhookState::Active && details.state == WebhookState::Active;
        let webhook = Self { id, details, created_at, version: version.next() };
        ChangedWebhook { webhook, seen: version, event, said, secret: None, redo: None, wakes }
    }

    /// What its event says when it is made.
    #[must_use]
    pub fn said(details: &WebhookDetails) -> Facts {
        Facts::new().with("to", details.facts())
    }

    /// The same with other details, and without what was not sent if that is to be left out; `None` if nothing
    /// would change.
    ///
    /// # Errors
    ///
    /// [`Disabled`] if it was deleted.
    pub fn changed(&self, details: WebhookDetails, skip: bool) -> Result<Option<ChangedWebhook>, Disabled> {
        if details == self.details && !skip {
            return Ok(None);
        }
        if self.is_deleted() {
            return Err(Disabled);
        }
        let (before, after) = (self.details.facts(), details.facts());
        let mut said = Facts::new().with("from", before.unlike(&after)).with("to", after.unlike(&before));
        if skip {
            said = said.with("skipped", true);
        }
        let changed = self.step(details, EventType::WebhookChanged, said);
        Ok(Some(ChangedWebhook { redo: skip.then_some(Redo::SkipToNow), ..changed }))
    }

    /// The same, to which nothing is sent any more; `None` if it is so already.
    #[must_use]
    pub fn disabled(&self, reason: DisabledFor) -> Option<ChangedWebhook> {
        let is_so = match self.details.state {
            WebhookState::Disabled(DisabledFor::Deleted) => true,
            WebhookState::Disabled(_) => reason != DisabledFor::Deleted,
            WebhookState::Active | WebhookState::Paused => false,
        };
        if is_so {
            return None;
        }
        let details = WebhookDetails { state: WebhookState::Disabled(reason), ..self.details.clone() };
        let said = Facts::new().with("reason", reason.as_str());
        let changed = self.step(details, EventType::WebhookDisabled, said);
        let redo = (reason == DisabledFor::Deleted).then_some(Redo::Drop);
        Some(ChangedWebhook { redo, ..changed })
    }

    /// The same with another secret.
    ///
    /// # Errors
    ///
    /// [`Disabled`] if it was deleted.
    pub fn rotated(&self, secret: Sealed) -> Result<ChangedWebhook, Disabled> {
        if self.is_deleted() {
            return Err(Disabled);
        }
        let changed = self.step(self.details.clone(), EventType::WebhookSecretRotated, Facts::new());
        Ok(ChangedWebhook { secret: Some(secret), ..changed })
    }

    /// The same, to which an event is sent once more.
    ///
    /// # Errors
    ///
    /// [`Disabled`] if it was deleted.
    pub fn retried(&self, event: EventId) -> Result<ChangedWebhook, Disabled> {
        if self.is_deleted() {
            return Err(Disabled);
        }
        let said = Facts::new().with("event", event.to_string());
        let changed = self.step(self.details.clone(), EventType::WebhookRetried, said);
        Ok(ChangedWebhook { redo: Some(Redo::Retry(event)), ..changed })
    }

    /// The same, to which events are sent once more.
    ///
    /// # Errors
    ///
    /// [`Disabled`] if it was deleted.
    pub fn replayed(
        &self,
        after: Option<EventId>,
        until: Option<EventId>,
    ) -> Result<ChangedWebhook, Disabled> {
        if self.is_deleted() {
            return Err(Disabled);
        }
        let text = |event: EventId| event.to_string();
        let said = Facts::new().with("after", after.map(text)).with("until", until.map(text));
        let changed = self.step(self.details.clone(), EventType::WebhookReplayed, said);
        Ok(ChangedWebhook { redo: Some(Redo::Replay { after, until }), ..changed })
    }

    /// What is kept with its events, by which asking again is answered. A secret is not among it, and of the address,
    /// which may hold one, only where it leads.
    #[must_use]
    pub fn kept(&self) -> Facts {
        Facts::new()
            .with("origin", self.details.url.origin().to_owned())
            .with("types", self.details.types.stored())
            .with("state", self.details.state.stored())
            .with("createdAt", self.created_at.timestamp_millis())
    }

    /// The webhook of which this was kept, with no more of its address.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when these facts make none: the store is corrupt.
    pub fn of_facts(id: WebhookId, version: Version, facts: &Facts) -> Result<Self, InvalidInput> {
        let millis = facts.number("createdAt")?;
        let created_at = DateTime::from_timestamp_millis(millis)
            .ok_or_else(|| InvalidInput::new("createdAt", format!("{millis} is no moment")))?;
        let details = WebhookDetails {
            url: WebhookUrl::parse(facts.text("origin")?)?,
            types: TypePatterns::restore(facts.text("types")?)?,
            state: WebhookState::restore(facts.text("state")?)?,
        };
        Ok(Self { id, details, created_at, version })
    }
}

#[cfg(test)]
mod tests;
