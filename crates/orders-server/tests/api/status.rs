//! `PATCH /orders/{id}/status`.

use serde_json::{Value, json};

use crate::{
    answer::{STATUSES, old, with},
    support::Server,
};

/// What may follow each status of [`STATUSES`], written out once by hand.
const FOLLOWING: [&[&str]; 5] =
    [&["processing", "shipped", "cancelled"], &["shipped", "cancelled"], &["delivered"], &[], &[]];

#[tokio::test]
async fn all_25_pairs_of_statuses_answer_as_the_table_says() {
    let server = Server::start();
    for (from, following) in STATUSES.into_iter().zip(FOLLOWING) {
        for to in STATUSES {
            let id = server.order_in(from, true).await;
            let path = format!("/orders/{id}");
            let before = server.get(1, &path).await;
            let answer = server.advance(1, id, to).await;
            if following.contains(&to) {
                let order = answer.order(200);
                let shipment = if to == "cancelled" { &Value::Null } else { &before.order(200)["shipment"] };
                let changes = json!({"status": to, "updatedAt": order["updatedAt"], "shipment": shipment});
                assert_eq!(old(&order), with(&old(&before.order(200)), &changes), "{from} -> {to}");
                assert!(order["updatedAt"].as_str() >= before.order(200)["updatedAt"].as_str());
                assert_eq!(answer.version(), before.version() + 1, "{from} -> {to}");
            } else if from == to {
                assert_eq!(answer.order(200), before.order(200), "{from} -> {to}");
                assert_eq!(answer.version(), before.version(), "{from} -> {to}");
            } else {
                assert_eq!(
                    answer.problem(409),
                    json!({
                        "type": "urn:problem:orders:not-allowed", "title": "Conflict", "status": 409,
                        "detail": format!("the order is {from} and cannot become {to}"), "allowed": following,
                    })
                );
            }
            let after = server.get(1, &path).await;
            let expected = if answer.status == 200 { &answer } else { &before };
            assert_eq!((after.order(200), after.version()), (expected.order(200), expected.version()));
        }
    }
}

#[tokio::test]
async fn an_order_goes_all_the_way_one_version_at_a_time() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for (status, version) in [("processing", 2), ("shipped", 3), ("delivered", 4)] {
        let answer = server.advance(1, 1, status).await;
        assert_eq!((answer.order(200)["status"].as_str(), answer.version()), (Some(status), version));
    }
}

#[tokio::test]
async fn cancelled_as_a_status_does_exactly_what_cancel_does() {
    let server = Server::start();
    for status in STATUSES {
        let [by_cancel, by_status] =
            [server.order_in(status, true).await, server.order_in(status, true).await];
        let cancelled = server.cancel(1, by_cancel).await;
        let advanced = server.advance(1, by_status, "cancelled").await;
        let unlike = json!({"id": 0, "orderDate": 0, "updatedAt": 0, "orderProduct": 0, "shipment": 0});
        assert_eq!(advanced.status, cancelled.status, "{status}");
        if cancelled.status == 200 {
            assert_eq!(with(&old(&advanced.json()), &unlike), with(&old(&cancelled.json()), &unlike));
            assert_eq!(advanced.json()["shipment"], cancelled.json()["shipment"]);
            assert_eq!(advanced.version(), cancelled.version());
        } else {
            assert_eq!(advanced.problem(409), cancelled.problem(409));
        }
    }
}

#[tokio::test]
async fn an_unknown_word_is_422_and_lists_the_known_ones() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for word in ["lost", "", "Pending", "SHIPPED", " shipped", "shipped\u{0}", "canceled"] {
        let problem = server.advance(1, 1, word).await.problem(422);
        let detail =
            format!("status {word:?} is not one of pending, processing, shipped, delivered, cancelled");
        assert_eq!(problem["errors"], json!([{"pointer": "/status", "detail": detail}]));
    }
}

#[tokio::test]
async fn a_bad_body_is_refused_with_every_fault_and_changes_nothing() {
    let server = Server::start();
    let placed = server.place(1, &[(9, 7)]).await;
    for (body, status, pointers) in [
        (json!("shipped"), 400, &[""][..]),
        (json!(["shipped"]), 400, &[""]),
        (json!({"status": 1}), 400, &["/status"]),
        (json!({"status": null}), 400, &["/status"]),
        (json!({"status": ["shipped"]}), 400, &["/status"]),
        (json!({}), 422, &["/status"]),
        (json!({"Status": "shipped"}), 422, &["/Status", "/status"]),
        (json!({"status": "lost", "force": true}), 422, &["/force", "/status"]),
    ] {
        let answer = server.patch(1, "/orders/1/status", &body).await;
        assert_eq!(answer.pointers(status), pointers, "{body}");
    }
    assert_eq!(server.get(1, "/orders/1").await.order(200), placed);
}

#[tokio::test]
async fn validation_comes_before_the_conflict() {
    let server = Server::start();
    let id = server.order_in("delivered", false).await;
    server.advance(1, id, "lost").await.problem(422);
    server.patch(1, &format!("/orders/{id}/tracking"), &json!({})).await.problem(422);
}
