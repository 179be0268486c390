//! The types of events as one closed table; documents, filters and words on the wire come from it.

use std::{fmt, str::FromStr};

use EventType::{
    Cancelled, ContactChanged, Delivered, ListingChanged, ListingCreated, LocationChanged, LocationCreated,
    MarketplaceChanged, MarketplaceCreated, Migrated, PartiallyCancelled, Placed, Planned, Processing,
    ProductChanged, ProductCreated, ShipmentChanged, ShipmentCreated, Shipped, StockCounted, StockMoved,
    StockReceived, StockRemoved, StockReturned, StockShort, TextChanged, TextCreated, Tracked,
    WebhookChanged, WebhookCreated, WebhookDisabled, WebhookReplayed, WebhookRetried, WebhookSecretRotated,
};

use crate::{
    invalid::{InvalidInput, list},
    quoted::Quoted,
};

mod table;

pub use table::Member;
use table::{Row, TYPES};

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
    /// Events are sent to another address.
    WebhookCreated,
    /// Where events are sent, which, or whether was changed.
    WebhookChanged,
    /// Nothing is sent to an address any more.
    WebhookDisabled,
    /// What is sent to an address is signed with another secret.
    WebhookSecretRotated,
    /// An event is sent to an address once more.
    WebhookRetried,
    /// Events are sent to an address once more.
    WebhookReplayed,
    /// There is another marketplace.
    MarketplaceCreated,
    /// A marketplace was changed.
    MarketplaceChanged,
    /// A product is sold in another marketplace.
    ListingCreated,
    /// A product is sold otherwise in a marketplace.
    ListingChanged,
    /// A product has a name in another language.
    TextCreated,
    /// A product has another name in a language.
    TextChanged,
}

impl EventType {
    /// Every type, in the order of the table.
    pub const ALL: [Self; 34] = [
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
        WebhookCreated,
        WebhookChanged,
        WebhookDisabled,
        WebhookSecretRotated,
        WebhookRetried,
        WebhookReplayed,
        MarketplaceCreated,
        MarketplaceChanged,
        ListingCreated,
        ListingChanged,
        TextCreated,
        TextChanged,
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
