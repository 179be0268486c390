//! Statements that store orders which are complete already.

use diesel::{QueryResult, prelude::*};

use super::{
    super::{
        StoredOrder,
        rows::{
            event::{NewEventRow, data},
            new_order::{NewLineRow, NewOrderRow},
            shipment::{CancellationRow, CancelledRow, PartRow, ShipmentRow},
        },
        schema::{
            events, order_cancellations, order_cancelled_products, order_products, order_shipment_products,
            order_shipments, orders,
        },
    },
    Conn,
};

/// Rows in one statement: a value of each column of each row is sent, and 65,535 can be.
pub const AT_ONCE: usize = 4_000;

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
    let rows: Vec<_> = of_orders().flat_map(ShipmentRow::all_of).collect();
    for rows in rows.chunks(AT_ONCE) {
        diesel::insert_into(order_shipments::table).values(rows).execute(conn)?;
    }
    let rows: Vec<_> = of_orders().flat_map(PartRow::all_of).collect();
    for rows in rows.chunks(AT_ONCE) {
        diesel::insert_into(order_shipment_products::table).values(rows).execute(conn)?;
    }
    let cancelled = || {
        stored.iter().flat_map(|stored| {
            let made = (1..).zip(stored.order.cancellations()).zip(stored.cancelling());
            made.map(|((number, made), event)| (stored.order.id(), number, made, event))
        })
    };
    let rows: Vec<_> =
        cancelled().map(|(id, number, made, event)| CancellationRow::of(id, number, made, event)).collect();
    for rows in rows.chunks(AT_ONCE) {
        diesel::insert_into(order_cancellations::table).values(rows).execute(conn)?;
    }
    let rows: Vec<_> =
        cancelled().flat_map(|(id, number, made, _)| CancelledRow::of(id, number, made)).collect();
    for rows in rows.chunks(AT_ONCE) {
        diesel::insert_into(order_cancelled_products::table).values(rows).execute(conn)?;
    }
    let events_of = || stored.iter().flat_map(|stored| &stored.events);
    let said = events_of().map(|stored| data(&stored.event.what, stored.event.checkpoint.as_deref()));
    let said = said.collect::<QueryResult<Vec<_>>>()?;
    let rows: Vec<_> = events_of()
        .zip(&said)
        .map(|(stored, data)| NewEventRow::stored(&stored.event, data, stored.made_by.as_ref()))
        .collect();
    for rows in rows.chunks(AT_ONCE) {
        diesel::insert_into(events::table).values(rows).execute(conn)?;
    }
    Ok(())
}
