//! What happened to an order, and how its events add up to it.

use chrono::{DateTime, Utc};

use super::{Order, line::Quantity, shipment::OrderShipment, status::OrderStatus};
use crate::{
    event::{EventType, Origin},
    id::{EventId, OrderId, ProductId},
    invalid::InvalidInput,
    version::Version,
};

/// What happened to an order. Nothing in it is personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// It was placed.
    Placed {
        /// The products, and how many pieces of each.
        lines: Box<[(ProductId, Quantity)]>,
    },
    /// Its shipment was set or replaced.
    Tracked(OrderShipment),
    /// It moved to another status.
    Moved {
        /// The status before.
        from: OrderStatus,
        /// The status since.
        to: OrderStatus,
    },
    /// It had come so far when events began.
    Migrated {
        /// Its status.
        status: OrderStatus,
        /// Its shipment, if there was one.
        shipment: Option<OrderShipment>,
    },
}

impl Happening {
    /// The type of event that says so.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        match self {
            Self::Placed { .. } => EventType::Placed,
            Self::Tracked(_) => EventType::Tracked,
            Self::Moved { to, .. } => match to {
                // Nothing becomes pending; an order is placed so.
                OrderStatus::Pending => EventType::Placed,
                OrderStatus::Processing => EventType::Processing,
                OrderStatus::Shipped => EventType::Shipped,
                OrderStatus::Delivered => EventType::Delivered,
                OrderStatus::Cancelled => EventType::Cancelled,
            },
            Self::Migrated { .. } => EventType::Migrated,
        }
    }
}

impl Happening {
    /// What placing this order was.
    #[must_use]
    pub fn placing(order: &Order) -> Self {
        Self::Placed { lines: order.lines().map(|(_, line)| (line.product(), line.quantity())).collect() }
    }
}

/// One event of an order. Each version of an order since it was placed, or since events began, has
/// exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEvent {
    /// Its number among all events: ascending in the order in which readers see them.
    pub id: EventId,
    /// Which order.
    pub order: OrderId,
    /// The version that it made.
    pub version: Version,
    /// When, in whole milliseconds.
    pub at: DateTime<Utc>,
    /// By whom.
    pub origin: Origin,
    /// What.
    pub what: Happening,
}

impl Order {
    /// The order after an event: the sum of the events so far.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when it is not the next event of this order: the store is corrupt.
    pub fn after(self, event: &OrderEvent) -> Result<Self, InvalidInput> {
        let fail = |reason| InvalidInput::new("event", format!("{} {reason}", event.id));
        if event.order != self.id {
            return Err(fail("is of another order"));
        }
        let follows = match event.what {
            Happening::Placed { .. } => event.version == Version::FIRST && self.version == Version::FIRST,
            // What was before it is not known.
            Happening::Migrated { .. } => self.version == Version::FIRST && event.version > self.version,
            Happening::Tracked(_) | Happening::Moved { .. } => event.version == self.version.next(),
        };
        if !follows {
            return Err(fail("does not follow the events before it"));
        }
        let (status, shipment) = match &event.what {
            Happening::Placed { .. } => (OrderStatus::Pending, None),
            Happening::Tracked(shipment) => (self.status, Some(shipment.clone())),
            Happening::Moved { from, .. } if *from != self.status => {
                return Err(fail("begins at another status"));
            }
            Happening::Moved { to: OrderStatus::Cancelled, .. } => (OrderStatus::Cancelled, None),
            Happening::Moved { to, .. } => (*to, self.shipment),
            Happening::Migrated { status, shipment } => (*status, shipment.clone()),
        };
        Ok(Self { status, shipment, version: event.version, updated_at: event.at, ..self })
    }

    /// The order as its events until now make it: as it was at the last of them. `None` without any.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when they are not the first events of this order: the store is corrupt.
    pub fn as_of(self, events: &[OrderEvent]) -> Result<Option<Self>, InvalidInput> {
        if events.is_empty() {
            return Ok(None);
        }
        events.iter().try_fold(self.as_placed(), Self::after).map(Some)
    }
}
