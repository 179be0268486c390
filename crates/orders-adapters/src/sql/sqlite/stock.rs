//! Levels and movements, and what the writer remembers of them.
//!
//! There is one writer, so what it remembers is what is stored, but for what it has not written yet of its
//! batch. It forgets all when a batch fails, and when it knows more products than it should.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::BigInt,
    sqlite::Sqlite,
};
use orders_domain::{
    EventId, LocationId, OrderId, OrderProductId, ProductId,
    catalogue::product::Terms,
    stock::{
        Level,
        holding::{self, OfLine},
        movement::{Held, Move, Reason},
        shelves::Shelves,
    },
};

use super::{
    super::{
        rows::{corrupt, stock::NewMovementRow},
        schema::stock_movements,
    },
    Conn, catalogue,
};

/// How many products are remembered at most, from one batch to the next: some 5 MB with one place each.
const REMEMBERED: usize = 32_768;

/// Products with their levels, as far as they were touched.
#[derive(Debug, Default)]
pub struct Stockroom(Shelves);

impl Stockroom {
    /// It, once it knows these products, as far as they exist.
    pub fn knowing(
        &mut self,
        conn: &mut Conn,
        products: impl IntoIterator<Item = ProductId>,
    ) -> QueryResult<&mut Shelves> {
        for product in products {
            if self.0.shelf(product).is_none()
                && let Some(shelf) = catalogue::shelf(conn, product.get())?
            {
                self.0.learn(product, shelf);
            }
        }
        Ok(&mut self.0)
    }

    /// A product is sold on other terms since.
    pub fn set_terms(&mut self, product: ProductId, terms: Terms) {
        self.0.set_terms(product, terms);
    }

    /// Writes each level that was changed, once.
    pub fn store(&mut self, conn: &mut Conn) -> QueryResult<()> {
        for ((product, location), level) in self.0.settle_changes() {
            SetLevel::of(product, location, level).execute(conn)?;
        }
        Ok(())
    }

    /// How far changes have come, for [`Self::roll_back_to`].
    pub fn mark(&self) -> usize {
        self.0.mark()
    }

    /// Takes back the changes since a mark.
    pub fn roll_back_to(&mut self, mark: usize) {
        self.0.roll_back_to(mark);
    }

    /// Forgets everything.
    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// The batch is on disk.
    pub fn committed(&mut self) {
        if self.0.len() > REMEMBERED {
            self.0.clear();
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

/// What an order holds.
pub fn held(conn: &mut Conn, order: OrderId) -> QueryResult<Vec<Held>> {
    let first = OrderProductId::of_line(order, 0).get();
    let rows: Vec<(Option<i64>, i64, i64, String, i64)> = stock_movements::table
        .filter(stock_movements::line.ge(first))
        .filter(stock_movements::line.lt(first + i64::from(OrderProductId::BLOCK)))
        .select((
            stock_movements::line,
            stock_movements::product_id,
            stock_movements::location_id,
            stock_movements::kind,
            stock_movements::quantity,
        ))
        .load(conn)?;
    let of_line = |(line, product, location, kind, quantity): (Option<i64>, i64, i64, String, i64)| {
        Ok(OfLine {
            line: OrderProductId::try_from(line.unwrap_or(first))?,
            product: ProductId::try_from(product)?,
            location: LocationId::try_from(location)?,
            kind: kind.parse()?,
            quantity,
        })
    };
    let movements: Vec<_> = rows.into_iter().map(of_line).collect::<Result<_, _>>().map_err(corrupt)?;
    Ok(holding::held(&movements))
}

/// Sets a level, or makes it.
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
             reserved = excluded.reserved, backorder_limit = excluded.backorder_limit, short = excluded.short, \
             version = excluded.version",
        );
        Ok(())
    }
}

impl QueryId for SetLevel {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<Conn> for SetLevel {}
