//! New orders and their lines, as pieces of the statement that writes a batch.

use diesel::{
    QueryResult,
    sql_types::{Array, BigInt, Nullable, Text},
};
use orders_domain::{NewOrder, OrderProduct, order::contact::Email};

use super::{
    super::rows::{contact::ship_to, millis},
    pieces::Sql,
};

type Big = Array<BigInt>;

/// New orders, by column.
#[derive(Debug, Default)]
pub struct Orders<'a> {
    user: Vec<i64>,
    date: Vec<i64>,
    currency: Vec<&'a str>,
    email: Vec<Option<&'a str>>,
    ship_to: Vec<Option<String>>,
}

impl<'a> Orders<'a> {
    /// Adds one; its place.
    pub fn add(&mut self, order: &'a NewOrder) -> i64 {
        self.user.push(order.user().get());
        self.date.push(millis(order.ordered_at()));
        self.currency.push(order.currency().code());
        self.email.push(order.contact().email.as_ref().map(Email::as_str));
        self.ship_to.push(ship_to(order.contact()));
        self.user.len().try_into().unwrap_or(i64::MAX)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.user.is_empty()
    }

    /// They by their place.
    pub fn asked<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text("asked AS (SELECT * FROM unnest(");
        sql.bind::<Big, _>(&self.user)?.text(", ");
        sql.bind::<Big, _>(&self.date)?.text(", ");
        sql.bind::<Array<Text>, _>(&self.currency)?.text(", ");
        sql.bind::<Array<Nullable<Text>>, _>(&self.email)?.text(", ");
        sql.bind::<Array<Nullable<Text>>, _>(&self.ship_to)?;
        sql.text(") WITH ORDINALITY AS asked (user_id, order_date, currency, email, ship_to, place))");
        Ok(())
    }

    /// Stores those whose event is stored.
    pub fn insert(sql: &mut Sql<'_, '_>) {
        sql.text(
            "placed AS (INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, version, \
             email, ship_to) \
             SELECT id, user_id, at, at, status, currency, version, email, ship_to FROM numbered JOIN told USING (event) \
             RETURNING id, order_date), \
             stored AS MATERIALIZED (SELECT place, placed.id, placed.order_date FROM numbered \
             JOIN placed USING (id))",
        );
    }
}

/// The lines of new orders, by column.
#[derive(Debug, Default)]
pub struct Lines {
    place: Vec<i64>,
    position: Vec<i64>,
    product: Vec<i64>,
    price: Vec<i64>,
    quantity: Vec<i64>,
}

impl Lines {
    /// Adds those of the order at this place.
    pub fn add(&mut self, place: i64, lines: &[OrderProduct]) {
        for (position, line) in (0..).zip(lines) {
            self.place.push(place);
            self.position.push(position);
            self.product.push(line.product().get());
            self.price.push(line.price().minor_units());
            self.quantity.push(line.quantity().get().into());
        }
    }

    /// Stores those of stored orders.
    pub fn insert<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text(
            "with_lines AS (INSERT INTO order_products (id, order_id, product_id, price, quantity) \
             SELECT stored.id * 100 - 99 + line.position, stored.id, line.product_id, line.price, line.quantity \
             FROM unnest(",
        );
        sql.bind::<Big, _>(&self.place)?.text(", ");
        sql.bind::<Big, _>(&self.position)?.text(", ");
        sql.bind::<Big, _>(&self.product)?.text(", ");
        sql.bind::<Big, _>(&self.price)?.text(", ");
        sql.bind::<Big, _>(&self.quantity)?;
        sql.text(") AS line (place, position, product_id, price, quantity) JOIN stored USING (place))");
        Ok(())
    }
}
