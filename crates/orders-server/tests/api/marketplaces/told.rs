//! What events say of marketplaces.

use super::*;

async fn events(server: &Server, query: &str) -> Vec<Value> {
    let page = server.as_operator(Method::GET, &format!("/events?{query}"), None).await;
    page.order(200).as_array().unwrap().clone()
}

fn kinds(events: &[Value]) -> Vec<(&str, &str)> {
    events.iter().map(|event| (event["type"].as_str().unwrap(), event["subject"].as_str().unwrap())).collect()
}

/// A marketplace with all that can happen in one.
async fn world() -> Server {
    let server = Server::with_german().await;
    server.change_market("de", json!({"countries": ["DE"]})).await.order(200);
    server.set_listing(9, "de", json!({"price": 1799})).await.order(200);
    server.set_text(9, "de/de-at", "Brettl").await.order(201);
    server.set_text(9, "-/de", "Brett").await.order(201);
    server.order("", &[], &json!({"marketplace": "de"})).await.order(201);
    server.order("", &[], &json!({})).await.order(201);
    server
}

#[tokio::test]
async fn each_change_is_told_with_the_marketplace_in_which_it_happened() {
    let server = world().await;
    let all = events(&server, "").await;
    assert_eq!(
        kinds(&all),
        [
            ("marketplace.created", "marketplaces/de"),
            ("listing.created", "listings/9/de"),
            ("marketplace.changed", "marketplaces/de"),
            ("listing.changed", "listings/9/de"),
            ("text.created", "texts/9/de/de-AT"),
            ("text.created", "texts/9/-/de"),
            ("order.placed", "orders/1"),
            ("order.placed", "orders/2"),
        ]
    );
    let data: Vec<_> = all.iter().map(|event| &event["data"]).collect();
    let actor = json!({"kind": "user", "id": "100"});
    let countries = |codes: &[&str]| json!({"countries": codes});
    assert_eq!(data[0]["to"]["countries"], json!(["AT", "DE"]));
    assert_eq!(
        *data[2],
        json!({"marketplace": "de", "version": 2, "from": countries(&["AT", "DE"]), "to": countries(&["DE"]), "actor": actor})
    );
    assert_eq!((&data[3]["productId"], &data[3]["marketplace"]), (&json!(9), &json!("de")));
    assert_eq!((&data[4]["locale"], &data[4]["marketplace"]), (&json!("de-AT"), &json!("de")));
    assert_eq!((&data[5]["locale"], data[5].get("marketplace")), (&json!("de"), None));
    assert_eq!((&data[6]["marketplace"], &data[7]["marketplace"]), (&json!("de"), &json!("default")));
}

#[tokio::test]
async fn events_are_asked_for_by_marketplace_in_every_form() {
    let server = world().await;
    let german = events(&server, "marketplace=de").await;
    assert_eq!(german.len(), 6);
    assert!(german.iter().all(|event| event["data"]["marketplace"] == "de"), "{german:?}");
    let placed = events(&server, "marketplace=default&type=order.placed").await;
    assert_eq!(kinds(&placed), [("order.placed", "orders/2")]);
    let page = server.as_operator(Method::GET, "/events?marketplace=de&limit=2", None).await;
    assert_eq!(page.header("link"), "</events?after=2&limit=2&marketplace=de>; rel=\"next\"");
    for subject in ["marketplaces/de", "listings/9/de", "texts/9/-/de", "texts/9/de/de-AT"] {
        assert!(!events(&server, &format!("subject={subject}")).await.is_empty(), "{subject}");
    }
    let lines =
        server.operator(Method::GET, "/events?marketplace=de", None).header("accept", "application/x-ndjson");
    assert_eq!(Answer::to(lines).await.text().lines().count(), 6);
    let bad = server.as_operator(Method::GET, "/events?marketplace=DE", None).await;
    assert_eq!(bad.pointers(422), ["/marketplace"]);
    assert_eq!(events(&server, "marketplace=xx").await.len(), 0);
}
