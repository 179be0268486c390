//! Levels and movements, and what the writer remembers of them.
//!
//! There is one writer, so what it remembers is what is stored, but for what it has not written yet of its
//! batch. It forgets all when a batch fails, and when it knows more than it should.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::BigInt,
    sqlite::Sqlite,
};
use orders_domain::{
    Basket, EventId, LocationId, OrderId, Product, ProductId,
    stock::{
        Level,
        movement::{Move, Reason},
        shelves::Shelves,
    },
};

use super::{
    super::{rows::stock::NewMovementRow, schema::stock_movements},
    Conn, catalogue, said,
};

/// How many products, levels, listings and texts are remembered at most, from one batch to the next: some 10 MB. A product may have
/// a level at each of a thousand places.
const REMEMBERED: usize = 65_536;

/// Products with their levels, as far as they were touched.
#[derive(Debug)]
pub struct Stockroom {
    shelves: Shelves,
    /// How many products and levels were read.
    read: usize,
    /// How many it remembers from one batch to the next.
    most: usize,
}

impl Default for Stockroom {
    fn default() -> Self {
        Self::remembering(REMEMBERED)
    }
}

impl Stockroom {
    /// An empty one that remembers so many products and levels.
    pub fn remembering(most: usize) -> Self {
        Self { shelves: Shelves::new(), read: 0, most }
    }

    /// It, once it knows these products, as far as they exist.
    pub fn knowing(
        &mut self,
        conn: &mut Conn,
        products: impl IntoIterator<Item = ProductId>,
    ) -> QueryResult<&mut Shelves> {
        for product in products {
            if self.shelves.shelf(product).is_none()
                && let Some((shelf, name)) = catalogue::shelf(conn, product.get())?
            {
                let known = shelf.shown_as(said::showing(conn, product.get(), name)?);
                self.read += known.weight();
                self.shelves.learn(product, known);
            }
        }
        Ok(&mut self.shelves)
    }

    /// It, once it knows what a basket asks for.
    pub fn knowing_of(&mut self, conn: &mut Conn, basket: &Basket) -> QueryResult<&mut Shelves> {
        let code = basket.market().code();
        if !code.is_default() && !self.shelves.knows_market(code) {
            self.shelves.learn_market(code, said::version(conn, code)?);
            self.read += 1;
        }
        self.knowing(conn, basket.lines().iter().map(|line| line.product))
    }

    /// A product is sold on other terms since.
    pub fn set_product(&mut self, product: &Product) {
        self.shelves.set_product(product);
    }

    /// Writes each level that was changed, once.
    pub fn store(&mut self, conn: &mut Conn) -> QueryResult<()> {
        for ((product, location), level) in self.shelves.settle_changes() {
            SetLevel::of(product, location, level).execute(conn)?;
        }
        Ok(())
    }

    /// How far changes have come, for [`Self::roll_back_to`].
    pub fn mark(&self) -> usize {
        self.shelves.mark()
    }

    /// Takes back the changes since a mark.
    pub fn roll_back_to(&mut self, mark: usize) {
        self.shelves.roll_back_to(mark);
    }

    /// Forgets a product, once its levels are written.
    pub fn forget_product(&mut self, product: ProductId) {
        self.shelves.forget(product);
    }

    /// Forgets everything.
    pub fn forget(&mut self) {
        self.read = 0;
        self.shelves.clear();
    }

    /// How many products are known.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.shelves.len()
    }

    /// The batch is on disk.
    pub fn committed(&mut self) {
        if self.read > self.most {
            self.forget();
        }
    }
}

/// Stores what moved with an event.
pub fn record(
    conn: &mut Conn,
    event: EventId,
    moves: &[Move],
    order: Option<OrderId>,
    reason: Option<&Reason>,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    for row in NewMovementRow::of(event, moves, order, reason, at) {
        diesel::insert_into(stock_movements::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Sets a level, or makes it. Only who sees to it can find it short: were more sold than is there, that would not
/// become so, and the table would not take it.
pub struct SetLevel {
    key: [i64; 2],
    values: [i64; 5],
}

impl SetLevel {
    /// What a level is to be.
    pub fn of(product: ProductId, location: LocationId, level: Level) -> Self {
        let version = level.version.map_or(1, orders_domain::Version::get);
        let short = level.short();
        Self {
            key: [product.get(), location.get()],
            values: [level.on_hand, level.reserved, level.backorder_limit, short, version],
        }
    }
}

impl QueryFragment<Sqlite> for SetLevel {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO stock_levels (product_id, location_id, on_hand, reserved, backorder_limit, short, version) \
             VALUES (",
        );
        for (index, value) in self.key.iter().chain(&self.values).enumerate() {
            if index > 0 {
                out.push_sql(", ");
            }
            out.push_bind_param::<BigInt, _>(value)?;
        }
        out.push_sql(
            ") ON CONFLICT (product_id, location_id) DO UPDATE SET on_hand = excluded.on_hand, \
             reserved = excluded.reserved, backorder_limit = excluded.backorder_limit, \
             short = CASE WHEN excluded.version > stock_levels.version THEN excluded.short \
             ELSE min(excluded.short, stock_levels.short) END, version = excluded.version",
        );
        Ok(())
    }
}

impl QueryId for SetLevel {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<Conn> for SetLevel {}

#[cfg(test)]
mod tests {
    use diesel::{connection::SimpleConnection, result::DatabaseErrorKind::CheckViolation, result::Error};

    use super::{super::tests::database, *};
    use crate::{sample::n, sql::schema::stock_levels};

    /// Stores this level over one of five pieces of which two are reserved, with a limit of one: what is short
    /// then, or that the table does not take it.
    fn stored(on_hand: i64, reserved: i64, version: i64) -> Option<i64> {
        let folder = tempfile::tempdir().unwrap();
        let mut conn = database(folder.path());
        conn.batch_execute(
            "INSERT INTO products VALUES (1, NULL, 'a thing', 1, 'USD', NULL, NULL, NULL, NULL, 'deny', 1, 1, 0, 0);
             INSERT INTO locations (id, code, name, country, priority, active, version)
             VALUES (1, 'MAIN', 'a place', 'DE', 0, 1, 1);
             INSERT INTO stock_levels VALUES (1, 1, 5, 2, 1, 0, 1)",
        )
        .unwrap();
        let level = Level { on_hand, reserved, backorder_limit: 1, version: Some(n(version)) };
        match SetLevel::of(n(1), n(1), level).execute(&mut conn) {
            Ok(_) => Some(stock_levels::table.select(stock_levels::short).first(&mut conn).unwrap()),
            Err(Error::DatabaseError(CheckViolation, _)) => None,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_table_takes_no_level_of_which_more_is_sold_than_is_there() {
        assert_eq!(stored(5, 6, 1), Some(0));
        assert_eq!(stored(5, 7, 1), None);
        assert_eq!(stored(-1, 0, 1), None);
        assert_eq!(stored(5, -1, 1), None);
        // A count may find fewer than are sold.
        assert_eq!(stored(2, 7, 2), Some(4));
    }
}
