//! Whether events are sent to a webhook, and why not.

use crate::{invalid::InvalidInput, quoted::Quoted};

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
