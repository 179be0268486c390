//! Shipments, plans and partial cancellations.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, moment},
    support::{Server, products},
};

/// A server with the places A, B and C, and product 101 of 300 g of which there are so many at A and at B. C has none.
async fn shop(at_a: i64, at_b: i64) -> Server {
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

async fn post(server: &Server, path: &str, body: Value) -> Answer {
    server.as_operator(Method::POST, path, Some(body)).await
}

fn lines(pieces: &[(i64, i64)]) -> Value {
    pieces.iter().map(|(line, pieces)| json!({"orderProductId": line, "quantity": pieces})).collect()
}

/// What is on hand and reserved of product 101 at a place.
async fn level(server: &Server, place: &str) -> (i64, i64) {
    let level = server.get(100, &format!("/products/101/stock/{place}")).await.order(200);
    (level["onHand"].as_i64().unwrap(), level["reserved"].as_i64().unwrap())
}

fn statuses(order: &Value) -> Vec<&str> {
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
    assert!(refused["detail"].as_str().unwrap().ends_with("by POST /orders/1/cancellations"));
    assert_eq!(refused["allowed"], json!(["shipped"]));
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
    assert_eq!(out["detail"], "2 pieces of line 1 are to be cancelled, and 1 are not out");
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

#[tokio::test]
async fn a_plan_says_why_is_previewed_made_and_answered_again() {
    let server = shop(5, 5).await;
    let body = json!({
        "products": products(&[(101, 5), (9, 1)])["products"],
        "shipTo": {"name": "Ada", "lines": ["1 rue X"], "city": "Paris", "country": "FR"},
    });
    server.post(1, body.to_string()).await.order(201);
    let preview = server.as_operator(Method::POST, "/orders/1/plan?dryRun=true", None).await;
    assert_eq!((preview.header("orders-dry-run"), preview.version()), ("true", 2));
    assert_eq!(server.get(1, "/orders/1").await.order(200)["shipments"], json!([]));
    let planning = || server.operator(Method::POST, "/orders/1/plan", None).header("Idempotency-Key", "p");
    let planned = Answer::to(planning()).await;
    let plan = planned.json();
    assert_eq!((planned.status, &plan), (200, &preview.json()));
    let from_b = &plan["parcels"][0]["reasons"];
    assert_eq!((&from_b[0]["code"], &from_b[0]["value"]), (&json!("nearest"), &json!(445_339)));
    assert_eq!(plan["parcels"][0]["location"], "B");
    assert_eq!(
        (&plan["parcels"][0]["lines"], &plan["parcels"][0]["weightGrams"]),
        (&lines(&[(1, 5)]), &json!(1500))
    );
    let uncounted = json!({"location": null, "lines": lines(&[(2, 1)]), "weightGrams": 0, "reasons": []});
    assert_eq!(
        (&plan["parcels"][1], &plan["unplaced"], &plan["exact"]),
        (&uncounted, &json!([]), &json!(true))
    );
    assert_eq!(plan["alternatives"][0]["places"], json!(["A"]));
    assert_eq!(plan["alternatives"][0]["lostBy"], "borders");
    let order = server.get(1, "/orders/1").await.order(200);
    assert_eq!(
        (statuses(&order), &order["shipments"][0]["reasons"]),
        (vec!["planned"; 2], &plan["parcels"][0]["reasons"])
    );
    assert_eq!((level(&server, "A").await, level(&server, "B").await), ((5, 0), (5, 5)));
    // Whatever happens since.
    server.advance(1, 1, "shipped").await.order(200);
    let again = Answer::to(planning()).await;
    assert_eq!((again.json(), again.version(), again.header("idempotency-replayed")), (plan, 2, "true"));
    let done = server.as_operator(Method::POST, "/orders/1/plan", None).await;
    assert_eq!(done.json(), json!({"parcels": [], "unplaced": [], "exact": true, "alternatives": []}));
    assert_eq!(server.get(1, "/orders/1").await.version(), 3);
    server.advance(1, 1, "delivered").await.order(200);
    server.as_operator(Method::POST, "/orders/1/plan", None).await.problem(409);
}

#[tokio::test]
async fn each_change_is_answered_again_as_the_first_time_and_rehearsed() {
    let server = shop(9, 9).await;
    server.place(1, &[(101, 6)]).await;
    for (method, path, body, status) in [
        (Method::POST, "/orders/1/shipments", json!({"lines": lines(&[(1, 2)]), "location": "B"}), 201),
        (Method::PATCH, "/orders/1/shipments/1", json!({"status": "shipped"}), 200),
        (Method::POST, "/orders/1/cancellations", json!({"lines": lines(&[(1, 1)]), "reason": "other"}), 201),
        (Method::POST, "/orders/1/shipments", json!({"lines": lines(&[(1, 1)])}), 201),
        (Method::PATCH, "/orders/1/shipments/2", json!({"status": "cancelled"}), 200),
    ] {
        let before = server.get(1, "/orders/1").await;
        let ask = |query: &str| {
            let asked = server.operator(method.clone(), &format!("{path}{query}"), Some(&body));
            asked.header("Idempotency-Key", format!("{path}-{}", before.version()))
        };
        let rehearsed = Answer::to(ask("?dryRun=true")).await;
        assert_eq!(rehearsed.header("orders-dry-run"), "true", "{path}");
        assert_eq!(server.get(1, "/orders/1").await.text(), before.text());
        let first = Answer::to(ask("")).await;
        assert_eq!(first.status, status, "{path}: {}", first.text());
        assert_eq!(rehearsed.header("location"), first.header("location"));
        post(&server, "/orders/1/shipments", json!({"lines": lines(&[(1, 1)])})).await;
        let again = Answer::to(ask("")).await;
        assert_eq!((again.json(), again.version()), (first.json(), first.version()), "{path}");
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.header("idempotency-replayed"), "true");
        let version = first.version();
        let then = server.get(1, &format!("/orders/1?version={version}")).await.order(200);
        assert_eq!(then, first.json());
        // Room for the next ones.
        let order = server.get(1, "/orders/1").await.order(200);
        let last = order["shipments"].as_array().unwrap().len();
        let undo = format!("/orders/1/shipments/{last}");
        if order["shipments"][last - 1]["status"] == "planned" && !path.ends_with("shipments") {
            server.as_operator(Method::PATCH, &undo, Some(json!({"status": "cancelled"}))).await.order(200);
        }
    }
    let kinds: Vec<String> = server
        .get(1, "/orders/1/events")
        .await
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect();
    for kind in ["order.shipment_created", "order.shipment_changed", "order.partially_cancelled"] {
        assert!(kinds.contains(&kind.to_owned()), "{kinds:?}");
    }
}

#[tokio::test]
async fn a_stale_tag_changes_no_shipment() {
    let server = shop(9, 9).await;
    server.place(1, &[(101, 6)]).await;
    server.track(1, 1, "N1").await.order(200);
    for (method, path, body) in [
        (Method::POST, "/orders/1/shipments", json!({})),
        (Method::PATCH, "/orders/1/shipments/1", json!({"status": "shipped"})),
        (Method::POST, "/orders/1/cancellations", json!({"lines": lines(&[(1, 1)]), "reason": "other"})),
        (Method::POST, "/orders/1/plan", json!({})),
    ] {
        let asked = server.operator(method, path, Some(&body)).header("If-Match", "\"1\"");
        Answer::to(asked).await.problem(412);
    }
    assert_eq!(server.get(1, "/orders/1").await.version(), 2);
}
