//! Who keeps the orders, and who hears of them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Order, key::Idempotency, new_order::NewOrder, query::OrderQuery, status::OrderStatus};
use crate::{
    failure::PortError,
    id::{OrderId, UserId},
    version::Version,
};

/// What works of a store.
#[derive(Debug)]
pub struct Health {
    /// Whether orders can be read.
    pub reads: Result<(), PortError>,
    /// Whether orders can be stored and changed.
    pub writes: Result<(), PortError>,
}

/// What came of an insertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Insertion {
    /// The order is stored, with its number.
    Placed(Order),
    /// The key had made this order before; it is as it was then, and nothing was stored.
    Replayed(Order),
    /// The key stands for a request with another fingerprint; nothing was stored.
    KeyReused,
}

/// Keeps the orders.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait OrderRepository: Send + Sync {
    /// Stores a new order and its key in one transaction, unless the user's key is known and
    /// younger than [`IdempotencyKey::KEPT`](super::key::IdempotencyKey::KEPT).
    ///
    /// Dates ascend with ids: the stored `ordered_at` is that of the newest order, if the clock
    /// has gone backwards.
    ///
    /// # Errors
    ///
    /// [`PortError`]; after [`PortError::Unknown`] the same key finds out.
    async fn insert(&self, order: NewOrder, idempotency: Option<Idempotency>)
    -> Result<Insertion, PortError>;

    /// What [`Self::insert`] would say of this key at `now`, if it is known.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn replay(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Insertion>, PortError>;

    /// The order with this number.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn find(&self, id: OrderId) -> Result<Option<Order>, PortError>;

    /// Stores the changed order if the stored one is still at the version `seen`.
    ///
    /// # Errors
    ///
    /// [`PortError::Stale`] if it is not, or is not there; otherwise as any.
    async fn update(&self, order: Order, seen: Version) -> Result<Order, PortError>;

    /// One page of orders, ascending by id. Its cost does not depend on how many there are.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn page(&self, query: OrderQuery) -> Result<Vec<Order>, PortError>;

    /// Whether reads and writes work now, found out by doing both.
    async fn health(&self) -> Health;
}

/// Hears of what has been committed, once for each change, for counting. A replayed answer and a
/// change that changes nothing commit nothing.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
pub trait Observer: Send + Sync {
    /// An order has come to this status.
    fn status_reached(&self, status: OrderStatus);
}
