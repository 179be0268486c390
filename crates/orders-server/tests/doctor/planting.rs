//! Faults, one of each kind and more, each in a place of its own.

use crate::shop::{Found, Shop};

/// Plants faults and notes what is to be found of them.
pub struct Planter<'a> {
    shop: &'a Shop,
    used: Vec<i64>,
    pub expected: Found,
    pub count: usize,
}

impl<'a> Planter<'a> {
    pub fn new(shop: &'a Shop) -> Self {
        Self { shop, used: vec![0], expected: Found::new(), count: 0 }
    }

    /// An order that meets a condition, and that nothing was done to.
    pub fn an_order(&mut self, condition: &str) -> i64 {
        let used: Vec<_> = self.used.iter().map(ToString::to_string).collect();
        let query = format!(
            "SELECT min(id) FROM orders WHERE id > 1 AND id < 400 AND id NOT IN ({}) AND {condition}",
            used.join(", ")
        );
        let found = self.shop.ask(&query);
        let id = found.parse().unwrap_or_else(|_| panic!("no order is {condition}"));
        self.used.push(id);
        id
    }

    /// Plants a fault by which these are to be found: kinds, each with of what.
    pub fn plant(&mut self, statement: &str, expected: &[(&str, &str)]) {
        self.shop.plant(statement);
        self.count += 1;
        self.expected.extend(expected.iter().map(|(kind, of)| ((*kind).to_owned(), (*of).to_owned())));
    }

    /// Plants a fault in an order, whose number stands for `{id}`.
    pub fn in_order(&mut self, id: i64, statement: &str, kinds: &[&str]) {
        let statement = statement.replace("{id}", &id.to_string());
        let of = format!("orders/{id}");
        let expected: Vec<_> = kinds.iter().map(|kind| (*kind, of.as_str())).collect();
        self.plant(&statement, &expected);
    }
}

/// Conditions on orders.
const PENDING: &str = "status = 'pending' AND version = 1";
const PROCESSING: &str = "status = 'processing' AND version = 2 AND fulfillment IS NULL";
const DELIVERED: &str = "status = 'delivered' AND version = 5 AND marketplace IS NULL";

/// In seeded orders, which hold nothing.
pub fn in_orders(planter: &mut Planter<'_>) {
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

/// In orders that were served, which hold what is counted. The first of them has the number 401.
pub fn in_stock(planter: &mut Planter<'_>) {
    let level = |product: i64, place: i64| format!("stock/{product}/{place}");
    let main = planter.shop.ask("SELECT id FROM locations WHERE code = 'MAIN'").parse::<i64>().unwrap();
    let seeded = planter.shop.ask("SELECT min(product_id) FROM stock_levels WHERE product_id < 60");
    let seeded = seeded.parse::<i64>().unwrap();
    let of_seeded = format!(
        "stock/{seeded}/{}",
        planter.shop.ask(&format!("SELECT min(location_id) FROM stock_levels WHERE product_id = {seeded}"))
    );
    let newest = "(SELECT max(id) FROM events)";

    planter.in_order(
        401,
        "UPDATE order_cancelled_products SET quantity = 3 WHERE order_id = {id} AND number = 1",
        &["order.cancellation"],
    );
    planter.in_order(
        401,
        "UPDATE order_cancellations SET event = 1 WHERE order_id = {id} AND number = 2",
        &["order.cancellation_event"],
    );
    planter.in_order(
        405,
        "UPDATE events SET data = replace(data, '\"checkpoint\":[\"pending\"', '\"checkpoint\":[\"processing\"') \
         WHERE kind = 'order' AND subject = {id} AND version = 16",
        &["order.checkpoint"],
    );
    // The ledger agrees with itself, and the line holds a piece too few.
    planter.in_order(
        406,
        &format!(
            "INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, line, at) \
             SELECT {newest} * 8192 + 8000, product_id, location_id, 'released', 1, on_hand, reserved - 1, {{id}} * 100 - 99, 0 \
             FROM stock_levels WHERE product_id = 107 AND location_id = {main}; \
             UPDATE stock_levels SET reserved = reserved - 1 WHERE product_id = 107 AND location_id = {main}"
        ),
        &["order.held"],
    );
    // It is called off, and holds a piece all the same.
    planter.in_order(
        404,
        &format!(
            "INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, line, at) \
             SELECT {newest} * 8192 + 8001, product_id, location_id, 'reserved', 1, on_hand, reserved + 1, {{id}} * 100 - 99, 0 \
             FROM stock_levels WHERE product_id = 105 AND location_id = {main}; \
             UPDATE stock_levels SET reserved = reserved + 1 WHERE product_id = 105 AND location_id = {main}"
        ),
        &["order.held"],
    );
    let column = |product: i64, what: &str| {
        format!("UPDATE stock_levels SET {what} WHERE product_id = {product} AND location_id = {main}")
    };
    planter.plant(&column(108, "on_hand = on_hand + 3"), &[("level.sum", &level(108, main))]);
    planter.plant(&column(109, "short = 5"), &[("level.short", &level(109, main))]);
    planter.plant(&column(110, "version = version + 1"), &[("level.version", &level(110, main))]);
    planter.plant(
        &format!("UPDATE stock_movements SET on_hand_after = 61 WHERE product_id = 111 AND location_id = {main} AND kind = 'added'"),
        &[("movement.chain", &level(111, main))],
    );
    planter.plant(
        &format!("UPDATE stock_movements SET line = NULL WHERE product_id = 112 AND location_id = {main} AND kind = 'reserved'"),
        &[("movement.line", &level(112, main))],
    );
    planter.plant(
        &format!("UPDATE stock_movements SET id = id + 8192000000000 WHERE product_id = {seeded} AND location_id = \
            (SELECT min(location_id) FROM stock_levels WHERE product_id = {seeded})"),
        &[("movement.event", &of_seeded)],
    );
    planter.plant(
        &format!("INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, at) \
            VALUES ({newest} * 8192 + 8002, 999999, {main}, 'received', 1, 1, 0, 0)"),
        &[("movement.place", &format!("stock/999999/{main}"))],
    );
    let back = planter.shop.ask("SELECT id FROM locations WHERE code = 'BACK'");
    planter.plant(
        "DELETE FROM stock_levels WHERE product_id = 108 AND location_id = (SELECT id FROM locations WHERE code = 'BACK')",
        &[("level.missing", &format!("stock/108/{back}")), ("thing.alone", "stock/BACK/108")],
    );
    let other = planter.an_order(PENDING);
    planter.in_order(
        other,
        &format!("UPDATE stock_movements SET line = {{id}} * 100 - 99 WHERE product_id = 103 AND location_id = {main} \
            AND kind = 'reserved'"),
        &["order.movement"],
    );
}

/// In everything else.
pub fn in_the_rest(planter: &mut Planter<'_>, is_postgres: bool) {
    let event = planter.shop.ask("SELECT max(id) FROM events WHERE kind = 'order' AND subject = 2");
    let (second, first) =
        ("kind = 'order' AND subject = 403 AND version = 1", "subject = 402 AND version = 1");
    let reused = planter.shop.ask(&format!("SELECT id FROM events WHERE {second}"));
    let drop = if is_postgres { "DROP INDEX events_by_key; " } else { "" };
    planter.plant(
        &format!(
            "{drop}UPDATE events SET idempotency_key = 'one', request_fingerprint = \
            (SELECT request_fingerprint FROM events WHERE kind = 'order' AND {first}) WHERE {second}"
        ),
        &[("key.reused", &format!("events/{reused}"))],
    );
    planter.plant(
        &format!("UPDATE events SET request_fingerprint = substr(request_fingerprint, 1, 5) WHERE {second}"),
        &[("event.key", &format!("events/{reused}"))],
    );
    let told = planter.shop.ask("SELECT id FROM events WHERE kind = 'product' AND subject = 12");
    for (statement, expected) in [
        (
            "UPDATE events SET data = 'x' WHERE kind = 'product' AND subject = 12",
            &[("event.unreadable", format!("events/{told}"))][..],
        ),
        ("UPDATE products SET version = 2 WHERE id = 13", &[("thing.version", "products/13".to_owned())]),
        (
            "DELETE FROM events WHERE kind = 'product' AND subject = 102 AND version = 1",
            &[("thing.event_missing", "products/102".to_owned())],
        ),
        (
            "UPDATE events SET subject = 888888 WHERE kind = 'product' AND subject = 14",
            &[
                ("thing.alone", "product/888888".to_owned()),
                ("thing.event_missing", "products/14".to_owned()),
            ],
        ),
        ("UPDATE products SET name = '' WHERE id = 15", &[("thing.unreadable", "products/15".to_owned())]),
        (
            "UPDATE products SET currency = 'JPY' WHERE id = 16",
            &[("shop.currency", "products/16".to_owned())],
        ),
        (
            "INSERT INTO product_texts (product_id, marketplace, locale, name, version) VALUES (17, 'zz', 'de', 'x', 1)",
            &[
                ("market.reference", "texts/17/zz/de".to_owned()),
                ("thing.event_missing", "texts/17/zz/de".to_owned()),
            ],
        ),
        (
            "INSERT INTO consumers (name, cursor) VALUES ('queue', 99999999)",
            &[("consumer.cursor", "consumers/queue".to_owned())],
        ),
        (
            "INSERT INTO consumers (name, cursor) VALUES ('webhook:77', 0)",
            &[("consumer.webhook", "consumers/webhook:77".to_owned())],
        ),
        (
            "INSERT INTO consumers (name, cursor) VALUES ('post', 0)",
            &[("thing.unreadable", "consumers/post".to_owned())],
        ),
        (
            "INSERT INTO deliveries VALUES ('webhook:1', 77777777, 'order', 2, 'done', NULL, 1, 0)",
            &[("delivery.event", "deliveries/webhook:1/77777777".to_owned())],
        ),
        (
            "INSERT INTO deliveries VALUES ('webhook:1', 1, 'order', 7, 'done', NULL, 1, 0)",
            &[("delivery.event", "deliveries/webhook:1/1".to_owned())],
        ),
        (
            "INSERT INTO deliveries VALUES ('mail', {event}, 'order', 2, 'done', NULL, 1, 0)",
            &[("delivery.consumer", "consumers/mail".to_owned())],
        ),
        (
            "INSERT INTO deliveries VALUES ('webhook:1', {event}, 'order', 2, 'pending', NULL, 0, 0)",
            &[("delivery.stuck", format!("deliveries/webhook:1/{event}"))],
        ),
        (
            "INSERT INTO attempts VALUES ('webhook:1', 66666666, 1, 0, 0, 200, NULL, NULL)",
            &[("attempt.alone", "deliveries/webhook:1/66666666".to_owned())],
        ),
        (
            "INSERT INTO inbox VALUES ('fulfilment', 55555555, 0)",
            &[("inbox.event", "events/55555555".to_owned())],
        ),
    ] {
        let expected: Vec<_> = expected.iter().map(|(kind, of)| (*kind, of.as_str())).collect();
        planter.plant(&statement.replace("{event}", &event), &expected);
    }
    if is_postgres {
        planter.plant("SELECT setval('order_ids', 1)", &[("counter.behind", "sequences/order_ids")]);
        planter.plant("SELECT setval('event_ids', 1)", &[("counter.behind", "sequences/event_ids")]);
    }
}
