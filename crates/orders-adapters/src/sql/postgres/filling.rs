//! How rows are stored many at a time: as arrays, a statement for thousands.
//!
//! Events get their ids at the end: from the first one that is given out until the commit, readers of
//! events wait for them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    connection::SimpleConnection,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Bool, Nullable, Text},
};
use orders_domain::{
    Actor, LocationId, MovementId, Product, ProductId,
    catalogue::product::ChangedProduct,
    stock::{
        Level,
        movement::{Move, Reason},
    },
};

use super::{
    super::{
        bulk::ImportError,
        rows::{millis, product::DetailsRow},
        schema::products,
    },
    Conn,
    changing::{SetLevels, close_gate},
    keeping::Told,
    pieces::Sql,
    stock,
};

type Levels = BTreeMap<(ProductId, LocationId), Level>;
type Big = Array<BigInt>;
type MayBig = Array<Nullable<BigInt>>;
type Texts = Array<Text>;

/// Of how many products levels are locked at once.
const LOCKED_AT_ONCE: usize = 10_000;

/// An event to be stored, and what moves with it.
pub struct Entry {
    pub told: Told,
    pub moves: Vec<Move>,
    pub reason: Option<Reason>,
}

impl Entry {
    /// An event with which nothing moves.
    pub fn of(told: Told) -> Self {
        Self { told, moves: Vec::new(), reason: None }
    }
}

/// All of it or nothing, beside whatever servers do.
pub fn transaction<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, ImportError>,
) -> Result<T, ImportError> {
    conn.transaction(work)
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

/// A statement that is always the same text.
macro_rules! statement {
    ($name:ident) => {
        impl QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl RunQueryDsl<Conn> for $name<'_> {}
    };
}

struct AddProducts<'a>(Rows<'a>);
struct ChangeProducts<'a>(Rows<'a>);
struct TellEvents<'a>(Events<'a>);
struct TellMoves<'a>(Moves<'a>);

statement!(AddProducts);
statement!(ChangeProducts);
statement!(TellEvents);
statement!(TellMoves);

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

/// Stores levels, those that were there and those that were not.
pub fn set_levels(conn: &mut Conn, known: Levels, new: Levels) -> QueryResult<()> {
    for (levels, is_new) in [(known, false), (new, true)] {
        if !levels.is_empty() {
            SetLevels { levels: stock::Levels::of(levels), is_new }.execute(conn)?;
        }
    }
    Ok(())
}

/// Events without ids, by column.
#[derive(Default)]
struct Events<'a> {
    nth: Vec<i64>,
    kind: Vec<&'a str>,
    subject: Vec<i64>,
    version: Vec<i64>,
    what: Vec<&'static str>,
    data: Vec<&'a str>,
}

impl QueryFragment<Pg> for TellEvents<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("INSERT INTO told SELECT * FROM unnest(").bind::<Big, _>(&self.0.nth)?.text(", ");
        sql.bind::<Texts, _>(&self.0.kind)?.text(", ");
        sql.bind::<Big, _>(&self.0.subject)?.text(", ");
        sql.bind::<Big, _>(&self.0.version)?.text(", ");
        sql.bind::<Texts, _>(&self.0.what)?.text(", ");
        sql.bind::<Texts, _>(&self.0.data)?.text(")");
        Ok(())
    }
}

/// Movements of events without ids, by column.
#[derive(Default)]
struct Moves<'a> {
    /// The event's and its own.
    places: [Vec<i64>; 2],
    /// Product, place, how many pieces, and both of the level after.
    numbers: [Vec<i64>; 5],
    kind: Vec<&'static str>,
    reason: Vec<Option<&'a str>>,
}

impl QueryFragment<Pg> for TellMoves<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("INSERT INTO moved SELECT * FROM unnest(");
        for column in self.0.places.iter().chain(&self.0.numbers) {
            sql.bind::<Big, _>(column)?.text(", ");
        }
        sql.bind::<Texts, _>(&self.0.kind)?.text(", ");
        sql.bind::<Array<Nullable<Text>>, _>(&self.0.reason)?.text(")");
        Ok(())
    }
}

/// The events of an import, in tables of its own until its end.
pub struct Filling {
    count: i64,
    at: i64,
}

#[derive(QueryableByName)]
struct Given {
    #[diesel(sql_type = BigInt)]
    first_event: i64,
}

impl Filling {
    /// Begins in a transaction.
    pub fn begin(conn: &mut Conn) -> QueryResult<Self> {
        conn.batch_execute(
            "CREATE TEMP TABLE told (nth BIGINT, kind TEXT, subject BIGINT, version BIGINT, type TEXT, data TEXT) \
             ON COMMIT DROP;
             CREATE TEMP TABLE moved (nth BIGINT, position BIGINT, product_id BIGINT, location_id BIGINT, \
             quantity BIGINT, on_hand_after BIGINT, reserved_after BIGINT, kind TEXT, reason TEXT) ON COMMIT DROP",
        )?;
        Ok(Self { count: 0, at: 0 })
    }

    /// Keeps events, with what moves.
    pub fn tell(&mut self, conn: &mut Conn, entries: Vec<Entry>, at: DateTime<Utc>) -> QueryResult<()> {
        if entries.is_empty() {
            return Ok(());
        }
        self.at = millis(at);
        let data = entries.iter().map(|entry| entry.told.data()).collect::<QueryResult<Vec<_>>>()?;
        let subjects: Vec<_> = entries.iter().map(|entry| entry.told.subject.parts()).collect();
        let (mut events, mut moves) = (Events::default(), Moves::default());
        for ((entry, data), (kind, subject)) in entries.iter().zip(&data).zip(&subjects) {
            for (position, moved) in (0..).zip(&entry.moves) {
                for (column, place) in moves.places.iter_mut().zip([self.count, position]) {
                    column.push(place);
                }
                let Move { product, location, quantity, on_hand_after, reserved_after, .. } = *moved;
                let numbers = [product.get(), location.get(), quantity, on_hand_after, reserved_after];
                for (column, number) in moves.numbers.iter_mut().zip(numbers) {
                    column.push(number);
                }
                moves.kind.push(moved.kind.as_str());
                moves.reason.push(entry.reason.as_ref().map(Reason::as_str));
            }
            events.nth.push(self.count);
            events.kind.push(kind);
            events.subject.push(*subject);
            events.version.push(entry.told.version.get());
            events.what.push(entry.told.event_type.parts().1);
            events.data.push(data);
            self.count += 1;
        }
        TellEvents(events).execute(conn)?;
        if !moves.kind.is_empty() {
            TellMoves(moves).execute(conn)?;
        }
        Ok(())
    }

    /// Stores all events with ids in a row. If products or places were changed, nobody sells by what was
    /// from here to the commit, which is to follow at once.
    pub fn finish(self, conn: &mut Conn, gate: bool) -> QueryResult<()> {
        if self.count == 0 {
            return Ok(());
        }
        let Given { first_event } = diesel::sql_query("SELECT first_event FROM give_ids(0, 0, $1)")
            .bind::<BigInt, _>(self.count)
            .get_result(conn)?;
        diesel::sql_query(
            "INSERT INTO events (id, kind, subject, version, type, at, actor_kind, data) \
             SELECT $1 + nth, kind, subject, version, type, $2, $3, data FROM told",
        )
        .bind::<BigInt, _>(first_event)
        .bind::<BigInt, _>(self.at)
        .bind::<Text, _>(Actor::Cli.kind())
        .execute(conn)?;
        diesel::sql_query(
            "INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, \
             reason, at) SELECT ($1 + nth) * $2 + position, product_id, location_id, kind, quantity, on_hand_after, \
             reserved_after, reason, $3 FROM moved",
        )
        .bind::<BigInt, _>(first_event)
        .bind::<BigInt, _>(MovementId::BLOCK)
        .bind::<BigInt, _>(self.at)
        .execute(conn)?;
        if gate { close_gate(conn) } else { Ok(()) }
    }
}
