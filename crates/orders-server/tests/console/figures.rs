//! Figures as charts and tables.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    desk::{Page, Person},
    support::{Server, products},
};

/// The page, once all that happened is counted and it has this in it.
async fn once(person: &Person, path: &str, has: &str) -> Page {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let page = person.get(path).await;
        if page.text.contains(has) && !page.text.contains("is not counted") {
            return page;
        }
        assert!(Instant::now() < deadline, "{has:?} does not come: {}", page.text);
        tokio::task::yield_now().await;
    }
}

async fn ask(server: &Server, method: Method, path: &str, body: Value) {
    let answer = server.operator(method, path, Some(&body)).send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
}

#[tokio::test]
async fn orders_of_two_currencies_are_told_apart_with_their_amounts() {
    let server = Server::start();
    let market = json!({"code": "jp", "name": "Japan", "currency": "JPY", "defaultLocale": "en", "timeZone": "Asia/Tokyo"});
    ask(&server, Method::POST, "/marketplaces", market).await;
    ask(&server, Method::PUT, "/products/9/listings/jp", json!({"price": 1980})).await;
    let dollars = server.place(1, &[(9, 7)]).await["total"].as_i64().unwrap();
    server.place(2, &[(9, 1)]).await;
    let mut order = products(&[(9, 2)]);
    order["marketplace"] = json!("jp");
    let placed = server.user(1, Method::POST, "/orders").json(&order).send().await.unwrap();
    assert_eq!(placed.status(), 201);
    ask(&server, Method::PATCH, "/orders/1/status", json!({"status": "shipped"})).await;
    let person = Person::signed_in(&server, 100).await;
    let amount = dollars / 7 * 8;
    let dollars = format!("{}.{:02}", amount / 100, amount % 100);
    let page = once(&person, "/console/figures?days=7&tz=Asia/Kathmandu", "Shipped</th>").await;
    let of = |marketplace: &str, currency: &str, orders: i64, amount: &str, pieces: i64| {
        format!(
            "<th scope=\"row\">{marketplace}</th><td>{currency}</td><td class=\"n\">{orders}</td>\
             <td class=\"n\">{amount}</td><td class=\"n\">{pieces}</td>"
        )
    };
    let page = page.has(&[
        &of("default", "USD", 2, &dollars, 8),
        &of("jp", "JPY", 1, "3960", 2),
        "Orders by day, default USD",
        "Revenue by day, jp JPY",
        "Time to ship by day, default USD",
        "Orders that came to a status, JPY",
        "<th scope=\"row\">Pending</th><td class=\"n\">2</td>",
        "<th scope=\"row\">Shipped</th><td class=\"n\">1</td>",
        "Pieces ordered of each product, USD",
        "href=\"/console/products/9\"",
        "role=\"img\"",
        "days of Asia/Kathmandu",
        "aria-current=\"page\">7 days</a>",
        "/console/figures?tz=Asia%2FKathmandu&#38;days=365",
    ]);
    assert_eq!(page.status, 200);
    assert_eq!(page.text.matches("<svg").count(), 10);
    assert!(!page.text.contains(" style="));
    // Each chart is followed by its numbers, and the largest of them is told.
    page.has(&["; the largest is 2, "]);
}

#[tokio::test]
async fn a_new_shop_is_told_what_comes_first() {
    let server = Server::start();
    let person = Person::signed_in(&server, 100).await;
    let page = person.get("/console/figures").await;
    assert_eq!(page.status, 200);
    let page = page.has(&["No figures yet", "POST /orders", "aria-current=\"page\">Figures</a>"]);
    assert!(!page.text.contains("<svg"));
}

#[tokio::test]
async fn who_lacks_the_scope_is_refused_and_has_no_such_room() {
    let server = Server::start();
    let person = Person::signed_in(&server, 1).await;
    for path in ["/console/figures", "/console/figures?days=8"] {
        let page = person.get(path).await;
        assert_eq!(page.status, 403, "{path}");
        let page = page.has(&["analytics:read"]);
        assert!(!page.text.contains("Figures</a>"));
    }
}

#[tokio::test]
async fn a_period_or_a_zone_that_cannot_be_is_named() {
    let server = Server::start();
    let person = Person::signed_in(&server, 100).await;
    for (query, said) in [
        ("days=8", "Days &#34;8&#34; is not one of 7, 30, 90, 365."),
        ("days=x&tz=UTC", "Days &#34;x&#34; is not one of 7, 30, 90, 365."),
        ("tz=Europe/Atlantis", "Time zone &#34;Europe/Atlantis&#34; is not a time zone"),
    ] {
        let page = person.get(&format!("/console/figures?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        page.has(&["These figures cannot be shown.", said, "role=\"alert\"", "id=\"tz\""]);
    }
}
