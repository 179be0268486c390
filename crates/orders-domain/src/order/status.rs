//! The life of an order as one table; everything that speaks of it is derived from here.

use std::{
    fmt::{self, Write},
    str::FromStr,
};

use OrderStatus::{Cancelled, Delivered, Pending, Processing, Shipped};

use crate::{
    invalid::{InvalidInput, list},
    quoted::Quoted,
    shipment::status::Fulfillment,
};

/// Where an order stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// Placed; nobody has touched it yet. Every order starts here.
    Pending,
    /// Being picked and packed.
    Processing,
    /// On its way. It can no longer be cancelled.
    Shipped,
    /// With the customer. The end.
    Delivered,
    /// Called off, without a shipment. The end.
    Cancelled,
}

/// Each status, its word, and what may follow it.
const GRAPH: [(OrderStatus, &str, &[OrderStatus]); 5] = [
    (Pending, "pending", &[Processing, Shipped, Cancelled]),
    (Processing, "processing", &[Shipped, Cancelled]),
    (Shipped, "shipped", &[Delivered]),
    (Delivered, "delivered", &[]),
    (Cancelled, "cancelled", &[]),
];

impl OrderStatus {
    /// Every status, in the order of life.
    pub const ALL: [Self; 5] = [Pending, Processing, Shipped, Delivered, Cancelled];

    fn row(self) -> &'static (OrderStatus, &'static str, &'static [OrderStatus]) {
        &GRAPH[self as usize]
    }

    /// The word for it on the wire and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// What may follow it. Empty at the end of life.
    #[must_use]
    pub fn allowed(self) -> &'static [OrderStatus] {
        self.row().2
    }

    /// Whether `next` may follow it. A status does not follow itself.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self.allowed().contains(&next)
    }

    /// Whether nothing can follow it.
    #[must_use]
    pub fn is_final(self) -> bool {
        self.allowed().is_empty()
    }

    /// How far the parcels of an order in it can be: see [`super::progress::Progress::standing`].
    #[must_use]
    pub fn fulfillments(self) -> &'static [Fulfillment] {
        use Fulfillment::{PartiallyDelivered, PartiallyShipped, Unfulfilled};

        match self {
            Pending | Cancelled => &[Unfulfilled],
            Processing => &[Unfulfilled, PartiallyShipped, PartiallyDelivered],
            Shipped => &[Fulfillment::Shipped, PartiallyDelivered],
            Delivered => &[Fulfillment::Delivered],
        }
    }

    /// The graph as a Mermaid state diagram, for documents.
    #[must_use]
    pub fn mermaid() -> String {
        let mut text = format!("stateDiagram-v2\n    [*] --> {Pending}\n");
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

impl fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OrderStatus {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        Self::ALL.into_iter().find(|status| status.as_str() == word).ok_or_else(|| {
            let known = list(&Self::ALL);
            InvalidInput::new("status", format!("{} is not one of {known}", Quoted(word)))
        })
    }
}

/// One status or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Statuses(u8);

impl Statuses {
    /// Whether a status is one of them.
    #[must_use]
    pub fn contains(self, status: OrderStatus) -> bool {
        self.0 & Self::from(status).0 != 0
    }

    /// They, in the order of life.
    pub fn iter(self) -> impl Iterator<Item = OrderStatus> {
        OrderStatus::ALL.into_iter().filter(move |status| self.contains(*status))
    }

    /// These and another one.
    #[must_use]
    pub fn and(self, status: OrderStatus) -> Self {
        Self(self.0 | Self::from(status).0)
    }
}

impl From<OrderStatus> for Statuses {
    fn from(status: OrderStatus) -> Self {
        Self(1 << status as u8)
    }
}

/// Their words with commas between them.
impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iter().map(OrderStatus::as_str).collect::<Vec<_>>().join(","))
    }
}

/// Words with commas between them, each as often as one likes.
impl FromStr for Statuses {
    type Err = InvalidInput;

    fn from_str(words: &str) -> Result<Self, InvalidInput> {
        words.split(',').try_fold(Self(0), |before, word| Ok(before.and(word.parse()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lists_every_status_at_its_own_row() {
        for (index, status) in OrderStatus::ALL.into_iter().enumerate() {
            assert_eq!(GRAPH[index].0, status);
            assert_eq!(status.as_str().parse(), Ok(status));
        }
    }

    /// All 25 pairs, written out once by hand from the HTTP contract.
    #[test]
    fn the_matrix_of_all_pairs_is_the_contracts() {
        //                pending processing shipped delivered cancelled
        let expected = [
            /* pending    */ [false, true, true, false, true],
            /* processing */ [false, false, true, false, true],
            /* shipped    */ [false, false, false, true, false],
            /* delivered  */ [false, false, false, false, false],
            /* cancelled  */ [false, false, false, false, false],
        ];
        for (row, from) in OrderStatus::ALL.into_iter().enumerate() {
            for (column, to) in OrderStatus::ALL.into_iter().enumerate() {
                assert_eq!(from.may_become(to), expected[row][column], "{from} -> {to}");
            }
        }
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_known_ones() {
        let error = "Pending".parse::<OrderStatus>().unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"status "Pending" is not one of pending, processing, shipped, delivered, cancelled"#
        );
    }

    #[test]
    fn several_statuses_are_words_with_commas_none_of_them_empty() {
        let several: Statuses = "shipped,pending,shipped".parse().unwrap();
        assert_eq!(several.to_string(), "pending,shipped");
        assert_eq!(several.to_string().parse(), Ok(several));
        assert_eq!(several, Statuses::from(Pending).and(Shipped));
        for bad in ["", ",", "pending,", ",pending", "pending,,shipped", "pending, shipped", "pending,lost"] {
            assert!(bad.parse::<Statuses>().is_err(), "{bad:?} was taken");
        }
    }
}
