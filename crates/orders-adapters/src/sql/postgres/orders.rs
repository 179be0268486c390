//! New orders and their lines, as pieces of the statement that writes a batch.

use diesel::{
    QueryResult,
    sql_types::{Array, BigInt, Nullable, Text},
};
use orders_domain::{Locale, NewOrder, OrderProduct, market::listing::Model, order::contact::Email};

use super::{
    super::rows::{
        contact::ship_to,
        millis,
        new_order::{chosen_by, marketplace},
    },
    pieces::Sql,
};

type Big = Array<BigInt>;
type MayTexts = Array<Nullable<Text>>;

/// New orders, by column.
#[derive(Debug, Default)]
pub struct Orders<'a> {
    user: Vec<i64>,
    date: Vec<i64>,
    currency: Vec<&'a str>,
    email: Vec<Option<&'a str>>,
    ship_to: Vec<Option<String>>,
    marketplace: Vec<Option<&'a str>>,
    chosen_by: Vec<Option<&'static str>>,
    locale: Vec<Option<&'a str>>,
}

impl<'a> Orders<'a> {
    /// Adds one; its place.
    pub fn add(&mut self, order: &'a NewOrder) -> i64 {
        self.user.push(order.user().get());
        self.date.push(millis(order.ordered_at()));
        self.currency.push(order.currency().code());
        self.email.push(order.contact().email.as_ref().map(Email::as_str));
        self.ship_to.push(ship_to(order.contact()));
        let sold_in = order.sold_in();
        self.marketplace.push(marketplace(sold_in));
        self.chosen_by.push(chosen_by(sold_in));
        self.locale.push(sold_in.locale.as_ref().map(Locale::as_str));
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
        sql.bind::<MayTexts, _>(&self.email)?.text(", ");
        sql.bind::<MayTexts, _>(&self.ship_to)?.text(", ");
        sql.bind::<MayTexts, _>(&self.marketplace)?.text(", ");
        sql.bind::<MayTexts, _>(&self.chosen_by)?.text(", ");
        sql.bind::<MayTexts, _>(&self.locale)?.text(
            ") WITH ORDINALITY AS asked (user_id, order_date, currency, email, ship_to, marketplace, chosen_by, \
             locale, place))",
        );
        Ok(())
    }

    /// Stores those whose event is stored.
    pub fn insert(sql: &mut Sql<'_, '_>) {
        sql.text(
            "placed AS (INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, version, \
             email, ship_to, marketplace, chosen_by, locale) \
             SELECT id, user_id, at, at, status, currency, version, email, ship_to, marketplace, chosen_by, locale \
             FROM numbered JOIN told USING (event) \
             RETURNING id, order_date), \
             stored AS MATERIALIZED (SELECT place, placed.id, placed.order_date FROM numbered \
             JOIN placed USING (id))",
        );
    }
}

/// The lines of new orders, by column.
#[derive(Debug, Default)]
pub struct Lines<'a> {
    place: Vec<i64>,
    position: Vec<i64>,
    product: Vec<i64>,
    price: Vec<i64>,
    quantity: Vec<i64>,
    name: Vec<Option<&'a str>>,
    model: Vec<Option<&'a str>>,
    name_from: Vec<Option<String>>,
}

impl<'a> Lines<'a> {
    /// Adds those of the order at this place.
    pub fn add(&mut self, place: i64, lines: &'a [OrderProduct]) {
        for (position, line) in (0..).zip(lines) {
            self.place.push(place);
            self.position.push(position);
            self.product.push(line.product().get());
            self.price.push(line.price().minor_units());
            self.quantity.push(line.quantity().get().into());
            let shown = line.shown();
            self.name.push(shown.map(|shown| shown.name.as_str()));
            self.model.push(shown.and_then(|shown| shown.model.as_ref()).map(Model::as_str));
            self.name_from.push(shown.map(|shown| shown.name_from.to_string()));
        }
    }

    /// Stores those of stored orders.
    pub fn insert<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text(
            "with_lines AS (INSERT INTO order_products \
             (id, order_id, product_id, price, quantity, name, model, name_from) \
             SELECT stored.id * 100 - 99 + line.position, stored.id, line.product_id, line.price, line.quantity, \
             line.name, line.model, line.name_from FROM unnest(",
        );
        sql.bind::<Big, _>(&self.place)?.text(", ");
        sql.bind::<Big, _>(&self.position)?.text(", ");
        sql.bind::<Big, _>(&self.product)?.text(", ");
        sql.bind::<Big, _>(&self.price)?.text(", ");
        sql.bind::<Big, _>(&self.quantity)?.text(", ");
        sql.bind::<MayTexts, _>(&self.name)?.text(", ");
        sql.bind::<MayTexts, _>(&self.model)?.text(", ");
        sql.bind::<MayTexts, _>(&self.name_from)?.text(
            ") AS line (place, position, product_id, price, quantity, name, model, name_from) \
             JOIN stored USING (place))",
        );
        Ok(())
    }
}
