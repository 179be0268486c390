//! What a database holds beside orders: tables that go from one to another row by row.

use std::fmt;

use orders_domain::ports::PortError;

use super::rows::copied::{EventCopy, LevelCopy, LocationCopy, MovementCopy, ProductCopy, digest};

/// A table, or of events those that are not of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The products.
    Products,
    /// The places.
    Locations,
    /// What there is of products at places.
    Levels,
    /// The ledger of stock.
    Movements,
    /// What happened to anything but orders.
    Events,
}

impl Part {
    /// All, those before that others name.
    pub const ALL: [Self; 5] = [Self::Products, Self::Locations, Self::Levels, Self::Movements, Self::Events];
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Products => "products",
            Self::Locations => "places",
            Self::Levels => "levels",
            Self::Movements => "movements",
            Self::Events => "other events",
        })
    }
}

/// The key of a row: of a level its product and place, of another its id and 0.
pub type Key = (i64, i64);

/// Some rows of a part, by their keys.
#[derive(Debug)]
pub struct PartRows(pub(super) Copied);

#[derive(Debug)]
pub(super) enum Copied {
    Products(Vec<ProductCopy>),
    Locations(Vec<LocationCopy>),
    Levels(Vec<LevelCopy>),
    Movements(Vec<MovementCopy>),
    Events(Vec<EventCopy>),
}

impl PartRows {
    /// Each row's key, with SHA-256 of all its columns.
    #[must_use]
    pub fn digests(&self) -> Vec<(Key, [u8; 32])> {
        match &self.0 {
            Copied::Products(rows) => rows.iter().map(|row| ((row.id, 0), digest(row))).collect(),
            Copied::Locations(rows) => rows.iter().map(|row| ((row.id, 0), digest(row))).collect(),
            Copied::Levels(rows) => {
                rows.iter().map(|row| ((row.product_id, row.location_id), digest(row))).collect()
            }
            Copied::Movements(rows) => rows.iter().map(|row| ((row.id, 0), digest(row))).collect(),
            Copied::Events(rows) => rows.iter().map(|row| ((row.id, 0), digest(row))).collect(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Copied::Products(rows) => rows.len(),
            Copied::Locations(rows) => rows.len(),
            Copied::Levels(rows) => rows.len(),
            Copied::Movements(rows) => rows.len(),
            Copied::Events(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of the last one.
    #[must_use]
    pub fn last(&self) -> Option<Key> {
        match &self.0 {
            Copied::Products(rows) => rows.last().map(|row| (row.id, 0)),
            Copied::Locations(rows) => rows.last().map(|row| (row.id, 0)),
            Copied::Levels(rows) => rows.last().map(|row| (row.product_id, row.location_id)),
            Copied::Movements(rows) => rows.last().map(|row| (row.id, 0)),
            Copied::Events(rows) => rows.last().map(|row| (row.id, 0)),
        }
    }
}

/// A database whose parts are read row by row.
pub trait BulkParts {
    /// Some of the next rows after a key, ascending; none after the last.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    fn rows_after(&mut self, part: Part, after: Key) -> Result<PartRows, PortError>;
}
