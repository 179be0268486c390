//! What happened to an order.

use chrono::{DateTime, Utc};

use super::{
    Order,
    progress::{Became, Progress},
    status::OrderStatus,
};
use crate::{
    code::MarketplaceCode,
    event::{EventType, Origin},
    id::{EventId, OrderId, ProductId},
    quantity::Quantity,
    shipment::{
        NewShipment, Part, Proposal, ShipmentNumber,
        cancellation::CancellationReason,
        status::{Fulfillment, ShipmentStatus},
        tracking::Tracking,
    },
    version::Version,
};

mod fold;

/// What happened to an order. Nothing in it is personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// It was placed.
    Placed {
        /// The products, and how many pieces of each.
        lines: Box<[(ProductId, Quantity)]>,
    },
    /// Its only parcel got a carrier and number, or others; if there was none, one of all that was open.
    Tracked {
        /// Which parcel; `None` where that was written before parcels had numbers.
        number: Option<ShipmentNumber>,
        /// What it has since.
        tracking: Tracking,
        /// The order's status, which stays.
        status: OrderStatus,
    },
    /// It moved to another status, and its parcels with it. From a status to the same: what was on its way has
    /// arrived, and another part has not left.
    Moved(Became),
    /// It had come so far when events began.
    Migrated {
        /// Its status.
        status: OrderStatus,
        /// Its parcel's carrier and number, if it had them.
        tracking: Option<Tracking>,
    },
    /// What was open of it was split into parcels.
    Planned {
        /// The number of the first of them.
        first: ShipmentNumber,
        /// The parcels, and what was said of them.
        proposal: Box<Proposal>,
        /// How far its parcels are.
        fulfillment: Fulfillment,
    },
    /// Somebody made a parcel.
    ShipmentCreated {
        /// Its number.
        number: ShipmentNumber,
        /// The parcel.
        shipment: Box<NewShipment>,
        /// What the order became by it.
        became: Became,
    },
    /// A parcel moved, or has another carrier or number.
    ShipmentChanged {
        /// Its number.
        number: ShipmentNumber,
        /// Its status before.
        from: ShipmentStatus,
        /// Its status since.
        to: ShipmentStatus,
        /// Its carrier and number since.
        tracking: Option<Tracking>,
        /// What the order became by it.
        became: Became,
    },
    /// Some pieces are not wanted any more.
    PartiallyCancelled {
        /// Which cancellation of the order it is, from 1.
        number: usize,
        /// Why.
        reason: CancellationReason,
        /// How many pieces of which lines.
        parts: Vec<Part>,
        /// What the order became by it.
        became: Became,
    },
    /// How the customer is reached was changed; to what is not told.
    ContactChanged {
        /// How far its parcels are.
        fulfillment: Fulfillment,
    },
}

impl Happening {
    /// The type of event that says so.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        match self {
            Self::Placed { .. } => EventType::Placed,
            Self::Tracked { .. } => EventType::Tracked,
            Self::Moved(became) => match became.to {
                // Nothing becomes pending; an order is placed so.
                OrderStatus::Pending => EventType::Placed,
                OrderStatus::Processing => EventType::Processing,
                OrderStatus::Shipped => EventType::Shipped,
                OrderStatus::Delivered => EventType::Delivered,
                OrderStatus::Cancelled => EventType::Cancelled,
            },
            Self::Migrated { .. } => EventType::Migrated,
            Self::Planned { .. } => EventType::Planned,
            Self::ShipmentCreated { .. } => EventType::ShipmentCreated,
            Self::ShipmentChanged { .. } => EventType::ShipmentChanged,
            // With the last piece the order is called off.
            Self::PartiallyCancelled { became, .. } if became.to == OrderStatus::Cancelled => {
                EventType::Cancelled
            }
            Self::PartiallyCancelled { .. } => EventType::PartiallyCancelled,
            Self::ContactChanged { .. } => EventType::ContactChanged,
        }
    }

    /// What placing this order was.
    #[must_use]
    pub fn placing(order: &Order) -> Self {
        Self::Placed { lines: order.lines().map(|(_, line)| (line.product(), line.quantity())).collect() }
    }

    /// What it says the order was and is since, where it says so.
    #[must_use]
    pub fn became(&self) -> Option<Became> {
        match self {
            Self::Moved(became)
            | Self::ShipmentCreated { became, .. }
            | Self::ShipmentChanged { became, .. }
            | Self::PartiallyCancelled { became, .. } => Some(*became),
            Self::Placed { .. }
            | Self::Tracked { .. }
            | Self::Migrated { .. }
            | Self::Planned { .. }
            | Self::ContactChanged { .. } => None,
        }
    }

    /// The same, once it is known what became of the order.
    pub(super) fn of(mut self, now: Became) -> Self {
        match &mut self {
            Self::Moved(became)
            | Self::ShipmentCreated { became, .. }
            | Self::ShipmentChanged { became, .. }
            | Self::PartiallyCancelled { became, .. } => *became = now,
            Self::Planned { fulfillment, .. } | Self::ContactChanged { fulfillment } => {
                *fulfillment = now.fulfillment;
            }
            Self::Placed { .. } | Self::Tracked { .. } | Self::Migrated { .. } => {}
        }
        self
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
    /// In which marketplace.
    pub marketplace: MarketplaceCode,
    /// By whom.
    pub origin: Origin,
    /// What.
    pub what: Happening,
    /// With every [`OrderEvent::CHECKPOINT`]th version: how far the order had come, so that no more events
    /// have to be read than [`OrderEvent::TELLING`] to know any version.
    pub checkpoint: Option<Box<Progress>>,
}
