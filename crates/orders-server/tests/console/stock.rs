//! Products and stock.

use serde_json::json;

use crate::{desk::Person, support::Server};

#[tokio::test]
async fn stock_is_counted_received_and_found_in_the_ledger() {
    let server = Server::start();
    let product = server
        .add_product(&json!({"name": "Lamp", "price": 1999, "stockPolicy": "deny", "sku": "L-1"}))
        .await;
    let person = Person::signed_in(&server, 100).await;
    let page = format!("/console/products/{product}");
    person.get(&page).await.has(&["There is no place yet", "POST /locations"]);
    server.add_place("berlin").await;
    let page_of = async || person.get(&page).await;
    page_of().await.has(&[
        "Count or receive at berlin",
        "Nothing has moved yet.",
        "19.99 USD",
        "Only what is there",
    ]);
    let act = async |path: &str, fields: &[(&str, &str)]| {
        let action = format!("{page}/{path}");
        let key = page_of().await.field(&action, "key");
        let fields = [&[("place", "berlin"), ("key", key.as_str())], fields].concat();
        // Sent twice it is done once.
        for _ in 0..2 {
            let answer = person.send(&action, &fields).await;
            assert_eq!(answer.status, 303, "{}", answer.text);
        }
    };
    act("count", &[("pieces", "5"), ("reason", "first count")]).await;
    act("delivery", &[("kind", "received"), ("pieces", "7"), ("reason", "invoice 8")]).await;
    act("delivery", &[("kind", "removed"), ("pieces", "2"), ("reason", "broken")]).await;
    server.place(1, &[(product, 3)]).await;
    page_of().await.has(&[
        "first count",
        "+7",
        "−2",
        "broken",
        "+3 held",
        "<dd class=\"n\">10</dd>",
        "/console/orders/1\"",
    ]);
    person.get("/console/products?sku=L-1").await.has(&["Lamp", "<td class=\"n\">7<span"]);
    person.get("/console/products?sku=L-2").await.has(&["No product has this SKU"]);
}

#[tokio::test]
async fn what_is_not_there_cannot_go_and_it_is_said_beside_what_was_filled_in() {
    let server = Server::start();
    server.add_place("berlin").await;
    let product = server.add_product(&json!({"name": "Lamp", "price": 1999, "stockPolicy": "deny"})).await;
    let person = Person::signed_in(&server, 100).await;
    let path = format!("/console/products/{product}/delivery");
    for (kind, pieces, reason, status) in [
        ("removed", "9", "gone", 409),
        ("removed", "0", "gone", 422),
        ("lost", "1", "gone", 422),
        ("received", "1", "", 422),
    ] {
        let fields = [
            ("form", "delivery"),
            ("place", "berlin"),
            ("kind", kind),
            ("pieces", pieces),
            ("reason", reason),
        ];
        let page = person.send(&path, &fields).await;
        assert_eq!(page.status, status, "{kind} {pieces}");
        page.has(&["Not done", &format!("value=\"{pieces}\"")]);
    }
    let page = person
        .send(&path, &[("place", "paris"), ("kind", "received"), ("pieces", "1"), ("reason", "x")])
        .await;
    assert_eq!(page.status, 404);
}

#[tokio::test]
async fn products_that_are_fixed_are_shown_without_levels() {
    let server = Server::start_with(&[("CATALOGUE", "static")]);
    let person = Person::signed_in(&server, 100).await;
    person.get("/console/products").await.has(&["Ceramic mug", "Not counted"]);
    person.get("/console/products/1").await.has(&["Ceramic mug"]);
}
