//! The one port that writes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    event::Origin,
    failure::PortError,
    id::UserId,
    order::{Order, change::ChangedOrder, key::Idempotency, new_order::NewOrder},
};

/// What becomes of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new order.
    Place(NewOrder),
    /// Another version of an order.
    Order(ChangedOrder),
}

/// All that one use case stores, or nothing of it: what becomes of something, and the event that says
/// so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// What becomes of what.
    pub change: Change,
    /// Who causes it.
    pub origin: Origin,
    /// The key of the request that asks for it, which is kept with the event.
    pub made_by: Option<Idempotency>,
    /// The present moment, by which a key may be too old.
    pub now: DateTime<Utc>,
}

/// What came of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// It is stored: the order as it is now.
    Now(Order),
    /// The key had been used for the same request before; the order is as it was then, and nothing was
    /// stored.
    Before(Order),
}

/// Why nothing was stored. A refusal is an answer about this one commit; only the last is a failure.
#[derive(Debug)]
pub enum Refused {
    /// The order is not at the version that was changed, or is not there.
    Stale,
    /// The key stands for another request.
    KeyReused,
    /// The ledger could not do its part.
    Failed(PortError),
}

impl From<PortError> for Refused {
    fn from(error: PortError) -> Self {
        Self::Failed(error)
    }
}

/// Stores what use cases decide, each commit with its event in one transaction.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Stores it, unless the user's key is known and younger than
    /// [`IdempotencyKey::KEPT`](crate::order::key::IdempotencyKey::KEPT): then it says what the key has
    /// done.
    ///
    /// Dates of orders ascend with ids: the stored `ordered_at` is that of the newest order, if the
    /// clock has gone backwards.
    ///
    /// # Errors
    ///
    /// [`Refused`]; after [`PortError::Unknown`] the same key finds out.
    async fn commit(&self, work: Commit) -> Result<Committed, Refused>;

    /// What [`Self::commit`] would come to now, found out by doing it and taking it back.
    ///
    /// # Errors
    ///
    /// As [`Self::commit`].
    async fn rehearse(&self, work: Commit) -> Result<Committed, Refused>;

    /// What the user's key has done, if it is known at `now`: the order as it was then.
    ///
    /// # Errors
    ///
    /// [`Refused::KeyReused`], [`Refused::Failed`].
    async fn recall(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Order>, Refused>;
}
