//! `PATCH /orders/{id}/cancel`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, old, with},
    bodies::LIMIT,
    support::Server,
    wire,
};

#[tokio::test]
async fn cancelling_marks_the_order_and_removes_nothing_but_the_shipment() {
    let server = Server::start();
    for status in ["pending", "processing"] {
        for tracked in [false, true] {
            let id = server.order_in(status, tracked).await;
            let path = format!("/orders/{id}");
            let before = server.get(1, &path).await;
            let answer = server.cancel(1, id).await;
            let order = answer.order(200);
            let changes = json!({"status": "cancelled", "shipment": null, "updatedAt": order["updatedAt"]});
            assert_eq!(old(&order), with(&old(&before.order(200)), &changes));
            assert_eq!(
                (&order["currentTotal"], &order["orderProduct"][0]["cancelled"]),
                (&json!(0), &json!(7))
            );
            assert_eq!(answer.version(), before.version() + 1);
            assert_eq!(server.get(1, &path).await.order(200), order);
            assert_eq!(server.list("/orders").await.last(), Some(&order));
        }
    }
}

#[tokio::test]
async fn cancelling_again_is_a_no_op() {
    let server = Server::start();
    let id = server.order_in("pending", true).await;
    let first = server.cancel(1, id).await;
    let second = server.cancel(1, id).await;
    assert_eq!((second.order(200), second.version()), (first.order(200), first.version()));
}

#[tokio::test]
async fn cancelling_a_shipped_or_delivered_order_is_refused() {
    let server = Server::start();
    for (status, allowed) in [("shipped", json!(["delivered"])), ("delivered", json!([]))] {
        let id = server.order_in(status, true).await;
        let path = format!("/orders/{id}");
        let before = server.get(1, &path).await;
        assert_eq!(
            server.cancel(1, id).await.problem(409),
            json!({
                "type": "urn:problem:orders:not-allowed", "title": "Conflict", "status": 409,
                "detail": format!("the order is {status} and cannot become cancelled"), "allowed": allowed,
            })
        );
        let after = server.get(1, &path).await;
        assert_eq!((after.order(200), after.version()), (before.order(200), before.version()));
    }
}

#[tokio::test]
async fn no_body_is_needed_and_one_that_comes_is_not_looked_at() {
    let server = Server::start();
    for (media_type, body) in
        [("application/json", "{}"), ("application/json", "{"), ("text/plain", "please")]
    {
        let id = server.order_in("pending", false).await;
        let request = server.user(1, Method::PATCH, &format!("/orders/{id}/cancel"));
        let answer = Answer::to(request.header("content-type", media_type).body(body)).await;
        assert_eq!(answer.order(200)["status"], "cancelled", "{body}");
    }
}

#[tokio::test]
async fn nothing_is_cancelled_by_a_request_that_did_not_arrive_whole() {
    let server = Server::start();
    let id = server.order_in("pending", false).await;
    let route = format!("PATCH /orders/{id}/cancel");
    for (header, body) in [("Content-Length: 20", "12345"), ("Transfer-Encoding: chunked", "zz\r\n")] {
        server.say_and_hang_up(wire::head(&route, &["user_id: 1", header]) + body);
        assert_eq!(server.get(1, &format!("/orders/{id}")).await.order(200)["status"], "pending", "{header}");
    }
    let large = "a".repeat(LIMIT + 1);
    let length = format!("Content-Length: {}", large.len());
    server.answer(wire::head(&route, &["user_id: 1", &length]) + &large).problem(413);
    assert_eq!(server.get(1, &format!("/orders/{id}")).await.order(200)["status"], "pending");
}

#[tokio::test]
async fn a_cancelled_order_is_still_listed_and_counts() {
    let server = Server::start();
    let id = server.order_in("cancelled", false).await;
    assert_eq!(server.place(1, &[(9, 7)]).await["id"], id + 1);
    let listed = server.list("/orders?status=cancelled").await;
    assert_eq!(listed.iter().map(|order| &order["id"]).collect::<Vec<_>>(), [&Value::from(id)]);
}
