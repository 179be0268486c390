//! Statements that store orders which are complete already.

use diesel::{
    QueryResult,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Binary, Integer, Nullable, Text},
};
use orders_domain::OrderShipment;

use super::{
    super::{StoredOrder, rows::millis},
    Conn,
    pieces::Sql,
};

/// Stores the orders and their lines, as two statements.
pub fn insert(conn: &mut Conn, orders: &[StoredOrder]) -> QueryResult<()> {
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
