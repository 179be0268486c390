//! Who caused something, and by which request.

use std::str::FromStr;

use super::trace::TraceContext;
use crate::{
    id::UserId,
    invalid::{InvalidInput, is_visible_ascii},
    quoted::Quoted,
};

/// Who caused something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A user, by a request of theirs.
    User(UserId),
    /// A task that runs by itself.
    Worker,
    /// Somebody at the command line.
    Cli,
    /// The program itself, such as when it brings old data to a new form.
    System,
}

impl Actor {
    /// The words for every kind, in the order of the enum.
    pub const KINDS: [&str; 4] = ["user", "worker", "cli", "system"];

    /// The word for its kind, on the wire and in storage.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Worker => "worker",
            Self::Cli => "cli",
            Self::System => "system",
        }
    }

    /// The user, if it is one.
    #[must_use]
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(user),
            Self::Worker | Self::Cli | Self::System => None,
        }
    }

    /// The actor of this kind; a user has an id, and nobody else has one.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] otherwise.
    pub fn restore(kind: &str, user: Option<UserId>) -> Result<Self, InvalidInput> {
        match (kind, user) {
            ("user", Some(user)) => Ok(Self::User(user)),
            ("worker", None) => Ok(Self::Worker),
            ("cli", None) => Ok(Self::Cli),
            ("system", None) => Ok(Self::System),
            _ => {
                let with = if user.is_some() { "with" } else { "without" };
                Err(InvalidInput::new("actor", format!("{} {with} a user is none", Quoted(kind))))
            }
        }
    }
}

/// What a request is called in logs and answers: 1 to 128 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Box<str>);

impl RequestId {
    /// The longest id, in characters.
    pub const MAX_CHARS: usize = 128;

    /// Whether a request may be called so.
    #[must_use]
    pub fn admits(text: &[u8]) -> bool {
        is_visible_ascii(text, Self::MAX_CHARS)
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RequestId {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        if Self::admits(text.as_bytes()) {
            return Ok(Self(text.into()));
        }
        let reason = format!("{} is not 1 to {} visible ASCII characters", Quoted(text), Self::MAX_CHARS);
        Err(InvalidInput::new("request id", reason))
    }
}

/// Where a change comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Who caused it.
    pub actor: Actor,
    /// The request by which they did, where there was one.
    pub request: Option<RequestId>,
    /// The trace of which it is a part, where there is one.
    pub trace: Option<TraceContext>,
}

impl From<Actor> for Origin {
    /// Without a request.
    fn from(actor: Actor) -> Self {
        Self { actor, request: None, trace: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_restored_from_its_own_words_only() {
        let user: UserId = 7.try_into().unwrap();
        for (actor, kind) in
            [Actor::User(user), Actor::Worker, Actor::Cli, Actor::System].iter().zip(Actor::KINDS)
        {
            assert_eq!(actor.kind(), kind);
            assert_eq!(Actor::restore(kind, actor.user()), Ok(*actor));
            let other = if actor.user().is_some() { None } else { Some(user) };
            assert!(Actor::restore(kind, other).is_err(), "{kind}");
        }
        assert!(Actor::restore("User", Some(user)).is_err());
    }

    #[test]
    fn a_request_id_is_1_to_128_visible_ascii_characters() {
        for good in ["a", &"r".repeat(128)] {
            assert!(good.parse::<RequestId>().is_ok(), "{good:?}");
        }
        for bad in ["", "a b", "é", &"r".repeat(129)] {
            assert!(bad.parse::<RequestId>().is_err(), "{bad:?}");
        }
    }
}
