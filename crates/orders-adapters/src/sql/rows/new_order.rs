//! Orders and their lines as they are written.

#![expect(clippy::ref_option_ref, reason = "Diesel's derive for rows that are written makes them")]

use diesel::prelude::*;
use orders_domain::{
    ChosenBy, Fulfillment, Locale, Money, Order, SoldIn, market::listing::Model, order::contact::Email,
};

use super::{contact, millis};
use crate::sql::schema::{order_products, orders};

/// What is written of an order. No column is left to its default, so the statement is always the same and
/// Diesel keeps it by its type, without writing its text anew.
#[derive(Debug, Insertable)]
#[diesel(table_name = orders, treat_none_as_default_value = false)]
pub struct NewOrderRow<'a> {
    id: i64,
    user_id: i64,
    order_date: i64,
    updated_at: i64,
    status: &'a str,
    currency: &'a str,
    version: i64,
    fulfillment: Option<&'static str>,
    current_total: Option<i64>,
    email: Option<&'a str>,
    ship_to: Option<String>,
    marketplace: Option<&'a str>,
    chosen_by: Option<&'static str>,
    locale: Option<&'a str>,
    external_id: Option<&'a str>,
    placed_at: Option<i64>,
}

/// What is written of a line.
#[derive(Debug, Insertable)]
#[diesel(table_name = order_products, treat_none_as_default_value = false)]
pub struct NewLineRow<'a> {
    id: i64,
    order_id: i64,
    product_id: i64,
    price: i64,
    quantity: i64,
    name: Option<&'a str>,
    model: Option<&'a str>,
    name_from: Option<String>,
}

impl<'a> NewOrderRow<'a> {
    /// The row of an order.
    pub fn of(order: &'a Order) -> Self {
        Self {
            id: order.id().get(),
            user_id: order.user().get(),
            order_date: millis(order.ordered_at()),
            updated_at: millis(order.updated_at()),
            status: order.status().as_str(),
            currency: order.currency().code(),
            version: order.version().get(),
            fulfillment: fulfillment(order),
            current_total: current_total(order),
            email: order.contact().email.as_ref().map(Email::as_str),
            ship_to: contact::ship_to(order.contact()),
            marketplace: marketplace(order.sold_in()),
            chosen_by: chosen_by(order.sold_in()),
            locale: order.sold_in().locale.as_ref().map(Locale::as_str),
            external_id: order.imported().map(|imported| imported.external_id.as_str()),
            placed_at: order.imported().map(|imported| millis(imported.placed_at)),
        }
    }
}

impl<'a> NewLineRow<'a> {
    /// The rows of an order's lines.
    pub fn of(order: &'a Order) -> impl Iterator<Item = Self> {
        let order_id = order.id().get();
        order.lines().map(move |(id, line)| Self {
            id: id.get(),
            order_id,
            product_id: line.product().get(),
            price: line.price().minor_units(),
            quantity: line.quantity().get().into(),
            name: line.shown().map(|shown| shown.name.as_str()),
            model: line.shown().and_then(|shown| shown.model.as_ref()).map(Model::as_str),
            name_from: line.shown().map(|shown| shown.name_from.to_string()),
        })
    }
}

/// In which marketplace an order was placed; the default one takes no room.
pub fn marketplace(sold_in: &SoldIn) -> Option<&str> {
    let code = &sold_in.marketplace;
    (!code.is_default()).then_some(code.as_str())
}

/// What had chosen it, if anything had.
pub fn chosen_by(sold_in: &SoldIn) -> Option<&'static str> {
    (sold_in.chosen_by != ChosenBy::Default).then_some(sold_in.chosen_by.as_str())
}

/// How far the parcels of an order are, if it has any.
pub fn fulfillment(order: &Order) -> Option<&'static str> {
    order.kept_fulfillment().map(Fulfillment::as_str)
}

/// What an order costs without what was cancelled, if a part of it was.
pub fn current_total(order: &Order) -> Option<i64> {
    order.kept_total().map(Money::minor_units)
}
