//! What a database holds beside orders: tables that go from one to another row by row.

use std::fmt;

use orders_domain::ports::PortError;

use super::rows::copied::{
    AttemptCopy, ConsumerCopy, CountryCopy, DeliveryCopy, EventCopy, InboxCopy, LevelCopy, ListingCopy,
    LocationCopy, MarketplaceCopy, MovementCopy, ProductCopy, TextCopy, WebhookCopy, digest,
};

/// A table, or of events those that are not of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The products.
    Products,
    /// The marketplaces.
    Marketplaces,
    /// The countries that lead to them.
    Countries,
    /// The products in marketplaces.
    Listings,
    /// What products are called.
    Texts,
    /// The places.
    Locations,
    /// What there is of products at places.
    Levels,
    /// The ledger of stock.
    Movements,
    /// What happened to anything but orders.
    Events,
    /// The webhooks.
    Webhooks,
    /// Those who read the events.
    Consumers,
    /// The messages by which something was done.
    Inbox,
    /// What became of events at those who read them.
    Deliveries,
    /// Every try at a delivery.
    Attempts,
}

impl Part {
    /// All, those before that others name.
    pub const ALL: [Self; 14] = [
        Self::Products,
        Self::Marketplaces,
        Self::Countries,
        Self::Listings,
        Self::Texts,
        Self::Locations,
        Self::Levels,
        Self::Movements,
        Self::Events,
        Self::Webhooks,
        Self::Consumers,
        Self::Inbox,
        Self::Deliveries,
        Self::Attempts,
    ];
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Products => "products",
            Self::Marketplaces => "marketplaces",
            Self::Countries => "countries",
            Self::Listings => "listings",
            Self::Texts => "texts",
            Self::Locations => "places",
            Self::Levels => "levels",
            Self::Movements => "movements",
            Self::Events => "other events",
            Self::Webhooks => "webhooks",
            Self::Consumers => "consumers",
            Self::Inbox => "messages",
            Self::Deliveries => "deliveries",
            Self::Attempts => "attempts",
        })
    }
}

/// The key of a row, by which those of a part ascend; the default is before the first one. Of a level it is its
/// product and place, of what marketplaces say of a product the product, of what belongs to a consumer the consumer's name and up to two numbers, of another row its id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key {
    /// The consumer's name, or nothing.
    pub name: String,
    /// The first number, or 0.
    pub first: i64,
    /// The second number, or 0.
    pub second: i64,
}

impl Key {
    fn of(first: i64, second: i64) -> Self {
        Self { name: String::new(), first, second }
    }

    fn named(name: &str, first: i64, second: i64) -> Self {
        Self { name: name.to_owned(), first, second }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, first, second } = self;
        if name.is_empty() { write!(f, "{first}/{second}") } else { write!(f, "{name}/{first}/{second}") }
    }
}

/// A row that has a key.
pub(super) trait Keyed {
    fn key(&self) -> Key;
}

macro_rules! keyed {
    ($($row:ident => $key:expr;)+) => {$(
        impl Keyed for $row {
            fn key(&self) -> Key {
                let key: fn(&Self) -> Key = $key;
                key(self)
            }
        }
    )+};
}

keyed! {
    ProductCopy => |row| Key::of(row.id, 0);
    // They come all at once.
    MarketplaceCopy => |_| Key::of(1, 0);
    CountryCopy => |_| Key::of(1, 0);
    // Those of a product come together.
    ListingCopy => |row| Key::of(row.product_id, 0);
    TextCopy => |row| Key::of(row.product_id, 0);
    LocationCopy => |row| Key::of(row.id, 0);
    LevelCopy => |row| Key::of(row.product_id, row.location_id);
    MovementCopy => |row| Key::of(row.id, 0);
    EventCopy => |row| Key::of(row.id, 0);
    WebhookCopy => |row| Key::of(row.id, 0);
    ConsumerCopy => |row| Key::named(&row.name, 0, 0);
    InboxCopy => |row| Key::named(&row.consumer, row.message_id, 0);
    DeliveryCopy => |row| Key::named(&row.consumer, row.event, 0);
    AttemptCopy => |row| Key::named(&row.consumer, row.event, row.number);
}

/// Some rows of a part, by their keys.
#[derive(Debug)]
pub struct PartRows(pub(super) Copied);

#[derive(Debug)]
pub(super) enum Copied {
    Products(Vec<ProductCopy>),
    Marketplaces(Vec<MarketplaceCopy>),
    Countries(Vec<CountryCopy>),
    Listings(Vec<ListingCopy>),
    Texts(Vec<TextCopy>),
    Locations(Vec<LocationCopy>),
    Levels(Vec<LevelCopy>),
    Movements(Vec<MovementCopy>),
    Events(Vec<EventCopy>),
    Webhooks(Vec<WebhookCopy>),
    Consumers(Vec<ConsumerCopy>),
    Inbox(Vec<InboxCopy>),
    Deliveries(Vec<DeliveryCopy>),
    Attempts(Vec<AttemptCopy>),
}

/// The same of the rows of whichever part.
macro_rules! of_rows {
    ($copied:expr, $rows:ident => $what:expr) => {
        match $copied {
            Copied::Products($rows) => $what,
            Copied::Marketplaces($rows) => $what,
            Copied::Countries($rows) => $what,
            Copied::Listings($rows) => $what,
            Copied::Texts($rows) => $what,
            Copied::Locations($rows) => $what,
            Copied::Levels($rows) => $what,
            Copied::Movements($rows) => $what,
            Copied::Events($rows) => $what,
            Copied::Webhooks($rows) => $what,
            Copied::Consumers($rows) => $what,
            Copied::Inbox($rows) => $what,
            Copied::Deliveries($rows) => $what,
            Copied::Attempts($rows) => $what,
        }
    };
}

impl PartRows {
    /// Each row's key, with SHA-256 of all its columns.
    #[must_use]
    pub fn digests(&self) -> Vec<(Key, [u8; 32])> {
        of_rows!(&self.0, rows => rows.iter().map(|row| (row.key(), digest(row))).collect())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        of_rows!(&self.0, rows => rows.len())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of the last one.
    #[must_use]
    pub fn last(&self) -> Option<Key> {
        of_rows!(&self.0, rows => rows.last().map(Keyed::key))
    }
}

/// A database whose parts are read row by row.
pub trait BulkParts {
    /// Some of the next rows after a key, ascending; none after the last.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    fn rows_after(&mut self, part: Part, after: &Key) -> Result<PartRows, PortError>;
}
