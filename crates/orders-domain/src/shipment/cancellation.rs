//! That some pieces of an order are not wanted any more, and why.

use std::{fmt, str::FromStr};

use super::Part;
use crate::{
    invalid::{InvalidInput, list},
    text::private_text,
};

private_text! {
    /// What somebody says of a cancellation: 1 to 500 characters. It may name people, so it stands beside
    /// the order only, and is emptied with what else is known of them.
    Note, "note", 500
}

/// How often a part of an order may be cancelled.
pub const MOST_CANCELLATIONS: usize = 32;

/// Why pieces are cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CancellationReason {
    /// The customer does not want them.
    Customer,
    /// The payment was declined.
    Declined,
    /// It is fraud.
    Fraud,
    /// They are not there.
    Inventory,
    /// Somebody of the shop has made a mistake.
    Staff,
    /// Something else.
    Other,
}

const WORDS: [(CancellationReason, &str); 6] = [
    (CancellationReason::Customer, "customer"),
    (CancellationReason::Declined, "declined"),
    (CancellationReason::Fraud, "fraud"),
    (CancellationReason::Inventory, "inventory"),
    (CancellationReason::Staff, "staff"),
    (CancellationReason::Other, "other"),
];

impl CancellationReason {
    /// Every reason, in the order of the table.
    pub const ALL: [Self; 6] =
        [Self::Customer, Self::Declined, Self::Fraud, Self::Inventory, Self::Staff, Self::Other];

    /// The word for it on the wire and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        WORDS[self as usize].1
    }
}

impl fmt::Display for CancellationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CancellationReason {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        Self::ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| {
            // It is not repeated: somebody may have written a note there.
            InvalidInput::new("reason", format!("is not one of {}", list(&Self::ALL)))
        })
    }
}

/// Some pieces of an order that are not wanted any more. Those of one order are numbered from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// Why.
    pub reason: CancellationReason,
    /// What somebody says of it.
    pub note: Option<Note>,
    /// How many pieces of which lines, each line once.
    pub parts: Vec<Part>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lists_every_reason_at_its_own_row() {
        for (index, reason) in CancellationReason::ALL.into_iter().enumerate() {
            assert_eq!(WORDS[index].0, reason);
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
        assert!("whim".parse::<CancellationReason>().is_err());
    }
}
