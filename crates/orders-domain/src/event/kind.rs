//! The types of events as one closed table; documents, filters and words on the wire come from it.

use std::{fmt, str::FromStr};

use EventType::{
    Cancelled, ContactChanged, Delivered, LocationChanged, LocationCreated, Migrated, PartiallyCancelled,
    Placed, Planned, Processing, ProductChanged, ProductCreated, ShipmentChanged, ShipmentCreated, Shipped,
    StockCounted, StockMoved, StockReceived, StockRemoved, StockReturned, StockShort, Tracked,
};

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
    /// What was open of an order was split into parcels.
    Planned,
    /// An order has another parcel.
    ShipmentCreated,
    /// A parcel of an order moved, or has another carrier or number.
    ShipmentChanged,
    /// Some pieces of an order are not wanted any more.
    PartiallyCancelled,
    /// How an order's customer is reached was changed.
    ContactChanged,
    /// A product came into the catalogue.
    ProductCreated,
    /// A product was changed.
    ProductChanged,
    /// What there is of a product at a place was counted.
    StockCounted,
    /// It was counted, and more of it is reserved than there can be.
    StockShort,
    /// Pieces of a product came to a place.
    StockReceived,
    /// Pieces of a product at a place are gone, not being sold.
    StockRemoved,
    /// Pieces of a product came back to a place.
    StockReturned,
    /// Pieces of a product went from a place to another.
    StockMoved,
    /// There is another place where goods are kept.
    LocationCreated,
    /// A place was changed.
    LocationChanged,
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

const SHIPMENT: Member = Member { name: "number", about: "which shipment of the order" };
const SHIPMENTS: Member =
    Member { name: "shipments", about: "the shipments: number, place and the pieces of each line" };
const UNPLACED: Member = Member { name: "unplaced", about: "what cannot be sent from anywhere now" };
const WHERE: Member = Member { name: "location", about: "from which place it leaves" };
const SHIPMENT_STATUS: Member = Member { name: "status", about: "the shipment's status" };
const SHIPMENT_FROM: Member = Member { name: "from", about: "the shipment's status before" };
const SHIPMENT_TO: Member = Member { name: "to", about: "the shipment's status since" };
const PIECES: Member = Member { name: "lines", about: "how many pieces of which lines" };
const CANCELLATION: Member = Member { name: "number", about: "which cancellation of the order" };
const REASON: Member = Member { name: "reason", about: "why they are cancelled" };
const STATUS_FROM: Member = Member { name: "statusFrom", about: "the order's status before, where it moved" };
const STATUS_TO: Member = Member { name: "statusTo", about: "the order's status since, where it moved" };
const FULFILLMENT: Member =
    Member { name: "fulfillment", about: "how far the shipments of the order are since" };

const FROM_MEMBERS: Member = Member { name: "from", about: "what was changed, as it was before" };
const TO_MEMBERS: Member = Member { name: "to", about: "the same as it is since" };
const CREATED: Member = Member { name: "to", about: "what it is" };
const FROM_PIECES: Member = Member { name: "from", about: "the pieces on hand before" };
const TO_PIECES: Member = Member { name: "to", about: "the pieces on hand since" };
const QUANTITY: Member = Member { name: "quantity", about: "how many pieces" };
const TARGET: Member = Member { name: "target", about: "the code of the place to which they went" };
const BACKORDER: Member =
    Member { name: "backorderLimit", about: "how many pieces may be reserved beyond those on hand" };
const SHORT: Member = Member { name: "short", about: "how many pieces are reserved that cannot be there" };
const ORDERS: Member =
    Member { name: "orders", about: "up to 100 orders that hold pieces of it, the newest first" };

const ANYBODY: &[&str] = &["user", "worker", "cli"];
const STAFF: &[&str] = &["user", "cli"];

const fn staff(word: &'static str, about: &'static str, data: &'static [Member]) -> Row {
    Row { word, about, caused_by: STAFF, data }
}

const TYPES: [(EventType, Row); 22] = [
    (Placed, Row { word: "order.placed", about: "An order was placed.", caused_by: ANYBODY, data: &[LINES] }),
    (
        Tracked,
        Row {
            word: "order.tracked",
            about: "The carrier and number of an order's only shipment were set or replaced.",
            caused_by: ANYBODY,
            data: &[SHIPMENT, PROVIDER, NUMBER],
        },
    ),
    (
        Processing,
        Row {
            word: "order.processing",
            about: "An order is being picked and packed.",
            caused_by: ANYBODY,
            data: &[FROM, TO, FULFILLMENT],
        },
    ),
    (
        Shipped,
        Row {
            word: "order.shipped",
            about: "An order is on its way.",
            caused_by: ANYBODY,
            data: &[FROM, TO, FULFILLMENT],
        },
    ),
    (
        Delivered,
        Row {
            word: "order.delivered",
            about: "An order is with the customer.",
            caused_by: ANYBODY,
            data: &[FROM, TO, FULFILLMENT],
        },
    ),
    (
        Cancelled,
        Row {
            word: "order.cancelled",
            about: "An order was called off; with the last piece that was cancelled, if `number` is there.",
            caused_by: ANYBODY,
            data: &[FROM, TO, FULFILLMENT],
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
    (
        Planned,
        staff(
            "order.planned",
            "What was open of an order was split into shipments.",
            &[SHIPMENTS, UNPLACED, FULFILLMENT],
        ),
    ),
    (
        ShipmentCreated,
        staff(
            "order.shipment_created",
            "An order has another shipment.",
            &[
                SHIPMENT,
                SHIPMENT_STATUS,
                WHERE,
                PIECES,
                PROVIDER,
                NUMBER,
                STATUS_FROM,
                STATUS_TO,
                FULFILLMENT,
            ],
        ),
    ),
    (
        ShipmentChanged,
        staff(
            "order.shipment_changed",
            "A shipment of an order moved, or has another carrier or number.",
            &[SHIPMENT, SHIPMENT_FROM, SHIPMENT_TO, PROVIDER, NUMBER, STATUS_FROM, STATUS_TO, FULFILLMENT],
        ),
    ),
    (
        PartiallyCancelled,
        staff(
            "order.partially_cancelled",
            "Some pieces of an order are not wanted any more.",
            &[CANCELLATION, REASON, PIECES, STATUS_FROM, STATUS_TO, FULFILLMENT],
        ),
    ),
    (
        ContactChanged,
        staff(
            "order.contact_changed",
            "How the customer of an order is reached was changed; to what is not told.",
            &[FULFILLMENT],
        ),
    ),
    (ProductCreated, staff("product.created", "A product came into the catalogue.", &[CREATED])),
    (ProductChanged, staff("product.changed", "A product was changed.", &[FROM_MEMBERS, TO_MEMBERS])),
    (
        StockCounted,
        staff(
            "stock.counted",
            "What there is of a product at a place was counted.",
            &[FROM_PIECES, TO_PIECES, BACKORDER],
        ),
    ),
    (
        StockShort,
        staff(
            "stock.short",
            "What there is of a product at a place was counted, and more of it is reserved than there can be.",
            &[FROM_PIECES, TO_PIECES, BACKORDER, SHORT, ORDERS],
        ),
    ),
    (
        StockReceived,
        staff("stock.received", "Pieces of a product came to a place.", &[QUANTITY, FROM_PIECES, TO_PIECES]),
    ),
    (
        StockRemoved,
        staff(
            "stock.removed",
            "Pieces of a product at a place are gone, not being sold.",
            &[QUANTITY, FROM_PIECES, TO_PIECES],
        ),
    ),
    (
        StockReturned,
        staff(
            "stock.returned",
            "Pieces of a product came back to a place.",
            &[QUANTITY, FROM_PIECES, TO_PIECES],
        ),
    ),
    (
        StockMoved,
        staff(
            "stock.moved",
            "Pieces of a product went from a place to another.",
            &[TARGET, QUANTITY, FROM_PIECES, TO_PIECES],
        ),
    ),
    (LocationCreated, staff("location.created", "There is another place where goods are kept.", &[CREATED])),
    (LocationChanged, staff("location.changed", "A place was changed.", &[FROM_MEMBERS, TO_MEMBERS])),
];

impl EventType {
    /// Every type, in the order of the table.
    pub const ALL: [Self; 22] = [
        Placed,
        Tracked,
        Processing,
        Shipped,
        Delivered,
        Cancelled,
        Migrated,
        Planned,
        ShipmentCreated,
        ShipmentChanged,
        PartiallyCancelled,
        ContactChanged,
        ProductCreated,
        ProductChanged,
        StockCounted,
        StockShort,
        StockReceived,
        StockRemoved,
        StockReturned,
        StockMoved,
        LocationCreated,
        LocationChanged,
    ];

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
mod tests;
