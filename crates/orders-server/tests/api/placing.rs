//! `POST /orders`: what a placed order looks like. What is refused is in `validation`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, moment, now, old, old_lines, with},
    support::{Server, products},
};

#[tokio::test]
async fn the_documented_order_is_placed_as_documented() {
    let server = Server::start();
    let answer =
        server.post(1, r#"{"products": [{"id": 9, "quantity": 7}, {"id": 1, "quantity": 1}]}"#).await;
    let order = answer.order(201);
    assert_eq!(answer.header("location"), "/orders/1");
    assert_eq!(answer.header("etag"), "\"1\"");
    assert_eq!(answer.header("idempotency-replayed"), "");
    assert_eq!(
        old(&order),
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

#[tokio::test]
async fn a_placed_order_is_found_at_its_location() {
    let server = Server::start();
    let placed = server.post(2, products(&[(3, 2)]).to_string()).await;
    let found = server.get(2, placed.header("location")).await;
    assert_eq!(found.order(200), placed.order(201));
    assert_eq!(found.header("etag"), placed.header("etag"));
}

#[tokio::test]
async fn ids_ascend_and_every_order_belongs_to_whom_asked() {
    let server = Server::start();
    let mut line_ids = Vec::new();
    for (expected, user) in (1..).zip([3, 1, 2, 1]) {
        let order = server.place(user, &[(1, 1), (2, 1)]).await;
        assert_eq!((&order["id"], &order["userId"]), (&json!(expected), &json!(user)));
        line_ids.extend([0, 1].map(|line| order["orderProduct"][line]["id"].as_i64().unwrap()));
    }
    assert!(line_ids.is_sorted_by(|one, next| one < next), "{line_ids:?}");
}

#[tokio::test]
async fn the_order_date_is_now_in_utc_with_milliseconds() {
    let server = Server::start();
    let before = now();
    let order = server.place(1, &[(1, 1)]).await;
    assert!((before..=now()).contains(&moment(&order, "orderDate")), "{order}");
    assert_eq!(order["updatedAt"], order["orderDate"]);
}

#[tokio::test]
async fn lines_naming_the_same_product_become_one_in_the_order_of_first_appearance() {
    let server = Server::start();
    let order = server.place(1, &[(9, 2), (1, 1), (9, 3), (4, 1), (1, 99_999)]).await;
    assert_eq!(
        old_lines(&order),
        json!([
            {"id": 1, "productId": 9, "price": 1999, "quantity": 5},
            {"id": 2, "productId": 1, "price": 1399, "quantity": 100_000},
            {"id": 3, "productId": 4, "price": 3499, "quantity": 1},
        ])
    );
    assert_eq!(order["total"], 5 * 1999 + 100_000 * 1399 + 3499);
}

#[tokio::test]
async fn a_whole_number_is_one_however_it_is_written() {
    let server = Server::start();
    let expected = server.place(1, &[(9, 70)]).await;
    for body in
        [r#"{"products":[{"id":9.0,"quantity":7e1}]}"#, r#"{"products":[{"quantity":70.00,"id":0.9E+1}]}"#]
    {
        assert_eq!(server.post(1, body).await.order(201)["total"], expected["total"], "{body}");
    }
}

#[tokio::test]
async fn a_hundred_lines_and_a_hundred_thousand_pieces_are_taken() {
    let server = Server::start();
    let order = server.place(1, &[(9, 1000); 100]).await;
    assert_eq!(old_lines(&order), json!([{"id": 1, "productId": 9, "price": 1999, "quantity": 100_000}]));
}

#[tokio::test]
async fn the_price_is_the_inventorys() {
    let server = Server::start();
    let sold: Vec<Value> = server.list("/products").await;
    let ids: Vec<_> = sold.iter().map(|product| (product["id"].as_i64().unwrap(), 1)).collect();
    let order = server.place(1, &ids).await;
    for (line, product) in order["orderProduct"].as_array().unwrap().iter().zip(&sold) {
        assert_eq!((&line["productId"], &line["price"]), (&product["id"], &product["price"]));
        assert_eq!(order["currency"], product["currency"]);
    }
}

#[tokio::test]
async fn a_parameter_and_the_case_of_the_media_type_do_not_matter() {
    let server = Server::start();
    for media_type in ["application/json; charset=utf-8", "Application/JSON", "application/json ;a=b"] {
        let request = server.user(1, Method::POST, "/orders").header("content-type", media_type);
        Answer::to(request.body(products(&[(1, 1)]).to_string())).await.order(201);
    }
}

#[tokio::test]
async fn an_order_differs_from_its_like_in_nothing_but_its_ids_and_dates() {
    let server = Server::start();
    let first = server.place(1, &[(9, 7)]).await;
    let second = server.place(1, &[(9, 7)]).await;
    let line = &second["orderProduct"][0]["id"];
    let lines = json!([{"id": line, "productId": 9, "price": 1999, "quantity": 7}]);
    let date = &second["orderDate"];
    let expected = json!({"id": 2, "orderDate": date, "updatedAt": date, "orderProduct": lines});
    assert_eq!(old(&second), with(&old(&first), &expected));
    assert_eq!(second["shipments"], first["shipments"]);
}
