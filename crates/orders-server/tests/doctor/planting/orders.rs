//! Faults of orders, their events, parcels and cancellations.

use super::Planter;

/// Conditions on orders.
pub const PENDING: &str = "status = 'pending' AND version = 1";
const PROCESSING: &str = "status = 'processing' AND version = 2 AND fulfillment IS NULL";
const DELIVERED: &str = "status = 'delivered' AND version = 5 AND marketplace IS NULL";

/// In seeded orders, which hold nothing.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn plant(planter: &mut Planter<'_>) {
    for (condition, statement, kinds) in [
        (DELIVERED, "UPDATE orders SET status = 'shipped' WHERE id = {id}", &["order.status"][..]),
        (DELIVERED, "UPDATE orders SET updated_at = updated_at + 1 WHERE id = {id}", &["order.updated_at"]),
        (DELIVERED, "UPDATE orders SET version = 6 WHERE id = {id}", &["order.event_missing"]),
        (
            DELIVERED,
            "DELETE FROM events WHERE kind = 'order' AND subject = {id} AND version = 2",
            &["order.event_missing"],
        ),
        (DELIVERED, "DELETE FROM events WHERE kind = 'order' AND subject = {id}", &["order.without_events"]),
        (
            PROCESSING,
            "UPDATE orders SET version = 1, status = 'pending', updated_at = order_date WHERE id = {id}",
            &["order.event_beyond"],
        ),
        (
            DELIVERED,
            "UPDATE events SET data = '{' WHERE kind = 'order' AND subject = {id} AND version = 3",
            &["order.event_unreadable"],
        ),
        (
            DELIVERED,
            "UPDATE events SET actor_kind = 'nobody' WHERE kind = 'order' AND subject = {id} AND version = 3",
            &["order.event_unreadable"],
        ),
        (
            DELIVERED,
            "UPDATE events SET data = '{\"from\":\"shipped\",\"to\":\"delivered\",\"fulfillment\":\"delivered\"}' \
             WHERE kind = 'order' AND subject = {id} AND version = 2",
            &["order.event_impossible"],
        ),
        (
            DELIVERED,
            "UPDATE events SET at = at - 9000000000 WHERE kind = 'order' AND subject = {id} AND version = 2",
            &["order.event_order"],
        ),
        (
            DELIVERED,
            "UPDATE events SET marketplace = 'de' WHERE kind = 'order' AND subject = {id} AND version = 2",
            &["order.event_marketplace"],
        ),
        (
            DELIVERED,
            "UPDATE order_shipments SET tracking_number = 'X' WHERE order_id = {id}",
            &["order.parcel"],
        ),
        (
            DELIVERED,
            "UPDATE order_shipments SET shipped_at = shipped_at + 1 WHERE order_id = {id}",
            &["order.parcel"],
        ),
        (
            DELIVERED,
            "DELETE FROM order_shipments WHERE order_id = {id}; DELETE FROM order_shipment_products WHERE shipment_id = {id}",
            &["order.parcel"],
        ),
        (
            DELIVERED,
            "UPDATE order_shipment_products SET quantity = quantity + 1 WHERE shipment_id = {id}",
            &["order.parcel"],
        ),
        (DELIVERED, "DELETE FROM order_shipments WHERE order_id = {id}", &["order.parcel", "parcel.part"]),
        (
            DELIVERED,
            "INSERT INTO order_shipments (id, order_id, number, status, created_at) \
             VALUES ({id} + 281474976710656, {id}, 2, 'cancelled', 0)",
            &["order.parcel_beyond"],
        ),
        (
            DELIVERED,
            "INSERT INTO order_shipment_products VALUES ({id} + 3 * 281474976710656, {id} * 100 - 99, 1)",
            &["parcel.part"],
        ),
        (
            DELIVERED,
            "UPDATE order_shipment_products SET line = line + 300 WHERE shipment_id = {id}",
            &["parcel.part"],
        ),
        (DELIVERED, "UPDATE orders SET fulfillment = NULL WHERE id = {id}", &["order.fulfillment"]),
        (DELIVERED, "UPDATE orders SET current_total = 1 WHERE id = {id}", &["order.current_total"]),
        (
            DELIVERED,
            "UPDATE order_products SET quantity = quantity + 1 WHERE order_id = {id}",
            &["order.lines"],
        ),
        (PENDING, "UPDATE order_products SET id = id + 50 WHERE order_id = {id}", &["order.lines"]),
        (PENDING, "DELETE FROM order_products WHERE order_id = {id}", &["order.without_lines"]),
        (
            DELIVERED,
            "UPDATE orders SET order_date = order_date - 90000000000 WHERE id = {id}",
            &["order.date"],
        ),
        (
            "(SELECT count(*) FROM order_products WHERE order_id = orders.id) > 1",
            "UPDATE order_products SET price = 9223372036854775807 WHERE order_id = {id}",
            &["order.total"],
        ),
        (DELIVERED, "UPDATE orders SET currency = 'xx1' WHERE id = {id}", &["order.unreadable"]),
        (DELIVERED, "UPDATE orders SET email = 'Ada Lovelace' WHERE id = {id}", &["order.unreadable"]),
        (
            DELIVERED,
            "UPDATE order_products SET name = 'a thing', name_from = 'Ada Lovelace' WHERE order_id = {id}",
            &["order.unreadable"],
        ),
        (
            DELIVERED,
            "UPDATE order_products SET name = 'a thing', name_from = '/de', model = '' WHERE order_id = {id}",
            &["order.unreadable"],
        ),
        (
            PENDING,
            "UPDATE orders SET external_id = 'Ada Lovelace', placed_at = 9223372036854775807 WHERE id = {id}",
            &["order.unreadable"],
        ),
        (PENDING, "UPDATE orders SET external_id = '', placed_at = 0 WHERE id = {id}", &["order.unreadable"]),
        (
            DELIVERED,
            "UPDATE events SET request_id = 'Ada Lovelace' WHERE kind = 'order' AND subject = {id} AND version = 3",
            &["order.event_unreadable"],
        ),
        (
            DELIVERED,
            "UPDATE events SET trace_context = (SELECT request_fingerprint FROM events WHERE request_fingerprint IS NOT NULL LIMIT 1) \
             WHERE kind = 'order' AND subject = {id} AND version = 3",
            &["order.event_unreadable"],
        ),
        (
            DELIVERED,
            "UPDATE orders SET marketplace = 'zz' WHERE id = {id}; \
             UPDATE events SET marketplace = 'zz' WHERE kind = 'order' AND subject = {id}",
            &["order.marketplace"],
        ),
        (
            DELIVERED,
            "DELETE FROM orders WHERE id = {id}",
            &["order.event_alone", "line.alone", "parcel.alone", "parcel.part"],
        ),
        (
            PENDING,
            "INSERT INTO order_cancelled_products VALUES ({id}, 9, {id} * 100 - 99, 1)",
            &["cancellation.part"],
        ),
        (
            PENDING,
            "INSERT INTO order_cancellations (order_id, number, reason, event) VALUES ({id}, 1, 'other', 1)",
            &["order.cancellation_beyond"],
        ),
        (
            DELIVERED,
            "DELETE FROM events WHERE kind = 'order' AND subject = {id}; UPDATE orders SET status = 'processing' WHERE id = {id}",
            &["order.without_events", "order.standing"],
        ),
        (
            DELIVERED,
            "DELETE FROM events WHERE kind = 'order' AND subject = {id}; \
             UPDATE order_shipment_products SET quantity = quantity + 9 WHERE shipment_id = {id}",
            &["order.without_events", "order.overbooked"],
        ),
    ] {
        let id = planter.an_order(condition);
        planter.in_order(id, statement, kinds);
    }
    planter.plant(
        "INSERT INTO order_cancellations (order_id, number, reason, event) VALUES (900000, 1, 'other', 1)",
        &[("cancellation.alone", "orders/900000")],
    );
}
