//! How rows are stored many at a time: as arrays, a statement for thousands.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    connection::SimpleConnection,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment},
    sql_types::{Array, BigInt, Bool, Nullable, Text},
};
use orders_domain::{LocationId, Product, ProductId, catalogue::product::ChangedProduct, stock::Level};

use super::{
    super::{
        bulk::ImportError,
        rows::{corrupt, millis, moment, product::DetailsRow, stock::NewMovementRow},
        schema::{products, stock_movements},
        stored::StoredOrder,
    },
    Conn,
    arriving::Numbers,
    changing::SetLevels,
    complete, levels,
    pieces::{Sql, statement},
};

type Levels = BTreeMap<(ProductId, LocationId), Level>;
type Big = Array<BigInt>;
type MayBig = Array<Nullable<BigInt>>;
type Texts = Array<Text>;

/// Of how many products levels are locked at once.
const LOCKED_AT_ONCE: usize = 10_000;

/// All of it or nothing, beside whatever servers do.
pub fn transaction<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, ImportError>,
) -> Result<T, ImportError> {
    conn.transaction(work)
}

/// After an import: plans are made for what is there in these tables. What is imported stays, whatever comes
/// of this.
pub fn analyze(conn: &mut Conn, tables: &str) {
    if let Err(error) = conn.batch_execute(&format!("ANALYZE {tables}")) {
        tracing::warn!(%error, "the tables were not analyzed");
    }
}

/// What was given out.
#[derive(QueryableByName)]
struct Given {
    #[diesel(sql_type = BigInt)]
    first_order: i64,
    #[diesel(sql_type = BigInt)]
    earliest: i64,
    #[diesel(sql_type = BigInt)]
    first_event: i64,
}

/// The numbers of so many orders and events, which nobody else gets. From here to the commit lists end before them, and
/// readers of events wait for them.
pub fn numbers(conn: &mut Conn, (orders, events): (u64, u64), at: DateTime<Utc>) -> QueryResult<Numbers> {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let given: Given = diesel::sql_query("SELECT * FROM new_ids($1, $2, $3)")
        .bind::<BigInt, _>(count(orders))
        .bind::<BigInt, _>(millis(at))
        .bind::<BigInt, _>(count(events))
        .get_result(conn)?;
    let at = moment(given.earliest.max(millis(at))).map_err(corrupt)?;
    Ok(Numbers { order: given.first_order, event: given.first_event, at })
}

/// Stores orders, more of them than there are or fewer: all indexes stay, for servers look for orders meanwhile.
pub fn many<T>(
    conn: &mut Conn,
    _: bool,
    store: impl FnOnce(&mut Conn) -> Result<T, ImportError>,
) -> Result<T, ImportError> {
    store(conn)
}

/// Stores complete orders.
pub fn add_orders(conn: &mut Conn, orders: &[StoredOrder]) -> QueryResult<()> {
    complete::insert(conn, orders)
}

/// Stores movements.
pub fn move_stock(conn: &mut Conn, rows: &[NewMovementRow<'_>]) -> QueryResult<()> {
    for rows in rows.chunks(complete::AT_ONCE) {
        diesel::insert_into(stock_movements::table).values(rows).execute(conn)?;
    }
    Ok(())
}

/// Takes the skus from these products.
pub fn park(conn: &mut Conn, ids: &[ProductId]) -> QueryResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = ids.iter().map(|id| id.get()).collect();
    let parked = diesel::update(products::table.filter(products::id.eq_any(ids)));
    parked.set(products::sku.eq(None::<&str>)).execute(conn).map(drop)
}

/// Stores new products.
pub fn add_products(conn: &mut Conn, new: &[Product], at: DateTime<Utc>) -> QueryResult<()> {
    if new.is_empty() {
        return Ok(());
    }
    let mut rows = Rows::at(at);
    for product in new {
        rows.add(product, 0, at);
    }
    AddProducts(rows).execute(conn).map(drop)
}

/// Stores what has become of products; whether all were at the version that was changed.
pub fn change_products(conn: &mut Conn, changed: &[ChangedProduct], at: DateTime<Utc>) -> QueryResult<bool> {
    if changed.is_empty() {
        return Ok(true);
    }
    let mut rows = Rows::at(at);
    for changed in changed {
        rows.add(changed.product(), changed.seen().get(), at);
    }
    Ok(ChangeProducts(rows).execute(conn)? == changed.len())
}

/// Products, by column.
struct Rows<'a> {
    id: Vec<i64>,
    sku: Vec<Option<&'a str>>,
    name: Vec<&'a str>,
    price: Vec<i64>,
    currency: Vec<&'a str>,
    sizes: [Vec<Option<i64>>; 4],
    policy: Vec<&'a str>,
    active: Vec<bool>,
    version: Vec<i64>,
    seen: Vec<i64>,
    at: i64,
}

impl<'a> Rows<'a> {
    fn at(at: DateTime<Utc>) -> Self {
        Self {
            id: Vec::new(),
            sku: Vec::new(),
            name: Vec::new(),
            price: Vec::new(),
            currency: Vec::new(),
            sizes: Default::default(),
            policy: Vec::new(),
            active: Vec::new(),
            version: Vec::new(),
            seen: Vec::new(),
            at: millis(at),
        }
    }

    fn add(&mut self, product: &'a Product, seen: i64, at: DateTime<Utc>) {
        let row = DetailsRow::of(product, at);
        self.id.push(product.id.get());
        self.sku.push(row.sku);
        self.name.push(row.name);
        self.price.push(row.price);
        self.currency.push(row.currency);
        let sizes = [row.weight_g, row.length_mm, row.width_mm, row.height_mm];
        for (column, size) in self.sizes.iter_mut().zip(sizes) {
            column.push(size);
        }
        self.policy.push(row.stock_policy);
        self.active.push(row.active);
        self.version.push(row.version);
        self.seen.push(seen);
    }

    /// Their columns, in the order of the table, up to the version.
    fn unnest<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text("unnest(");
        sql.bind::<Big, _>(&self.id)?.text(", ");
        sql.bind::<Array<Nullable<Text>>, _>(&self.sku)?.text(", ");
        sql.bind::<Texts, _>(&self.name)?.text(", ");
        sql.bind::<Big, _>(&self.price)?.text(", ");
        sql.bind::<Texts, _>(&self.currency)?.text(", ");
        for column in &self.sizes {
            sql.bind::<MayBig, _>(column)?.text(", ");
        }
        sql.bind::<Texts, _>(&self.policy)?.text(", ");
        sql.bind::<Array<Bool>, _>(&self.active)?.text(", ");
        sql.bind::<Big, _>(&self.version)?.text(", ");
        sql.bind::<Big, _>(&self.seen)?.text(
            ") AS next (id, sku, name, price, currency, weight_g, length_mm, width_mm, height_mm, stock_policy, \
             active, version, seen)",
        );
        Ok(())
    }
}

struct AddProducts<'a>(Rows<'a>);
struct ChangeProducts<'a>(Rows<'a>);

statement!(AddProducts);
statement!(ChangeProducts);

impl QueryFragment<Pg> for AddProducts<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text(
            "INSERT INTO products (id, sku, name, price, currency, weight_g, length_mm, width_mm, height_mm, \
             stock_policy, active, version, created_at, updated_at) \
             SELECT id, sku, name, price, currency, weight_g, length_mm, width_mm, height_mm, stock_policy, active, \
             version, at, at FROM (SELECT ",
        );
        sql.bind::<BigInt, _>(&self.0.at)?.text(" AS at) AS now, ");
        self.0.unnest(&mut sql)
    }
}

impl QueryFragment<Pg> for ChangeProducts<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text(
            "UPDATE products SET sku = next.sku, name = next.name, price = next.price, currency = next.currency, \
             weight_g = next.weight_g, length_mm = next.length_mm, width_mm = next.width_mm, \
             height_mm = next.height_mm, stock_policy = next.stock_policy, active = next.active, \
             version = next.version, updated_at = ",
        );
        sql.bind::<BigInt, _>(&self.0.at)?.text(" FROM ");
        self.0.unnest(&mut sql)?;
        // The ids are named beside the join, or it reads all products.
        sql.text(" WHERE products.id = next.id AND products.version = next.seen AND products.id = ANY (");
        sql.bind::<Big, _>(&self.0.id)?.text(")");
        Ok(())
    }
}

/// Locks the levels of these products, which ascend: in the one order of all who do.
pub fn lock_levels(conn: &mut Conn, products: &[ProductId]) -> QueryResult<()> {
    for some in products.chunks(LOCKED_AT_ONCE) {
        let ids: Vec<_> = some.iter().map(|id| id.get()).collect();
        diesel::sql_query(
            "SELECT count(*) FROM (SELECT FROM stock_levels WHERE product_id = ANY ($1) \
             ORDER BY product_id, location_id FOR NO KEY UPDATE) AS locked",
        )
        .bind::<Big, _>(ids)
        .execute(conn)?;
    }
    Ok(())
}

/// From here to the commit no marketplace gets another currency: whoever changes one waits, and finds the orders then.
pub fn enter_gate(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("SELECT pg_advisory_xact_lock_shared(x'4F47'::BIGINT << 48)")
}

/// Stores levels, those that were there and those that were not.
pub fn set_levels(conn: &mut Conn, known: Levels, new: Levels) -> QueryResult<()> {
    for (levels, is_new) in [(known, false), (new, true)] {
        if !levels.is_empty() {
            SetLevels { levels: levels::Levels::of(levels), is_new }.execute(conn)?;
        }
    }
    Ok(())
}
