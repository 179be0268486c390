//! The ledger of stock: what changed a level, and what it was after.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

use crate::{
    code::LocationCode,
    id::{EventId, LocationId, MovementId, OrderId, OrderProductId, ProductId},
    invalid::{InvalidInput, list},
    number::whole_number,
    quoted::Quoted,
    text::short_text,
};

short_text! {
    /// Why somebody moved stock, in their own words: 1 to 200 characters. It stands in the ledger only.
    Reason, "reason", 200
}
whole_number! {
    /// How many pieces are moved at once: 1 to 1,000,000,000.
    Pieces, "quantity", 1 to 1_000_000_000
}

/// What moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MovementKind {
    /// Pieces came from outside.
    Received,
    /// A count found more.
    Added,
    /// A count found fewer, or pieces are gone.
    Removed,
    /// An order holds pieces.
    Reserved,
    /// An order holds them no more.
    Released,
    /// Pieces that an order held went out.
    Shipped,
    /// Pieces came back.
    Returned,
    /// Pieces went to another place.
    MovedOut,
    /// Pieces came from another place.
    MovedIn,
}

/// Each kind, its word, and by how many times its quantity it changes what is on hand and what is reserved.
const KINDS: [(MovementKind, &str, i64, i64); 9] = [
    (MovementKind::Received, "received", 1, 0),
    (MovementKind::Added, "added", 1, 0),
    (MovementKind::Removed, "removed", -1, 0),
    (MovementKind::Reserved, "reserved", 0, 1),
    (MovementKind::Released, "released", 0, -1),
    (MovementKind::Shipped, "shipped", -1, -1),
    (MovementKind::Returned, "returned", 1, 0),
    (MovementKind::MovedOut, "moved_out", -1, 0),
    (MovementKind::MovedIn, "moved_in", 1, 0),
];

impl MovementKind {
    /// Every kind, in the order of the table.
    pub const ALL: [Self; 9] = [
        Self::Received,
        Self::Added,
        Self::Removed,
        Self::Reserved,
        Self::Released,
        Self::Shipped,
        Self::Returned,
        Self::MovedOut,
        Self::MovedIn,
    ];

    /// The word for it on the wire and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        KINDS[self as usize].1
    }

    /// What a movement of so many pieces adds to what is on hand.
    #[must_use]
    pub fn on_hand(self, quantity: i64) -> i64 {
        KINDS[self as usize].2 * quantity
    }

    /// What a movement of so many pieces adds to what is reserved.
    #[must_use]
    pub fn reserved(self, quantity: i64) -> i64 {
        KINDS[self as usize].3 * quantity
    }
}

impl fmt::Display for MovementKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MovementKind {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        Self::ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| {
            let reason = format!("{} is not one of {}", Quoted(word), list(&Self::ALL));
            InvalidInput::new("kind", reason)
        })
    }
}

/// One change of a level, decided and not stored yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Of which product.
    pub product: ProductId,
    /// Where.
    pub location: LocationId,
    /// What.
    pub kind: MovementKind,
    /// How many pieces, at least 1.
    pub quantity: i64,
    /// What is on hand since.
    pub on_hand_after: i64,
    /// What is reserved since.
    pub reserved_after: i64,
    /// For which line of an order, by its position from 0.
    pub line: Option<u8>,
    /// In which of its parcels, by number.
    pub shipment: Option<i64>,
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Its number: ascending as events do.
    pub id: MovementId,
    /// Where.
    pub location: LocationCode,
    /// What.
    pub kind: MovementKind,
    /// How many pieces, at least 1.
    pub quantity: i64,
    /// What was on hand after it.
    pub on_hand_after: i64,
    /// What was reserved after it.
    pub reserved_after: i64,
    /// For which order.
    pub order: Option<OrderId>,
    /// For which of its lines.
    pub line: Option<OrderProductId>,
    /// In which of its shipments, by number.
    pub shipment: Option<i64>,
    /// Why, in somebody's own words.
    pub reason: Option<Reason>,
    /// The event that it belongs to.
    pub event: EventId,
    /// When, in whole milliseconds.
    pub at: DateTime<Utc>,
}

/// What an order's line holds at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The line, by its position from 0.
    pub line: u8,
    /// Of which product.
    pub product: ProductId,
    /// Where.
    pub location: LocationId,
    /// How many pieces, at least 1.
    pub quantity: i64,
    /// Its newest reservation there: whose movement is later stands behind it.
    pub since: MovementId,
    /// How many pieces lines hold there that stand behind it; 0 where nobody has looked, since there are enough.
    pub later: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lists_every_kind_at_its_own_row() {
        for (index, kind) in MovementKind::ALL.into_iter().enumerate() {
            assert_eq!(KINDS[index].0, kind);
            assert_eq!(kind.as_str().parse(), Ok(kind));
            // Something moves.
            assert_ne!((kind.on_hand(1), kind.reserved(1)), (0, 0));
        }
        assert!("lost".parse::<MovementKind>().is_err());
    }
}
