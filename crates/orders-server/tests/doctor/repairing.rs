//! What a repair makes of faults of which one leads to another, and what it leaves.

use reqwest::Method;
use serde_json::json;

use crate::{
    shop::{Locker, Shop, found, order, send, shops},
    support::{Place, receiver::Receiver},
};

/// A shop with 20 pieces of product 200 at a place, of which one order holds 5 and one that was called off has let go of
/// 3; the latter. Of those who order after that each holds a piece.
async fn counted(shop: &Shop, after: usize) -> i64 {
    let receiver = Receiver::answering(|_, _| Some(200));
    let mut server = shop.serve(&receiver);
    server.add_place("MAIN").await;
    let product = json!({"id": 200, "name": "a thing", "price": 5, "stockPolicy": "deny"});
    server.add_product(&product).await;
    let count = json!({"onHand": 20, "reason": "count"});
    send(&server, Method::PUT, "/products/200/stock/MAIN", &count).await;
    order(&server, &[(200, 5)], None).await;
    let cancelled = order(&server, &[(200, 3)], None).await;
    send(&server, Method::PATCH, &format!("/orders/{cancelled}/cancel"), &json!({})).await;
    for _ in 0..after {
        order(&server, &[(200, 1)], None).await;
    }
    server.signal("TERM");
    assert!(server.wait().success());
    cancelled
}

/// What there is, and what of it is reserved.
fn level(shop: &Shop) -> String {
    shop.ask("SELECT on_hand || ' ' || reserved FROM stock_levels WHERE product_id = 200")
}

/// The kinds that are found, each once.
fn kinds(document: &serde_json::Value) -> Vec<String> {
    let mut kinds: Vec<_> = found(document).into_iter().map(|(kind, _)| kind).collect();
    kinds.dedup();
    kinds
}

const RELEASED: &str = "DELETE FROM stock_movements WHERE kind = 'released'";

#[tokio::test(flavor = "multi_thread")]
async fn a_level_is_set_right_before_what_orders_hold_of_it() {
    for shop in shops() {
        counted(&shop, 0).await;
        shop.plant(RELEASED);
        assert_eq!(kinds(&shop.doctor(&[]).1), ["level.sum", "order.held"]);
        shop.run(&["doctor", "--repair"]);
        assert_eq!(level(&shop), "20 5");
        shop.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_let_go_where_a_movement_is_lost() {
    for shop in shops() {
        counted(&shop, 1).await;
        shop.plant(RELEASED);
        let (_, before) = shop.doctor(&[]);
        assert_eq!(kinds(&before), ["movement.chain", "order.held"]);
        let (code, after) = shop.doctor(&["--repair"]);
        assert_eq!((code, found(&after)), (Some(1), found(&before)));
        assert_eq!(level(&shop), "20 6");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_repaired_is_named_and_the_rest_goes_on() {
    for shop in shops() {
        let held = counted(&shop, 0).await;
        let late = held + 1;
        shop.run(&["seed", "--orders", "20"]);
        shop.hold_another(held);
        // The next count of the product has its number already.
        shop.plant(
            "INSERT INTO events (id, kind, subject, version, type, at, actor_kind, actor, data) \
             SELECT (SELECT max(id) + 1 FROM events), kind, subject, 2, type, at, actor_kind, actor, data \
             FROM events WHERE kind = 'stock/MAIN' AND subject = 200",
        );
        // One that is dated after all that its events say, and one behind both.
        shop.plant(&format!(
            "UPDATE orders SET order_date = order_date + 90000000000, updated_at = updated_at + 90000000000, \
             current_total = 1 WHERE id = {late}"
        ));
        shop.plant("UPDATE orders SET current_total = 1 WHERE id = (SELECT max(id) FROM orders)");
        let output = shop.output(&["doctor", "--repair", "--json"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert_eq!(said.matches("could not be repaired").count(), 1, "{said}");
        assert!(said.starts_with(&format!("warning: orders/{held} could not be repaired: ")), "{said}");
        let document = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(kinds(&document), ["level.version", "order.date", "order.held", "order.updated_at"]);
        assert_eq!(shop.ask("SELECT count(*) FROM orders WHERE current_total = 1"), "0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_has_lost_lines_stays_as_it_is() {
    for shop in shops() {
        shop.run(&["seed", "--orders", "200"]);
        let one = shop.ask("SELECT min(id) FROM orders WHERE status = 'delivered'");
        // It has an event too many, which would be repaired.
        shop.plant(&format!(
            "UPDATE order_products SET quantity = quantity + 1 WHERE order_id = {one}; \
             UPDATE orders SET version = version - 1 WHERE id = {one}"
        ));
        let (_, before) = shop.doctor(&[]);
        assert_eq!(kinds(&before), ["order.event_beyond", "order.lines"]);
        let row = format!("SELECT version || ' ' || fulfillment FROM orders WHERE id = {one}");
        let was = shop.ask(&row);
        let (_, after) = shop.doctor(&["--repair"]);
        assert_eq!((shop.ask(&row), found(&after)), (was, found(&before)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_import_commits_meanwhile_is_not_written_over() {
    let Some(place) = Place::postgres() else { return };
    let shop = Shop { place };
    let order = counted(&shop, 0).await;
    shop.hold_another(order);
    // It has locked the level, as imports do, and has not committed.
    let import = "SELECT FROM stock_levels FOR NO KEY UPDATE; UPDATE stock_levels SET backorder_limit = 7";
    let import = Locker::begin(&shop.place.url(), import).await;
    let committed = tokio::spawn(import.commit_when_waited_for());
    let output = tokio::task::block_in_place(|| shop.output(&["doctor", "--repair"]));
    committed.await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let level = "SELECT reserved || ' ' || backorder_limit FROM stock_levels";
    assert_eq!(shop.ask(level), "5 7");
    shop.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_does_not_wait_for_long_for_somebody_who_hangs() {
    let Some(place) = Place::postgres() else { return };
    let shop = Shop { place };
    shop.run(&["seed", "--orders", "5"]);
    shop.plant("UPDATE orders SET current_total = 1 WHERE id IN (2, 4)");
    let _hangs = Locker::begin(&shop.place.url(), "SELECT FROM orders WHERE id = 2 FOR UPDATE").await;
    let url = shop.place.url();
    let mut doctor = crate::support::orders();
    doctor.args(["doctor", "--repair", "--database-url", &url, "--database-lock-timeout-ms", "50"]);
    let output = tokio::task::block_in_place(|| doctor.output().unwrap());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("warning: orders/2 could not be repaired: "), "{said}");
    assert_eq!(shop.ask("SELECT min(id) || ' ' || count(*) FROM orders WHERE current_total = 1"), "2 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sequence_is_set_while_nobody_is_given_numbers() {
    let Some(place) = Place::postgres() else { return };
    let shop = Shop { place };
    shop.run(&["seed", "--orders", "5"]);
    shop.plant("SELECT setval('order_ids', 1)");
    // As whoever is just being given some.
    let lock = "SELECT pg_advisory_xact_lock(x'4F53'::BIGINT << 48)";
    let given = Locker::begin(&shop.place.url(), lock).await;
    let committed = tokio::spawn(given.commit_when_waited_for());
    let output = tokio::task::block_in_place(|| shop.output(&["doctor", "--repair"]));
    committed.await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(shop.ask("SELECT last_value FROM order_ids"), "5");
}
