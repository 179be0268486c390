//! Marketplaces: how they are kept, which one somebody is in, and what is shown and sold there.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    answer::{Answer, with},
    support::Server,
};

mod choosing;
mod currencies;
mod keeping;
mod listings;
mod shown;
mod sold;
mod told;

/// The marketplace `de` as it is sent: in euros, in German, with a host and two countries.
fn german() -> Value {
    json!({
        "code": "de", "name": "Deutschland", "currency": "EUR", "defaultLocale": "de", "timeZone": "Europe/Berlin",
        "priceIncludesTax": true, "countries": ["AT", "DE"], "host": "de.localhost", "active": true,
    })
}

/// A marketplace of this code, with these members otherwise.
fn market(code: &str, members: &Value) -> Value {
    let plain =
        json!({"code": code, "name": code, "currency": "USD", "defaultLocale": "en", "timeZone": "UTC"});
    with(&plain, members)
}

impl Server {
    async fn add_market(&self, body: Value) -> Answer {
        self.as_operator(Method::POST, "/marketplaces", Some(body)).await
    }

    async fn change_market(&self, code: &str, body: Value) -> Answer {
        self.as_operator(Method::PATCH, &format!("/marketplaces/{code}"), Some(body)).await
    }

    async fn set_listing(&self, product: i64, code: &str, body: Value) -> Answer {
        self.as_operator(Method::PUT, &format!("/products/{product}/listings/{code}"), Some(body)).await
    }

    async fn set_text(&self, product: i64, of: &str, name: &str) -> Answer {
        let body = json!({"name": name});
        self.as_operator(Method::PUT, &format!("/products/{product}/texts/{of}"), Some(body)).await
    }

    /// A server with the marketplace `de`, where product 9 costs 18.99 euros and product 1 is not sold.
    async fn with_german() -> Self {
        let server = Self::start();
        assert_eq!(server.add_market(german()).await.status, 201);
        let listed = server.set_listing(9, "de", json!({"price": 1899, "model": "BRETT-1"})).await;
        assert_eq!(listed.status, 201, "{}", listed.text());
        server
    }

    /// Asks with these headers, as nobody in particular.
    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        Answer::to(headed(self.anyone(Method::GET, path), headers)).await
    }

    /// Places an order of one piece of product 9 as user 1, with this query, these headers and members.
    async fn order(&self, query: &str, headers: &[(&str, &str)], members: &Value) -> Answer {
        let body = with(&json!({"products": [{"id": 9, "quantity": 1}]}), members);
        Answer::to(headed(self.user(1, Method::POST, &format!("/orders{query}")), headers).json(&body)).await
    }
}

fn headed(request: RequestBuilder, headers: &[(&str, &str)]) -> RequestBuilder {
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

/// The problem's type, without what all have in common.
fn kind(problem: &Value) -> &str {
    problem["type"].as_str().unwrap().strip_prefix("urn:problem:orders:").unwrap()
}
