//! Who reads the orders, and who hears of them.

use async_trait::async_trait;

use super::{Order, list::OrderList, status::OrderStatus};
use crate::{failure::PortError, id::OrderId, version::Version};

/// What works of a store.
#[derive(Debug)]
pub struct Health {
    /// Whether orders can be read.
    pub reads: Result<(), PortError>,
    /// Whether orders can be stored and changed.
    pub writes: Result<(), PortError>,
}

/// Reads the orders.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Orders: Send + Sync {
    /// The order with this number.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn find(&self, id: OrderId) -> Result<Option<Order>, PortError>;

    /// The order as it was at a version: what its events until then add up to. `None` without such an order,
    /// for a version that it has not had, and for one that it had before there were events.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn at_version(&self, id: OrderId, version: Version) -> Result<Option<Order>, PortError>;

    /// One page of a list of orders, in its order, without what is known of the customers. Its cost does not depend
    /// on how many there are.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn page(&self, listing: OrderList) -> Result<Vec<Order>, PortError>;

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
