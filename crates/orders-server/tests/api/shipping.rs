//! Shipments, plans and partial cancellations.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, moment},
    support::Server,
};

/// A server with the places A, B and C, and product 101 of 300 g of which there are so many at A and at B. C has none.
pub async fn shop(at_a: i64, at_b: i64) -> Server {
    let server = Server::start();
    for (code, country, east) in [("A", "DE", 13.4), ("B", "FR", 2.3), ("C", "DE", 9.9)] {
        let place =
            json!({"code": code, "name": code, "country": country, "latitude": 50, "longitude": east});
        server.as_operator(Method::POST, "/locations", Some(place)).await.order(201);
    }
    server.add_product(&json!({"id": 101, "name": "Mug", "price": 500, "weightGrams": 300})).await;
    server.count(101, "A", at_a).await.order(200);
    server.count(101, "B", at_b).await.order(200);
    server
}

pub async fn post(server: &Server, path: &str, body: Value) -> Answer {
    server.as_operator(Method::POST, path, Some(body)).await
}

pub fn lines(pieces: &[(i64, i64)]) -> Value {
    pieces.iter().map(|(line, pieces)| json!({"orderProductId": line, "quantity": pieces})).collect()
}

/// What is on hand and reserved of product 101 at a place.
pub async fn level(server: &Server, place: &str) -> (i64, i64) {
    let level = server.get(100, &format!("/products/101/stock/{place}")).await.order(200);
    (level["onHand"].as_i64().unwrap(), level["reserved"].as_i64().unwrap())
}

pub fn statuses(order: &Value) -> Vec<&str> {
    order["shipments"].as_array().unwrap().iter().map(|parcel| parcel["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_shipment_is_made_shown_and_sent() {
    let server = shop(5, 5).await;
    server.place(1, &[(101, 4), (9, 2)]).await;
    let body = json!({"lines": lines(&[(1, 3), (2, 1)]), "location": "B"});
    let made = post(&server, "/orders/1/shipments", body).await;
    let order = made.order(201);
    assert_eq!((made.header("location"), made.version()), ("/orders/1/shipments/1", 2));
    let parcel = &order["shipments"][0];
    moment(parcel, "createdAt");
    let expected = json!({
        "id": 1, "number": 1, "status": "planned", "location": "B", "shippingProvider": null, "trackingNumber": null,
        "weightGrams": null, "lines": lines(&[(1, 3), (2, 1)]), "reasons": [], "createdAt": parcel["createdAt"],
        "shippedAt": null, "deliveredAt": null,
    });
    assert_eq!(*parcel, expected);
    assert_eq!((level(&server, "A").await, level(&server, "B").await), ((5, 1), (5, 3)));
    assert_eq!((&order["status"], &order["fulfillment"]), (&json!("pending"), &json!("unfulfilled")));
    // The owner sees it, and nobody else.
    for path in ["/orders/1/shipments/1", "/orders/1/shipments"] {
        let shown = server.get(1, path).await;
        assert_eq!(shown.version(), 2);
        let shown = shown.json();
        assert_eq!(shown.get(0).unwrap_or(&shown), parcel, "{path}");
        server.get(2, path).await.problem(401);
    }
    server.get(1, "/orders/1/shipments/2").await.problem(404);
    server.get(1, "/orders/1/shipments/x").await.problem(400);

    let path = "/orders/1/shipments/1";
    let sent = json!({"status": "shipped", "shippingProvider": " DHL ", "trackingNumber": "7"});
    let order = server.as_operator(Method::PATCH, path, Some(sent.clone())).await.order(200);
    assert_eq!(
        (&order["status"], &order["fulfillment"]),
        (&json!("processing"), &json!("partially_shipped"))
    );
    assert_eq!(order["shipment"], json!({"id": 1, "shippingProvider": "DHL", "trackingNumber": "7"}));
    assert_eq!([&order["orderProduct"][0]["shipped"], &order["orderProduct"][1]["shipped"]], [3, 1]);
    assert_eq!(level(&server, "B").await, (2, 0));
    // Again it is no change.
    assert_eq!(server.as_operator(Method::PATCH, path, Some(sent)).await.order(200), order);
    let all = post(&server, "/orders/1/shipments", json!({"status": "shipped"})).await.order(201);
    assert_eq!((&all["status"], &all["shipments"][1]["id"]), (&json!("shipped"), &json!((1_i64 << 48) + 1)));
    for number in 1..=2 {
        let path = format!("/orders/1/shipments/{number}");
        server.as_operator(Method::PATCH, &path, Some(json!({"status": "delivered"}))).await.order(200);
    }
    assert_eq!(server.get(1, "/orders/1").await.order(200)["status"], "delivered");
    assert_eq!(level(&server, "A").await, (4, 0));
}

#[tokio::test]
async fn users_plan_and_ship_no_parcels_of_their_own() {
    let server = shop(5, 5).await;
    server.place(1, &[(101, 1)]).await;
    for (method, path) in [
        (Method::POST, "/orders/1/shipments"),
        (Method::PATCH, "/orders/1/shipments/1"),
        (Method::POST, "/orders/1/plan"),
    ] {
        let answer = Answer::to(server.user(1, method.clone(), path).json(&json!({}))).await;
        assert_eq!(answer.problem(403)["type"], "urn:problem:orders:insufficient-scope", "{path}");
        assert!(answer.text().contains("orders:fulfil"), "{path}");
        Answer::to(server.user(2, method, path).json(&json!({}))).await.problem(401);
    }
    server.track(1, 1, "N1").await.order(200);
    server.advance(1, 1, "shipped").await.order(200);
}

#[tokio::test]
async fn what_is_wrong_with_a_shipment_is_told_in_full() {
    let server = shop(5, 5).await;
    server.place(1, &[(101, 2), (9, 1)]).await;
    server.place(1, &[(101, 1)]).await;
    for (body, pointers) in [
        (json!({"lines": []}), vec!["/lines"]),
        (json!({"lines": lines(&[(101, 1), (1, 0)])}), vec!["/lines/0/orderProductId", "/lines/1/quantity"]),
        (json!({"lines": lines(&[(1, 1), (1, 1)])}), vec!["/lines/1/orderProductId"]),
        (json!({"status": "delivered", "colour": 1}), vec!["/colour", "/status"]),
        (json!({"shippingProvider": "DHL"}), vec!["/trackingNumber"]),
        (json!({"location": "NOWHERE"}), vec!["/location"]),
        (json!({"location": "a b"}), vec!["/location"]),
    ] {
        let answer = post(&server, "/orders/1/shipments", body.clone()).await;
        assert_eq!(answer.pointers(422), pointers, "{body}");
    }
    let more = post(&server, "/orders/1/shipments", json!({"lines": lines(&[(1, 3)])})).await;
    assert_eq!(more.problem(409)["detail"], "3 pieces of line 1 are to be in the shipment, and 2 are open");
    let nowhere = post(&server, "/orders/1/shipments", json!({"location": "C"})).await;
    assert_eq!(nowhere.problem(409)["type"], "urn:problem:orders:not-on-hand");
    post(&server, "/orders/1/shipments", json!({})).await.order(201);
    let again = post(&server, "/orders/1/shipments", json!({})).await;
    assert!(again.problem(409)["detail"].as_str().unwrap().starts_with("nothing of the order is open"));
    let half = json!({"trackingNumber": "1"});
    let half = server.as_operator(Method::PATCH, "/orders/1/shipments/1", Some(half)).await;
    assert_eq!(half.pointers(422), ["/shippingProvider"]);
    let back =
        server.as_operator(Method::PATCH, "/orders/1/shipments/1", Some(json!({"status": "delivered"})));
    let back = back.await.problem(409);
    assert_eq!(
        (&back["detail"], &back["allowed"]),
        (&json!("shipment 1 is planned and cannot become delivered"), &json!(["shipped", "cancelled"]))
    );
    assert_eq!(server.get(1, "/orders/1").await.version(), 2);
}

#[tokio::test]
async fn who_knows_of_one_shipment_is_told_when_there_are_several() {
    let server = shop(5, 5).await;
    server.place(1, &[(101, 4)]).await;
    for pieces in [1, 2] {
        post(&server, "/orders/1/shipments", json!({"lines": lines(&[(1, pieces)])})).await.order(201);
    }
    let ambiguous = server.track(1, 1, "N1").await.problem(409);
    assert_eq!(ambiguous["type"], "urn:problem:orders:ambiguous-shipment");
    assert_eq!(ambiguous["shipments"], json!([1, 2]));
    let order = server.advance(1, 1, "shipped").await.order(200);
    assert_eq!(
        (statuses(&order), order["shipments"][2]["lines"].clone()),
        (vec!["shipped"; 3], lines(&[(1, 1)]))
    );
    server.cancel(1, 1).await.problem(409);
    let order = server.advance(1, 1, "delivered").await.order(200);
    assert_eq!((statuses(&order), &order["fulfillment"]), (vec!["delivered"; 3], &json!("delivered")));
}

#[tokio::test]
async fn pieces_are_cancelled_and_the_rest_goes_on() {
    let server = shop(5, 5).await;
    server.place(1, &[(101, 4), (9, 2)]).await;
    post(&server, "/orders/1/shipments", json!({"lines": lines(&[(1, 1)]), "status": "shipped"}))
        .await
        .order(201);
    let refused = server.cancel(1, 1).await.problem(409);
    assert!(refused["detail"].as_str().unwrap().ends_with("by POST to the order's cancellations"));
    assert_eq!(refused["allowed"], json!(["shipped", "delivered"]));
    let body = json!({"lines": lines(&[(1, 2)]), "reason": "customer", "note": "has two already"});
    let answer = Answer::to(server.user(1, Method::POST, "/orders/1/cancellations").json(&body)).await;
    let order = answer.order(201);
    assert_eq!(answer.header("location"), "/orders/1/cancellations/1");
    assert_eq!((&order["total"], &order["currentTotal"]), (&json!(5998), &json!(4998)));
    assert_eq!((&order["orderProduct"][0]["cancelled"], level(&server, "A").await), (&json!(2), (4, 1)));
    let shown =
        json!({"number": 1, "reason": "customer", "note": "has two already", "lines": lines(&[(1, 2)])});
    assert_eq!(server.get(1, "/orders/1/cancellations/1").await.json(), shown);
    assert_eq!(server.get(1, "/orders/1/cancellations").await.json(), json!([shown]));
    server.get(1, "/orders/1/cancellations/2").await.problem(404);
    server.get(2, "/orders/1/cancellations").await.problem(401);
    let out = json!({"lines": lines(&[(1, 2)]), "reason": "inventory"});
    let out = post(&server, "/orders/1/cancellations", out).await.problem(409);
    assert_eq!(out["detail"], "2 pieces of line 1 are to be cancelled, and 1 is not out");
    for (body, pointers) in [
        (json!({}), vec!["/lines", "/reason"]),
        (json!({"lines": lines(&[(1, 1)]), "reason": "whim", "note": "\u{7}"}), vec!["/reason", "/note"]),
    ] {
        assert_eq!(post(&server, "/orders/1/cancellations", body).await.pointers(422), pointers);
    }
    // The last piece that is not out.
    let rest = json!({"lines": lines(&[(1, 1), (2, 2)]), "reason": "staff"});
    let order = post(&server, "/orders/1/cancellations", rest).await.order(201);
    assert_eq!(
        (&order["status"], &order["currentTotal"], level(&server, "A").await),
        (&json!("shipped"), &json!(500), (4, 0))
    );
    server.place(1, &[(101, 1)]).await;
    let all = json!({"lines": lines(&[(101, 1)]), "reason": "fraud"});
    let order = post(&server, "/orders/2/cancellations", all).await.order(201);
    assert_eq!((&order["status"], &order["currentTotal"]), (&json!("cancelled"), &json!(0)));
    let last = server.get(1, "/orders/2/events").await.json();
    assert_eq!(last[1]["type"], "order.cancelled");
    assert_eq!((&last[1]["data"]["to"], &last[1]["data"]["reason"]), (&json!("cancelled"), &json!("fraud")));
}
