//! What an order goes through. A change consumes the order and gives the next one.

use chrono::{DateTime, SubsecRound, Utc};
use thiserror::Error;

use super::{Order, shipment::OrderShipment, status::OrderStatus};

/// The order's state forbids it; [`OrderStatus::allowed`] says what may come instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the order is {status} and cannot {attempt}")]
pub struct NotAllowed {
    /// What was tried, as a verb phrase.
    pub attempt: String,
    /// The present status.
    pub status: OrderStatus,
}

impl Order {
    /// Moves to another status. To the present one: a no-op. To `cancelled`: as [`Self::cancel`].
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] where [`OrderStatus::may_become`] says no.
    pub fn advance(self, next: OrderStatus, now: DateTime<Utc>) -> Result<Self, NotAllowed> {
        if self.status == next {
            return Ok(self);
        }
        if !self.status.may_become(next) {
            return Err(NotAllowed { attempt: format!("become {next}"), status: self.status });
        }
        let shipment = if next == OrderStatus::Cancelled { None } else { self.shipment.clone() };
        Ok(Self { status: next, shipment, ..self.changed(now) })
    }

    /// Calls the order off and forgets its shipment; cancelled already: a no-op.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] once it is shipped or delivered.
    pub fn cancel(self, now: DateTime<Utc>) -> Result<Self, NotAllowed> {
        self.advance(OrderStatus::Cancelled, now)
    }

    /// Sets the shipment, or replaces the one there is; the same again: a no-op. The status stays.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] once it is delivered or cancelled.
    pub fn track(self, shipment: OrderShipment, now: DateTime<Utc>) -> Result<Self, NotAllowed> {
        if self.status.is_final() {
            return Err(NotAllowed { attempt: "take a shipment".to_owned(), status: self.status });
        }
        if self.shipment.as_ref() == Some(&shipment) {
            return Ok(self);
        }
        Ok(Self { shipment: Some(shipment), ..self.changed(now) })
    }

    fn changed(self, now: DateTime<Utc>) -> Self {
        Self { updated_at: now.trunc_subsecs(3).max(self.updated_at), version: self.version.next(), ..self }
    }
}
