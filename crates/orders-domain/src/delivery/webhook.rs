//! An address to which events are sent.

use chrono::{DateTime, Utc};

use super::{patterns::TypePatterns, progress::Leased, secret::Sealed};
use crate::{
    event::{EventType, facts::Facts},
    id::{EventId, WebhookId},
    invalid::{InvalidInput, is_visible_ascii},
    quoted::Quoted,
    version::Version,
};

/// Where a webhook's events go: an absolute URL of HTTP in visible ASCII. To which addresses one may lead is the
/// sender's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl(Box<str>);

impl WebhookUrl {
    /// The longest one, in characters.
    pub const MAX_CHARS: usize = 2000;

    /// Takes a text that looks like one.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] otherwise.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        let is_http = text.starts_with("https://") || text.starts_with("http://");
        if is_http && is_visible_ascii(text.as_bytes(), Self::MAX_CHARS) {
            return Ok(Self(text.into()));
        }
        let reason = format!(
            "{} is not a URL of https with at most {} visible characters",
            Quoted(text),
            Self::MAX_CHARS
        );
        Err(InvalidInput::new("url", reason))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port: what may be shown to those who may not know the rest, which may be a secret.
    #[must_use]
    pub fn origin(&self) -> &str {
        let start = self.0.find("://").map_or(0, |at| at + 3);
        let end = self.0[start..].find(['/', '?', '#']).map_or(self.0.len(), |at| start + at);
        &self.0[..end]
    }
}

/// Why nothing is sent any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisabledFor {
    /// Somebody disabled it for good.
    Deleted,
    /// The receiver answered that it is gone (410).
    Gone,
    /// Everything failed for days.
    Failing,
}

impl DisabledFor {
    /// Each, with the word for it.
    const WORDS: [(Self, &str); 3] =
        [(Self::Deleted, "deleted"), (Self::Gone, "gone"), (Self::Failing, "failing")];

    /// The word for it, on the wire and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.into_iter().find(|(known, _)| *known == self).map_or("", |(_, word)| word)
    }
}

/// Whether events are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookState {
    /// They are.
    Active,
    /// They wait: once it is active again everything follows, in order.
    Paused,
    /// They are not, and wait unless it was deleted.
    Disabled(DisabledFor),
}

impl WebhookState {
    /// The words for every state.
    pub const WORDS: [&str; 3] = ["active", "paused", "disabled"];

    /// The word for it, on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled(_) => "disabled",
        }
    }

    /// The word for it in storage, where the reason of being disabled is a part of it.
    #[must_use]
    pub fn stored(self) -> &'static str {
        match self {
            Self::Disabled(reason) => reason.as_str(),
            other => other.as_str(),
        }
    }

    /// The state of this word in storage.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for a word that is none.
    pub fn restore(word: &str) -> Result<Self, InvalidInput> {
        let disabled = DisabledFor::WORDS.into_iter().find(|(_, known)| *known == word);
        match (word, disabled) {
            ("active", _) => Ok(Self::Active),
            ("paused", _) => Ok(Self::Paused),
            (_, Some((reason, _))) => Ok(Self::Disabled(reason)),
            _ => Err(InvalidInput::new("state", format!("{} is none of a webhook", Quoted(word)))),
        }
    }
}

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
    webhook: Webhook,
    seen: Version,
    event: EventType,
    said: Facts,
    secret: Option<Sealed>,
    redo: Option<Redo>,
    /// Whether events are sent again that were not, or elsewhere.
    wakes: bool,
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
