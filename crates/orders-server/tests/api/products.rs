//! `GET /products` and `GET /products/{id}`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, own, with},
    support::Server,
};

#[tokio::test]
async fn the_list_has_every_product_ascending_by_id() {
    let server = Server::start();
    let listed = server.list("/products").await;
    let price = |id: i64| {
        [1399, 1250, 899, 3499, 4995, 7900, 2750, 6450, 1999, 1150].get(usize::try_from(id - 1).unwrap())
    };
    for (product, id) in listed.iter().zip(1..) {
        let expected = own(&json!({
            "id": id, "name": product["name"], "price": price(id), "currency": "USD", "sku": null,
            "weightGrams": null, "size": null, "stockPolicy": "untracked", "active": true, "available": null,
        }));
        assert_eq!(*product, expected);
        assert!(product["name"].as_str().is_some_and(|name| !name.is_empty()));
    }
    assert_eq!(listed.len(), 10);
}

#[tokio::test]
async fn a_product_is_shown_to_anyone_as_the_list_has_it() {
    let server = Server::start();
    for product in server.list("/products").await {
        let answer = Answer::to(server.anyone(Method::GET, &format!("/products/{}", product["id"]))).await;
        assert_eq!(answer.order(200), with(&product, &json!({"description": null})));
    }
}

#[tokio::test]
async fn an_unknown_product_is_404() {
    let server = Server::start();
    for id in ["11", "9223372036854775807"] {
        let answer = Answer::to(server.anyone(Method::GET, &format!("/products/{id}"))).await;
        assert_eq!(
            answer.problem(404),
            json!({
                "type": "urn:problem:orders:unknown-product", "title": "Not Found", "status": 404,
                "detail": format!("product {id} does not exist"),
            })
        );
    }
}

#[tokio::test]
async fn nobody_is_asked_for_a_user() {
    let server = Server::start();
    for path in ["/products", "/products/9"] {
        let known = Answer::to(server.anyone(Method::GET, path)).await;
        for user in ["0", "999", "one"] {
            let answer = Answer::to(server.anyone(Method::GET, path).header("user_id", user)).await;
            assert_eq!((answer.status, answer.json()), (200, known.json()));
            assert_ne!(answer.json(), Value::Null);
        }
    }
}
