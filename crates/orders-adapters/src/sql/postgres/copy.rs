//! Bringing in orders that are complete already, many in a transaction: for seeding and copying.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult,
    connection::SimpleConnection,
    dsl::sql,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    result::Error,
    sql_types::{Array, BigInt, Binary, Integer, Nullable, Text},
};
use orders_domain::{OrderId, OrderShipment, ports::PortError};

use super::{
    super::{
        OpenError, failure,
        rows::{self, millis},
        stored::StoredOrder,
    },
    Conn,
    connection::{Connector, PostgresOptions, Purpose},
    lists, migrate,
    pieces::Sql,
    url::PostgresUrl,
};

diesel::table! {
    /// One row, from the beginning of a transfer into this database until its end.
    orders_transfer (source) {
        source -> Text,
    }
}

/// Refuses a database into which a transfer was begun and not finished.
pub fn refuse_unfinished(conn: &mut Conn) -> Result<(), OpenError> {
    match unfinished(conn) {
        Ok(None) => Ok(()),
        Ok(Some(source)) => Err(OpenError::TransferUnfinished(source)),
        Err(error) => Err(OpenError::Migration(error.to_string())),
    }
}

/// From where a transfer was begun and not finished.
fn unfinished(conn: &mut Conn) -> QueryResult<Option<String>> {
    let exists: bool =
        diesel::select(sql::<diesel::sql_types::Bool>("to_regclass('orders_transfer') IS NOT NULL"))
            .get_result(conn)?;
    if exists {
        orders_transfer::table.select(orders_transfer::source).first(conn).optional()
    } else {
        Ok(None)
    }
}

/// A database to be filled.
pub struct PostgresCopy {
    conn: Conn,
    _connector: Arc<Connector>,
}

impl PostgresCopy {
    /// Opens the database, brought to this program's schema.
    ///
    /// # Errors
    ///
    /// [`OpenError`], which says what is wrong in one line.
    pub fn open(url: &PostgresUrl, options: PostgresOptions) -> Result<Self, OpenError> {
        let connector = Arc::new(Connector::new(url, options)?);
        let mut conn = connector.connect(Purpose::Maintain)?;
        migrate::run(&mut conn)?;
        // The last commit, of which the caller is told, flushes all before it.
        let settings = "SET synchronous_commit = off; SET enable_seqscan = off; SET enable_hashjoin = off; SET jit = off";
        conn.batch_execute(settings).map_err(|error| OpenError::Migration(error.to_string()))?;
        Ok(Self { conn, _connector: connector })
    }

    /// The id and the date of the newest order: later ones have a higher id and no earlier date.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`], [`PortError::Corrupt`].
    pub fn newest(&mut self) -> Result<(i64, DateTime<Utc>), PortError> {
        let (id, date) = lists::newest(&mut self.conn).map_err(failure)?.unwrap_or_default();
        Ok((id, rows::moment(date).map_err(super::corrupt)?))
    }

    /// Adds orders with the next ids, all or none, beside whatever servers do.
    ///
    /// # Errors
    ///
    /// [`PortError::Stale`] when a server has taken their ids; otherwise [`PortError::Unavailable`].
    pub fn add(&mut self, orders: &[StoredOrder]) -> Result<(), PortError> {
        let (Some(first), Some(last)) = (orders.first(), orders.last()) else { return Ok(()) };
        let (wanted, latest) = (first.order.id().get(), millis(last.order.ordered_at()));
        let count = orders.len().try_into().unwrap_or(i64::MAX);
        let added = self.conn.transaction(|conn| {
            let given = format!("(allocate_orders({count}, {latest})).first_id");
            let given: i64 = diesel::select(sql::<BigInt>(&given)).get_result(conn)?;
            if given != wanted {
                return Ok(false);
            }
            insert(conn, orders).map(|()| true)
        });
        if added.map_err(|error: Error| failure(error))? { Ok(()) } else { Err(PortError::Stale) }
    }

    /// Begins to copy from a source, or goes on; the last id that is there already.
    ///
    /// # Errors
    ///
    /// [`OpenError::NotEmpty`] when there are orders that do not come from a transfer of this source.
    pub fn begin(&mut self, source: &str) -> Result<i64, OpenError> {
        let failed = |error: Error| OpenError::Migration(error.to_string());
        let begun = unfinished(&mut self.conn).map_err(failed)?;
        let last = lists::newest(&mut self.conn).map_err(failed)?.map(|(id, _)| id);
        match (begun, last) {
            (Some(other), _) if other != source => Err(OpenError::TransferUnfinished(other)),
            (Some(_), last) => Ok(last.unwrap_or(0)),
            (None, Some(_)) => Err(OpenError::NotEmpty),
            (None, None) => {
                let made = self.conn.transaction(|conn| {
                    conn.batch_execute("CREATE TABLE orders_transfer (source TEXT PRIMARY KEY)")?;
                    let row = orders_transfer::source.eq(source);
                    diesel::insert_into(orders_transfer::table).values(row).execute(conn)
                });
                made.map(|_| 0).map_err(failed)
            }
        }
    }

    /// Stores orders as they are, all or none.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`], also when an id is taken.
    pub fn copy(&mut self, orders: &[StoredOrder]) -> Result<(), PortError> {
        self.conn.transaction(|conn| insert(conn, orders)).map_err(failure)
    }

    /// The next orders after an id, for looking at what was copied; none after the last.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`], [`PortError::Corrupt`].
    pub fn stored_after(&mut self, after: Option<OrderId>) -> Result<Vec<StoredOrder>, PortError> {
        lists::stored_after(&mut self.conn, after).map_err(failure)
    }

    /// How many orders there are.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    pub fn count(&mut self) -> Result<i64, PortError> {
        lists::count(&mut self.conn).map_err(failure)
    }

    /// Ends the copying: servers may use the database, and go on with the next id.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    pub fn finish(&mut self) -> Result<(), PortError> {
        let finish = "SET LOCAL synchronous_commit = on;
             SELECT setval('order_ids', max(id)), setval('order_dates', max(order_date))
             FROM (SELECT id, order_date FROM orders ORDER BY id DESC LIMIT 1) AS newest HAVING count(*) > 0;
             DROP TABLE orders_transfer;";
        self.conn.transaction(|conn| conn.batch_execute(finish)).map_err(failure)?;
        // So that the first plans are made for what is there.
        self.conn.batch_execute("ANALYZE orders, order_products").map_err(failure)
    }
}

fn insert(conn: &mut Conn, orders: &[StoredOrder]) -> QueryResult<()> {
    InsertOrders::of(orders).execute(conn)?;
    InsertLines::of(orders).execute(conn)?;
    Ok(())
}

struct InsertOrders<'a> {
    numbers: [Vec<i64>; 5],
    texts: [Vec<&'a str>; 2],
    may_texts: [Vec<Option<&'a str>>; 3],
    fingerprint: Vec<Option<&'a [u8]>>,
}

impl<'a> InsertOrders<'a> {
    fn of(stored: &'a [StoredOrder]) -> Self {
        let orders = || stored.iter().map(|stored| &stored.order);
        let keys = || stored.iter().map(|stored| stored.made_by.as_ref());
        let shipments = || orders().map(|order| order.shipment());
        Self {
            numbers: [
                orders().map(|order| order.id().get()).collect(),
                orders().map(|order| order.user().get()).collect(),
                orders().map(|order| millis(order.ordered_at())).collect(),
                orders().map(|order| millis(order.updated_at())).collect(),
                orders().map(|order| order.version().get()).collect(),
            ],
            texts: [
                orders().map(|order| order.status().as_str()).collect(),
                orders().map(|order| order.currency().code()).collect(),
            ],
            may_texts: [
                shipments().map(|shipment| shipment.map(OrderShipment::provider)).collect(),
                shipments().map(|shipment| shipment.map(OrderShipment::tracking_number)).collect(),
                keys().map(|key| Some(key?.key.as_str())).collect(),
            ],
            fingerprint: keys().map(|key| Some(key?.fingerprint.0.as_slice())).collect(),
        }
    }
}

impl QueryId for InsertOrders<'_> {
    type QueryId = InsertOrders<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<Conn> for InsertOrders<'_> {}

impl QueryFragment<Pg> for InsertOrders<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text(
            "INSERT INTO orders (id, user_id, order_date, updated_at, version, status, currency, \
             shipping_provider, tracking_number, idempotency_key, request_fingerprint) SELECT * FROM unnest(",
        );
        for numbers in &self.numbers {
            sql.bind::<Array<BigInt>, _>(numbers)?.text(", ");
        }
        for texts in &self.texts {
            sql.bind::<Array<Text>, _>(texts)?.text(", ");
        }
        for texts in &self.may_texts {
            sql.bind::<Array<Nullable<Text>>, _>(texts)?.text(", ");
        }
        sql.bind::<Array<Nullable<Binary>>, _>(&self.fingerprint)?.text(")");
        Ok(())
    }
}

#[derive(Default)]
struct InsertLines {
    order: Vec<i64>,
    position: Vec<i32>,
    product: Vec<i64>,
    price: Vec<i64>,
    quantity: Vec<i64>,
}

impl InsertLines {
    fn of(stored: &[StoredOrder]) -> Self {
        let mut rows = Self::default();
        for StoredOrder { order, .. } in stored {
            for (position, (_, line)) in (0..).zip(order.lines()) {
                rows.order.push(order.id().get());
                rows.position.push(position);
                rows.product.push(line.product().get());
                rows.price.push(line.price().minor_units());
                rows.quantity.push(line.quantity().get().into());
            }
        }
        rows
    }
}

impl QueryId for InsertLines {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<Conn> for InsertLines {}

impl QueryFragment<Pg> for InsertLines {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("INSERT INTO order_products (order_id, position, product_id, price, quantity) SELECT * FROM unnest(");
        sql.bind::<Array<BigInt>, _>(&self.order)?.text(", ");
        sql.bind::<Array<Integer>, _>(&self.position)?.text(", ");
        sql.bind::<Array<BigInt>, _>(&self.product)?.text(", ");
        sql.bind::<Array<BigInt>, _>(&self.price)?.text(", ");
        sql.bind::<Array<BigInt>, _>(&self.quantity)?.text(")");
        Ok(())
    }
}
