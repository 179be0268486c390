//! A shop with something of everything, for pages that show it.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Server, receiver::Receiver};

/// 32 bytes in base64.
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// The shop.
pub struct Shop {
    pub server: Server,
    pub product: i64,
}

impl Shop {
    /// One whose pages are worth being looked at.
    pub async fn open() -> Self {
        let receiver = Receiver::answering(|_, before| Some(if before == 0 { 503 } else { 200 }));
        let port = receiver.port().to_string();
        let server = Server::start_with(&[
            ("SECRETS_KEY", KEY),
            ("WEBHOOKS_ALLOW_HTTP", "true"),
            ("WEBHOOKS_PORTS", &port),
            ("WEBHOOKS_ALLOW_NETS", "127.0.0.0/8"),
        ]);
        let ask = async |method: Method, path: &str, body: Value| {
            let answer = server.operator(method, path, Some(&body)).send().await.unwrap();
            assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        };
        for code in ["berlin", "hamburg"] {
            server.add_place(code).await;
        }
        let lamp =
            json!({"name": "Desk lamp, brass", "price": 4990, "sku": "LAMP-BRASS", "stockPolicy": "deny"});
        let product = server.add_product(&lamp).await;
        for (place, pieces) in [("berlin", 8), ("hamburg", 5)] {
            let path = format!("/products/{product}/stock/{place}");
            ask(Method::PUT, &path, json!({"onHand": pieces, "reason": "first count"})).await;
        }
        ask(Method::POST, "/webhooks", json!({"url": receiver.url(), "types": ["order.*"]})).await;
        for (user, lines) in [
            (1, vec![(9, 7), (1, 1)]),
            (2, vec![(2, 2)]),
            (3, vec![(product, 9), (4, 1)]),
            (1, vec![(3, 120)]),
            (2, vec![(5, 1), (6, 2), (7, 3)]),
        ] {
            server.place(user, &lines).await;
        }
        let contact = json!({"email": "ada@example.org", "shipTo": {"name": "Ada Lovelace", "lines": ["12 St James's Square"],
            "city": "London", "postalCode": "SW1Y 4JH", "country": "GB"}});
        ask(Method::PATCH, "/orders/3/contact", contact).await;
        let tracking = json!({"shippingProvider": "DHL", "trackingNumber": "00340434161094042557"});
        ask(Method::PATCH, "/orders/1/tracking", tracking).await;
        ask(Method::PATCH, "/orders/1/status", json!({"status": "shipped"})).await;
        ask(Method::PATCH, "/orders/2/status", json!({"status": "processing"})).await;
        ask(Method::PATCH, "/orders/4/cancel", json!({})).await;
        receiver.wait(1);
        counted(&server).await;
        Self { server, product }
    }
}

/// Waits until all that has happened is counted.
async fn counted(server: &Server) {
    let path = "/analytics/orders?from=2026-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let report: Value =
            server.operator(Method::GET, path, None).send().await.unwrap().json().await.unwrap();
        if report["rows"][0]["orders"] == 5 && report["lagSeconds"] == 0.0 {
            return;
        }
        assert!(Instant::now() < deadline, "{report}");
        tokio::task::yield_now().await;
    }
}
