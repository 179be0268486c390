//! Statements that store orders which are complete already.

use diesel::{QueryResult, prelude::*};

use super::{
    super::{
        StoredOrder,
        rows::{
            event::{NewEventRow, data},
            order::{NewLineRow, NewOrderRow, NewShipmentRow},
        },
        schema::{events, order_products, order_shipments, orders},
    },
    Conn,
};

/// Rows in one statement: a value of each column of each row is sent, and 65,535 can be.
const AT_ONCE: usize = 4_000;

/// Stores the orders with their lines, shipments and events.
pub fn insert(conn: &mut Conn, stored: &[StoredOrder]) -> QueryResult<()> {
    let of_orders = || stored.iter().map(|stored| &stored.order);
    let rows: Vec<_> = of_orders().map(NewOrderRow::of).collect();
    for rows in rows.chunks(AT_ONCE) {
        diesel::insert_into(orders::table).values(rows).execute(conn)?;
    }
    let rows: Vec<_> = of_orders().flat_map(NewLineRow::of).collect();
    for rows in rows.chunks(AT_ONCE) {
        diesel::insert_into(order_products::table).values(rows).execute(conn)?;
    }
    let rows: Vec<_> = of_orders().filter_map(NewShipmentRow::of).collect();
    for rows in rows.chunks(AT_ONCE) {
        diesel::insert_into(order_shipments::table).values(rows).execute(conn)?;
    }
    let events_of = || stored.iter().flat_map(|stored| &stored.events);
    let said = events_of().map(|stored| data(&stored.event.what)).collect::<QueryResult<Vec<_>>>()?;
    let rows: Vec<_> = events_of()
        .zip(&said)
        .map(|(stored, data)| NewEventRow::stored(&stored.event, data, stored.made_by.as_ref()))
        .collect();
    for rows in rows.chunks(AT_ONCE) {
        diesel::insert_into(events::table).values(rows).execute(conn)?;
    }
    Ok(())
}
