//! What happened to an order, and how its events add up to it.

use chrono::{DateTime, Utc};

use super::{Order, line::Quantity, shipment::OrderShipment, status::OrderStatus};
use crate::{
    event::{EventType, Origin},
    id::{EventId, OrderId, ProductId},
    invalid::InvalidInput,
    stock::shelves::Settling,
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
    Tracked {
        /// What it is since.
        shipment: OrderShipment,
        /// The order's status, which stays. It is not told, but saves looking for it: an order can be
        /// tracked any number of times between two moves.
        status: OrderStatus,
    },
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
            Self::Tracked { .. } => EventType::Tracked,
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
    /// What becomes of the stock that the order holds.
    #[must_use]
    pub fn settles(&self) -> Option<Settling> {
        match self {
            Self::Moved { to: OrderStatus::Cancelled, .. } => Some(Settling::Release),
            Self::Moved { to: OrderStatus::Shipped, .. } => Some(Settling::Ship),
            Self::Placed { .. } | Self::Tracked { .. } | Self::Moved { .. } | Self::Migrated { .. } => None,
        }
    }

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

impl Happening {
    /// The order's status since.
    fn status(&self) -> OrderStatus {
        match self {
            Self::Placed { .. } => OrderStatus::Pending,
            Self::Tracked { status, .. } | Self::Migrated { status, .. } => *status,
            Self::Moved { to, .. } => *to,
        }
    }
}

impl OrderEvent {
    /// How many of the last events say all of what an order is. A move keeps the shipment, and no order
    /// moves so often; what is no move says it.
    pub const TELLING: usize = OrderStatus::ALL.len();

    /// Whether it can come next, after an event that made this version in this status.
    fn follows(&self, (version, status): (Version, OrderStatus)) -> bool {
        match self.what {
            Happening::Placed { .. } => false,
            // What was before it is not known.
            Happening::Migrated { .. } => version == Version::FIRST && self.version > version,
            Happening::Tracked { status: same, .. } => self.version == version.next() && same == status,
            Happening::Moved { from, .. } => self.version == version.next() && from == status,
        }
    }
}

impl Order {
    /// The order as it was at the last of these: its first events until then, or only the last
    /// [`OrderEvent::TELLING`] of them. `None` without any.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when they are not events of this order that follow each other, or do not say
    /// all: the store is corrupt.
    pub fn as_of(self, last: &[OrderEvent]) -> Result<Option<Self>, InvalidInput> {
        let mut before = None;
        let (mut shipment, mut is_said) = (None, false);
        for event in last {
            let fail = |reason| Err(InvalidInput::new("event", format!("{} {reason}", event.id)));
            if event.order != self.id {
                return fail("is of another order");
            }
            if !before.is_none_or(|before| event.follows(before)) {
                return fail("does not follow the events before it");
            }
            let status = event.what.status();
            before = Some((event.version, status));
            (shipment, is_said) = match &event.what {
                Happening::Moved { .. } if status != OrderStatus::Cancelled => (shipment, is_said),
                Happening::Placed { .. } | Happening::Moved { .. } => (None, true),
                Happening::Tracked { shipment, .. } => (Some(shipment), true),
                Happening::Migrated { shipment, .. } => (shipment.as_ref(), true),
            };
        }
        let (Some((version, status)), Some(newest)) = (before, last.last()) else { return Ok(None) };
        if !is_said {
            return Err(InvalidInput::new("event", format!("{} has no shipment before it", newest.id)));
        }
        Ok(Some(Self { status, shipment: shipment.cloned(), version, updated_at: newest.at, ..self }))
    }
}
