//! The types of events as one closed table; documents, filters and words on the wire come from it.

use std::{fmt, str::FromStr};

use EventType::{Cancelled, Delivered, Migrated, Placed, Processing, Shipped, Tracked};

use crate::{
    invalid::{InvalidInput, list},
    quoted::Quoted,
};

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventType {
    /// An order was placed.
    Placed,
    /// An order's shipment was set or replaced.
    Tracked,
    /// An order is being picked and packed.
    Processing,
    /// An order is on its way.
    Shipped,
    /// An order is with the customer.
    Delivered,
    /// An order was called off.
    Cancelled,
    /// An order from before there were events: its state when they began.
    Migrated,
}

/// A member of an event's `data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub about: &'static str,
}

/// A line of the table.
#[derive(Debug)]
struct Row {
    /// `subject.past-tense`.
    word: &'static str,
    about: &'static str,
    /// The kinds of [`super::Actor`] that may cause it.
    caused_by: &'static [&'static str],
    data: &'static [Member],
}

const FROM: Member = Member { name: "from", about: "the status before" };
const TO: Member = Member { name: "to", about: "the status since" };
const PROVIDER: Member = Member { name: "shippingProvider", about: "who carries the parcel" };
const NUMBER: Member = Member { name: "trackingNumber", about: "the carrier's number for the parcel" };
const LINES: Member = Member { name: "lines", about: "the products and how many pieces of each" };

const ANYBODY: &[&str] = &["user", "worker", "cli"];

const TYPES: [(EventType, Row); 7] = [
    (Placed, Row { word: "order.placed", about: "An order was placed.", caused_by: ANYBODY, data: &[LINES] }),
    (
        Tracked,
        Row {
            word: "order.tracked",
            about: "The shipment of an order was set or replaced.",
            caused_by: ANYBODY,
            data: &[PROVIDER, NUMBER],
        },
    ),
    (
        Processing,
        Row {
            word: "order.processing",
            about: "An order is being picked and packed.",
            caused_by: ANYBODY,
            data: &[FROM, TO],
        },
    ),
    (
        Shipped,
        Row {
            word: "order.shipped",
            about: "An order is on its way.",
            caused_by: ANYBODY,
            data: &[FROM, TO],
        },
    ),
    (
        Delivered,
        Row {
            word: "order.delivered",
            about: "An order is with the customer.",
            caused_by: ANYBODY,
            data: &[FROM, TO],
        },
    ),
    (
        Cancelled,
        Row {
            word: "order.cancelled",
            about: "An order was called off, and its shipment forgotten.",
            caused_by: ANYBODY,
            data: &[FROM, TO],
        },
    ),
    (
        Migrated,
        Row {
            word: "order.migrated",
            about: "An order that was changed before there were events: its status and shipment when they began.",
            caused_by: &["system"],
            data: &[TO, PROVIDER, NUMBER],
        },
    ),
];

impl EventType {
    /// Every type, in the order of the table.
    pub const ALL: [Self; 7] = [Placed, Tracked, Processing, Shipped, Delivered, Cancelled, Migrated];

    fn row(self) -> &'static Row {
        &TYPES[self as usize].1
    }

    /// The word for it on the wire, `order.placed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().word
    }

    /// What kind of thing it happens to, and what happens, which storage keeps apart.
    #[must_use]
    pub fn parts(self) -> (&'static str, &'static str) {
        self.as_str().split_once('.').unwrap_or((self.as_str(), ""))
    }

    /// The type of what happens to this kind of thing.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for words that are not in the table.
    pub fn of_parts(kind: &str, what: &str) -> Result<Self, InvalidInput> {
        let found = Self::ALL.into_iter().find(|known| known.parts() == (kind, what));
        found.ok_or_else(|| Self::unknown(&format!("{kind}.{what}")))
    }

    /// What it says, as a sentence.
    #[must_use]
    pub fn about(self) -> &'static str {
        self.row().about
    }

    /// The kinds of actors that may cause it.
    #[must_use]
    pub fn caused_by(self) -> &'static [&'static str] {
        self.row().caused_by
    }

    /// What its `data` holds beside what all have; a shipment's members are absent where there is none.
    #[must_use]
    pub fn data(self) -> &'static [Member] {
        self.row().data
    }

    fn unknown(word: &str) -> InvalidInput {
        InvalidInput::new("type", format!("{} is not one of {}", Quoted(word), list(&Self::ALL)))
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EventType {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        Self::ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| Self::unknown(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Actor;

    #[test]
    fn the_table_lists_every_type_at_its_own_row() {
        for (index, kind) in EventType::ALL.into_iter().enumerate() {
            assert_eq!(TYPES[index].0, kind);
            assert_eq!(kind.as_str().parse(), Ok(kind));
            let (subject, what) = kind.parts();
            assert_eq!(format!("{subject}.{what}"), kind.as_str());
            assert_eq!(EventType::of_parts(subject, what), Ok(kind));
            assert!(kind.caused_by().iter().all(|actor| Actor::KINDS.contains(actor)));
        }
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_known_ones() {
        let error = "order.lost".parse::<EventType>().unwrap_err().to_string();
        assert!(
            error.starts_with(r#"type "order.lost" is not one of order.placed, order.tracked"#),
            "{error}"
        );
    }
}
