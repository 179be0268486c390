//! `PATCH /orders/{id}/tracking`.

use serde_json::{Value, json};

use crate::{
    answer::{STATUSES, old, shipment, with},
    support::Server,
};

#[tokio::test]
async fn tracking_creates_the_shipment_and_leaves_the_status_alone() {
    let server = Server::start();
    let placed = server.place(1, &[(9, 7)]).await;
    let answer = server.track(1, 1, "23987239825").await;
    let order = answer.order(200);
    let set = json!({"id": 1, "shippingProvider": "USPS", "trackingNumber": "23987239825"});
    let expected = with(&old(&placed), &json!({"shipment": set, "updatedAt": order["updatedAt"]}));
    assert_eq!(old(&order), expected);
    assert!(order["updatedAt"].as_str() >= placed["updatedAt"].as_str());
    assert_eq!(answer.version(), 2);
    assert_eq!(server.get(1, "/orders/1").await.order(200), order);
}

#[tokio::test]
async fn tracking_again_replaces_both_fields_and_keeps_the_shipments_id() {
    let server = Server::start();
    server.place(3, &[(1, 1)]).await;
    let id = server.order_in("pending", true).await;
    let first = server.get(1, &format!("/orders/{id}")).await.order(200);
    let body = json!({"trackingNumber": "N2", "shippingProvider": "DHL"});
    let answer = server.patch(1, &format!("/orders/{id}/tracking"), &body).await;
    let order = answer.order(200);
    let replaced = with(&first["shipment"], &body);
    let expected = with(&old(&first), &json!({"shipment": replaced, "updatedAt": order["updatedAt"]}));
    assert_eq!(old(&order), expected);
    assert_eq!(answer.version(), 3);
}

#[tokio::test]
async fn the_same_tracking_again_is_a_no_op() {
    let server = Server::start();
    let id = server.order_in("processing", true).await;
    let before = server.get(1, &format!("/orders/{id}")).await;
    let body = json!({"shippingProvider": " USPS\u{2003}", "trackingNumber": "\tN1\n"});
    let after = server.patch(1, &format!("/orders/{id}/tracking"), &body).await;
    assert_eq!((after.order(200), after.version()), (before.order(200), before.version()));
}

#[tokio::test]
async fn tracking_is_refused_once_delivered_or_cancelled_and_changes_nothing() {
    let server = Server::start();
    for status in STATUSES {
        for tracked in [false, true] {
            let id = server.order_in(status, tracked).await;
            let path = format!("/orders/{id}");
            let before = server.get(1, &path).await.order(200);
            let answer = server.track(1, id, "N2").await;
            if ["delivered", "cancelled"].contains(&status) {
                assert_eq!(
                    answer.problem(409),
                    json!({
                        "type": "urn:problem:orders:not-allowed", "title": "Conflict", "status": 409,
                        "detail": format!("the order is {status} and cannot take a shipment"), "allowed": [],
                    })
                );
                assert_eq!(server.get(1, &path).await.order(200), before);
            } else {
                let order = answer.order(200);
                assert_eq!(
                    (&order["status"], &order["shipment"]["trackingNumber"]),
                    (&json!(status), &json!("N2"))
                );
            }
        }
    }
}

#[tokio::test]
async fn white_space_around_the_texts_is_trimmed_and_what_is_left_may_be_full_length() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let (provider, number) = ("ß".repeat(64), format!("№ {}", "9".repeat(126)));
    let body = json!({
        "shippingProvider": format!("\u{a0}\u{3000}\r\n{provider}\u{2028}\u{85}"),
        "trackingNumber": format!("  {number}\t"),
    });
    let order = server.patch(1, "/orders/1/tracking", &body).await.order(200);
    let expected = json!({"id": 1, "shippingProvider": provider, "trackingNumber": number});
    assert_eq!(order["shipment"], expected);
    assert_eq!(server.get(1, "/orders/1").await.order(200)["shipment"], expected);
}

#[tokio::test]
async fn hostile_text_is_kept_as_text() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for number in
        ["'; DROP TABLE orders; --", "\"\\\u{2028}\"", "\u{feff}x", "🚚", "a\u{200b}b", "<b>&amp;</b>"]
    {
        let order = server.track(1, 1, number).await.order(200);
        assert_eq!(order["shipment"]["trackingNumber"], number);
        assert_eq!(server.get(1, "/orders/1").await.order(200), order);
    }
}

#[tokio::test]
async fn a_text_of_which_nothing_is_seen_or_that_turns_what_follows_is_refused() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for number in ["\u{200b}", "\u{feff}", "\u{2060}", "\u{3164}", "\u{2800}", "\u{200b} \u{ad}"] {
        assert_eq!(server.track(1, 1, number).await.pointers(422), ["/trackingNumber"], "{number:?}");
    }
    for number in ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}').map(|turn| format!("N{turn}1")) {
        assert_eq!(server.track(1, 1, &number).await.pointers(422), ["/trackingNumber"], "{number:?}");
    }
}

#[tokio::test]
async fn a_bad_body_is_refused_with_every_fault_and_changes_nothing() {
    let server = Server::start();
    let placed = server.place(1, &[(9, 7)]).await;
    let (provider, number) = ("/shippingProvider", "/trackingNumber");
    for (body, status, pointers) in [
        (json!([]), 400, &[""][..]),
        (json!(["USPS", "N1"]), 400, &[""]),
        (json!({"shippingProvider": 1, "trackingNumber": null}), 400, &[provider, number]),
        (json!({"shippingProvider": ["USPS"], "trackingNumber": ""}), 400, &[provider, number]),
        (json!({}), 422, &[provider, number]),
        (json!({"shippingProvider": "USPS"}), 422, &[number]),
        (with(&shipment("N1"), &json!({"status": "shipped", "id": 1})), 422, &["/id", "/status"]),
        (json!({"shippingProvider": "", "trackingNumber": "\u{2003}\u{a0}"}), 422, &[provider, number]),
        (
            json!({"shippingProvider": "a".repeat(65), "trackingNumber": "9".repeat(129)}),
            422,
            &[provider, number],
        ),
        (json!({"shippingProvider": "a\u{0}b", "trackingNumber": "a\nb"}), 422, &[provider, number]),
        (json!({"shippingProvider": "a\u{7f}b", "trackingNumber": "a\u{85}b"}), 422, &[provider, number]),
    ] {
        let answer = server.patch(1, "/orders/1/tracking", &body).await;
        assert_eq!(answer.pointers(status), pointers, "{body}");
    }
    assert_eq!(server.get(1, "/orders/1").await.order(200), placed);
}

#[tokio::test]
async fn a_shipment_does_not_hinder_a_status_nor_a_status_a_shipment() {
    let server = Server::start();
    let id = server.order_in("delivered", true).await;
    let order = server.get(1, &format!("/orders/{id}")).await.order(200);
    assert_eq!(order["shipment"]["trackingNumber"], "N1");
    let id = server.order_in("delivered", false).await;
    assert_eq!(server.get(1, &format!("/orders/{id}")).await.order(200)["shipment"], Value::Null);
}
