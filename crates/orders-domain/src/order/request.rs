//! How something is asked for.

use super::key::Idempotency;
use crate::event::{Actor, Origin};

/// How a use case is asked for, whatever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks, and by which request.
    pub origin: Origin,
    /// The key by which asking again is known.
    pub idempotency: Option<Idempotency>,
    /// Whether to say only what would come of it: a dry run.
    pub rehearsal: bool,
}

impl From<Actor> for Request {
    /// Without a key, and in earnest.
    fn from(actor: Actor) -> Self {
        Self { origin: actor.into(), idempotency: None, rehearsal: false }
    }
}
