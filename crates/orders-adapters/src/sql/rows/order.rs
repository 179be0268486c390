//! Orders with their lines.

use std::{iter, sync::Arc};

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    row::Row,
    sql_types::{BigInt, Nullable, Text},
};
use orders_domain::{
    ChosenBy, InvalidInput, Locale, MarketplaceCode, Money, Order, OrderId, OrderList, OrderProduct,
    OrderProductId, OrderRecord, OrderStatus, Part, Progress, Shown, SoldIn, catalogue::product::ProductName,
    market::listing::Model,
};

use super::{column, contact, imported, moment, nullable, progress};

/// What is read of an order.
#[derive(Debug)]
struct OrderRow {
    user_id: i64,
    order_date: i64,
    updated_at: i64,
    status: String,
    currency: String,
    version: i64,
    shipments: Option<String>,
    cancellations: Option<String>,
    email: Option<String>,
    ship_to: Option<String>,
    marketplace: Option<String>,
    chosen_by: Option<String>,
    locale: Option<String>,
    external_id: Option<String>,
    placed_at: Option<i64>,
}

/// What is read of a line.
#[derive(Debug)]
struct LineRow {
    product_id: i64,
    price: i64,
    quantity: i64,
    /// How many pieces of it are in the order's first parcel, where its text does not say.
    first: Option<i64>,
    name: Option<String>,
    model: Option<String>,
    name_from: Option<String>,
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
    BigInt,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<BigInt>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<BigInt>,
);

/// What is read of orders and of their lines.
const ORDERS: &str = "SELECT orders.id, line.id, line.product_id, line.price, line.quantity, orders.user_id, \
    orders.order_date, orders.updated_at, orders.status, orders.currency, orders.version, ";

/// How a backend is best asked for what belongs to an order. The lines of an order are a range of ids, so
/// no other index is needed to find them. Its parcels and cancellations are gathered in one text each, as
/// [`super::progress`] reads them, where there are any: a join would multiply them with the lines.
pub trait Joins: Backend {
    /// The parcels, as a column.
    const SHIPMENTS: &'static str;
    /// How many pieces of the line are in the order's first parcel, as a column, if [`Self::SHIPMENTS`] does not say
    /// what is in it.
    const FIRST: &'static str;
    /// The cancellations, as a column.
    const CANCELLATIONS: &'static str;
    /// The same without what is said of them.
    const BARE_CANCELLATIONS: &'static str;
    /// The joins of `orders` with `line`, in front of the condition.
    const JOINS: &'static str;
}

/// The query of the orders that meet a condition on the table `orders`, as [`JoinedRow`]s: with what is known
/// of the customers, or without.
#[derive(Debug, Clone, Copy)]
pub struct Joined<C, const PERSONAL: bool>(pub C);

/// The orders that meet a condition, with what is known of the customers.
pub fn whole<C>(condition: C) -> Joined<C, true> {
    Joined(condition)
}

/// The same without it.
pub fn bare<C>(condition: C) -> Joined<C, false> {
    Joined(condition)
}

impl<C, const PERSONAL: bool, DB> QueryFragment<DB> for Joined<C, PERSONAL>
where
    DB: Joins,
    C: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(ORDERS);
        out.push_sql(DB::SHIPMENTS);
        out.push_sql(", ");
        out.push_sql(if PERSONAL { DB::CANCELLATIONS } else { DB::BARE_CANCELLATIONS });
        out.push_sql(if PERSONAL { ", orders.email, orders.ship_to, " } else { ", NULL, NULL, " });
        out.push_sql(DB::FIRST);
        out.push_sql(
            ", orders.marketplace, orders.chosen_by, orders.locale, line.name, line.model, line.name_from, \
             orders.external_id, orders.placed_at FROM orders ",
        );
        out.push_sql(DB::JOINS);
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" ORDER BY orders.id, line.id");
        Ok(())
    }
}

/// The text depends on the condition's only.
impl<C: QueryId, const PERSONAL: bool> QueryId for Joined<C, PERSONAL> {
    type QueryId = Joined<C::QueryId, PERSONAL>;
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<C, const PERSONAL: bool, Conn> RunQueryDsl<Conn> for Joined<C, PERSONAL> {}

impl<C, const PERSONAL: bool> Query for Joined<C, PERSONAL> {
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
                first: nullable::<BigInt, _, _>(row, 15)?,
                name: nullable::<Text, _, _>(row, 19)?,
                model: nullable::<Text, _, _>(row, 20)?,
                name_from: nullable::<Text, _, _>(row, 21)?,
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
                version: column::<BigInt, _, _>(row, 10)?,
                shipments: nullable::<Text, _, _>(row, 11)?,
                cancellations: nullable::<Text, _, _>(row, 12)?,
                email: nullable::<Text, _, _>(row, 13)?,
                ship_to: nullable::<Text, _, _>(row, 14)?,
                marketplace: nullable::<Text, _, _>(row, 16)?,
                chosen_by: nullable::<Text, _, _>(row, 17)?,
                locale: nullable::<Text, _, _>(row, 18)?,
                external_id: nullable::<Text, _, _>(row, 22)?,
                placed_at: nullable::<BigInt, _, _>(row, 23)?,
            }),
        };
        Ok(Self { id, order, line })
    }
}

/// The lines of an order, and what of them is in its first parcel.
fn lines(rows: impl Iterator<Item = LineRow>) -> Result<(Vec<OrderProduct>, Vec<Part>), InvalidInput> {
    let (mut lines, mut first) = (Vec::with_capacity(rows.size_hint().0), Vec::new());
    for (line, row) in (0..).zip(rows) {
        let (product, price) = (row.product_id.try_into()?, Money::try_from(row.price)?);
        let sold = OrderProduct::new(product, price, row.quantity.try_into()?);
        lines.push(match (&row.name, &row.name_from) {
            (Some(name), Some(from)) => sold.shown_as(Arc::new(Shown {
                name: ProductName::parse(name)?,
                name_from: from.parse()?,
                model: row.model.as_deref().map(Model::parse).transpose()?,
            })),
            _ => sold,
        });
        if let Some(pieces) = row.first {
            first.push(Part { line, quantity: pieces.try_into()? });
        }
    }
    Ok((lines, first))
}

fn order(id: i64, row: &OrderRow, lines: Vec<OrderProduct>, first: Vec<Part>) -> Result<Order, InvalidInput> {
    let shipments = row.shipments.as_deref().map(|json| progress::shipments(json, first)).transpose()?;
    let cancellations = row.cancellations.as_deref().map(progress::cancellations).transpose()?;
    let progress = Progress {
        status: row.status.parse::<OrderStatus>()?,
        shipments: shipments.unwrap_or_default(),
        cancellations: cancellations.unwrap_or_default(),
    };
    Order::restore(OrderRecord {
        id: OrderId::try_from(id)?,
        user: row.user_id.try_into()?,
        ordered_at: moment(row.order_date)?,
        updated_at: moment(row.updated_at)?,
        currency: row.currency.parse()?,
        sold_in: SoldIn {
            marketplace: row.marketplace.as_deref().map_or(Ok(MarketplaceCode::DEFAULT), str::parse)?,
            chosen_by: row.chosen_by.as_deref().map_or(Ok(ChosenBy::Default), str::parse)?,
            locale: row.locale.as_deref().map(Locale::restore).transpose()?,
        },
        lines,
        progress,
        imported: imported::imported(row.external_id.as_deref(), row.placed_at)?,
        contact: contact::contact(row.email.as_deref(), row.ship_to.as_deref())?,
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
        let rows = iter::once(first.line).chain(others.map(|other| other.line)).flatten();
        let whole = lines(rows).and_then(|(lines, parts)| order(first.id, &row, lines, parts));
        orders.push(whole.map_err(|error| InvalidInput::new("order", format!("{}: {error}", first.id)))?);
    }
    Ok(orders)
}

/// The same as a list has them.
pub fn listed(joined: Vec<JoinedRow>, listing: &OrderList) -> Result<Vec<Order>, InvalidInput> {
    let mut orders = orders(joined)?;
    listing.sort(&mut orders);
    Ok(orders)
}
