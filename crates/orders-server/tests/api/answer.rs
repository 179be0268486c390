//! What a server answered, and the requests that tests send most.

use std::{collections::BTreeSet, time::SystemTime};

use chrono::{DateTime, SubsecRound, Utc};
use reqwest::{
    Method, RequestBuilder, StatusCode,
    header::{HeaderMap, HeaderValue},
};
use serde_json::{Value, json};

use crate::support::Server;

/// An answer, read to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    /// The only value of this header; `""` without one.
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map(HeaderValue::to_str);
        assert!(values.next().is_none(), "{name} is repeated: {self:?}");
        value.transpose().unwrap().unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The order that came with this status.
    #[track_caller]
    pub fn order(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/json");
        assert_ne!(self.header("x-request-id"), "");
        self.json()
    }

    /// The number in the `ETag`, which is strong.
    #[track_caller]
    pub fn version(&self) -> i64 {
        let tag = self.header("etag").strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
        // Something is known of its customer.
        let version = tag.map(|tag| tag.strip_suffix('k').unwrap_or(tag));
        version.unwrap_or_else(|| panic!("{self:?}")).parse().unwrap()
    }

    /// The problem (RFC 9457) that came with this status, once its form is checked.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_ne!(self.header("x-request-id"), "");
        assert_eq!(self.headers.contains_key("www-authenticate"), status == 401);
        assert_eq!(self.headers.contains_key("allow"), status == 405);
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["title"], StatusCode::from_u16(status).unwrap().canonical_reason().unwrap());
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.is_empty() && !detail.ends_with('.'), "{detail:?}");
        assert!(problem["type"].as_str().unwrap().starts_with("urn:problem:orders:"));
        let known =
            ["type", "title", "status", "detail", "errors", "allowed", "total", "currency", "shipments"];
        assert!(problem.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{problem}");
        problem
    }

    /// The pointers of the faults that came with this status.
    #[track_caller]
    pub fn pointers(&self, status: u16) -> Vec<String> {
        let problem = self.problem(status);
        let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("{problem}"));
        let keys = BTreeSet::from(["detail", "pointer"]);
        assert!(errors.iter().all(|error| keys.iter().copied().eq(error.as_object().unwrap().keys())));
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    }
}

/// Requests of a user.
impl Server {
    pub async fn get(&self, user: i64, path: &str) -> Answer {
        Answer::to(self.user(user, Method::GET, path)).await
    }

    pub async fn patch(&self, user: i64, path: &str, body: &Value) -> Answer {
        Answer::to(self.user(user, Method::PATCH, path).json(body)).await
    }

    /// A POST of this text to `/orders`.
    pub async fn post(&self, user: i64, body: impl Into<String>) -> Answer {
        Answer::to(self.posting(user, body)).await
    }

    pub fn posting(&self, user: i64, body: impl Into<String>) -> RequestBuilder {
        let request = self.user(user, Method::POST, "/orders").header("content-type", "application/json");
        request.body(body.into())
    }

    /// A request of the shop's operator, answered.
    pub async fn as_operator(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        Answer::to(self.operator(method, path, body.as_ref())).await
    }

    /// Counts what there is of a product at a place.
    pub async fn count(&self, product: i64, at: &str, on_hand: i64) -> Answer {
        let body = json!({"onHand": on_hand, "reason": "count"});
        self.as_operator(Method::PUT, &format!("/products/{product}/stock/{at}"), Some(body)).await
    }

    pub async fn cancel(&self, user: i64, id: i64) -> Answer {
        Answer::to(self.user(user, Method::PATCH, &format!("/orders/{id}/cancel"))).await
    }

    pub async fn advance(&self, user: i64, id: i64, status: &str) -> Answer {
        self.patch(user, &format!("/orders/{id}/status"), &json!({ "status": status })).await
    }

    pub async fn track(&self, user: i64, id: i64, number: &str) -> Answer {
        self.patch(user, &format!("/orders/{id}/tracking"), &shipment(number)).await
    }

    /// The list of orders at this path, as anyone sees it.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let answer = Answer::to(self.anyone(Method::GET, path)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// The id of a new order of user 1 that has come to this status, with a shipment or without.
    pub async fn order_in(&self, status: &str, tracked: bool) -> i64 {
        let id = self.place(1, &[(9, 7)]).await["id"].as_i64().unwrap();
        if tracked {
            self.track(1, id, "N1").await.order(200);
        }
        let way: &[&str] = match status {
            "pending" => &[],
            "delivered" => &["shipped", "delivered"],
            _ => &[status],
        };
        for step in way {
            self.advance(1, id, step).await.order(200);
        }
        id
    }
}

/// The body of a PATCH of the tracking.
pub fn shipment(number: &str) -> Value {
    json!({ "shippingProvider": "USPS", "trackingNumber": number })
}

/// A product with what the default marketplace says of it, which is nothing of its own.
pub fn own(product: &Value) -> Value {
    let members = json!({
        "model": null, "marketplace": "default", "marketplaceChosenBy": "default", "priceFrom": "default",
        "nameFrom": {"marketplace": "default", "locale": "en"},
    });
    with(product, &members)
}

/// What of an order sees who knows nothing of its shipments and of marketplaces.
pub fn old(order: &Value) -> Value {
    let mut order = order.clone();
    for member in ["fulfillment", "currentTotal", "shipments", "marketplace", "marketplaceChosenBy", "locale"]
    {
        assert!(order.as_object_mut().unwrap().remove(member).is_some(), "{order} has no {member}");
    }
    order["orderProduct"] = old_lines(&order);
    order
}

/// What of the lines of an order sees who knows nothing of its shipments and of marketplaces.
pub fn old_lines(order: &Value) -> Value {
    let mut lines = order["orderProduct"].clone();
    for line in lines.as_array_mut().unwrap() {
        for member in ["shipped", "cancelled", "name", "model", "nameFrom", "priceFrom"] {
            assert!(line.as_object_mut().unwrap().remove(member).is_some(), "{line} has no {member}");
        }
    }
    lines
}

/// `object` with these members set.
pub fn with(object: &Value, members: &Value) -> Value {
    let mut object = object.as_object().unwrap().clone();
    object.extend(members.as_object().unwrap().clone());
    object.into()
}

/// The moment in this member, which is in UTC with milliseconds.
#[track_caller]
pub fn moment(order: &Value, member: &str) -> DateTime<Utc> {
    let text = order[member].as_str().unwrap();
    assert_eq!((text.len(), &text[10..11], &text[19..20], &text[23..]), (24, "T", ".", "Z"), "{text}");
    text.parse().unwrap()
}

/// Now, as the server would write it.
pub fn now() -> DateTime<Utc> {
    DateTime::<Utc>::from(SystemTime::now()).trunc_subsecs(3)
}

/// Every status of an order, in the order of life.
pub const STATUSES: [&str; 5] = ["pending", "processing", "shipped", "delivered", "cancelled"];
