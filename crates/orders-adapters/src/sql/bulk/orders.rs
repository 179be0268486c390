//! Orders from another system, many at a time.

use orders_domain::order::import::{ImportedOrder, OrderTally};

use super::{ImportError, Lines, Run};

/// A database into which orders of another system are brought.
pub trait BulkImports {
    /// Adds the orders that are not there yet, each with its events, in one transaction.
    ///
    /// # Errors
    ///
    /// [`ImportError`]; nothing is stored then.
    fn import_orders(
        &mut self,
        lines: &mut dyn Lines<ImportedOrder>,
        run: Run,
    ) -> Result<OrderTally, ImportError>;
}
