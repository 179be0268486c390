//! Places, counts, deliveries, transfers and the ledger of movements.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{answer::Answer, support::Server};

const OPERATOR: i64 = 100;

/// A server with the places MAIN and SHOP and a product that is counted.
async fn shop() -> (Server, i64) {
    let server = Server::start();
    for code in ["MAIN", "SHOP"] {
        server.add_place(code).await;
    }
    let product = server.add_product(&json!({"name": "Mug", "price": 500})).await;
    (server, product)
}

async fn moved(server: &Server, product: i64, kind: &str, quantity: i64) -> Answer {
    let body = json!({"location": "MAIN", "kind": kind, "quantity": quantity, "reason": "van"});
    server.as_operator(Method::POST, &format!("/products/{product}/movements"), Some(body)).await
}

fn transfer(product: i64, from: &str, to: &str, quantity: i64) -> Value {
    json!({"product": product, "from": from, "to": to, "quantity": quantity, "reason": "refill"})
}

fn level(location: &str, on_hand: i64, reserved: i64) -> Value {
    json!({
        "location": location, "onHand": on_hand, "reserved": reserved, "available": on_hand - reserved,
        "backorderLimit": 0, "short": 0,
    })
}

#[tokio::test]
async fn a_place_is_added_shown_and_changed() {
    let server = Server::start();
    let body = json!({
        "code": "BER-1", "name": "Berlin", "country": "DE", "latitude": 52.52, "longitude": -13.405001,
        "priority": 3, "parcelMaxGrams": 31500, "parcelMaxMm3": null, "parcelMaxSideMm": 1200, "active": true,
    });
    let added = server.as_operator(Method::POST, "/locations", Some(body.clone())).await;
    assert_eq!(
        (added.order(201), added.header("location"), added.version()),
        (body.clone(), "/locations/BER-1", 1)
    );
    assert_eq!(server.get(OPERATOR, "/locations").await.order(200), json!([body]));
    let patch = json!({"latitude": null, "longitude": null, "active": false});
    let changed = server.as_operator(Method::PATCH, "/locations/BER-1", Some(patch)).await;
    assert_eq!((changed.order(200)["latitude"].clone(), changed.version()), (Value::Null, 2));
    let taken = server.as_operator(Method::POST, "/locations", Some(body.clone())).await;
    assert_eq!(taken.pointers(409), ["/code"]);
    let unknown = server.as_operator(Method::PATCH, "/locations/BER-2", Some(json!({"name": "x"}))).await;
    assert_eq!(unknown.problem(404)["type"], "urn:problem:orders:unknown-location");
    let events = server.get(OPERATOR, "/events?subject=locations/BER-1").await.json();
    assert_eq!(events[0]["type"], "location.created");
    assert_eq!(events[0]["data"]["to"]["longitude"], json!(-13.405_001));
    assert_eq!(
        events[1]["data"]["from"],
        json!({"latitude": 52.52, "longitude": -13.405_001, "active": true})
    );
}

#[tokio::test]
async fn a_count_is_the_truth_for_whoever_saw_what_they_count() {
    let (server, product) = shop().await;
    let path = format!("/products/{product}/stock/MAIN");
    let before = server.get(OPERATOR, &path).await;
    assert_eq!((before.order(200), before.header("etag")), (level("MAIN", 0, 0), ""));
    let counted = server.count(product, "MAIN", 5).await;
    assert_eq!((counted.order(200), counted.version()), (level("MAIN", 5, 0), 1));
    assert_eq!(server.get(OPERATOR, &path).await.version(), 1);
    // Orders do not change the tag.
    server.place(1, &[(product, 2)]).await;
    assert_eq!(server.get(OPERATOR, &path).await.version(), 1);
    let recount = json!({"onHand": 4, "backorderLimit": 7, "reason": "again"});
    let with =
        |tag: &str| server.operator(Method::PUT, &path, Some(&recount)).header("if-match", tag.to_owned());
    Answer::to(with("\"2\"")).await.problem(412);
    let recounted = Answer::to(with("\"1\"")).await;
    assert_eq!((recounted.order(200)["backorderLimit"].clone(), recounted.version()), (json!(7), 2));
    // The same again changes nothing.
    assert_eq!(Answer::to(with("\"2\"")).await.version(), 2);
    let all = server.get(OPERATOR, &format!("/products/{product}/stock")).await.order(200);
    assert_eq!((all[0]["onHand"].clone(), all[1].clone()), (json!(4), level("SHOP", 0, 0)));
    server.get(OPERATOR, &format!("/products/{product}/stock/NOWHERE")).await.problem(404);
    server.get(OPERATOR, "/products/404/stock").await.problem(404);
}

#[tokio::test]
async fn a_count_below_what_is_reserved_is_short_and_names_who_holds_it() {
    let (server, product) = shop().await;
    server.count(product, "MAIN", 5).await.order(200);
    let first = server.place(1, &[(product, 2)]).await["id"].clone();
    let second = server.place(2, &[(product, 3)]).await["id"].clone();
    let short = server.count(product, "MAIN", 1).await.order(200);
    assert_eq!(
        short,
        json!({
            "location": "MAIN", "onHand": 1, "reserved": 5, "available": 0, "backorderLimit": 0, "short": 4,
            "orders": [second, first],
        })
    );
    let told = server.get(OPERATOR, "/events?type=stock.short").await.json();
    assert_eq!(told[0]["subject"], format!("stock/{product}/MAIN"));
    assert_eq!(told[0]["data"]["orders"], json!([second, first]));
    assert!(!told.to_string().contains("count\""), "a reason is in no event");
    server.cancel(1, first.as_i64().unwrap()).await.order(200);
    let left = server.get(OPERATOR, &format!("/products/{product}/stock/MAIN")).await.json();
    assert_eq!((left["short"].clone(), left["reserved"].clone()), (json!(2), json!(3)));
}

#[tokio::test]
async fn deliveries_come_and_go_and_what_is_held_stays() {
    let (server, product) = shop().await;
    assert_eq!(moved(&server, product, "received", 10).await.order(201), level("MAIN", 10, 0));
    server.place(1, &[(product, 4)]).await;
    assert_eq!(moved(&server, product, "removed", 1).await.order(201), level("MAIN", 9, 4));
    let held = moved(&server, product, "removed", 6).await.problem(409);
    assert_eq!(held["type"], "urn:problem:orders:not-on-hand");
    assert!(held["detail"].as_str().unwrap().contains("5 are there that no order holds"), "{held}");
    let returned = moved(&server, product, "returned", 2).await;
    assert_eq!((returned.order(201), returned.version()), (level("MAIN", 11, 4), 3));
    let nowhere = json!({"location": "NOWHERE", "kind": "received", "quantity": 1, "reason": "r"});
    let path = format!("/products/{product}/movements");
    assert_eq!(server.as_operator(Method::POST, &path, Some(nowhere)).await.pointers(422), ["/location"]);
    moved(&server, 404, "received", 1).await.problem(404);
}

#[tokio::test]
async fn a_transfer_is_one_event_of_the_place_that_was_left() {
    let (server, product) = shop().await;
    server.count(product, "MAIN", 5).await.order(200);
    let post = |body| server.as_operator(Method::POST, "/stock/transfers", Some(body));
    let both = post(transfer(product, "MAIN", "SHOP", 3)).await.order(201);
    assert_eq!(both, json!({"from": level("MAIN", 2, 0), "to": level("SHOP", 3, 0)}));
    let events = server.get(OPERATOR, "/events?type=stock.moved").await.json();
    let data = json!({
        "productId": product, "location": "MAIN", "version": 2, "target": "SHOP", "quantity": 3, "from": 5, "to": 2,
        "actor": {"kind": "user", "id": "100"},
    });
    assert_eq!((events.as_array().unwrap().len(), &events[0]["data"]), (1, &data));
    assert_eq!(server.get(OPERATOR, &format!("/products/{product}/stock/SHOP")).await.version(), 1);
    post(transfer(product, "MAIN", "SHOP", 3)).await.problem(409);
    for (body, pointer) in [
        (transfer(product, "MAIN", "MAIN", 1), "/to"),
        (transfer(product, "MAIN", "NOWHERE", 1), "/to"),
        (transfer(product, "NOWHERE", "SHOP", 1), "/from"),
        (transfer(404, "MAIN", "SHOP", 1), "/product"),
    ] {
        assert_eq!(post(body.clone()).await.pointers(422), [pointer], "{body}");
    }
}

#[tokio::test]
async fn the_ledger_tells_each_movement_with_the_level_after_it() {
    let (server, product) = shop().await;
    server.count(product, "MAIN", 5).await.order(200);
    let order = server.place(1, &[(9, 1), (product, 2)]).await;
    server.advance(1, order["id"].as_i64().unwrap(), "shipped").await.order(200);
    let path = format!("/products/{product}/movements");
    let ledger = server.get(OPERATOR, &path).await.order(200);
    let told: Vec<_> = ledger.as_array().unwrap().iter().collect();
    let kinds: Vec<_> = told
        .iter()
        .map(|line| (line["kind"].as_str().unwrap(), &line["onHandAfter"], &line["reservedAfter"]))
        .collect();
    assert_eq!(
        kinds,
        [
            ("added", &json!(5), &json!(0)),
            ("reserved", &json!(5), &json!(2)),
            ("shipped", &json!(3), &json!(0))
        ]
    );
    assert_eq!((&told[0]["reason"], &told[0]["orderId"]), (&json!("count"), &Value::Null));
    assert_eq!(
        (&told[1]["orderId"], &told[1]["orderProductId"]),
        (&order["id"], &order["orderProduct"][1]["id"])
    );
    assert_eq!(told[2]["eventId"].as_i64().unwrap() * 8192, told[2]["id"].as_i64().unwrap());
    // Page by page, and as lines.
    let (mut next, mut seen) = (format!("{path}?limit=1"), Vec::new());
    loop {
        let page = server.get(OPERATOR, &next).await;
        seen.extend(page.json().as_array().unwrap().clone());
        let link = page.header("link").to_owned();
        let Some(target) = link.strip_prefix('<').and_then(|rest| rest.split('>').next()) else { break };
        next = target.to_owned();
    }
    assert_eq!(json!(seen), ledger);
    let lines =
        Answer::to(server.user(OPERATOR, Method::GET, &path).header("accept", "application/x-ndjson")).await;
    let lines: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json!(lines), ledger);
    server.get(OPERATOR, "/products/404/movements").await.problem(404);
}

#[tokio::test]
async fn the_same_key_takes_a_delivery_in_once() {
    let (server, product) = shop().await;
    let body = json!({"location": "MAIN", "kind": "received", "quantity": 3, "reason": "van"});
    let path = format!("/products/{product}/movements");
    let ask =
        || Answer::to(server.operator(Method::POST, &path, Some(&body)).header("idempotency-key", "van-1"));
    let first = ask().await;
    assert_eq!(first.order(201), level("MAIN", 3, 0));
    server.count(product, "MAIN", 50).await.order(200);
    let again = ask().await;
    assert_eq!(
        (again.order(201), again.version(), again.header("idempotency-replayed")),
        (first.json(), 1, "true")
    );
    let dry = server.as_operator(Method::POST, &format!("{path}?dryRun=true"), Some(body.clone())).await;
    assert_eq!((dry.order(201), dry.header("orders-dry-run")), (level("MAIN", 53, 0), "true"));
    assert_eq!(server.get(OPERATOR, &path).await.json().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn stock_is_for_those_with_the_scope_alone() {
    let (server, product) = shop().await;
    let level = format!("/products/{product}/stock/MAIN");
    for (method, path) in [
        (Method::GET, "/locations"),
        (Method::POST, "/locations"),
        (Method::PATCH, "/locations/MAIN"),
        (Method::GET, "/products/9/stock"),
        (Method::GET, &level),
        (Method::PUT, &level),
        (Method::GET, "/products/9/movements"),
        (Method::POST, "/products/9/movements"),
        (Method::POST, "/stock/transfers"),
    ] {
        Answer::to(server.user(1, method.clone(), path).json(&json!({}))).await.problem(403);
        Answer::to(server.anyone(method, path).json(&json!({}))).await.problem(401);
    }
}
