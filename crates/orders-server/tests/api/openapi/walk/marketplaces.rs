//! What the walk asks about marketplaces.

use serde_json::json;

use super::{Row, long};
use crate::support::products;

/// What is asked of marketplaces, and of what they say of products. Of product 2 it is asked in the default one.
pub fn of_marketplaces() -> Vec<Row> {
    let market = json!({
        "code": "de", "name": "Deutschland", "currency": "EUR", "defaultLocale": "de", "timeZone": "Europe/Berlin",
    });
    let market = market.to_string();
    let (renamed, passive) = (json!({"name": "D"}).to_string(), json!({"active": false}).to_string());
    let (listing, text) = (json!({"price": 7}).to_string(), json!({"name": "Brett"}).to_string());
    let mut rows = vec![
        ("POST /marketplaces", "", "", market.clone()),
        ("POST /marketplaces", "", "", market.clone()),
        ("POST /marketplaces", "", "user_id: 4", market.clone()),
        ("POST /marketplaces", "", "", long()),
        ("POST /marketplaces", "", "Content-Type: text/plain", market),
        ("POST /marketplaces", "", "", "{}".to_owned()),
        ("GET /marketplaces", "", "", String::new()),
        ("GET /marketplaces/resolve", "?country=DE", "", String::new()),
        ("GET /marketplaces/resolve", "?country=de", "", String::new()),
        ("GET /marketplaces/resolve", "", "Orders-Marketplace: d e", String::new()),
        ("GET /marketplaces/{code}", "de", "", String::new()),
        ("GET /marketplaces/{code}", "de", "If-None-Match: *", String::new()),
        ("GET /marketplaces/{code}", "DE", "", String::new()),
        ("GET /marketplaces/{code}", "xx", "", String::new()),
        ("GET /products/{id}", "1?marketplace=de", "", String::new()),
        ("GET /products/{id}", "1?marketplace=xx", "", String::new()),
        ("POST /orders", "?marketplace=de", "", products(&[(1, 1)]).to_string()),
        ("PUT /products/{id}/listings/{marketplace}", "2", "", listing.clone()),
    ];
    for (route, id, body) in [
        ("PATCH /marketplaces/{code}", "de", &renamed),
        ("PUT /products/{id}/listings/{marketplace}", "9", &listing),
        ("PUT /products/{id}/texts/{marketplace}/{locale}", "9", &text),
    ] {
        let unknown = if id == "de" { "xx" } else { "404" };
        for (id, header, body) in [
            (id, "", body.clone()),
            (id, "", body.clone()),
            (id, "user_id: 4", body.clone()),
            (unknown, "", body.clone()),
            (id, "If-Match: \"77\"", body.clone()),
            (id, "If-Match: 77", body.clone()),
            (id, "Content-Type: text/plain", body.clone()),
            (id, "", r#"{"price": -1, "name": ""}"#.to_owned()),
            (id, "", long()),
        ] {
            rows.push((route, id, header, body));
        }
    }
    rows.push(("PATCH /marketplaces/{code}", "default", "", passive));
    for route in
        ["GET /products/{id}/listings/{marketplace}", "GET /products/{id}/texts/{marketplace}/{locale}"]
    {
        for (id, header) in [("9", ""), ("404", ""), ("09", ""), ("9", "user_id: 4")] {
            rows.push((route, id, header, String::new()));
        }
    }
    rows
}
