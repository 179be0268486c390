//! What the use cases need of the world. Adapters implement these traits.
//!
//! A look-up returns an `Option`: absent is not an error. Each method is one atomic change, and no
//! adapter holds a lock across an await. With the feature `mocks` every port has a mock
//! (`MockOrderRepository`, …) made by mockall.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    Idempotency, NewOrder, Order, OrderId, OrderQuery, OrderStatus, Product, ProductId, Session, TokenHash,
    User, UserId, Version,
};

/// A boxed cause, for logs only.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a store or another port may say instead of an answer.
#[derive(Debug, Error)]
pub enum PortError {
    /// The order is not at the version that the change was made from. Nothing was changed.
    #[error("the order is not at the expected version")]
    Stale,
    /// Too much is waiting already. Nothing was changed.
    #[error("too many requests are waiting for storage")]
    Busy,
    /// It does not work now. Nothing was changed.
    #[error("storage is unavailable")]
    Unavailable(#[source] Cause),
    /// The commit failed, so whether the change was made is not known.
    #[error("storage failed during the commit")]
    Unknown(#[source] Cause),
    /// What is stored breaks a rule of orders.
    #[error("a stored order is corrupt")]
    Corrupt(#[source] Cause),
}

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
    /// younger than [`crate::IdempotencyKey::KEPT`].
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

/// Knows the products and their present prices.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Inventory: Send + Sync {
    /// The products with these ids, each at its id's place; `None` for an unknown one.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Option<Product>>, PortError>;

    /// All products, ascending by id.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    async fn all(&self) -> Result<Vec<Product>, PortError>;
}

/// Knows who somebody is by what they show.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The user whom this credential (a user id, a token) stands for, or `None` for nobody.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] when it cannot be found out now.
    async fn authenticate(&self, credential: &str) -> Result<Option<User>, PortError>;
}

/// Remembers verified tokens for a while, by their hash and never in clear.
///
/// It may forget anything at any time, and when it does not work it knows nothing: the token is
/// verified again. So it costs speed when it fails, and never makes a token good.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait SessionCache: Send + Sync {
    /// What is remembered of this token, unless it is known to be revoked; the asker looks at
    /// [`Session::until`].
    async fn find(&self, token: TokenHash) -> Option<Session>;

    /// Remembers a verified token until [`Session::until`].
    async fn keep(&self, token: TokenHash, session: Session);
}

/// Knows whose tokens were revoked.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Revocations: Send + Sync {
    /// When the user's tokens were revoked last: any that was made at that moment or before counts for
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] when it cannot be found out now.
    async fn revoked_at(&self, user: UserId) -> Result<Option<DateTime<Utc>>, PortError>;
}

/// Hears of what has been committed, once for each change, for counting. A replayed answer and a
/// change that changes nothing commit nothing.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
pub trait Observer: Send + Sync {
    /// An order has come to this status.
    fn status_reached(&self, status: OrderStatus);
}

/// Tells the time.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> DateTime<Utc>;
}
