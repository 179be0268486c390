//! First come, first served: what is planned and sent where more is ordered than there is.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    shipping::{lines, post},
    support::Server,
};

/// A shop with so many pieces of product 101 at L1, of which more can be ordered.
async fn shop(policy: &str, on_hand: i64, limit: i64) -> Server {
    let server = Server::start();
    server.add_place("L1").await;
    server.add_product(&json!({"id": 101, "name": "a thing", "price": 100, "stockPolicy": policy})).await;
    count(&server, on_hand, limit).await;
    server
}

async fn count(server: &Server, on_hand: i64, limit: i64) {
    let level = json!({"onHand": on_hand, "backorderLimit": limit, "reason": "a count"});
    let counted = server.as_operator(Method::PUT, "/products/101/stock/L1", Some(level)).await;
    assert!(counted.status < 300, "{}", counted.text());
}

async fn plan(server: &Server, order: i64) -> Value {
    server.as_operator(Method::POST, &format!("/orders/{order}/plan"), None).await.json()
}

#[tokio::test]
async fn a_backordered_order_keeps_nobody_before_it_from_being_planned() {
    let server = shop("backorder", 10, 10).await;
    for _ in 0..11 {
        server.place(1, &[(101, 1)]).await;
    }
    for order in (1..=10).rev() {
        let planned = plan(&server, order).await;
        assert_eq!((&planned["parcels"][0]["location"], &planned["unplaced"]), (&json!("L1"), &json!([])));
    }
    let line = 1001;
    assert_eq!(plan(&server, 11).await["unplaced"], lines(&[(line, 1)]));
    server.advance(1, 11, "shipped").await.problem(409);
    for order in 1..=10 {
        server.advance(1, order, "shipped").await.order(200);
    }
}

#[tokio::test]
async fn a_count_that_finds_fewer_leaves_the_first_order_its_pieces() {
    let server = shop("deny", 6, 0).await;
    server.place(1, &[(101, 3)]).await;
    server.place(1, &[(101, 3)]).await;
    count(&server, 3, 0).await;
    assert_eq!(plan(&server, 2).await["unplaced"], lines(&[(101, 3)]));
    let problem = server.advance(1, 2, "shipped").await.problem(409);
    assert_eq!(problem["type"], "urn:problem:orders:not-on-hand");
    let said = "product 101 has 0 pieces at L1 that nobody reserved before, and 3 are to be sent from there";
    assert_eq!(problem["detail"], said);
    assert_eq!(plan(&server, 1).await["unplaced"], json!([]));
    server.advance(1, 1, "shipped").await.order(200);
}

#[tokio::test]
async fn a_planned_parcel_leaves_whatever_comes_after_it() {
    let server = shop("backorder", 3, 10).await;
    server.place(1, &[(101, 3)]).await;
    plan(&server, 1).await;
    server.place(1, &[(101, 3)]).await;
    server.advance(1, 2, "shipped").await.problem(409);
    post(&server, "/orders/2/shipments", json!({"status": "shipped"})).await.problem(409);
    post(&server, "/orders/2/shipments", json!({"location": "L1"})).await.problem(409);
    server
        .as_operator(Method::PATCH, "/orders/1/shipments/1", Some(json!({"status": "shipped"})))
        .await
        .order(200);
}

#[tokio::test]
async fn what_was_ordered_before_it_was_counted_leaves_from_nowhere_by_plan_and_by_hand() {
    let server = shop("untracked", 0, 0).await;
    server.place(1, &[(101, 2)]).await;
    server.place(1, &[(101, 2)]).await;
    let counted = json!({"stockPolicy": "deny"});
    server.as_operator(Method::PATCH, "/products/101", Some(counted)).await;
    count(&server, 5, 0).await;
    server.place(1, &[(101, 5)]).await;
    let planned = plan(&server, 1).await;
    assert_eq!(
        (&planned["parcels"][0]["location"], &planned["parcels"][0]["reasons"]),
        (&json!(null), &json!([]))
    );
    for order in 1..=3 {
        server.advance(1, order, "shipped").await.order(200);
    }
}

#[tokio::test]
async fn what_is_out_is_delivered_while_the_rest_stays_open() {
    let server = shop("deny", 6, 0).await;
    server.place(1, &[(101, 3)]).await;
    let refused = server.advance(1, 1, "delivered").await.problem(409);
    assert_eq!(refused["allowed"], json!(["processing", "shipped", "cancelled"]));
    post(&server, "/orders/1/shipments", json!({"lines": lines(&[(1, 1)]), "status": "shipped"}))
        .await
        .order(201);
    let order = server.advance(1, 1, "delivered").await.order(200);
    assert_eq!(
        (&order["status"], &order["fulfillment"]),
        (&json!("processing"), &json!("partially_delivered"))
    );
    assert_eq!(server.advance(1, 1, "delivered").await.problem(409)["allowed"], json!(["shipped"]));
    server.advance(1, 1, "shipped").await.order(200);
    assert_eq!(server.advance(1, 1, "delivered").await.order(200)["status"], "delivered");
    assert_eq!(server.get(1, "/orders/1?version=3").await.order(200)["fulfillment"], "partially_delivered");
}

#[tokio::test]
async fn numbers_and_places_that_cannot_be_are_called_by_their_names() {
    let server = shop("deny", 6, 0).await;
    server.place(1, &[(101, 3)]).await;
    for (what, path) in [("shipment number", "shipments"), ("cancellation number", "cancellations")] {
        let detail = |text: Value| text["detail"].as_str().unwrap().to_owned();
        let bad = server.get(1, &format!("/orders/1/{path}/0x1")).await.problem(400);
        assert_eq!(detail(bad), format!("{what} \"0x1\" is not a number from 1 to 32"));
    }
    let missing = server.get(1, "/orders/1/cancellations/3").await.problem(404);
    assert_eq!(missing["type"], "urn:problem:orders:unknown-cancellation");
    let closed = json!({"active": false});
    server.as_operator(Method::PATCH, "/locations/L1", Some(closed)).await;
    let refused = post(&server, "/orders/1/shipments", json!({"location": "L1"})).await;
    assert_eq!(refused.pointers(422), ["/location"]);
}
