//! Orders of what is counted: reserved or refused, at the price of the moment.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    support::{Server, products},
};

const OPERATOR: i64 = 100;

async fn shop(policy: &str, pieces: i64) -> (Server, i64) {
    let server = Server::start();
    server.add_place("MAIN").await;
    let product = server.add_product(&json!({"name": "Mug", "price": 500, "stockPolicy": policy})).await;
    server.count(product, "MAIN", pieces).await.order(200);
    (server, product)
}

async fn held(server: &Server, product: i64) -> (i64, i64) {
    let level = server.get(OPERATOR, &format!("/products/{product}/stock/MAIN")).await.json();
    (level["onHand"].as_i64().unwrap(), level["reserved"].as_i64().unwrap())
}

async fn order(server: &Server, lines: &[(i64, i64)]) -> Answer {
    server.post(1, products(lines).to_string()).await
}

#[tokio::test]
async fn an_order_is_reserved_whole_or_refused_whole() {
    let (server, product) = shop("deny", 3).await;
    let other = server.add_product(&json!({"name": "Cup", "price": 1})).await;
    let refused = order(&server, &[(9, 1), (product, 4), (other, 1)]).await.problem(409);
    assert_eq!(
        refused,
        json!({
            "type": "urn:problem:orders:out-of-stock", "title": "Conflict", "status": 409,
            "detail": "there is not enough of what is wanted",
            "errors": [
                {"pointer": "/products/1/quantity", "detail": format!("4 pieces of product {product} are wanted, 3 are available"), "available": 3},
                {"pointer": "/products/2/quantity", "detail": format!("1 piece of product {other} is wanted, 0 are available"), "available": 0},
            ],
        })
    );
    assert_eq!((held(&server, product).await, server.list("/orders").await.len()), ((3, 0), 0));
    order(&server, &[(product, 2), (9, 1), (product, 1)]).await.order(201);
    assert_eq!(held(&server, product).await, (3, 3));
    let shown = Answer::to(server.anyone(Method::GET, &format!("/products/{product}"))).await.json();
    assert_eq!(shown["available"], 0);
}

#[tokio::test]
async fn a_refusal_leaves_the_key_free() {
    let (server, product) = shop("deny", 0).await;
    let ask = || {
        Answer::to(server.posting(1, products(&[(product, 1)]).to_string()).header("idempotency-key", "k"))
    };
    ask().await.problem(409);
    server.count(product, "MAIN", 1).await.order(200);
    let placed = ask().await;
    assert_eq!((placed.status, placed.header("idempotency-replayed")), (201, ""));
    // Nothing is left, but it was this order's.
    let again = ask().await;
    assert_eq!((again.order(201), again.header("idempotency-replayed")), (placed.json(), "true"));
    assert_eq!(held(&server, product).await, (1, 1));
}

#[tokio::test]
async fn cancelling_gives_back_what_is_held_once_and_shipping_takes_it_off() {
    let (server, product) = shop("deny", 5).await;
    let first = order(&server, &[(product, 2)]).await.order(201)["id"].as_i64().unwrap();
    let second = order(&server, &[(product, 3)]).await.order(201)["id"].as_i64().unwrap();
    server.cancel(1, first).await.order(200);
    server.cancel(1, first).await.order(200);
    assert_eq!(held(&server, product).await, (5, 3));
    server.advance(1, second, "processing").await.order(200);
    assert_eq!(held(&server, product).await, (5, 3));
    server.advance(1, second, "shipped").await.order(200);
    assert_eq!(held(&server, product).await, (2, 0));
    server.advance(1, second, "delivered").await.order(200);
    assert_eq!(held(&server, product).await, (2, 0));
}

#[tokio::test]
async fn what_is_only_backordered_cannot_be_shipped() {
    let (server, product) = shop("backorder", 1).await;
    let count = json!({"onHand": 1, "backorderLimit": 2, "reason": "r"});
    let path = format!("/products/{product}/stock/MAIN");
    server.as_operator(Method::PUT, &path, Some(count)).await.order(200);
    let id = order(&server, &[(product, 3)]).await.order(201)["id"].as_i64().unwrap();
    order(&server, &[(product, 1)]).await.problem(409);
    let refused = server.advance(1, id, "shipped").await.problem(409);
    assert_eq!(refused["type"], "urn:problem:orders:not-on-hand");
    assert_eq!(
        (held(&server, product).await, server.get(1, &format!("/orders/{id}")).await.version()),
        ((1, 3), 1)
    );
    server.count(product, "MAIN", 3).await.order(200);
    server.advance(1, id, "shipped").await.order(200);
    assert_eq!(held(&server, product).await, (0, 0));
}

#[tokio::test]
async fn nobody_counts_what_is_untracked_and_nobody_orders_what_is_not_for_sale() {
    let (server, product) = shop("untracked", 0).await;
    order(&server, &[(product, 100_000)]).await.order(201);
    let path = format!("/products/{product}");
    server.as_operator(Method::PATCH, &path, Some(json!({"active": false}))).await.order(200);
    let refused = order(&server, &[(9, 1), (product, 1), (404, 1)]).await;
    assert_eq!(refused.pointers(422), ["/products/1/id", "/products/2/id"]);
    let details: Vec<_> =
        refused.json()["errors"].as_array().unwrap().iter().map(|error| error["detail"].clone()).collect();
    assert_eq!(
        json!(details),
        json!([format!("product {product} is not for sale"), "product 404 does not exist"])
    );
}

#[tokio::test]
async fn the_price_is_that_of_the_moment_and_is_looked_at_before_the_stock() {
    let (server, product) = shop("deny", 2).await;
    let ask = |quantity: i64, total: i64| {
        let body = json!({"products": [{"id": product, "quantity": quantity}], "expectedTotal": total});
        server.post(1, body.to_string())
    };
    assert_eq!(ask(1, 500).await.order(201)["total"], 500);
    let path = format!("/products/{product}");
    server.as_operator(Method::PATCH, &path, Some(json!({"price": 700}))).await.order(200);
    let changed = ask(3, 1500).await.problem(409);
    assert_eq!(
        (&changed["type"], &changed["total"], &changed["currency"]),
        (&json!("urn:problem:orders:price-changed"), &json!(2100), &json!("USD"))
    );
    ask(3, 2100).await.problem(409);
    assert_eq!(order(&server, &[(product, 1)]).await.order(201)["total"], 700);
    assert_eq!(ask(1, -1).await.pointers(422), ["/expectedTotal"]);
    let first = server.list("/orders").await[0].clone();
    assert_eq!(first["total"], 500, "an order keeps its price");
}

#[tokio::test]
async fn the_last_piece_is_sold_once_however_many_ask() {
    let (server, product) = shop("deny", 1).await;
    for round in 0..20 {
        let body = products(&[(product, 1)]).to_string();
        let asks = (0..16).map(|_| server.post(1, body.clone()));
        let answers = futures_util::future::join_all(asks).await;
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [vec![201], vec![409; 15]].concat(), "round {round}");
        let placed = answers.iter().find(|answer| answer.status == 201).unwrap().json();
        server.cancel(1, placed["id"].as_i64().unwrap()).await.order(200);
        assert_eq!(held(&server, product).await, (1, 0));
    }
}

#[tokio::test]
async fn a_dry_run_of_an_order_reserves_nothing() {
    let (server, product) = shop("deny", 2).await;
    let ask = |quantity: i64| {
        let body = products(&[(product, quantity)]);
        Answer::to(server.user(1, Method::POST, "/orders?dryRun=true").json(&body))
    };
    for _ in 0..3 {
        assert_eq!(ask(2).await.order(201)["total"], 1000);
    }
    let refused: Value = ask(3).await.problem(409);
    assert_eq!(refused["errors"][0]["available"], 2);
    assert_eq!(held(&server, product).await, (2, 0));
    order(&server, &[(product, 2)]).await.order(201);
    let id = server.list("/orders").await[0]["id"].as_i64().unwrap();
    let dry = server.user(1, Method::PATCH, &format!("/orders/{id}/cancel?dryRun=true"));
    Answer::to(dry).await.order(200);
    assert_eq!(held(&server, product).await, (2, 2));
}
