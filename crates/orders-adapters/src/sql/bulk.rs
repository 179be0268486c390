//! Products and stock, many at a time, beside the ports that serve them: for the command line.

use chrono::{DateTime, Utc};
use diesel::result::{DatabaseErrorKind, Error as QueryError};
use orders_domain::{
    Currency, LocationCode, LocationId, Product, ProductId,
    catalogue::{
        import::{ProductImport, ProductLine, ProductTally},
        product::Sku,
    },
    faults::Faults,
    ports::{Cause, PortError},
    stock::{
        Location,
        import::{CountLine, StockTally},
        location::NewLocation,
    },
};
use thiserror::Error;

use super::{BulkOrders, BulkParts, failure};

mod markets;
mod orders;

pub use markets::BulkMarkets;
pub use orders::BulkImports;

/// The lines of a file, as often as they are asked for.
pub trait Lines<T> {
    /// Begins with the first one.
    ///
    /// # Errors
    ///
    /// What keeps it from that.
    fn rewind(&mut self) -> Result<(), Cause>;

    /// Some of the next lines, without those of which something is wrong, which it says; `None` after the
    /// last one.
    ///
    /// # Errors
    ///
    /// What keeps them from being read.
    fn next_lines(&mut self, faults: &mut Faults) -> Result<Option<Vec<T>>, Cause>;
}

/// How an import is run.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it only says what it would do.
    pub dry: bool,
}

/// What was counted of a product at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The product.
    pub product: ProductId,
    /// Its sku.
    pub sku: Option<Sku>,
    /// The place's number.
    pub place: LocationId,
    /// The place's code.
    pub location: LocationCode,
    /// How many pieces are there.
    pub on_hand: i64,
    /// How many may be reserved beyond them.
    pub backorder_limit: i64,
}

/// Why nothing was imported.
#[derive(Debug, Error)]
pub enum ImportError {
    /// Lines are bad.
    #[error("{} lines are bad", .0.lines())]
    Faults(Faults),
    /// The lines cannot be read.
    #[error("the lines cannot be read")]
    Lines(#[source] Cause),
    /// Others have changed the same at the same time, again and again.
    #[error("others change the same at the same time")]
    Overtaken,
    /// The database cannot do its part.
    #[error(transparent)]
    Database(PortError),
}

impl From<QueryError> for ImportError {
    fn from(error: QueryError) -> Self {
        use DatabaseErrorKind::{SerializationFailure, UniqueViolation, Unknown};

        match error {
            // A deadlock has no kind of its own.
            QueryError::DatabaseError(Unknown, said) if said.message() == "deadlock detected" => {
                Self::Overtaken
            }
            QueryError::DatabaseError(SerializationFailure | UniqueViolation, _) => Self::Overtaken,
            error => Self::Database(failure(error)),
        }
    }
}

/// A database whose products and stock move in bulk.
pub trait BulkShop {
    /// The currency of all prices; `None` of a database that was never used.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    fn currency(&mut self) -> Result<Option<Currency>, PortError>;

    /// Some of the next products after an id, ascending; none after the last.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    fn products_after(&mut self, after: Option<ProductId>) -> Result<Vec<Product>, PortError>;

    /// The largest number of a product, or 0.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    fn last_product(&mut self) -> Result<i64, PortError>;

    /// All places, the older ones first.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    fn locations(&mut self) -> Result<Vec<Location>, PortError>;

    /// Some of the next levels after one, by product and place; none after the last.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    fn counted_after(&mut self, after: Option<&Counted>) -> Result<Vec<Counted>, PortError>;

    /// Adds products or changes them, and what marketplaces say of them, each with its event, in one transaction.
    ///
    /// # Errors
    ///
    /// [`ImportError`]; nothing is stored then.
    fn import_products(
        &mut self,
        import: ProductImport,
        lines: &mut dyn Lines<ProductLine>,
        run: Run,
    ) -> Result<ProductTally, ImportError>;

    /// Stores counts, each with its event, in one transaction.
    ///
    /// # Errors
    ///
    /// [`ImportError`]; nothing is stored then.
    fn import_stock(&mut self, lines: &mut dyn Lines<CountLine>, run: Run)
    -> Result<StockTally, ImportError>;

    /// Adds places, each with its event, in one transaction.
    ///
    /// # Errors
    ///
    /// [`ImportError`]; nothing is stored then, as when a code is taken.
    fn add_locations(&mut self, new: Vec<NewLocation>, at: DateTime<Utc>) -> Result<(), ImportError>;
}

/// A database whose orders, products, stock and marketplaces move in bulk.
pub trait Bulk: BulkOrders + BulkParts + BulkShop + BulkMarkets + BulkImports {}

impl<T: BulkOrders + BulkParts + BulkShop + BulkMarkets + BulkImports> Bulk for T {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_in_a_deadlock_begins_anew_and_who_has_no_room_does_not() {
        let failed = |said: &str| {
            QueryError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(said.to_owned())).into()
        };
        assert!(matches!(failed("deadlock detected"), ImportError::Overtaken));
        assert!(matches!(failed("could not extend file: No space left"), ImportError::Database(_)));
    }
}
