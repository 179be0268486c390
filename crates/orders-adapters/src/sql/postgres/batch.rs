//! One statement that writes a batch: so one round trip and one flush serve many requests.
//!
//! What stands for many rows is sent as arrays, so the text is the same for every batch and the
//! database keeps it prepared. The statement is a transaction of its own.

use std::collections::HashSet;

use diesel::{
    deserialize::{self, FromSqlRow},
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    row::Row,
    sql_types::{Array, BigInt, Binary, Integer, Nullable, Text},
};
use orders_domain::{Idempotency, NewOrder, Order, OrderShipment, OrderStatus, Version};

use super::{
    super::rows::{column, millis, nullable},
    Conn,
    pieces::Sql,
};

/// The rows of a batch, by column. `place` counts from 1 within the insertions and the changes.
#[derive(Debug, Default)]
pub struct Batch<'a> {
    insertions: Insertions<'a>,
    lines: Lines,
    changes: Changes<'a>,
    /// The keys of its insertions: the second one of a key would only use up an id.
    keys: HashSet<(i64, &'a str)>,
}

#[derive(Debug, Default)]
struct Insertions<'a> {
    user: Vec<i64>,
    date: Vec<i64>,
    currency: Vec<&'a str>,
    key: Vec<Option<&'a str>>,
    fingerprint: Vec<Option<&'a [u8]>>,
}

#[derive(Debug, Default)]
struct Lines {
    order: Vec<i64>,
    position: Vec<i32>,
    product: Vec<i64>,
    price: Vec<i64>,
    quantity: Vec<i64>,
}

#[derive(Debug, Default)]
struct Changes<'a> {
    id: Vec<i64>,
    seen: Vec<i64>,
    status: Vec<&'a str>,
    updated_at: Vec<i64>,
    provider: Vec<Option<&'a str>>,
    number: Vec<Option<&'a str>>,
    version: Vec<i64>,
}

impl<'a> Batch<'a> {
    /// Adds a new order. Whether it was: of one key, a batch takes one order only.
    pub fn insert(&mut self, order: &'a NewOrder, made_by: Option<&'a Idempotency>) -> bool {
        if let Some(Idempotency { key, .. }) = made_by
            && !self.keys.insert((order.user().get(), key.as_str()))
        {
            return false;
        }
        let Self { insertions, lines, .. } = self;
        insertions.user.push(order.user().get());
        insertions.date.push(millis(order.ordered_at()));
        insertions.currency.push(order.currency().code());
        insertions.key.push(made_by.map(|made_by| made_by.key.as_str()));
        insertions.fingerprint.push(made_by.map(|made_by| made_by.fingerprint.0.as_slice()));
        let place = insertions.user.len().try_into().unwrap_or(i64::MAX);
        for (position, line) in (0..).zip(order.lines()) {
            lines.order.push(place);
            lines.position.push(position);
            lines.product.push(line.product().get());
            lines.price.push(line.price().minor_units());
            lines.quantity.push(line.quantity().get().into());
        }
        true
    }

    /// Adds a change.
    pub fn change(&mut self, order: &'a Order, seen: Version) {
        let changes = &mut self.changes;
        changes.id.push(order.id().get());
        changes.seen.push(seen.get());
        changes.status.push(order.status().as_str());
        changes.updated_at.push(millis(order.updated_at()));
        changes.provider.push(order.shipment().map(OrderShipment::provider));
        changes.number.push(order.shipment().map(OrderShipment::tracking_number));
        changes.version.push(order.version().get());
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.insertions.user.is_empty() && self.changes.id.is_empty()
    }

    /// Writes it. What was not written is not among the answers: an order whose key is taken, a
    /// change of another version.
    pub fn write(&self, conn: &mut Conn) -> QueryResult<Vec<Written>> {
        let written =
            WriteBatch { batch: self, pending: OrderStatus::Pending.as_str(), first: Version::FIRST.get() };
        written.load(conn)
    }
}

/// A row that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The insertion at this place has become the order with this id and date.
    Inserted { place: usize, id: i64, date: i64 },
    /// The change at this place is made.
    Changed { place: usize },
}

impl FromSqlRow<(BigInt, Nullable<BigInt>, Nullable<BigInt>), Pg> for Written {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        let place = usize::try_from(column::<BigInt, _, i64>(row, 0)? - 1)?;
        Ok(match (nullable::<BigInt, _, _>(row, 1)?, nullable::<BigInt, _, _>(row, 2)?) {
            (Some(id), Some(date)) => Self::Inserted { place, id, date },
            _ => Self::Changed { place },
        })
    }
}

struct WriteBatch<'a> {
    batch: &'a Batch<'a>,
    pending: &'static str,
    first: i64,
}

impl QueryId for WriteBatch<'_> {
    type QueryId = WriteBatch<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for WriteBatch<'_> {
    type SqlType = (BigInt, Nullable<BigInt>, Nullable<BigInt>);
}

impl RunQueryDsl<Conn> for WriteBatch<'_> {}

type Big = Array<BigInt>;
type Texts = Array<Text>;
type MayTexts = Array<Nullable<Text>>;

impl QueryFragment<Pg> for WriteBatch<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Batch { insertions, lines, changes, .. } = self.batch;
        let mut sql = Sql::new(out);
        // The orders that are asked for, and whether their key is known.
        sql.text("WITH asked AS MATERIALIZED (SELECT asked.*, known.id AS known FROM unnest(");
        sql.bind::<Big, _>(&insertions.user)?.text(", ");
        sql.bind::<Big, _>(&insertions.date)?.text(", ");
        sql.bind::<Texts, _>(&insertions.currency)?.text(", ");
        sql.bind::<MayTexts, _>(&insertions.key)?.text(", ");
        sql.bind::<Array<Nullable<Binary>>, _>(&insertions.fingerprint)?;
        sql.text(
            ") WITH ORDINALITY AS asked (user_id, order_date, currency, idempotency_key, request_fingerprint, place) \
             LEFT JOIN LATERAL (SELECT id FROM orders WHERE orders.user_id = asked.user_id \
             AND orders.idempotency_key = asked.idempotency_key LIMIT 1) AS known ON true), ",
        );
        // The new ones among them, in their order, with dates that do not descend.
        sql.text(
            "new AS MATERIALIZED (SELECT asked.*, row_number() OVER (ORDER BY place) - 1 AS nth, \
             max(order_date) OVER (ORDER BY place) AS latest FROM asked WHERE known IS NULL), \
             block AS MATERIALIZED (SELECT block.* FROM \
             (SELECT count(*) AS count, max(order_date) AS latest FROM new HAVING count(*) > 0) AS total, \
             LATERAL allocate_orders(total.count, total.latest) AS block), \
             numbered AS MATERIALIZED (SELECT new.*, first_id + nth AS id, greatest(latest, earliest) AS at, ",
        );
        sql.bind::<Text, _>(self.pending)?.text(" AS status, ");
        sql.bind::<BigInt, _>(&self.first)?.text(" AS version FROM new, block), ");
        // A key that another server has taken in the meantime keeps its order out. Looking out for that
        // is not free, so orders without a key go by themselves.
        sql.text(
            "without_key AS (INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, version) \
             SELECT id, user_id, at, at, status, currency, version FROM numbered WHERE idempotency_key IS NULL \
             RETURNING id, order_date), \
             with_key AS (INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, version, \
             idempotency_key, request_fingerprint) SELECT id, user_id, at, at, status, currency, version, \
             idempotency_key, request_fingerprint FROM numbered WHERE idempotency_key IS NOT NULL \
             ORDER BY user_id, idempotency_key \
             ON CONFLICT (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING \
             RETURNING id, order_date), \
             placed AS (SELECT * FROM without_key UNION ALL SELECT * FROM with_key), \
             stored AS MATERIALIZED (SELECT place, placed.id, placed.order_date FROM numbered JOIN placed USING (id)), \
             with_lines AS (INSERT INTO order_products (order_id, position, product_id, price, quantity) \
             SELECT stored.id, line.position, line.product_id, line.price, line.quantity FROM unnest(",
        );
        sql.bind::<Big, _>(&lines.order)?.text(", ");
        sql.bind::<Array<Integer>, _>(&lines.position)?.text(", ");
        sql.bind::<Big, _>(&lines.product)?.text(", ");
        sql.bind::<Big, _>(&lines.price)?.text(", ");
        sql.bind::<Big, _>(&lines.quantity)?;
        sql.text(
            ") AS line (place, position, product_id, price, quantity) JOIN stored USING (place)), \
             changed AS (SELECT place FROM unnest(",
        );
        sql.bind::<Big, _>(&changes.id)?.text(", ");
        sql.bind::<Big, _>(&changes.seen)?.text(", ");
        sql.bind::<Texts, _>(&changes.status)?.text(", ");
        sql.bind::<Big, _>(&changes.updated_at)?.text(", ");
        sql.bind::<MayTexts, _>(&changes.provider)?.text(", ");
        sql.bind::<MayTexts, _>(&changes.number)?.text(", ");
        sql.bind::<Big, _>(&changes.version)?;
        sql.text(
            ") WITH ORDINALITY AS change (id, seen, status, updated_at, provider, number, version, place) \
             WHERE change_order(id, seen, status, updated_at, provider, number, version)) \
             SELECT place, id, order_date FROM stored UNION ALL SELECT place, NULL, NULL FROM changed",
        );
        Ok(())
    }
}
