//! `If-Match`, and the order in which a change is checked: 401, then 400/413/415/422, then 412, then 409.

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::{
    answer::{Answer, shipment},
    support::Server,
};

/// The three changes of order `id` by this user, each with a body that does.
fn changes(server: &Server, user: i64, id: i64) -> [RequestBuilder; 3] {
    let patch = |what| server.user(user, Method::PATCH, &format!("/orders/{id}/{what}"));
    let status = json!({"status": "processing"});
    [patch("tracking").json(&shipment("N2")), patch("status").json(&status), patch("cancel")]
}

fn only_if(request: RequestBuilder, tags: &[&str]) -> RequestBuilder {
    tags.iter().fold(request, |request, tag| request.header("if-match", *tag))
}

#[tokio::test]
async fn a_present_tag_lets_the_change_through() {
    let server = Server::start();
    for tags in [
        &["\"1\""][..],
        &["*"],
        &[" \"7\" , \"1\""],
        &["\"x\",,\"1\","],
        &["W/\"1\", \"1\""],
        &["\"7\"", "\"1\""],
    ] {
        for which in 0..3 {
            let id = server.order_in("pending", false).await;
            let request = changes(&server, 1, id).into_iter().nth(which).unwrap();
            let answer = Answer::to(only_if(request, tags)).await;
            answer.order(200);
            assert_eq!(answer.version(), 2, "{tags:?}");
        }
    }
}

#[tokio::test]
async fn a_list_without_the_present_tag_is_412_and_changes_nothing() {
    let server = Server::start();
    server.order_in("pending", true).await;
    let before = server.get(1, "/orders/1").await;
    for tags in [
        &["\"1\""][..],
        &["\"3\""],
        &["W/\"2\""],
        &["\"02\""],
        &["\"+2\""],
        &["\"\""],
        &["\"1\", W/\"2\", \"x\""],
        &["\"1\"", "\"3\""],
        &["\"9223372036854775808\""],
        &["\"*\""],
    ] {
        for request in changes(&server, 1, 1) {
            assert_eq!(
                Answer::to(only_if(request, tags)).await.problem(412),
                json!({
                    "type": "urn:problem:orders:changed", "title": "Precondition Failed", "status": 412,
                    "detail": "the order has changed: no tag in If-Match is its present one",
                })
            );
        }
    }
    let after = server.get(1, "/orders/1").await;
    assert_eq!((after.order(200), after.version()), (before.order(200), before.version()));
}

#[tokio::test]
async fn a_malformed_list_is_400_and_changes_nothing() {
    let server = Server::start();
    let placed = server.place(1, &[(9, 7)]).await;
    for tags in [
        &[""][..],
        &[","],
        &["1"],
        &["\"1"],
        &["w/\"1\""],
        &["W/ \"1\""],
        &["\"1\" \"2\""],
        &["\"1\", *"],
        &["*, \"1\""],
        &["*", "*"],
        &["\"1\"", "*"],
        &["\"a b\""],
        &["**"],
    ] {
        for request in changes(&server, 1, 1) {
            let problem = Answer::to(only_if(request, tags)).await.problem(400);
            assert_eq!(problem["type"], "urn:problem:orders:malformed", "{tags:?}");
        }
    }
    assert_eq!(server.get(1, "/orders/1").await.order(200), placed);
}

#[tokio::test]
async fn a_stale_tag_is_412_even_for_a_no_op() {
    let server = Server::start();
    let id = server.order_in("processing", true).await;
    let patch = |what| server.user(1, Method::PATCH, &format!("/orders/{id}/{what}"));
    let status = json!({"status": "processing"});
    for request in [patch("tracking").json(&shipment("N1")), patch("status").json(&status)] {
        Answer::to(only_if(request.try_clone().unwrap(), &["\"1\""])).await.problem(412);
        assert_eq!(Answer::to(only_if(request, &["\"3\""])).await.version(), 3);
    }
    let cancelled = server.cancel(1, id).await.version();
    let again = || server.user(1, Method::PATCH, &format!("/orders/{id}/cancel"));
    Answer::to(only_if(again(), &["\"3\""])).await.problem(412);
    assert_eq!(Answer::to(only_if(again(), &["\"4\""])).await.version(), cancelled);
}

#[tokio::test]
async fn what_is_wrong_is_told_in_the_order_of_checks() {
    let server = Server::start();
    let id = server.order_in("delivered", false).await;
    let (json, text) = ("application/json", "text/plain");
    let long = " ".repeat(64 * 1024 + 1);
    let (malformed, stale, present) = ("1", "\"1\"", "\"3\"");
    for (user, segment, tag, media_type, body, expected) in [
        ("4", "01", malformed, text, "{", 401),
        ("2", "01", stale, json, "{", 400),
        ("2", "1", malformed, text, "{", 401),
        ("2", "1", stale, json, &long, 401),
        ("2", "1", present, json, "{}", 401),
        ("1", "01", malformed, text, "{", 400),
        ("1", "1", malformed, json, r#"{"status": "shipped"}"#, 400),
        ("1", "1", stale, json, "{", 400),
        ("1", "1", stale, json, "", 400),
        ("1", "1", stale, json, &long, 413),
        ("1", "1", stale, text, "{}", 415),
        ("1", "1", stale, json, "{}", 422),
        ("1", "1", stale, json, r#"{"status": "lost"}"#, 422),
        ("1", "1", stale, json, r#"{"status": "shipped"}"#, 412),
        ("1", "1", stale, json, r#"{"status": "delivered"}"#, 412),
        ("1", "1", present, json, r#"{"status": "shipped"}"#, 409),
        ("1", "1", present, json, r#"{"status": "delivered"}"#, 200),
    ] {
        let segment = if segment == "1" { id.to_string() } else { segment.to_owned() };
        let request = server.anyone(Method::PATCH, &format!("/orders/{segment}/status"));
        let request = request.header("user_id", user).header("content-type", media_type);
        let answer = Answer::to(only_if(request, &[tag]).body(body.to_owned())).await;
        let body: String = body.chars().take(30).collect();
        assert_eq!(answer.status, expected, "{user} {segment} {tag} {media_type} {body}: {}", answer.text());
    }
    for (user, tag, expected) in
        [(2, malformed, 401), (1, malformed, 400), (1, stale, 412), (1, present, 409)]
    {
        let request = server.user(user, Method::PATCH, &format!("/orders/{id}/cancel"));
        assert_eq!(Answer::to(only_if(request, &[tag])).await.status, expected, "{user} {tag}");
    }
}
