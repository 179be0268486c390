//! Rows that break the rules of orders: an error that says so, never a panic or a wrong order.

use std::fmt::Debug;

use diesel::connection::SimpleConnection;
use orders_domain::{
    OrderId, OrderList,
    ports::{Ledger, Orders, PortError, Refused},
};

use super::{
    Place,
    common::{at, key, n, new_order},
    placing::{insert, place, placed, try_insert},
};

/// What an outsider who turned the checks off may do to the order `{id}`.
const DAMAGES: [&str; 33] = [
    "DELETE FROM order_products WHERE order_id = {id}",
    "UPDATE orders SET user_id = 0 WHERE id = {id}",
    "UPDATE orders SET status = 'lost' WHERE id = {id}",
    "UPDATE orders SET status = 'pending' || char(0) WHERE id = {id}",
    "UPDATE orders SET status = CAST(x'ff' AS TEXT) WHERE id = {id}",
    "UPDATE orders SET currency = 'usd' WHERE id = {id}",
    "UPDATE orders SET currency = 'DOLLARS' WHERE id = {id}",
    "UPDATE orders SET version = 0 WHERE id = {id}",
    "UPDATE orders SET order_date = 9223372036854775807 WHERE id = {id}",
    "UPDATE orders SET order_date = -9223372036854775808 WHERE id = {id}",
    "UPDATE orders SET updated_at = 9223372036854775807 WHERE id = {id}",
    "UPDATE orders SET status = 'shipped' WHERE id = {id}",
    "UPDATE orders SET email = 'nobody' WHERE id = {id}",
    "UPDATE orders SET ship_to = '{}' WHERE id = {id}",
    "UPDATE orders SET fulfillment = 'unfulfilled' WHERE id = {id}; INSERT INTO order_shipments VALUES ({id}, {id}, 1, NULL, 'planned', ' ', '1', NULL, NULL, 0, NULL, NULL)",
    "UPDATE orders SET fulfillment = 'unfulfilled' WHERE id = {id}; INSERT INTO order_shipments VALUES ({id}, {id}, 1, NULL, 'planned', 'USPS', NULL, NULL, NULL, 0, NULL, NULL)",
    "UPDATE orders SET fulfillment = 'unfulfilled' WHERE id = {id}; INSERT INTO order_shipments VALUES ({id}, {id}, 1, NULL, 'lost', NULL, NULL, NULL, NULL, 0, NULL, NULL)",
    "UPDATE orders SET fulfillment = 'unfulfilled' WHERE id = {id}; INSERT INTO order_shipments VALUES ({id}, {id}, 33, NULL, 'planned', NULL, NULL, NULL, NULL, 0, NULL, NULL)",
    "UPDATE orders SET fulfillment = 'unfulfilled' WHERE id = {id}; INSERT INTO order_shipments VALUES ({id}, {id}, 1, 7, 'planned', NULL, NULL, NULL, NULL, 0, NULL, NULL)",
    "UPDATE orders SET fulfillment = 'unfulfilled' WHERE id = {id}; INSERT INTO order_shipments VALUES ({id}, {id}, 1, NULL, 'planned', NULL, NULL, NULL, '[', 0, NULL, NULL)",
    "UPDATE orders SET fulfillment = 'unfulfilled', status = 'cancelled' WHERE id = {id}; INSERT INTO order_shipments VALUES ({id}, {id}, 1, NULL, 'planned', NULL, NULL, NULL, NULL, 0, NULL, NULL)",
    "UPDATE orders SET fulfillment = 'unfulfilled' WHERE id = {id}; INSERT INTO order_shipments VALUES ({id}, {id}, 1, NULL, 'planned', NULL, NULL, NULL, NULL, 0, NULL, NULL); INSERT INTO order_shipment_products VALUES ({id}, {id} * 100 - 99, 8)",
    "UPDATE orders SET fulfillment = 'unfulfilled' WHERE id = {id}; INSERT INTO order_shipments VALUES ({id}, {id}, 1, NULL, 'planned', NULL, NULL, NULL, NULL, 0, NULL, NULL), (281474976710656 + {id}, {id}, 2, NULL, 'planned', NULL, NULL, NULL, NULL, 0, NULL, NULL); INSERT INTO order_shipment_products VALUES (281474976710656 + {id}, {id} * 100 - 97, 1)",
    "UPDATE orders SET current_total = 1 WHERE id = {id}; INSERT INTO order_cancellations VALUES ({id}, 1, 'whim', NULL, 1); INSERT INTO order_cancelled_products VALUES ({id}, 1, {id} * 100 - 99, 1)",
    "UPDATE orders SET current_total = 1 WHERE id = {id}; INSERT INTO order_cancellations VALUES ({id}, 1, 'other', NULL, 1); INSERT INTO order_cancelled_products VALUES ({id}, 1, {id} * 100 - 99, 8)",
    "UPDATE order_products SET product_id = 0 WHERE order_id = {id}",
    "UPDATE order_products SET price = -1 WHERE order_id = {id}",
    "UPDATE order_products SET price = 9223372036854775807 WHERE order_id = {id}",
    "UPDATE order_products SET quantity = 0 WHERE order_id = {id}",
    "UPDATE order_products SET quantity = 100001 WHERE order_id = {id}",
    "UPDATE order_products SET quantity = 4294967297 WHERE order_id = {id}",
    "UPDATE order_products SET quantity = -1 WHERE id = {id} * 100 - 98",
    "DELETE FROM order_products WHERE id = {id} * 100 - 99",
];

fn page(after: i64, limit: i64) -> OrderList {
    OrderList::all(Some(n(after)), n(limit))
}

fn damage(place: &Place, id: i64, damage: &str) {
    let damage = damage.replace("{id}", &id.to_string());
    place
        .outsider()
        .batch_execute(&format!("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; {damage}"))
        .unwrap();
}

/// The answer is that the order is corrupt, and which one.
fn assert_corrupt<T: Debug>(sql: &str, id: OrderId, answer: Result<T, PortError>) {
    match answer {
        Err(PortError::Corrupt(cause)) => {
            assert!(cause.to_string().starts_with(&format!("order {id}")), "{sql}: {cause}");
        }
        other => panic!("{sql}: {other:?}"),
    }
}

#[tokio::test]
async fn a_damaged_order_is_reported_corrupt_by_its_number_and_its_neighbours_are_read() {
    let place_of_file = Place::new();
    let orders = place_of_file.open();
    let neighbour = place(&orders, 1, at(0)).await;
    for sql in DAMAGES {
        let id = place(&orders, 1, at(0)).await.id();
        damage(&place_of_file, id.get(), sql);

        let found = orders.find(id).await;
        assert_corrupt(sql, id, found);
        // Lists do not look at what is known of customers.
        let is_listed = sql.contains("email") || sql.contains("ship_to");
        for limit in [2, 200].into_iter().filter(|_| !is_listed) {
            assert_corrupt(sql, id, orders.page(page(id.get() - 1, limit)).await);
        }
        assert_eq!(orders.page(page(id.get(), 1)).await.unwrap(), []);
    }
    assert_eq!(orders.find(neighbour.id()).await.unwrap(), Some(neighbour));
    assert!(orders.health().await.reads.is_ok());
}

#[tokio::test]
async fn a_key_of_a_damaged_order_is_reported_corrupt_and_other_orders_are_placed() {
    let place_of_file = Place::new();
    let orders = place_of_file.open();
    for (number, sql) in (1..).zip(["UPDATE orders SET currency = 'usd' WHERE id = {id}", DAMAGES[0]]) {
        let asked = key(&number.to_string(), 1);
        let order = placed(insert(&orders, new_order(1, at(0)), Some(asked.clone())).await);
        damage(&place_of_file, order.id().get(), sql);
        let (again, asking, neighbour) = tokio::join!(
            try_insert(&orders, new_order(1, at(0)), Some(asked.clone())),
            orders.recall(n(1), asked, at(0)),
            try_insert(&orders, new_order(2, at(0)), None),
        );
        assert!(matches!(again, Err(PortError::Corrupt(_))), "{again:?}");
        assert!(matches!(asking, Err(Refused::Failed(PortError::Corrupt(_)))), "{asking:?}");
        placed(neighbour.unwrap());
    }
}

#[tokio::test]
async fn after_a_newest_order_with_an_impossible_date_no_order_is_placed() {
    let place_of_file = Place::new();
    place(&place_of_file.open(), 1, at(0)).await;
    damage(&place_of_file, 1, "UPDATE orders SET order_date = 9223372036854775807 WHERE id = {id}");
    let orders = place_of_file.open();
    try_insert(&orders, new_order(1, at(0)), None).await.unwrap_err();
    damage(&place_of_file, 1, "UPDATE orders SET order_date = 0 WHERE id = {id}");
    let order = placed(insert(&orders, new_order(1, at(0)), None).await);
    assert_eq!(order.id(), n::<OrderId>(2));
}
