//! Orders that are placed in marketplaces.

use super::*;

#[tokio::test]
async fn a_line_keeps_the_price_the_name_and_the_model_of_the_moment() {
    let server = Server::with_german().await;
    server.set_text(9, "-/de", "Brett").await.order(201);
    let headers = [("accept-language", "de-CH, en"), ("idempotency-key", "k"), ("orders-marketplace", "de")];
    let placed = server.order("", &headers, &json!({"email": "ada@example.org"})).await;
    let order = placed.order(201);
    assert_eq!(
        (&order["marketplace"], &order["marketplaceChosenBy"], &order["locale"], &order["currency"]),
        (&json!("de"), &json!("header"), &json!("de-CH"), &json!("EUR"))
    );
    let line = json!({
        "id": 1, "productId": 9, "price": 1899, "quantity": 1, "shipped": 0, "cancelled": 0, "name": "Brett",
        "model": "BRETT-1", "nameFrom": {"marketplace": null, "locale": "de"}, "priceFrom": "de",
    });
    assert_eq!(order["orderProduct"], json!([line]));
    server.set_listing(9, "de", json!({"price": 5})).await.order(200);
    server.set_text(9, "-/de", "Brettl").await.order(200);
    server.set_text(9, "de/de", "Unser Brett").await.order(201);
    server.change_market("de", json!({"name": "x", "active": false})).await.order(200);
    assert_eq!(server.get(1, "/orders/1").await.order(200), order);
    // Also to a key, whatever has become of the marketplace.
    let again = server.order("", &headers, &json!({"email": "ada@example.org"})).await;
    assert_eq!((again.order(201), again.header("idempotency-replayed")), (order.clone(), "true"));
    let mut listed = order;
    listed.as_object_mut().unwrap().remove("email");
    assert_eq!(server.list("/orders").await, [listed.clone()]);
    let lines = server.ask("/orders", &[("accept", "application/x-ndjson")]).await;
    assert_eq!(lines.json(), listed);
    let events = server.as_operator(Method::GET, "/events?include=order&type=order.placed", None).await;
    assert_eq!(events.json()[0]["data"]["order"], listed);
}

#[tokio::test]
async fn what_is_not_sold_in_the_marketplace_is_422_and_all_of_it_is_named() {
    let server = Server::with_german().await;
    let products = json!([{"id": 1, "quantity": 1}, {"id": 9, "quantity": 1}, {"id": 2, "quantity": 1}]);
    let refused = server.order("?marketplace=de", &[], &json!({"products": products})).await;
    let problem = refused.problem(422);
    assert_eq!(kind(&problem), "not-sold-here");
    let errors = json!([
        {"pointer": "/products/0/id", "detail": "product 1 is not sold in marketplace de"},
        {"pointer": "/products/2/id", "detail": "product 2 is not sold in marketplace de"},
    ]);
    assert_eq!(problem["errors"], errors);
    // With other faults they are told together.
    let products = json!([{"id": 1, "quantity": 0}, {"id": 2, "quantity": 1}]);
    let refused = server.order("?marketplace=de", &[], &json!({"products": products})).await;
    let mut pointers = refused.pointers(422);
    pointers.sort_unstable();
    assert_eq!(pointers, ["/products/0/quantity", "/products/1/id"]);
    server.set_listing(9, "de", json!({"price": 1899, "active": false})).await.order(200);
    assert_eq!(kind(&server.order("?marketplace=de", &[], &json!({})).await.problem(422)), "not-sold-here");
    assert_eq!(server.list("/orders").await.len(), 0);
}

#[tokio::test]
async fn the_price_is_that_of_the_marketplace_never_the_lowest_and_never_converted() {
    let server = Server::with_german().await;
    server.add_market(market("fr", &json!({"currency": "EUR"}))).await.order(201);
    server.set_listing(9, "fr", json!({"price": 99})).await.order(201);
    for (code, price, currency) in [("default", 1999, "USD"), ("de", 1899, "EUR"), ("fr", 99, "EUR")] {
        let order =
            server.order("", &[], &json!({"marketplace": code, "expectedTotal": price})).await.order(201);
        assert_eq!((&order["total"], &order["currency"]), (&json!(price), &json!(currency)));
    }
    let dearer = server.order("", &[], &json!({"marketplace": "de", "expectedTotal": 99})).await.problem(409);
    assert_eq!(
        (kind(&dearer), &dearer["total"], &dearer["currency"]),
        ("price-changed", &json!(1899), &json!("EUR"))
    );
}

#[tokio::test]
async fn a_dry_run_says_what_it_would_cost_there() {
    let server = Server::with_german().await;
    let rehearsed = server.order("?dryRun=true&marketplace=de", &[], &json!({})).await;
    assert_eq!((&rehearsed.order(201)["total"], rehearsed.header("orders-dry-run")), (&json!(1899), "true"));
    assert_eq!(server.list("/orders").await.len(), 0);
}
