//! Between rows and the domain's types. A row that breaks a rule is an error, never a panic.

#![expect(clippy::ref_option_ref, reason = "Diesel's derive for rows that are written makes them")]

use std::iter;

use chrono::{DateTime, Utc};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    dsl,
    prelude::*,
    row::{Field, Row},
    sql_types::{BigInt, Integer, Nullable, Text},
};
use orders_domain::{
    Fingerprint, Idempotency, InvalidInput, Money, Order, OrderId, OrderProduct, OrderRecord, OrderShipment,
    OrderStatus, ShippingProvider, TrackingNumber,
};

use super::schema::{order_products, orders};

/// What is read of an order.
#[derive(Debug)]
struct OrderRow {
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
#[derive(Debug)]
struct LineRow {
    product_id: i64,
    price: i64,
    quantity: i64,
}

/// An order with one of its lines, or without: a join must not hide an order that has lost them.
#[derive(Debug)]
pub struct JoinedRow {
    id: i64,
    /// Only with the first line: with the others it would be the same again.
    order: Option<OrderRow>,
    line: Option<LineRow>,
}

/// The columns of a [`JoinedRow`].
pub type JoinedColumns = (
    orders::id,
    dsl::Nullable<order_products::position>,
    dsl::Nullable<order_products::product_id>,
    dsl::Nullable<order_products::price>,
    dsl::Nullable<order_products::quantity>,
    orders::user_id,
    orders::order_date,
    orders::updated_at,
    orders::status,
    orders::currency,
    orders::shipping_provider,
    orders::tracking_number,
    orders::version,
);

/// The columns' types in SQL.
pub type JoinedTypes = (
    BigInt,
    Nullable<Integer>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    BigInt,
    BigInt,
    BigInt,
    Text,
    Text,
    Nullable<Text>,
    Nullable<Text>,
    BigInt,
);

/// What to select of orders left-joined with their lines.
pub fn joined() -> JoinedColumns {
    (
        orders::id,
        order_products::position.nullable(),
        order_products::product_id.nullable(),
        order_products::price.nullable(),
        order_products::quantity.nullable(),
        orders::user_id,
        orders::order_date,
        orders::updated_at,
        orders::status,
        orders::currency,
        orders::shipping_provider,
        orders::tracking_number,
        orders::version,
    )
}

impl JoinedRow {
    /// Reads a row of [`JoinedTypes`]. Each seam makes Diesel's `FromSqlRow` of it, for its backend.
    pub fn read<'a, DB>(row: &impl Row<'a, DB>) -> deserialize::Result<Self>
    where
        DB: Backend,
        i32: FromSql<Integer, DB>,
        i64: FromSql<BigInt, DB>,
        String: FromSql<Text, DB>,
    {
        let id = column::<BigInt, _, _>(row, 0)?;
        Self::read_of(id, row).map_err(|error| format!("order {id}: {error}").into())
    }

    fn read_of<'a, DB>(id: i64, row: &impl Row<'a, DB>) -> deserialize::Result<Self>
    where
        DB: Backend,
        i32: FromSql<Integer, DB>,
        i64: FromSql<BigInt, DB>,
        String: FromSql<Text, DB>,
    {
        let position: Option<i32> = nullable::<Integer, _, _>(row, 1)?;
        let line = match position {
            None => None,
            Some(_) => Some(LineRow {
                product_id: column::<BigInt, _, _>(row, 2)?,
                price: column::<BigInt, _, _>(row, 3)?,
                quantity: column::<BigInt, _, _>(row, 4)?,
            }),
        };
        let order = match position {
            Some(1..) => None,
            _ => Some(OrderRow {
                user_id: column::<BigInt, _, _>(row, 5)?,
                order_date: column::<BigInt, _, _>(row, 6)?,
                updated_at: column::<BigInt, _, _>(row, 7)?,
                status: column::<Text, _, _>(row, 8)?,
                currency: column::<Text, _, _>(row, 9)?,
                shipping_provider: nullable::<Text, _, _>(row, 10)?,
                tracking_number: nullable::<Text, _, _>(row, 11)?,
                version: column::<BigInt, _, _>(row, 12)?,
            }),
        };
        Ok(Self { id, order, line })
    }
}

/// Reads a column that is never NULL.
pub fn column<'a, Sql, DB, T>(row: &impl Row<'a, DB>, index: usize) -> deserialize::Result<T>
where
    DB: Backend,
    T: FromSql<Sql, DB>,
{
    T::from_nullable_sql(row.get(index).ok_or("a column is missing")?.value())
}

/// Reads a column that may be NULL.
pub fn nullable<'a, Sql, DB, T>(row: &impl Row<'a, DB>, index: usize) -> deserialize::Result<Option<T>>
where
    DB: Backend,
    T: FromSql<Sql, DB>,
{
    let field = row.get(index).ok_or("a column is missing")?;
    field.value().map(T::from_sql).transpose()
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
        .ok_or_else(|| InvalidInput::new("time", format!("{millis} is out of range")))
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
        _ => Err(InvalidInput::new("a shipment", "is stored by halves")),
    }
}

fn order(id: i64, row: &OrderRow, lines: Vec<OrderProduct>) -> Result<Order, InvalidInput> {
    Order::restore(OrderRecord {
        id: OrderId::try_from(id)?,
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

/// The key that made an order, if one did.
pub fn idempotency(
    key: Option<String>,
    fingerprint: Option<Vec<u8>>,
) -> Result<Option<Idempotency>, InvalidInput> {
    match (key, fingerprint) {
        (Some(key), Some(fingerprint)) => {
            let fingerprint = fingerprint.try_into().map_err(|bytes: Vec<u8>| {
                InvalidInput::new("a fingerprint", format!("has {} bytes, not 32", bytes.len()))
            })?;
            Ok(Some(Idempotency { key: key.parse()?, fingerprint: Fingerprint(fingerprint) }))
        }
        (None, None) => Ok(None),
        _ => Err(InvalidInput::new("a key", "is stored by halves")),
    }
}

/// The orders of a join of orders and lines, in which the rows of an order stand together, in the
/// order of its lines.
pub fn orders(joined: Vec<JoinedRow>) -> Result<Vec<Order>, InvalidInput> {
    let mut orders = Vec::new();
    let mut joined = joined.into_iter().peekable();
    while let Some(first) = joined.next() {
        let Some(row) = first.order else {
            return Err(InvalidInput::new("order", format!("{} has lost its first line", first.id)));
        };
        let others = iter::from_fn(|| joined.next_if(|other| other.id == first.id));
        let lines = iter::once(first.line).chain(others.map(|other| other.line)).flatten();
        let lines = lines.map(|row| line(&row)).collect::<Result<_, _>>();
        let whole = lines.and_then(|lines| order(first.id, &row, lines));
        orders.push(whole.map_err(|error| InvalidInput::new("order", format!("{}: {error}", first.id)))?);
    }
    Ok(orders)
}
