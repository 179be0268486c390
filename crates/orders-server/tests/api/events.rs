//! What happened: an order's timeline, its versions, and the feed in its four forms.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{answer::Answer, support::Server};

/// Who may follow the feed.
pub const OPERATOR: i64 = 100;

/// An order that was placed, tracked and shipped, and one that was only placed.
pub async fn with_history() -> Server {
    let server = Server::start();
    server.place(1, &[(9, 7), (1, 1)]).await;
    server.track(1, 1, "N1").await.order(200);
    server.advance(1, 1, "shipped").await.order(200);
    server.place(2, &[(3, 1)]).await;
    server
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// The events of a page.
pub fn events(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_str(&answer.text()).unwrap()
}

/// The target of `Link: <…>; rel="next"`.
fn next(answer: &Answer) -> String {
    let link = answer.header("link").strip_prefix('<').unwrap();
    link.strip_suffix(">; rel=\"next\"").unwrap().to_owned()
}

#[tokio::test]
async fn a_timeline_tells_its_owner_what_happened_in_order() {
    let server = with_history().await;
    let timeline = events(&server.get(1, "/orders/1/events").await);
    assert_eq!(types(&timeline), ["order.placed", "order.tracked", "order.shipped"]);
    let order = server.get(1, "/orders/1").await.order(200);
    let last = &timeline[2];
    assert_eq!(last["time"], order["updatedAt"]);
    assert_eq!((&last["timestamp"], &last["subject"]), (&last["time"], &json!("orders/1")));
    assert_eq!((&last["specversion"], &last["source"]), (&json!("1.0"), &json!("/orders")));
    assert_eq!(last["sequence"], json!(format!("{:0>19}", last["id"].as_str().unwrap())));
    let actor = json!({"kind": "user", "id": "1"});
    assert_eq!(
        last["data"],
        json!({
            "orderId": 1, "marketplace": "default", "version": 3, "from": "pending", "to": "shipped",
            "fulfillment": "shipped", "actor": actor,
        })
    );
    let lines = json!([{"productId": 9, "quantity": 7}, {"productId": 1, "quantity": 1}]);
    let placed =
        json!({"orderId": 1, "marketplace": "default", "version": 1, "lines": lines, "actor": actor});
    assert_eq!(timeline[0]["data"], placed);
    assert_eq!(timeline[1]["data"]["trackingNumber"], "N1");
    for refused in [server.get(2, "/orders/1/events").await, server.get(1, "/orders/9/events").await] {
        refused.problem(401);
    }
}

#[tokio::test]
async fn a_timeline_is_walked_by_its_links() {
    let server = with_history().await;
    let whole = events(&server.get(1, "/orders/1/events").await);
    let first = server.get(1, "/orders/1/events?limit=2").await;
    assert_eq!(events(&first), &whole[..2]);
    let second = server.get(1, &next(&first)).await;
    assert_eq!(events(&second), &whole[2..]);
    assert_eq!(second.header("link"), "");
}

#[tokio::test]
async fn an_order_is_shown_as_it_was_at_each_version() {
    let server = Server::start();
    let mut seen = vec![server.place(1, &[(9, 7)]).await];
    for number in ["N1", "N2", "N3", "N4", "N5", "N6"] {
        seen.push(server.track(1, 1, number).await.order(200));
    }
    for status in ["processing", "shipped", "delivered"] {
        seen.push(server.advance(1, 1, status).await.order(200));
    }
    for (version, order) in (1..).zip(&seen) {
        let shown = server.get(1, &format!("/orders/1?version={version}")).await;
        assert_eq!(shown.order(200), *order);
        assert_eq!(shown.header("etag"), format!("\"{version}\""));
    }
    for (query, status) in [("version=11", 404), ("version=0", 400), ("version=x", 400), ("version=01", 400)]
    {
        server.get(1, &format!("/orders/1?{query}")).await.problem(status);
    }
    let tagged = |tag: &'static str| {
        Answer::to(server.user(1, Method::GET, "/orders/1?version=2").header("if-match", tag))
    };
    assert_eq!(tagged("\"2\"").await.status, 200);
    tagged("\"10\"").await.problem(412);
    server.get(1, "/orders/1?version=1&colour=red").await.problem(422);
    server.get(2, "/orders/1?version=1").await.problem(401);
}

#[tokio::test]
async fn the_feed_is_for_those_with_its_scope_and_is_walked_by_links_that_never_end() {
    let server = with_history().await;
    server.get(1, "/events").await.problem(403);
    assert_eq!(Answer::to(server.anyone(Method::GET, "/events")).await.status, 401);
    let whole = events(&server.get(OPERATOR, "/events").await);
    let kinds = ["order.placed", "order.tracked", "order.shipped", "order.placed"];
    assert_eq!(types(&whole), kinds);

    let (mut path, mut walked) = ("/events?limit=3".to_owned(), Vec::new());
    for _ in 0..3 {
        let page = server.get(OPERATOR, &path).await;
        walked.extend(events(&page));
        path = next(&page);
    }
    assert_eq!(walked, whole);
    server.cancel(2, 2).await.order(200);
    assert_eq!(types(&events(&server.get(OPERATOR, &path).await)), ["order.cancelled"]);
}

#[tokio::test]
async fn the_feed_shows_what_is_wanted_of_it() {
    let server = with_history().await;
    for (query, expected) in [
        ("type=order.placed", &["order.placed", "order.placed"][..]),
        ("type=order.*&limit=2", &["order.placed", "order.tracked"]),
        ("subject=orders/2", &["order.placed"]),
        ("subject=orders/1&type=order.shipped", &["order.shipped"]),
        ("subject=orders/9", &[]),
    ] {
        assert_eq!(
            types(&events(&server.get(OPERATOR, &format!("/events?{query}")).await)),
            expected,
            "{query}"
        );
    }
    let with_orders = events(&server.get(OPERATOR, "/events?include=order&subject=orders/1").await);
    let versions: Vec<_> =
        with_orders.iter().map(|event| event["data"]["order"]["status"].as_str().unwrap()).collect();
    assert_eq!(versions, ["pending", "pending", "shipped"]);
    assert_eq!(with_orders[2]["data"]["order"], server.get(1, "/orders/1").await.order(200));
    for (query, status) in [
        ("type=order.lost", 422),
        ("subject=orders/x", 400),
        ("limit=1001", 422),
        ("include=user", 422),
        ("after=-1", 400),
    ] {
        server.get(OPERATOR, &format!("/events?{query}")).await.problem(status);
    }
}

#[tokio::test]
async fn ndjson_is_all_there_is_and_then_the_end() {
    let server = with_history().await;
    let whole = events(&server.get(OPERATOR, "/events").await);
    let request = server.user(OPERATOR, Method::GET, "/events").header("accept", "application/x-ndjson");
    let answer = Answer::to(request).await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, whole);
}

#[tokio::test]
async fn a_poll_that_waits_is_answered_when_something_happens_or_is_given_up_in_time() {
    let server = with_history().await;
    let path = next(&server.get(OPERATOR, "/events").await);
    let wait =
        |seconds: &str| server.user(OPERATOR, Method::GET, &path).header("prefer", format!("wait={seconds}"));
    let began = Instant::now();
    let empty = Answer::to(wait("1")).await;
    assert_eq!((events(&empty), empty.header("preference-applied")), (Vec::new(), "wait=1"));
    assert!(began.elapsed() >= Duration::from_secs(1));

    let began = Instant::now();
    let (told, changed) = tokio::join!(Answer::to(wait("20")), server.cancel(2, 2));
    changed.order(200);
    assert_eq!(types(&events(&told)), ["order.cancelled"]);
    assert!(began.elapsed() < Duration::from_secs(10));
    let unapplied =
        Answer::to(server.user(OPERATOR, Method::GET, "/events").header("prefer", "wait=soon")).await;
    assert_eq!((unapplied.status, unapplied.header("preference-applied")), (200, ""));
}

#[tokio::test]
async fn the_documents_describe_every_type_of_event() {
    let server = Server::start();
    let fetch = async |path: &str| -> Value {
        serde_json::from_str(&Answer::to(server.anyone(Method::GET, path)).await.text()).unwrap()
    };
    let (openapi, asyncapi) = (fetch("/openapi.json").await, fetch("/asyncapi.json").await);
    let webhooks: Vec<_> = openapi["webhooks"].as_object().unwrap().keys().cloned().collect();
    let messages: Vec<_> = asyncapi["components"]["messages"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(webhooks, messages);
    assert!(webhooks.contains(&"order.migrated".to_owned()) && webhooks.len() == 34, "{webhooks:?}");
    let shipped = &asyncapi["components"]["messages"]["order.shipped"]["payload"]["properties"]["data"];
    assert!(shipped["properties"]["from"].is_object(), "{shipped}");
}

#[tokio::test]
async fn the_operator_sees_and_moves_every_order_and_places_their_own() {
    let server = with_history().await;
    assert_eq!(server.get(OPERATOR, "/orders/1").await.order(200)["userId"], 1);
    server.advance(OPERATOR, 1, "delivered").await.order(200);
    let last = events(&server.get(1, "/orders/1/events?after=3").await);
    assert_eq!(last.last().unwrap()["data"]["actor"], json!({"kind": "user", "id": "100"}));
    server.get(OPERATOR, "/orders/9").await.problem(401);
}
