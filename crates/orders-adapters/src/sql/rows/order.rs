//! Orders with their lines and shipments.

use std::iter;

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    row::Row,
    sql_types::{BigInt, Nullable, Text},
};
use orders_domain::{
    InvalidInput, Money, Order, OrderId, OrderProduct, OrderProductId, OrderRecord, OrderShipment,
    OrderStatus, ShippingProvider, TrackingNumber,
};

use super::{column, millis, moment, nullable};
use crate::sql::schema::{order_products, order_shipments, orders};

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

/// The columns' types in SQL.
pub type JoinedTypes = (
    BigInt,
    Nullable<BigInt>,
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

/// What is read of orders, each with its shipment and its lines.
const ORDERS: &str = "SELECT orders.id, line.id, line.product_id, line.price, line.quantity, orders.user_id, \
    orders.order_date, orders.updated_at, orders.status, orders.currency, shipment.shipping_provider, \
    shipment.tracking_number, orders.version FROM orders ";

/// How a backend is best asked for what belongs to an order. The lines of an order are a range of ids, so
/// no other index is needed to find them.
pub trait Joins: Backend {
    /// The joins of `orders` with `line` and `shipment`, in front of the condition.
    const JOINS: &'static str;
}

/// The query of the orders that meet a condition on the table `orders`, as [`JoinedRow`]s.
#[derive(Debug, Clone, Copy)]
pub struct Joined<C>(pub C);

impl<C, DB> QueryFragment<DB> for Joined<C>
where
    DB: Joins,
    C: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(ORDERS);
        out.push_sql(DB::JOINS);
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" ORDER BY orders.id, line.id");
        Ok(())
    }
}

/// The text depends on the condition's only.
impl<C: QueryId> QueryId for Joined<C> {
    type QueryId = Joined<C::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<C, Conn> RunQueryDsl<Conn> for Joined<C> {}

impl<C> Query for Joined<C> {
    type SqlType = JoinedTypes;
}

/// The id of an order's first line.
fn first_line(order: i64) -> i64 {
    OrderId::try_from(order).map_or(0, |order| OrderProductId::of_line(order, 0).get())
}

impl JoinedRow {
    /// Reads a row of [`JoinedTypes`]. Each seam makes Diesel's `FromSqlRow` of it, for its backend.
    pub fn read<'a, DB>(row: &impl Row<'a, DB>) -> deserialize::Result<Self>
    where
        DB: Backend,
        i64: FromSql<BigInt, DB>,
        String: FromSql<Text, DB>,
    {
        let id = column::<BigInt, _, _>(row, 0)?;
        Self::read_of(id, row).map_err(|error| format!("order {id}: {error}").into())
    }

    fn read_of<'a, DB>(id: i64, row: &impl Row<'a, DB>) -> deserialize::Result<Self>
    where
        DB: Backend,
        i64: FromSql<BigInt, DB>,
        String: FromSql<Text, DB>,
    {
        let line_id: Option<i64> = nullable::<BigInt, _, _>(row, 1)?;
        let line = match line_id {
            None => None,
            Some(_) => Some(LineRow {
                product_id: column::<BigInt, _, _>(row, 2)?,
                price: column::<BigInt, _, _>(row, 3)?,
                quantity: column::<BigInt, _, _>(row, 4)?,
            }),
        };
        let order = match line_id {
            Some(line_id) if line_id != first_line(id) => None,
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
}

/// What is written of a line.
#[derive(Debug, Insertable)]
#[diesel(table_name = order_products, treat_none_as_default_value = false)]
pub struct NewLineRow {
    id: i64,
    order_id: i64,
    product_id: i64,
    price: i64,
    quantity: i64,
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
        }
    }
}

impl NewLineRow {
    /// The rows of an order's lines.
    pub fn of(order: &Order) -> impl Iterator<Item = Self> {
        let order_id = order.id().get();
        order.lines().map(move |(id, line)| Self {
            id: id.get(),
            order_id,
            product_id: line.product().get(),
            price: line.price().minor_units(),
            quantity: line.quantity().get().into(),
        })
    }
}

/// What is written of an order's first shipment.
#[derive(Debug, Insertable)]
#[diesel(table_name = order_shipments, treat_none_as_default_value = false)]
pub struct NewShipmentRow<'a> {
    id: i64,
    order_id: i64,
    shipping_provider: &'a str,
    tracking_number: &'a str,
}

impl<'a> NewShipmentRow<'a> {
    /// The row of an order's shipment, if it has one.
    pub fn of(order: &'a Order) -> Option<Self> {
        let (id, shipment) = (order.id().get(), order.shipment()?);
        Some(Self {
            id: OrderShipment::id_in(order.id()).get(),
            order_id: id,
            shipping_provider: shipment.provider(),
            tracking_number: shipment.tracking_number(),
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
