//! The life of a parcel, and how far the parcels of an order are: two tables.

use std::{
    fmt::{self, Write},
    str::FromStr,
};

use ShipmentStatus::{Cancelled, Delivered, Planned, Shipped};

use crate::{
    invalid::{InvalidInput, list},
    quoted::Quoted,
};

/// Where a parcel stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShipmentStatus {
    /// It is to leave.
    Planned,
    /// It is on its way.
    Shipped,
    /// It is with the customer. The end.
    Delivered,
    /// It does not leave. The end.
    Cancelled,
}

/// Each status, its word, and what may follow it.
const GRAPH: [(ShipmentStatus, &str, &[ShipmentStatus]); 4] = [
    (Planned, "planned", &[Shipped, Cancelled]),
    (Shipped, "shipped", &[Delivered]),
    (Delivered, "delivered", &[]),
    (Cancelled, "cancelled", &[]),
];

impl ShipmentStatus {
    /// Every status, in the order of the table.
    pub const ALL: [Self; 4] = [Planned, Shipped, Delivered, Cancelled];

    /// The word for it on the wire and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        GRAPH[self as usize].1
    }

    /// What may follow it. Empty at the end of life.
    #[must_use]
    pub fn allowed(self) -> &'static [Self] {
        GRAPH[self as usize].2
    }

    /// Whether `next` may follow it. A status does not follow itself.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self.allowed().contains(&next)
    }

    /// Whether the parcel has left.
    #[must_use]
    pub fn is_out(self) -> bool {
        matches!(self, Shipped | Delivered)
    }

    /// The graph as a Mermaid state diagram, for documents.
    #[must_use]
    pub fn mermaid() -> String {
        let mut text = format!("stateDiagram-v2\n    [*] --> {Planned}\n    [*] --> {Shipped}\n");
        for (from, _, allowed) in GRAPH {
            for to in allowed {
                let _ = writeln!(text, "    {from} --> {to}");
            }
            if allowed.is_empty() {
                let _ = writeln!(text, "    {from} --> [*]");
            }
        }
        text
    }
}

impl fmt::Display for ShipmentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ShipmentStatus {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        Self::ALL.into_iter().find(|status| status.as_str() == word).ok_or_else(|| {
            let reason = format!("{} is not one of {}", Quoted(word), list(&Self::ALL));
            InvalidInput::new("status", reason)
        })
    }
}

/// How far the parcels of an order are. It follows from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fulfillment {
    /// Nothing has left.
    Unfulfilled,
    /// A part has left, and nothing has arrived.
    PartiallyShipped,
    /// All that is not cancelled has left, and nothing has arrived.
    Shipped,
    /// A part has arrived.
    PartiallyDelivered,
    /// All that is not cancelled has arrived.
    Delivered,
}

/// Each, and its word.
const FULFILLMENTS: [(Fulfillment, &str); 5] = [
    (Fulfillment::Unfulfilled, "unfulfilled"),
    (Fulfillment::PartiallyShipped, "partially_shipped"),
    (Fulfillment::Shipped, "shipped"),
    (Fulfillment::PartiallyDelivered, "partially_delivered"),
    (Fulfillment::Delivered, "delivered"),
];

impl Fulfillment {
    /// Every one, in the order of the table.
    pub const ALL: [Self; 5] =
        [Self::Unfulfilled, Self::PartiallyShipped, Self::Shipped, Self::PartiallyDelivered, Self::Delivered];

    /// The word for it on the wire and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        FULFILLMENTS[self as usize].1
    }
}

impl fmt::Display for Fulfillment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Fulfillment {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        Self::ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| {
            let reason = format!("{} is not one of {}", Quoted(word), list(&Self::ALL));
            InvalidInput::new("fulfillment", reason)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_list_every_word_at_its_own_row() {
        for (index, status) in ShipmentStatus::ALL.into_iter().enumerate() {
            assert_eq!(GRAPH[index].0, status);
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        for (index, fulfillment) in Fulfillment::ALL.into_iter().enumerate() {
            assert_eq!(FULFILLMENTS[index].0, fulfillment);
            assert_eq!(fulfillment.as_str().parse(), Ok(fulfillment));
        }
        assert!("lost".parse::<ShipmentStatus>().is_err());
        assert!("lost".parse::<Fulfillment>().is_err());
    }

    #[test]
    fn a_parcel_that_has_left_is_not_called_back() {
        for status in ShipmentStatus::ALL {
            assert_eq!(status.may_become(Cancelled), status == Planned);
            assert!(!status.may_become(status));
        }
    }
}
