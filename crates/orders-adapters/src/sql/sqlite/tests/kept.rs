//! Which statements Diesel keeps by their type, without writing their text anew each time.

use diesel::{insert_into, query_builder::QueryId};

use super::super::super::{
    rows::{
        delivery::{NewAttemptRow, NewDeliveryRow},
        event::NewEventRow,
        new_order::{NewLineRow, NewOrderRow},
        shipment::{CancellationRow, CancelledRow, PartRow, ShipmentRow},
        stock::{NewLevelRow, NewMovementRow},
    },
    schema::{
        attempts, deliveries, events, order_cancellations, order_cancelled_products, order_products,
        order_shipment_products, order_shipments, orders, stock_levels, stock_movements,
    },
};

/// Whether a statement that would be made of a row is one.
fn is_kept<R, S: QueryId>(_: impl FnOnce(R) -> S) -> bool {
    S::HAS_STATIC_QUERY_ID
}

#[test]
fn rows_that_are_written_with_orders_are_written_by_statements_that_are_kept() {
    let kept = [
        is_kept(|row: NewOrderRow<'_>| insert_into(orders::table).values(row)),
        is_kept(|row: NewLineRow<'_>| insert_into(order_products::table).values(row)),
        is_kept(|row: ShipmentRow<'_>| insert_into(order_shipments::table).values(row)),
        is_kept(|row: PartRow| insert_into(order_shipment_products::table).values(row)),
        is_kept(|row: CancellationRow<'_>| insert_into(order_cancellations::table).values(row)),
        is_kept(|row: CancelledRow| insert_into(order_cancelled_products::table).values(row)),
        is_kept(|row: NewEventRow<'_>| insert_into(events::table).values(row)),
        is_kept(|row: NewMovementRow<'_>| insert_into(stock_movements::table).values(row)),
        is_kept(|row: NewLevelRow| insert_into(stock_levels::table).values(row)),
        is_kept(|row: NewDeliveryRow<'_>| insert_into(deliveries::table).values(row)),
        is_kept(|row: NewAttemptRow<'_>| insert_into(attempts::table).values(row)),
    ];
    assert_eq!(kept, [true; 11]);
}
