//! `POST /orders`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Server;

#[tokio::test]
async fn the_documented_order_is_placed_as_documented() {
    let server = Server::start();
    let response = server
        .user(1, Method::POST, "/orders")
        .body(r#"{"products": [{"id": 9, "quantity": 7}, {"id": 1, "quantity": 1}]}"#)
        .header("Content-Type", "application/json")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["location"], "/orders/1");
    assert_eq!(response.headers()["etag"], "\"1\"");
    let order: Value = response.json().await.unwrap();
    assert_eq!(
        order,
        json!({
            "id": 1, "userId": 1, "orderDate": order["orderDate"], "updatedAt": order["orderDate"],
            "status": "pending", "currency": "USD", "total": 15392, "shipment": null,
            "orderProduct": [
                {"id": 1, "productId": 9, "price": 1999, "quantity": 7},
                {"id": 2, "productId": 1, "price": 1399, "quantity": 1},
            ],
        })
    );
}
