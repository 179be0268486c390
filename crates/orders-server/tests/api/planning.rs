//! Plans; and what holds of every call on shipments: answered again, rehearsed, with a tag.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    shipping::{level, lines, post, shop, statuses},
    support::products,
};

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
    // How far it is would tell where the customer lives.
    let nearest = json!({"code": "nearest", "detail": "no place that has it is nearer than B"});
    assert_eq!(from_b[0], nearest);
    assert_eq!(plan["alternatives"][0]["cost"], json!({"unplaced": 0, "parcels": 2, "borders": 1}));
    assert_eq!(plan["parcels"][0]["location"], "B");
    assert_eq!(
        (&plan["parcels"][0]["lines"], &plan["parcels"][0]["weightGrams"]),
        (&lines(&[(1, 5)]), &json!(1500))
    );
    let uncounted = json!({"location": null, "lines": lines(&[(2, 1)]), "weightGrams": null, "reasons": []});
    assert_eq!(
        (&plan["parcels"][1], &plan["unplaced"], &plan["exact"]),
        (&uncounted, &json!([]), &json!(true))
    );
    assert_eq!(plan["alternatives"][0]["places"], json!(["A"]));
    assert_eq!(plan["alternatives"][0]["lostBy"], "borders");
    // Nor is it for whoever reads lists.
    for listed in [
        server.list("/orders").await.remove(0),
        server
            .user(100, Method::GET, "/events?include=order")
            .send()
            .await
            .unwrap()
            .json::<Value>()
            .await
            .unwrap(),
    ] {
        assert!(!listed.to_string().contains("nearest"), "{listed}");
    }
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
