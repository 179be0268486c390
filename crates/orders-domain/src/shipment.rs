//! How an order leaves: the parcels in which it goes, how they are planned, and what of it does not go.
//!
//! It knows lines of an order by their positions, and no order.

pub mod cancellation;
pub mod planner;
pub mod status;
pub mod tracking;

use chrono::{DateTime, Utc};

use crate::{
    code::LocationCode,
    id::{LocationId, OrderId, ShipmentId},
    number::whole_number,
    quantity::Quantity,
};
use planner::{Alternative, Reason};
use status::ShipmentStatus;
use tracking::Tracking;

whole_number! {
    /// Which parcel of an order: 1 to 32. Numbers are never used again.
    ShipmentNumber, "shipment", 1 to 32
}

impl ShipmentNumber {
    /// The number of the parcel that comes after so many; `None` after the last.
    #[must_use]
    pub fn after(count: usize) -> Option<Self> {
        i64::try_from(count + 1).ok().and_then(|number| Self::try_from(number).ok())
    }
}

impl ShipmentId {
    /// By how much the ids of an order's parcels lie apart: the first one has the order's number, and all are
    /// below 2⁵³, which JavaScript reads, as long as the order's number is below 2⁴⁸.
    pub const APART: i64 = 1 << 48;

    /// The id of an order's parcel.
    #[must_use]
    pub fn of(order: OrderId, number: ShipmentNumber) -> Self {
        Self::from(order).apart(number.get() - 1)
    }
}

/// So many pieces of a line of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which line, by its position from 0.
    pub line: u8,
    /// How many pieces.
    pub quantity: Quantity,
}

/// These parts in the order of the lines, each line once: what is said of one several times is added up, as far as
/// that is a quantity.
#[must_use]
pub fn in_order(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_by_key(|part| part.line);
    parts.dedup_by(|next, kept| {
        let same = next.line == kept.line;
        if same {
            kept.quantity = kept.quantity.plus(next.quantity).unwrap_or(kept.quantity);
        }
        same
    });
    parts
}

/// The place from which a parcel leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFrom {
    /// Its number inside the program.
    pub id: LocationId,
    /// Its name.
    pub code: LocationCode,
}

/// A parcel that somebody wants to leave, without a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewShipment {
    /// [`ShipmentStatus::Planned`], or [`ShipmentStatus::Shipped`] when it leaves at once.
    pub status: ShipmentStatus,
    /// From where; `None` where its pieces are held.
    pub from: Option<SentFrom>,
    /// Who carries it.
    pub tracking: Option<Tracking>,
    /// Its weight in grams, if that of all its pieces is known.
    pub weight: Option<i64>,
    /// What is in it, each line once.
    pub parts: Vec<Part>,
    /// Why it was planned so.
    pub reasons: Vec<Reason>,
}

/// The parcels that are proposed for what is open of an order, and what is said of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The parcels, all planned.
    pub parcels: Vec<NewShipment>,
    /// What cannot be sent from anywhere now.
    pub unplaced: Vec<Part>,
    /// Whether it is known that nothing is better.
    pub exact: bool,
    /// What else was thought of.
    pub alternatives: Vec<Alternative>,
}

/// A parcel of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// Which one of its order.
    pub number: ShipmentNumber,
    /// Where it stands in its life.
    pub status: ShipmentStatus,
    /// From where it leaves; `None` where its pieces are held.
    pub from: Option<SentFrom>,
    /// Who carries it.
    pub tracking: Option<Tracking>,
    /// Its weight in grams, if it is known.
    pub weight: Option<i64>,
    /// What is in it, each line once, in the order of the lines; of a cancelled one what was to be.
    pub parts: Vec<Part>,
    /// Why it was planned so.
    pub reasons: Vec<Reason>,
    /// When it was planned, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// When it left.
    pub shipped_at: Option<DateTime<Utc>>,
    /// When it arrived.
    pub delivered_at: Option<DateTime<Utc>>,
}

impl Shipment {
    /// A new parcel with its number.
    #[must_use]
    pub fn new(number: ShipmentNumber, of: NewShipment, at: DateTime<Utc>) -> Self {
        let NewShipment { status, from, tracking, weight, parts, reasons } = of;
        let shipped_at = status.is_out().then_some(at);
        let (created_at, delivered_at) = (at, None);
        Self { number, status, from, tracking, weight, parts, reasons, created_at, shipped_at, delivered_at }
    }

    /// Moves it to a status that may follow its own.
    pub fn become_it(&mut self, next: ShipmentStatus, at: DateTime<Utc>) {
        self.status = next;
        match next {
            ShipmentStatus::Shipped => self.shipped_at = Some(at),
            ShipmentStatus::Delivered => self.delivered_at = Some(at),
            ShipmentStatus::Planned | ShipmentStatus::Cancelled => {}
        }
    }

    /// How many pieces of a line are in it.
    #[must_use]
    pub fn pieces_of(&self, line: u8) -> u32 {
        self.parts.iter().find(|part| part.line == line).map_or(0, |part| part.quantity.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_an_orders_parcels_can_be_read_by_javascript() {
        let order = OrderId::try_from(7).unwrap();
        let id = |number: i64| ShipmentId::of(order, ShipmentNumber::try_from(number).unwrap()).get();
        assert_eq!((id(1), id(2)), (7, 7 + (1 << 48)));
        assert!(id(32) < 1 << 53);
        assert_eq!(ShipmentNumber::after(31).map(ShipmentNumber::get), Some(32));
        assert_eq!(ShipmentNumber::after(32), None);
    }
}
