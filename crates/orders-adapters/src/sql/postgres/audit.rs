//! A database that is looked at beside its servers, and one that is set right beside them.

use chrono::{DateTime, Utc};
use diesel::{connection::SimpleConnection, dsl::sql, prelude::*, sql_types::BigInt};
use orders_domain::{
    OrderId, ProductId,
    audit::{Difference, DifferenceKind as Kind, Place},
    ports::PortError,
};

use super::{
    super::{
        OpenError,
        audit::{Audit, Mend, Stretch},
        failure,
        schema::order_products,
    },
    Conn, auditing, changing, checking,
    connection::{Connector, PostgresOptions, Purpose},
    copy::refuse_unfinished,
    filling, mending, migrations, tallying,
    url::PostgresUrl,
};

/// Each transaction sees one state, and none can write. Plans go by what there is: each text is new.
const LOOKING: &str = "SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on; \
    SET jit = off; SET enable_seqscan = off";

/// Each statement sees what was committed before it: what the locks have waited for.
const MENDING: &str = "SET default_transaction_isolation = 'read committed'";

/// Sequences that are behind what is stored: what each counts, its name, the last it has given, the newest there is. What
/// is given out and not stored yet is ahead of all that is seen.
const COUNTERS: &str = "SELECT 'sequences/' || name, 'has given ' || given || ' last, and ' || newest || ' is stored' FROM \
    (SELECT 'order_ids' AS name, (SELECT last_value FROM order_ids) AS given, (SELECT coalesce(max(id), 0) FROM orders) AS newest \
    UNION ALL SELECT 'event_ids', (SELECT last_value FROM event_ids), (SELECT coalesce(max(id), 0) FROM events) \
    UNION ALL SELECT 'order_dates', (SELECT last_value FROM order_dates), \
    coalesce((SELECT order_date FROM orders ORDER BY id DESC LIMIT 1), -9223372036854775808)) AS counted \
    WHERE given < newest";

/// Sets them to what is stored, while nobody is given numbers: a sequence never goes back.
const COUNT_ON: &str = "SELECT pg_advisory_xact_lock(x'4F53'::BIGINT << 48); \
    SELECT setval('order_ids', newest) FROM (SELECT max(id) AS newest FROM orders) AS stored \
    WHERE newest > (SELECT last_value FROM order_ids); \
    SELECT setval('event_ids', newest) FROM (SELECT max(id) AS newest FROM events) AS stored \
    WHERE newest > (SELECT last_value FROM event_ids); \
    SELECT setval('order_dates', newest) FROM (SELECT order_date AS newest FROM orders ORDER BY id DESC LIMIT 1) AS stored \
    WHERE newest > (SELECT last_value FROM order_dates)";

/// A database that is looked at.
pub struct PostgresAudit {
    conn: Conn,
    // Dropped last: it drives the connection.
    _connector: Connector,
}

impl PostgresAudit {
    /// Opens the database for looking.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; [`OpenError::OlderDatabase`] and [`OpenError::NewerDatabase`] when it has another schema,
    /// [`OpenError::TransferUnfinished`] when a transfer into it was begun and not finished.
    pub fn open(url: &PostgresUrl, options: PostgresOptions) -> Result<Self, OpenError> {
        let connector = Connector::new(url, options)?;
        let mut conn = connector.connect(Purpose::Maintain)?;
        migrations::refuse_other(&mut conn)?;
        refuse_unfinished(&mut conn)?;
        conn.batch_execute(LOOKING)?;
        Ok(Self { conn, _connector: connector })
    }
}

impl Audit for PostgresAudit {
    fn newest(&mut self) -> Result<i64, PortError> {
        auditing::newest(&mut self.conn).map_err(failure)
    }

    fn stretch(&mut self, after: i64, newest: i64) -> Result<Option<Stretch>, PortError> {
        auditing::stretch(&mut self.conn, after, newest).map_err(failure)
    }

    fn orders(&mut self, stretch: Stretch, found: &mut Vec<Difference>) -> Result<u64, PortError> {
        self.conn.transaction(|conn| auditing::examine(conn, stretch, found)).map_err(failure)
    }

    fn rest(&mut self, found: &mut dyn FnMut(Difference)) -> Result<(), PortError> {
        tallying::examine(&mut self.conn, found).map_err(failure)?;
        checking::find(&mut self.conn, &(Kind::CounterBehind, COUNTERS), found).map_err(failure)?;
        checking::examine(&mut self.conn, found).map_err(failure)
    }
}

/// A database that is set right, beside servers.
pub struct PostgresMend {
    conn: Conn,
    now: DateTime<Utc>,
    // Dropped last: it drives the connection.
    _connector: Connector,
}

impl PostgresMend {
    /// Opens the database for setting it right; what is told of that happens now.
    ///
    /// # Errors
    ///
    /// As [`PostgresAudit::open`].
    pub fn open(url: &PostgresUrl, options: PostgresOptions, now: DateTime<Utc>) -> Result<Self, OpenError> {
        let connector = Connector::new(url, options)?;
        let mut conn = connector.connect(Purpose::Maintain)?;
        migrations::refuse_other(&mut conn)?;
        refuse_unfinished(&mut conn)?;
        let patience = options.lock_timeout.as_millis();
        conn.batch_execute(&format!("{MENDING}; SET lock_timeout = {patience}"))?;
        Ok(Self { conn, now, _connector: connector })
    }
}

impl Mend for PostgresMend {
    fn mend(&mut self, place: Place) -> Result<(), PortError> {
        let now = self.now;
        self.conn.transaction(|conn| mending::mend(conn, place, now)).map_err(failure)
    }
}

/// Keeps everybody else from what is being set right, in the one order of all who lock, not waiting for long. What there is
/// of an order's products is sold to nobody meanwhile; everything is sold to nobody only while a level is set right, which
/// may not be there to be locked.
pub fn hold(conn: &mut Conn, place: Place) -> QueryResult<()> {
    match place {
        Place::Order(order) => {
            let products = products_of(conn, order)?;
            filling::lock_levels(conn, &products)?;
            conn.batch_execute(&format!("SELECT FROM orders WHERE id = {} FOR NO KEY UPDATE", order.get()))
        }
        Place::Level(product, _) => {
            changing::close_gate(conn)?;
            filling::lock_levels(conn, &[product])
        }
        Place::Everywhere | Place::Rollups => Ok(()),
    }
}

/// The products of an order's lines, which do not change, ascending.
fn products_of(conn: &mut Conn, order: OrderId) -> QueryResult<Vec<ProductId>> {
    let products: Vec<i64> = order_products::table
        .filter(order_products::order_id.eq(order.get()))
        .select(order_products::product_id)
        .distinct()
        .order(order_products::product_id)
        .load(conn)?;
    Ok(products.into_iter().filter_map(|product| product.try_into().ok()).collect())
}

/// The number of the next event.
pub fn next_event(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<i64> {
    let ids = format!("(SELECT first_event FROM new_ids(0, {}, 1))", now.timestamp_millis());
    diesel::select(sql::<BigInt>(&ids)).get_result(conn)
}

/// Has no number be given again.
pub fn mend_counters(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute(COUNT_ON)
}
