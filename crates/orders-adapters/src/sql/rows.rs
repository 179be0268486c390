//! Between rows and the domain's types. A row that breaks a rule is an error, never a panic.

#![expect(clippy::ref_option_ref, reason = "Diesel's derive for rows that are written makes them")]

use std::iter;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::{
    Idempotency, InvalidInput, Money, Order, OrderId, OrderProduct, OrderRecord, OrderShipment, OrderStatus,
    ShippingProvider, TrackingNumber,
};

use super::schema::{order_products, orders};

/// What is read of an order.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub struct OrderRow {
    pub id: i64,
    user_id: i64,
    order_date: i64,
    updated_at: i64,
    status: String,
    currency: String,
    shipping_provider: Option<String>,
    tracking_number: Option<String>,
    version: i64,
}

/// What is read of a line.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = order_products)]
pub struct LineRow {
    product_id: i64,
    price: i64,
    quantity: i64,
}

/// What is written of an order. `None` is written as NULL, so that the statement is always the same.
#[derive(Debug, Insertable)]
#[diesel(table_name = orders, treat_none_as_default_value = false)]
pub struct NewOrderRow<'a> {
    id: i64,
    user_id: i64,
    order_date: i64,
    updated_at: i64,
    status: &'a str,
    currency: &'a str,
    shipping_provider: Option<&'a str>,
    tracking_number: Option<&'a str>,
    version: i64,
    idempotency_key: Option<&'a str>,
    request_fingerprint: Option<&'a [u8]>,
}

/// What is written of a line.
#[derive(Debug, Insertable)]
#[diesel(table_name = order_products, treat_none_as_default_value = false)]
pub struct NewLineRow {
    order_id: i64,
    position: i32,
    product_id: i64,
    price: i64,
    quantity: i64,
}

/// A moment as its column has it: milliseconds since 1970.
pub fn millis(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_millis()
}

/// The moment of a column's milliseconds.
pub fn moment(millis: i64) -> Result<DateTime<Utc>, InvalidInput> {
    DateTime::from_timestamp_millis(millis)
        .ok_or_else(|| InvalidInput::Record(format!("time {millis} is out of range")))
}

impl<'a> NewOrderRow<'a> {
    /// The row of an order and of the key that made it.
    pub fn of(order: &'a Order, made_by: Option<&'a Idempotency>) -> Self {
        Self {
            id: order.id().get(),
            user_id: order.user().get(),
            order_date: millis(order.ordered_at()),
            updated_at: millis(order.updated_at()),
            status: order.status().as_str(),
            currency: order.currency().code(),
            shipping_provider: order.shipment().map(OrderShipment::provider),
            tracking_number: order.shipment().map(OrderShipment::tracking_number),
            version: order.version().get(),
            idempotency_key: made_by.map(|made_by| made_by.key.as_str()),
            request_fingerprint: made_by.map(|made_by| made_by.fingerprint.0.as_slice()),
        }
    }
}

impl NewLineRow {
    /// The rows of an order's lines.
    pub fn of(order: &Order) -> impl Iterator<Item = Self> {
        let order_id = order.id().get();
        (0..).zip(order.lines()).map(move |(position, (_, line))| Self {
            order_id,
            position,
            product_id: line.product().get(),
            price: line.price().minor_units(),
            quantity: line.quantity().get().into(),
        })
    }
}

fn line(row: &LineRow) -> Result<OrderProduct, InvalidInput> {
    Ok(OrderProduct::new(row.product_id.try_into()?, Money::try_from(row.price)?, row.quantity.try_into()?))
}

fn shipment(row: &OrderRow) -> Result<Option<OrderShipment>, InvalidInput> {
    match (&row.shipping_provider, &row.tracking_number) {
        (Some(provider), Some(number)) => {
            Ok(Some(OrderShipment::new(ShippingProvider::parse(provider)?, TrackingNumber::parse(number)?)))
        }
        (None, None) => Ok(None),
        _ => Err(InvalidInput::Record(format!("order {} has half a shipment", row.id))),
    }
}

fn order(row: &OrderRow, lines: Vec<OrderProduct>) -> Result<Order, InvalidInput> {
    Order::restore(OrderRecord {
        id: OrderId::try_from(row.id)?,
        user: row.user_id.try_into()?,
        ordered_at: moment(row.order_date)?,
        updated_at: moment(row.updated_at)?,
        status: row.status.parse::<OrderStatus>()?,
        currency: row.currency.parse()?,
        lines,
        shipment: shipment(row)?,
        version: row.version.try_into()?,
    })
}

/// An order with one of its lines, or without: a join must not hide an order that has lost them.
pub type JoinedRow = (OrderRow, Option<LineRow>);

/// The orders of a join of orders and lines, in which the rows of an order stand together.
pub fn orders(joined: Vec<JoinedRow>) -> Result<Vec<Order>, InvalidInput> {
    let mut orders = Vec::new();
    let mut joined = joined.into_iter().peekable();
    while let Some((row, first)) = joined.next() {
        let others = iter::from_fn(|| joined.next_if(|(other, _)| other.id == row.id));
        let lines = iter::once(first).chain(others.map(|(_, line)| line)).flatten();
        orders.push(order(&row, lines.map(|row| line(&row)).collect::<Result<_, _>>()?)?);
    }
    Ok(orders)
}
