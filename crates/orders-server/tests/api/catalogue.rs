//! Products as the shop's people keep them: new ones, changes, pages.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, own, with},
    support::Server,
};

const OPERATOR: i64 = 100;

fn mug() -> Value {
    json!({
        "id": 101, "name": "Red mug", "price": 1250, "sku": "MUG-RED", "weightGrams": 350,
        "size": {"lengthMm": 120, "widthMm": 90, "heightMm": 100}, "stockPolicy": "backorder", "active": false,
    })
}

async fn create(server: &Server, body: Value) -> Answer {
    server.as_operator(Method::POST, "/products", Some(body)).await
}

async fn change(server: &Server, id: i64, body: Value) -> Answer {
    server.as_operator(Method::PATCH, &format!("/products/{id}"), Some(body)).await
}

#[tokio::test]
async fn a_product_is_shown_as_it_was_taken_in() {
    let server = Server::start();
    let created = create(&server, mug()).await;
    let mut expected = mug();
    expected["currency"] = json!("USD");
    expected["available"] = json!(0);
    let expected = own(&expected);
    assert_eq!(created.order(201), expected);
    assert_eq!((created.header("location"), created.version()), ("/products/101", 1));
    let shown = Answer::to(server.anyone(Method::GET, "/products/101")).await;
    let alone = with(&expected, &json!({"description": null}));
    assert_eq!((shown.order(200), shown.version()), (alone, 1));
}

#[tokio::test]
async fn a_product_of_which_only_the_least_is_said_is_counted_and_gets_the_next_number() {
    let server = Server::start();
    let created = create(&server, json!({"name": "Cup", "price": 0})).await.order(201);
    assert_eq!(
        created,
        own(&json!({
            "id": 11, "name": "Cup", "price": 0, "currency": "USD", "sku": null, "weightGrams": null, "size": null,
            "stockPolicy": "deny", "active": true, "available": 0,
        }))
    );
}

#[tokio::test]
async fn a_number_and_a_sku_belong_to_one_product() {
    let server = Server::start();
    create(&server, mug()).await.order(201);
    for (body, pointer) in [
        (json!({"id": 101, "name": "Cup", "price": 1}), "/id"),
        (json!({"name": "Cup", "price": 1, "sku": "MUG-RED"}), "/sku"),
    ] {
        let refused = create(&server, body).await;
        assert_eq!(refused.pointers(409), [pointer]);
        assert_eq!(refused.json()["type"], "urn:problem:orders:taken");
    }
    assert_eq!(change(&server, 9, json!({"sku": "MUG-RED"})).await.pointers(409), ["/sku"]);
    // One's own is no other's.
    change(&server, 101, json!({"sku": "MUG-RED", "price": 1})).await.order(200);
}

#[tokio::test]
async fn a_change_counts_for_what_was_seen_and_is_told() {
    let server = Server::start();
    let changed = change(&server, 9, json!({"price": 1899, "weightGrams": 700})).await;
    assert_eq!((changed.order(200)["price"].clone(), changed.version()), (json!(1899), 2));
    // Nothing changes, so nothing is told.
    assert_eq!(change(&server, 9, json!({"price": 1899})).await.version(), 2);
    assert_eq!(change(&server, 9, json!({})).await.version(), 2);
    let stale =
        server.operator(Method::PATCH, "/products/9", Some(&json!({"price": 1}))).header("if-match", "\"1\"");
    assert_eq!(Answer::to(stale).await.problem(412)["type"], "urn:problem:orders:changed");
    let seen =
        server.operator(Method::PATCH, "/products/9", Some(&json!({"price": 1}))).header("if-match", "\"2\"");
    assert_eq!(Answer::to(seen).await.version(), 3);
    let events = server.get(OPERATOR, "/events?subject=products/9").await.json();
    let told = json!({
        "productId": 9, "version": 2, "from": {"price": 1999, "weightGrams": null}, "to": {"price": 1899, "weightGrams": 700},
        "actor": {"kind": "user", "id": "100"},
    });
    assert_eq!(events.as_array().unwrap().len(), 2);
    assert_eq!(
        (&events[0]["type"], &events[0]["subject"], &events[0]["data"]),
        (&json!("product.changed"), &json!("products/9"), &told)
    );
}

#[tokio::test]
async fn the_same_key_changes_a_product_once_and_is_answered_as_the_first_time() {
    let server = Server::start();
    let ask = |method: Method, path: &str, body: Value| {
        Answer::to(server.operator(method, path, Some(&body)).header("idempotency-key", "k1"))
    };
    let first = ask(Method::POST, "/products", mug()).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
    change(&server, 101, json!({"name": "Mug"})).await.order(200);
    let again = ask(Method::POST, "/products", mug()).await;
    assert_eq!((again.json(), again.header("idempotency-replayed")), (first.json(), "true"));
    assert_eq!((again.header("etag"), again.header("location")), ("\"1\"", "/products/101"));
    let other = ask(Method::POST, "/products", json!({"name": "Cup", "price": 1})).await;
    assert_eq!(other.problem(422)["type"], "urn:problem:orders:idempotency-key-reused");
    // A key stands for one request, whatever it is about.
    let order =
        server.operator(Method::POST, "/orders", Some(&json!({"products": [{"id": 9, "quantity": 1}]})));
    Answer::to(order.header("idempotency-key", "k1")).await.problem(422);
}

#[tokio::test]
async fn a_dry_run_says_what_would_come_and_leaves_nothing() {
    let server = Server::start();
    let dry = server.as_operator(Method::POST, "/products?dryRun=true", Some(mug())).await;
    assert_eq!(
        (dry.status, dry.header("orders-dry-run"), dry.header("location")),
        (201, "true", "/products/101")
    );
    Answer::to(server.anyone(Method::GET, "/products/101")).await.problem(404);
    let dry = server.as_operator(Method::PATCH, "/products/9?dryRun=true", Some(json!({"price": 1}))).await;
    assert_eq!((dry.order(200)["price"].clone(), dry.version()), (json!(1), 2));
    assert_eq!(server.list("/products").await[8]["price"], 1999);
    // Nor does an order have a price that was only tried.
    assert_eq!(server.place(1, &[(9, 1)]).await["total"], 1999);
    assert_eq!(server.get(OPERATOR, "/events?type=product.*").await.json(), json!([]));
}

#[tokio::test]
async fn pages_lead_through_all_products_that_are_wanted() {
    let server = Server::start();
    for number in 0..5 {
        let active = number % 2 == 0;
        create(&server, json!({"name": "Cup", "price": 1, "sku": format!("CUP {number}"), "active": active}))
            .await
            .order(201);
    }
    let (mut path, mut seen) = ("/products?limit=4".to_owned(), Vec::new());
    loop {
        let page = Answer::to(server.anyone(Method::GET, &path)).await;
        seen.extend(page.json().as_array().unwrap().iter().map(|product| product["id"].as_i64().unwrap()));
        let link = page.header("link").to_owned();
        let Some(next) = link.strip_prefix('<').and_then(|rest| rest.split('>').next()) else { break };
        path = next.to_owned();
    }
    assert_eq!(seen, (1..=15).collect::<Vec<_>>());
    let ids = async |query: &str| -> Vec<i64> {
        let products = server.list(&format!("/products?{query}")).await;
        products.iter().map(|product| product["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids("active=false").await, [12, 14]);
    assert_eq!(ids("active=true&after=10").await, [11, 13, 15]);
    assert_eq!(ids("sku=CUP+3").await, [14]);
    assert_eq!(ids("sku=cup").await, [0; 0]);
    for (query, pointer) in [("limit=501", "/limit"), ("name=x", "/name")] {
        assert_eq!(
            Answer::to(server.anyone(Method::GET, &format!("/products?{query}"))).await.pointers(422),
            [pointer]
        );
    }
}

#[tokio::test]
async fn a_product_is_not_asked_for_again_unless_it_is_counted() {
    let server = Server::start();
    let ask = |id: i64| {
        Answer::to(server.anyone(Method::GET, &format!("/products/{id}")).header("if-none-match", "\"1\""))
    };
    assert_eq!(ask(9).await.status, 304);
    // What is available changes without the tag.
    let counted = server.add_product(&json!({"name": "Cup", "price": 1})).await;
    assert_eq!(ask(counted).await.status, 200);
}

#[tokio::test]
async fn staff_only_change_products_and_are_told_that_first() {
    let server = Server::start();
    for (method, path) in
        [(Method::POST, "/products"), (Method::PATCH, "/products/9"), (Method::PATCH, "/products/404")]
    {
        let customer = server.user(1, method.clone(), path).json(&json!({"price": -1}));
        assert_eq!(Answer::to(customer).await.problem(403)["type"], "urn:problem:orders:insufficient-scope");
        Answer::to(server.anyone(method, path).json(&json!({}))).await.problem(401);
    }
    change(&server, 404, json!({"price": 1})).await.problem(404);
    assert_eq!(
        create(&server, json!({"name": "Cup", "price": 1, "currency": "EUR"})).await.pointers(422),
        ["/currency"]
    );
    create(&server, json!({"name": "Cup", "price": 1, "currency": "USD"})).await.order(201);
}

#[tokio::test]
async fn a_fixed_list_of_products_is_not_changed() {
    let server = Server::start_with(&[("CATALOGUE", "static")]);
    assert_eq!(create(&server, mug()).await.problem(409)["type"], "urn:problem:orders:fixed-catalogue");
    change(&server, 9, json!({"price": 1})).await.problem(409);
    server.count(9, "MAIN", 1).await.problem(409);
    assert_eq!(server.place(1, &[(9, 1)]).await["total"], 1999);
    assert_eq!(server.list("/products").await.len(), 10);
}
