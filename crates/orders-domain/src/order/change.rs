//! What an order goes through. A change consumes the order and gives the next one, with what to say of it.

use chrono::{DateTime, SubsecRound, Utc};
use thiserror::Error;

use super::{Order, event::Happening, shipment::OrderShipment, status::OrderStatus};
use crate::version::Version;

/// The order's state forbids it; [`OrderStatus::allowed`] says what may come instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the order is {status} and cannot {attempt}")]
pub struct NotAllowed {
    /// What was tried, as a verb phrase.
    pub attempt: String,
    /// The present status.
    pub status: OrderStatus,
}

/// A changed order with what happened to it. Only a change of an [`Order`] makes one, so none goes
/// unsaid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedOrder {
    order: Order,
    seen: Version,
    what: Happening,
}

impl ChangedOrder {
    /// The order as it has become.
    #[must_use]
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_order(self) -> Order {
        self.order
    }

    /// The version that was changed.
    #[must_use]
    pub fn seen(&self) -> Version {
        self.seen
    }

    /// What happened.
    #[must_use]
    pub fn what(&self) -> &Happening {
        &self.what
    }
}

/// What came of a change that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing: the order is so already.
    Same(Order),
    /// Another version of the order.
    Changed(ChangedOrder),
}

impl Step {
    /// The order, changed or not.
    #[must_use]
    pub fn into_order(self) -> Order {
        match self {
            Self::Same(order) => order,
            Self::Changed(changed) => changed.order,
        }
    }
}

impl Order {
    /// Moves to another status. To the present one: a no-op. To `cancelled`: as [`Self::cancel`].
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] where [`OrderStatus::may_become`] says no.
    pub fn advance(self, next: OrderStatus, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
        if self.status == next {
            return Ok(Step::Same(self));
        }
        if !self.status.may_become(next) {
            return Err(NotAllowed { attempt: format!("become {next}"), status: self.status });
        }
        let what = Happening::Moved { from: self.status, to: next };
        let shipment = if next == OrderStatus::Cancelled { None } else { self.shipment.clone() };
        Ok(self.changed(now, what, |order| Self { status: next, shipment, ..order }))
    }

    /// Calls the order off and forgets its shipment; cancelled already: a no-op.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] once it is shipped or delivered.
    pub fn cancel(self, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
        self.advance(OrderStatus::Cancelled, now)
    }

    /// Sets the shipment, or replaces the one there is; the same again: a no-op. The status stays.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] once it is delivered or cancelled.
    pub fn track(self, shipment: OrderShipment, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
        if self.status.is_final() {
            return Err(NotAllowed { attempt: "take a shipment".to_owned(), status: self.status });
        }
        if self.shipment.as_ref() == Some(&shipment) {
            return Ok(Step::Same(self));
        }
        let what = Happening::Tracked { shipment: shipment.clone(), status: self.status };
        Ok(self.changed(now, what, |order| Self { shipment: Some(shipment), ..order }))
    }

    fn changed(self, now: DateTime<Utc>, what: Happening, become_it: impl FnOnce(Self) -> Self) -> Step {
        let seen = self.version;
        let next =
            Self { updated_at: now.trunc_subsecs(3).max(self.updated_at), version: seen.next(), ..self };
        Step::Changed(ChangedOrder { order: become_it(next), seen, what })
    }
}
