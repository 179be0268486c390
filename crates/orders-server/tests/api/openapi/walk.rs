//! A walk over every route, in every way that it can answer.

use std::collections::BTreeMap;

use serde_json::json;

use crate::{
    answer::{Answer, shipment},
    support::{Server, products},
    wire,
};

mod marketplaces;

use marketplaces::of_marketplaces;

/// A route, the id or the query, a header that differs from the usual, the body.
type Row = (&'static str, &'static str, &'static str, String);

/// A body that is too long.
fn long() -> String {
    " ".repeat(64 * 1024 + 1)
}

/// What is asked of orders and their events, and by those who run the service. Of the product 50 there are few.
fn of_orders() -> Vec<Row> {
    let few = products(&[(50, 9)]).to_string();
    let order = products(&[(9, 7)]).to_string();
    let (tracking, shipped) = (shipment("N1").to_string(), json!({"status": "shipped"}).to_string());
    vec![
        ("POST /orders", "", "", order.clone()),
        ("POST /orders", "", "Idempotency-Key:", order.clone()),
        ("POST /orders", "", "user_id: 4", order.clone()),
        ("POST /orders", "", "", long()),
        ("POST /orders", "", "Content-Type: text/plain", order.clone()),
        ("POST /orders", "", "", "{}".to_owned()),
        ("POST /orders", "", "", few.clone()),
        ("GET /orders", "", "", String::new()),
        ("GET /orders", "", "Accept: application/x-ndjson", String::new()),
        ("GET /orders", "", "Accept: text/csv", String::new()),
        ("GET /orders", "?email=a@b", "user_id: 4", String::new()),
        ("GET /orders", "?limit=x", "", String::new()),
        ("GET /orders", "?limit=0", "", String::new()),
        ("GET /orders/{id}", "1", "", String::new()),
        ("GET /orders/{id}", "1", "If-None-Match: *", String::new()),
        ("GET /orders/{id}", "1", "If-Match: \"7\"", String::new()),
        ("GET /orders/{id}", "1", "user_id: 2", String::new()),
        ("GET /orders/{id}", "01", "", String::new()),
        ("GET /orders/{id}", "1?version=9", "", String::new()),
        ("GET /orders/{id}/events", "1", "", String::new()),
        ("GET /orders/{id}/events", "01", "", String::new()),
        ("GET /orders/{id}/events", "1", "user_id: 2", String::new()),
        ("GET /events", "", "", String::new()),
        ("GET /events", "", "Accept: application/x-ndjson", String::new()),
        ("GET /events", "", "Prefer: wait=1", String::new()),
        ("GET /events", "", "user_id: 4", String::new()),
        ("GET /events", "?type=order.lost", "", String::new()),
        ("PATCH /orders/{id}/tracking", "1", "", tracking.clone()),
        ("PATCH /orders/{id}/tracking", "01", "", tracking.clone()),
        ("PATCH /orders/{id}/tracking", "1", "user_id: 2", tracking.clone()),
        ("PATCH /orders/{id}/tracking", "1", "If-Match: \"7\"", tracking.clone()),
        ("PATCH /orders/{id}/tracking", "1", "", long()),
        ("PATCH /orders/{id}/tracking", "1", "Content-Type: text/plain", tracking.clone()),
        ("PATCH /orders/{id}/tracking", "1", "", "{}".to_owned()),
        ("PATCH /orders/{id}/cancel", "1", "", String::new()),
        ("PATCH /orders/{id}/cancel", "01", "", String::new()),
        ("PATCH /orders/{id}/cancel", "1?colour=red", "", String::new()),
        ("PATCH /orders/{id}/cancel", "1", "user_id: 2", String::new()),
        ("PATCH /orders/{id}/cancel", "1", "If-Match: \"7\"", String::new()),
        ("PATCH /orders/{id}/cancel", "1", "", long()),
        ("PATCH /orders/{id}/tracking", "1", "", tracking.clone()),
        ("PATCH /orders/{id}/status", "1", "", shipped.clone()),
        ("PATCH /orders/{id}/status", "2", "", shipped.clone()),
        ("PATCH /orders/{id}/status", "01", "", shipped.clone()),
        ("PATCH /orders/{id}/status", "2", "user_id: 2", shipped.clone()),
        ("PATCH /orders/{id}/status", "2", "If-Match: \"7\"", shipped.clone()),
        ("PATCH /orders/{id}/status", "2", "", long()),
        ("PATCH /orders/{id}/status", "2", "Content-Type: text/plain", shipped.clone()),
        ("PATCH /orders/{id}/status", "2", "", "{}".to_owned()),
        ("PATCH /orders/{id}/cancel", "2", "", String::new()),
        ("GET /health/live", "", "", String::new()),
        ("GET /health/ready", "", "", String::new()),
        ("GET /metrics", "", "", String::new()),
    ]
}

/// What is asked of the shipments of orders, and of what of them is not wanted. Order 3 is user 1's.
fn of_shipments() -> Vec<Row> {
    let line = |pieces: i64| json!({"lines": [{"orderProductId": 201, "quantity": pieces}]}).to_string();
    let (one, many) = (line(1), line(900));
    let shipped = json!({"status": "shipped"}).to_string();
    let planned = json!({"status": "planned"}).to_string();
    let cancelled = |pieces: i64| {
        json!({"lines": [{"orderProductId": 201, "quantity": pieces}], "reason": "other"}).to_string()
    };
    let (few, more) = (cancelled(1), cancelled(900));
    let contact = json!({"email": "ada@example.org"}).to_string();
    let mut rows = vec![
        ("PATCH /orders/{id}/contact", "3", "", contact.clone()),
        ("PATCH /orders/{id}/contact", "1", "", contact.clone()),
        ("PATCH /orders/{id}/contact", "3", "", r#"{"email": "nobody"}"#.to_owned()),
        ("POST /orders/{id}/plan", "3?dryRun=true", "", String::new()),
        ("POST /orders/{id}/plan", "1", "", String::new()),
        ("POST /orders/{id}/plan", "3?colour=red", "", String::new()),
        ("POST /orders/{id}/shipments", "3", "", one.clone()),
        ("POST /orders/{id}/shipments", "3", "", many),
        ("POST /orders/{id}/shipments", "3", "", r#"{"lines": []}"#.to_owned()),
        ("PATCH /orders/{id}/shipments/{number}", "3", "", shipped.clone()),
        ("PATCH /orders/{id}/shipments/{number}", "3", "", planned),
        ("PATCH /orders/{id}/shipments/{number}", "3", "", r#"{"trackingNumber": ""}"#.to_owned()),
        ("PATCH /orders/{id}/shipments/{number}", "1", "", shipped.clone()),
        ("PATCH /orders/{id}/shipments/{number}", "4", "", shipped.clone()),
        ("GET /orders/{id}/shipments", "3", "", String::new()),
        ("GET /orders/{id}/shipments/{number}", "3", "", String::new()),
        ("GET /orders/{id}/shipments/{number}", "4", "", String::new()),
        ("POST /orders/{id}/cancellations", "3", "", few.clone()),
        ("POST /orders/{id}/cancellations", "3", "", more),
        ("POST /orders/{id}/cancellations", "3", "", "{}".to_owned()),
        ("GET /orders/{id}/cancellations", "3", "", String::new()),
        ("GET /orders/{id}/cancellations/{number}", "3", "", String::new()),
        ("GET /orders/{id}/cancellations/{number}", "4", "", String::new()),
    ];
    for (route, body) in [
        ("PATCH /orders/{id}/contact", contact),
        ("POST /orders/{id}/plan", String::new()),
        ("POST /orders/{id}/shipments", one),
        ("PATCH /orders/{id}/shipments/{number}", shipped),
        ("POST /orders/{id}/cancellations", few),
    ] {
        rows.push((route, "3", "user_id: 2", body.clone()));
        rows.push((route, "03", "", body.clone()));
        rows.push((route, "3", "If-Match: \"77\"", body.clone()));
        rows.push((route, "3", "", long()));
        if !body.is_empty() {
            rows.push((route, "3", "Content-Type: text/plain", body));
        }
    }
    for route in [
        "GET /orders/{id}/shipments",
        "GET /orders/{id}/shipments/{number}",
        "GET /orders/{id}/cancellations",
        "GET /orders/{id}/cancellations/{number}",
    ] {
        rows.push((route, "3", "user_id: 2", String::new()));
        rows.push((route, "03", "", String::new()));
        rows.push((route, "3", "If-Match: \"77\"", String::new()));
        rows.push((route, "3", "If-None-Match: *", String::new()));
    }
    rows
}

/// What is asked of products, places and stock.
fn of_the_shop() -> Vec<Row> {
    let product = json!({"name": "Cup", "price": 7}).to_string();
    let taken = json!({"id": 50, "name": "Cup", "price": 7}).to_string();
    let sku = json!({"sku": "MUG"}).to_string();
    let cheaper = json!({"price": 4}).to_string();
    let count = json!({"onHand": 5, "reason": "count"}).to_string();
    let delivery = |kind: &str, quantity: i64| {
        json!({"location": "MAIN", "kind": kind, "quantity": quantity, "reason": "r"}).to_string()
    };
    let (received, removed) = (delivery("received", 3), delivery("removed", 900));
    let transfer = |quantity: i64| {
        json!({"product": 50, "from": "MAIN", "to": "B", "quantity": quantity, "reason": "r"}).to_string()
    };
    let (moved, too_many) = (transfer(1), transfer(900));
    let location = json!({"code": "C", "name": "C", "country": "DE"}).to_string();
    let renamed = json!({"name": "D"}).to_string();
    vec![
        ("GET /products", "", "", String::new()),
        ("GET /products", "?limit=0", "", String::new()),
        ("GET /products/{id}", "9", "", String::new()),
        ("GET /products/{id}", "9", "If-None-Match: *", String::new()),
        ("GET /products/{id}", "11", "", String::new()),
        ("GET /products/{id}", "09", "", String::new()),
        ("POST /products", "", "", product.clone()),
        ("POST /products", "", "user_id: 4", product.clone()),
        ("POST /products", "", "", taken.clone()),
        ("POST /products", "", "", long()),
        ("POST /products", "", "Content-Type: text/plain", product.clone()),
        ("POST /products", "", "", "{}".to_owned()),
        ("PATCH /products/{id}", "9", "", sku.clone()),
        ("PATCH /products/{id}", "9", "", cheaper.clone()),
        ("PATCH /products/{id}", "9", "user_id: 4", cheaper.clone()),
        ("PATCH /products/{id}", "404", "", cheaper.clone()),
        ("PATCH /products/{id}", "9", "If-Match: \"77\"", cheaper.clone()),
        ("PATCH /products/{id}", "9", "", r#"{"price": -1}"#.to_owned()),
        ("PUT /products/{id}/stock/{location}", "50", "", "{}".to_owned()),
        ("POST /products/{id}/movements", "50", "", "{}".to_owned()),
        ("POST /stock/transfers", "", "", "{}".to_owned()),
        ("PATCH /products/{id}", "9", "", long()),
        ("PATCH /products/{id}", "9", "Content-Type: text/plain", cheaper.clone()),
        ("GET /products/{id}/stock", "50", "", String::new()),
        ("GET /products/{id}/stock", "404", "", String::new()),
        ("GET /products/{id}/stock", "50", "user_id: 4", String::new()),
        ("GET /products/{id}/stock/{location}", "404", "", String::new()),
        ("GET /products/{id}/stock/{location}", "50", "user_id: 4", String::new()),
        ("PUT /products/{id}/stock/{location}", "50", "", count.clone()),
        ("PUT /products/{id}/stock/{location}", "404", "", count.clone()),
        ("PUT /products/{id}/stock/{location}", "50", "user_id: 4", count.clone()),
        ("PUT /products/{id}/stock/{location}", "50", "If-Match: \"77\"", count.clone()),
        ("PUT /products/{id}/stock/{location}", "50", "", long()),
        ("PUT /products/{id}/stock/{location}", "50", "Content-Type: text/plain", count.clone()),
        ("GET /products/{id}/stock/{location}", "50", "", String::new()),
        ("POST /products/{id}/movements", "50", "", received.clone()),
        ("POST /products/{id}/movements", "404", "", received.clone()),
        ("POST /products/{id}/movements", "50", "", removed.clone()),
        ("POST /products/{id}/movements", "50", "user_id: 4", received.clone()),
        ("POST /products/{id}/movements", "50", "", long()),
        ("POST /products/{id}/movements", "50", "Content-Type: text/plain", received.clone()),
        ("GET /products/{id}/movements", "50", "", String::new()),
        ("GET /products/{id}/movements", "50", "Accept: application/x-ndjson", String::new()),
        ("GET /products/{id}/movements", "404", "", String::new()),
        ("GET /products/{id}/movements", "50", "user_id: 4", String::new()),
        ("POST /stock/transfers", "", "", moved.clone()),
        ("POST /stock/transfers", "", "", too_many.clone()),
        ("POST /stock/transfers", "", "user_id: 4", moved.clone()),
        ("POST /stock/transfers", "", "", long()),
        ("POST /stock/transfers", "", "Content-Type: text/plain", moved.clone()),
        ("GET /locations", "", "", String::new()),
        ("GET /locations", "", "user_id: 4", String::new()),
        ("POST /locations", "", "", location.clone()),
        ("POST /locations", "", "", location.clone()),
        ("POST /locations", "", "user_id: 4", location.clone()),
        ("POST /locations", "", "", long()),
        ("POST /locations", "", "Content-Type: text/plain", location.clone()),
        ("PATCH /locations/{code}", "", "", renamed.clone()),
        ("PATCH /locations/{code}", "NOWHERE", "", renamed.clone()),
        ("PATCH /locations/{code}", "", "user_id: 4", renamed.clone()),
        ("PATCH /locations/{code}", "", "If-Match: \"77\"", renamed.clone()),
        ("PATCH /locations/{code}", "", "", long()),
        ("PATCH /locations/{code}", "", "Content-Type: text/plain", renamed.clone()),
        ("PATCH /locations/{code}", "", "", r#"{"name": ""}"#.to_owned()),
        ("POST /locations", "", "", "{}".to_owned()),
    ]
}

/// What is asked of webhooks and of the log; of none anything is sent, since nothing is placed any more.
fn of_webhooks() -> Vec<Row> {
    let webhook = json!({"url": "https://hooks.example/", "types": ["order.*"], "active": false}).to_string();
    let paused = json!({"active": false}).to_string();
    let replay = json!({"after": "0"}).to_string();
    let mut rows = vec![
        ("POST /webhooks", "", "", webhook.clone()),
        ("POST /webhooks", "", "Idempotency-Key: w", webhook.clone()),
        ("POST /webhooks", "", "user_id: 4", webhook.clone()),
        ("POST /webhooks", "", "", long()),
        ("POST /webhooks", "", "Content-Type: text/plain", webhook.clone()),
        ("POST /webhooks", "", "", "{}".to_owned()),
        ("GET /webhooks", "", "", String::new()),
        ("GET /webhooks", "?limit=0", "", String::new()),
        ("GET /webhooks/{id}", "1", "", String::new()),
        ("GET /webhooks/{id}", "77", "", String::new()),
        ("PATCH /webhooks/{id}", "1", "", paused.clone()),
        ("PATCH /webhooks/{id}", "1", "If-Match: \"77\"", paused.clone()),
        ("PATCH /webhooks/{id}", "1", "", r#"{"from": "now"}"#.to_owned()),
        ("PATCH /webhooks/{id}", "1", "", long()),
        ("PATCH /webhooks/{id}", "1", "Content-Type: text/plain", paused.clone()),
        ("PATCH /webhooks/{id}", "77", "", paused.clone()),
        ("POST /webhooks/{id}/secret", "1", "", String::new()),
        ("POST /webhooks/{id}/secret", "1", "If-Match: \"77\"", String::new()),
        ("POST /webhooks/{id}/replay", "1", "", replay.clone()),
        ("POST /webhooks/{id}/replay", "1", "", r#"{"after": "5", "until": "5"}"#.to_owned()),
        ("POST /webhooks/{id}/replay", "77", "", replay.clone()),
        ("POST /webhooks/{id}/replay", "1", "", long()),
        ("POST /webhooks/{id}/replay", "1", "Content-Type: text/plain", replay.clone()),
        ("GET /webhooks/{id}/deliveries", "1", "", String::new()),
        ("GET /webhooks/{id}/deliveries", "1?state=lost", "", String::new()),
        ("GET /webhooks/{id}/deliveries", "77", "", String::new()),
        (
            "GET /analytics/orders",
            "?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z&every=day",
            "",
            String::new(),
        ),
        ("GET /analytics/orders", "?from=2026-11-01T00:07:00Z", "", String::new()),
        ("GET /analytics/products", "?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z", "", String::new()),
        ("GET /analytics/products", "?top=0", "", String::new()),
        ("GET /deliveries", "", "", String::new()),
        ("GET /deliveries", "?consumer=webhook:77", "", String::new()),
        ("GET /deliveries", "?state=lost", "", String::new()),
        ("POST /webhooks/{id}/test", "1?dryRun=true", "", String::new()),
        ("DELETE /webhooks/{id}", "1", "If-Match: \"77\"", String::new()),
        ("DELETE /webhooks/{id}", "1", "", String::new()),
        ("DELETE /webhooks/{id}", "77", "", String::new()),
        ("DELETE /webhooks/{id}", "1?colour=red", "", String::new()),
        ("PATCH /webhooks/{id}", "1", "", r#"{"active": true}"#.to_owned()),
        ("POST /webhooks/{id}/replay", "1", "", replay),
    ];
    for route in [
        "POST /webhooks/{id}/secret",
        "POST /webhooks/{id}/test",
        "POST /webhooks/{id}/deliveries/{event}/retry",
    ] {
        for (id, header, body) in [
            ("1", "", String::new()),
            ("77", "", String::new()),
            ("01", "", String::new()),
            ("1?colour=red", "", String::new()),
            ("1", "", long()),
        ] {
            rows.push((route, id, header, body));
        }
    }
    for route in [
        "GET /webhooks",
        "GET /webhooks/{id}",
        "PATCH /webhooks/{id}",
        "DELETE /webhooks/{id}",
        "POST /webhooks/{id}/secret",
        "POST /webhooks/{id}/test",
        "POST /webhooks/{id}/replay",
        "GET /webhooks/{id}/deliveries",
        "POST /webhooks/{id}/deliveries/{event}/retry",
        "GET /deliveries",
    ] {
        rows.push((route, "1", "user_id: 4", String::new()));
        rows.push((route, "01", "", String::new()));
    }
    for route in ["GET /analytics/orders", "GET /analytics/products"] {
        rows.push((route, "", "user_id: 4", String::new()));
    }
    rows
}

/// Asks every route in every way that it can answer, but for 5xx, slow bodies and limits of rate.
pub async fn walk(server: &Server) -> Vec<(&'static str, Answer)> {
    for _ in 0..4 {
        server.place(1, &[(9, 7)]).await;
    }
    server.add_place("MAIN").await;
    server.add_place("B").await;
    server.add_product(&json!({"id": 50, "name": "Mug", "price": 5, "sku": "MUG"})).await;
    let mut rows = of_orders();
    rows.extend(of_shipments());
    rows.extend(of_the_shop());
    rows.extend(of_marketplaces());
    rows.extend(of_webhooks());
    let many: &'static str = format!("?{}", "a&".repeat(33)).leak();
    let routes: BTreeMap<_, _> = rows.iter().map(|(route, _, _, body)| (*route, body.clone())).collect();
    for (route, body) in routes {
        for (id, header) in
            [("?dryRun=true", ""), (many, ""), ("", "Host: shop.example"), ("", "Accept: text/html")]
        {
            // What operators fetch has one form.
            let has_one_form =
                !["order", "product", "event", "stock", "location", "market", "webhook", "deliver"]
                    .iter()
                    .any(|of| route.contains(of));
            if !header.starts_with("Accept") || !has_one_form {
                rows.push((route, id, header, body.clone()));
            }
        }
    }
    let ask = |(route, id, header, body): Row| {
        let (id, query) = id.split_at(id.find('?').unwrap_or(id.len()));
        let usual = if route.contains("/marketplaces") { "de" } else { "MAIN" };
        let code = if id.is_empty() { usual } else { id };
        let marketplace = if id == "2" { "default" } else { "de" };
        let target = route.replace("{id}", if id.is_empty() { "1" } else { id });
        let target = target
            .replace("{number}", "1")
            .replace("{event}", "1")
            .replace("{location}", "MAIN")
            .replace("{marketplace}", marketplace)
            .replace("{locale}", "de-AT")
            .replace("{code}", code)
            + query;
        let length = format!("Content-Length: {}", body.len());
        let name = header.split_once(':').map_or("", |(name, _)| name);
        let mut headers = vec![&*length];
        let of_staff = [
            "/events",
            "/products",
            "/stock",
            "/locations",
            "/marketplaces",
            "/webhooks",
            "/deliveries",
            "/analytics",
        ];
        let is_staffs =
            of_staff.iter().any(|of| route.split(' ').nth(1).is_some_and(|path| path.starts_with(of)));
        let is_staffs = is_staffs || ["/shipments", "/plan"].iter().any(|of| route.contains(of));
        let user = if is_staffs { "user_id: 100" } else { "user_id: 1" };
        headers.extend(
            [user, "Content-Type: application/json"]
                .iter()
                .filter(|usual| !usual.starts_with(name) || name.is_empty()),
        );
        headers.extend(Some(header).filter(|header| !header.is_empty()));
        (route, server.answer(wire::head(&target, &headers) + &body))
    };
    rows.into_iter().map(ask).collect()
}
