//! What happened to orders, for those who may know.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::OrderService;
use crate::{
    event::Subject,
    failure::PortError,
    feed::{Event, EventFilter, EventLimit, EventPage},
    id::EventId,
    identity::{Ownership, UseCase, User},
    invalid::InvalidInput,
    order::{Order, error::OrderError, owned::OwnedOrder},
    version::Version,
};

/// How many orders of a page of events are read at once: a store that is a round trip away answers those
/// that come together together.
const AT_ONCE: usize = 4;

impl OrderService {
    /// What happened to an order after an event, ascending.
    ///
    /// # Errors
    ///
    /// [`OrderError::Unavailable`].
    pub async fn timeline(
        &self,
        order: &OwnedOrder,
        after: Option<EventId>,
        limit: EventLimit,
    ) -> Result<EventPage, OrderError> {
        let filter = EventFilter::of_order(order.order().id());
        Ok(self.storage.feed.events(filter, after, limit).await?)
    }

    /// The order as it was at a version: what its events until then add up to. `None` for a version
    /// that it has not had, or had before there were events.
    ///
    /// # Errors
    ///
    /// [`OrderError::Changed`] when another version is expected; [`OrderError::Unavailable`].
    pub async fn at_version(&self, order: OwnedOrder, version: Version) -> Result<Option<Order>, OrderError> {
        if !order.expected.admits(version) {
            return Err(OrderError::Changed);
        }
        let order = order.order;
        if version == order.version() {
            return Ok(Some(order));
        }
        Ok(self.storage.orders.at_version(order.id(), version).await?)
    }

    /// Each event's order as it was at the event's version; `None` where it happened to something else.
    ///
    /// # Errors
    ///
    /// [`OrderError::Unavailable`].
    pub async fn orders_of(&self, events: &[Event]) -> Result<Vec<Option<Order>>, OrderError> {
        let orders = stream::iter(events).map(|event| self.order_of(event));
        orders.buffered(AT_ONCE).try_collect().await
    }

    async fn order_of(&self, event: &Event) -> Result<Option<Order>, OrderError> {
        let Subject::Order(order) = event.subject else { return Ok(None) };
        let then = self.storage.orders.at_version(order, event.version).await?;
        let lost = || InvalidInput::new("event", format!("{} has lost its order", event.id));
        Ok(Some(then.ok_or_else(lost).map_err(PortError::corrupt)?))
    }

    /// Whether somebody may see what happens to all orders, for whoever shows them what another has read.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`].
    pub fn may_follow(asker: User) -> Result<(), OrderError> {
        Ok(UseCase::Follow.check(asker, Ownership::Own)?)
    }

    /// What happened to all orders after an event, ascending.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`], [`OrderError::Unavailable`].
    pub async fn events(
        &self,
        asker: User,
        filter: EventFilter,
        after: Option<EventId>,
        limit: EventLimit,
    ) -> Result<EventPage, OrderError> {
        Self::may_follow(asker)?;
        Ok(self.storage.feed.events(filter, after, limit).await?)
    }

    /// Returns once events may have come after this one; perhaps at once, perhaps without any.
    pub async fn news(&self, after: Option<EventId>) {
        self.storage.feed.news(after).await;
    }
}
