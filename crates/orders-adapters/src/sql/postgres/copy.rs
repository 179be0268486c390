//! Bringing in orders that are complete already, many in a transaction: for seeding and copying.

use diesel::{
    QueryResult,
    connection::SimpleConnection,
    dsl::{max, sql},
    prelude::*,
    result::Error,
    sql_types::{BigInt, Bool},
};
use orders_domain::{Currency, OrderId, ports::PortError};

use super::{
    super::{
        BulkOrders, Newest, OpenError, StoredOrder, failure,
        rows::{self, millis},
        schema::{events, shop},
    },
    Conn, complete,
    connection::{Connector, PostgresOptions, Purpose},
    lists, migrate, migrations, revocations,
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
    match unfinished(conn)? {
        None => Ok(()),
        Some(source) => Err(OpenError::TransferUnfinished(source)),
    }
}

/// From where a transfer was begun and not finished.
fn unfinished(conn: &mut Conn) -> QueryResult<Option<String>> {
    let exists: bool =
        diesel::select(sql::<Bool>("to_regclass('orders_transfer') IS NOT NULL")).get_result(conn)?;
    if exists {
        orders_transfer::table.select(orders_transfer::source).first(conn).optional()
    } else {
        Ok(None)
    }
}

/// Everything is read and changed along indices, since tables grow from nothing while plans are made for them.
const PLANS: &str = "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; \
    SET enable_mergejoin = off; SET jit = off";

/// So that plans are made for what is there.
const ANALYZE: &str = "ANALYZE orders, order_products, order_shipments, order_shipment_products, events, products, marketplaces, \
    marketplace_countries, listings, product_texts, locations, \
    stock_levels, stock_movements, webhooks, consumers, inbox, deliveries, attempts";

/// Whether there are at most the products with which a database begins, as they were then.
const UNTOUCHED: &str = "NOT EXISTS (SELECT FROM products WHERE version > 1 OR id > 10) \
    AND NOT EXISTS (SELECT FROM marketplaces WHERE version > 1 OR code <> 'default') \
    AND NOT EXISTS (SELECT FROM product_texts) AND NOT EXISTS (SELECT FROM locations) AND NOT EXISTS (SELECT FROM stock_movements) \
    AND NOT EXISTS (SELECT FROM events) AND NOT EXISTS (SELECT FROM webhooks) AND NOT EXISTS (SELECT FROM consumers WHERE name <> 'rollups') \
    AND NOT EXISTS (SELECT FROM inbox) AND NOT EXISTS (SELECT FROM deliveries)";

/// The ids that were given out.
#[derive(QueryableByName)]
struct Given {
    #[diesel(sql_type = BigInt)]
    first_order: i64,
    #[diesel(sql_type = BigInt)]
    first_event: i64,
}

/// The last ids and date that were given out.
#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = BigInt)]
    order: i64,
    #[diesel(sql_type = BigInt)]
    date: i64,
    #[diesel(sql_type = BigInt)]
    event: i64,
}

/// A database to be filled.
pub struct PostgresCopy {
    conn: Conn,
    // Dropped last: it drives the connection.
    _connector: Connector,
}

impl PostgresCopy {
    /// Opens the database, brought to this program's schema.
    ///
    /// # Errors
    ///
    /// [`OpenError`], which says what is wrong in one line.
    pub fn open(url: &PostgresUrl, options: PostgresOptions) -> Result<Self, OpenError> {
        let connector = Connector::new(url, options)?;
        let mut conn = connector.connect(Purpose::Maintain)?;
        migrate::run(&mut conn)?;
        conn.batch_execute(PLANS)?;
        Ok(Self { conn, _connector: connector })
    }

    /// The same of a shop: one that is new begins as all do.
    ///
    /// # Errors
    ///
    /// As [`Self::open`]; [`OpenError::TransferUnfinished`].
    pub fn open_shop(url: &PostgresUrl, options: PostgresOptions) -> Result<Self, OpenError> {
        let mut shop = Self::open(url, options)?;
        refuse_unfinished(&mut shop.conn)?;
        migrate::found(&mut shop.conn, options.currency)?;
        Ok(shop)
    }

    /// Opens the database for reading: as it is at the first look, until the end.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; [`OpenError::OlderDatabase`] and [`OpenError::NewerDatabase`] when it has another
    /// schema.
    pub fn read(url: &PostgresUrl, options: PostgresOptions) -> Result<Self, OpenError> {
        let connector = Connector::new(url, options)?;
        let mut conn = connector.connect(Purpose::Maintain)?;
        migrations::refuse_other(&mut conn)?;
        refuse_unfinished(&mut conn)?;
        conn.batch_execute(PLANS)?;
        conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
        Ok(Self { conn, _connector: connector })
    }

    pub(super) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Begins to copy from a source, or goes on; the last id of an order that is there already. The shop has
    /// this currency since, and none of the products with which a database begins.
    ///
    /// # Errors
    ///
    /// [`OpenError::NotEmpty`] when there are orders that do not come from a transfer of this source,
    /// [`OpenError::CatalogueNotEmpty`] when there is anything else.
    pub fn begin(&mut self, source: &str, currency: Currency) -> Result<i64, OpenError> {
        // The commit of `finish` flushes all before it.
        self.conn.batch_execute("SET synchronous_commit = off")?;
        let begun = unfinished(&mut self.conn)?;
        let last = lists::newest(&mut self.conn)?.map(|(id, _)| id);
        match (begun, last) {
            (Some(other), _) if other != source => Err(OpenError::TransferUnfinished(other)),
            (Some(_), last) => Ok(last.unwrap_or(0)),
            (None, Some(_)) => Err(OpenError::NotEmpty),
            (None, None) => {
                if !diesel::select(sql::<Bool>(UNTOUCHED)).get_result::<bool>(&mut self.conn)? {
                    return Err(OpenError::CatalogueNotEmpty);
                }
                self.conn.transaction(|conn| {
                    conn.batch_execute("DELETE FROM products; DELETE FROM marketplaces; DELETE FROM shop")?;
                    let begun = (shop::id.eq(1), shop::currency.eq(currency.code()));
                    diesel::insert_into(shop::table).values(begun).execute(conn)?;
                    conn.batch_execute("CREATE TABLE orders_transfer (source TEXT PRIMARY KEY)")?;
                    let row = orders_transfer::source.eq(source);
                    diesel::insert_into(orders_transfer::table).values(row).execute(conn)
                })?;
                Ok(0)
            }
        }
    }

    /// Stores orders as they are, all or none.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`], also when an id is taken.
    pub fn copy(&mut self, orders: &[StoredOrder]) -> Result<(), PortError> {
        self.conn.transaction(|conn| complete::insert(conn, orders)).map_err(failure)
    }

    /// Takes over whose tokens were revoked, and when, in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    pub fn revoke(&mut self, revoked: &[(i64, i64)]) -> Result<(), PortError> {
        revocations::add(&mut self.conn, revoked).map_err(failure)
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
             SELECT setval('event_ids', max(id)) FROM events HAVING count(*) > 0;
             DROP TABLE orders_transfer;";
        self.conn.transaction(|conn| conn.batch_execute(finish)).map_err(failure)?;
        // So that the first plans are made for what is there.
        self.conn.batch_execute(ANALYZE).map_err(failure)
    }
}

impl BulkOrders for PostgresCopy {
    /// The last that were given out, whatever came of them.
    fn newest(&mut self) -> Result<Newest, PortError> {
        let given = "SELECT (SELECT last_value FROM order_ids) AS \"order\",
            greatest((SELECT last_value FROM order_dates), 0) AS date, (SELECT last_value FROM event_ids) AS event";
        let last: Last = diesel::sql_query(given).get_result(&mut self.conn).map_err(failure)?;
        let date = rows::moment(last.date).map_err(PortError::corrupt)?;
        Ok(Newest { order: last.order, date, event: last.event })
    }

    /// Beside whatever servers do; when one has taken the ids, nothing is added.
    fn add(&mut self, orders: &[StoredOrder]) -> Result<(), PortError> {
        let (Some(first), Some(last)) = (orders.first(), orders.last()) else { return Ok(()) };
        let (wanted, latest) = (first.order.id().get(), millis(last.order.ordered_at()));
        let (count, events) = (orders.len(), orders.iter().map(|stored| stored.events.len()).sum::<usize>());
        let first_event = first.events.first().map_or(0, |stored| stored.event.id.get());
        self.conn
            .transaction(|conn| {
                let ids = format!("SELECT * FROM new_ids({count}, {latest}, {events})");
                let given: Given = diesel::sql_query(ids).get_result(conn)?;
                if (given.first_order, given.first_event) != (wanted, first_event) {
                    let taken = format!(
                        "the next order and event are {} and {}, not {wanted} and {first_event}: a server writes",
                        given.first_order, given.first_event,
                    );
                    return Err(Error::SerializationError(taken.into()));
                }
                complete::insert(conn, orders)
            })
            .map_err(failure)
    }

    fn stored_after(&mut self, after: Option<OrderId>) -> Result<Vec<StoredOrder>, PortError> {
        lists::stored_after(&mut self.conn, after).map_err(failure)
    }

    fn count(&mut self) -> Result<i64, PortError> {
        lists::count(&mut self.conn).map_err(failure)
    }

    fn last_event(&mut self) -> Result<i64, PortError> {
        let last = events::table.select(max(events::id)).first::<Option<i64>>(&mut self.conn);
        last.map(Option::unwrap_or_default).map_err(failure)
    }
}
