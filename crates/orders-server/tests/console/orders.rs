//! Orders: the list, one of them, and what is done with it.

use serde_json::json;

use crate::{desk::Person, support::Server};

#[tokio::test]
async fn an_empty_shop_says_what_to_do_first() {
    let server = Server::start();
    let person = Person::signed_in(&server, 100).await;
    person.get("/console/").await.has(&["No orders yet", "orders import products.csv", "POST /orders"]);
    person.get("/console/webhooks").await.has(&["Nobody is told yet", "SECRETS_KEY"]);
}

#[tokio::test]
async fn the_newest_order_comes_first_and_older_ones_follow_page_by_page() {
    let server = Server::start();
    for _ in 0..53 {
        server.place(1, &[(9, 1)]).await;
    }
    let person = Person::signed_in(&server, 100).await;
    let ids = |text: &str| -> Vec<i64> {
        let links = text.split("<th scope=\"row\"><a href=\"/console/orders/").skip(1);
        links.map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect()
    };
    let page = person.get("/console/").await;
    assert_eq!(ids(&page.text), (4..=53).rev().collect::<Vec<_>>());
    let older = page.text.split("href=\"/console/?after=").nth(1).unwrap().split('"').next().unwrap();
    let page = person.get(&format!("/console/?after={older}")).await.has(&[">Newest</a>"]);
    assert_eq!(ids(&page.text), [3, 2, 1]);
    assert!(!page.text.contains(">Older</a>"));
}

#[tokio::test]
async fn a_list_is_narrowed_by_its_address_and_each_condition_can_be_taken_away() {
    let server = Server::start();
    for user in [1, 2] {
        server.place(user, &[(9, 1)]).await;
    }
    let person = Person::signed_in(&server, 100).await;
    let page = person.get("/console/?userId=2&status=pending").await;
    let page =
        page.has(&["/console/orders/2\"", "User: <strong>2</strong>", "href=\"/console/?status=pending\""]);
    assert!(!page.text.contains("/console/orders/1\""));
    person.get("/console/?status=shipped").await.has(&["No order is like this", "Show all orders"]);
}

#[tokio::test]
async fn an_order_goes_its_way_and_its_history_says_by_whom() {
    let server = Server::start();
    server.place(1, &[(9, 7), (1, 1)]).await;
    let person = Person::signed_in(&server, 100).await;
    let act = async |path: &str, word: &str, fields: &[(&str, &str)]| {
        let page = person.get("/console/orders/1").await;
        let action = format!("/console/orders/1/{path}");
        let (version, key) = (page.field(&action, "version"), page.field(&action, "key"));
        let fields = [&[("version", version.as_str()), ("key", key.as_str())], fields].concat();
        let answer = person.send(&action, &fields).await;
        assert_eq!(answer.leads_to(), format!("/console/orders/1?done={word}"));
        person.get(answer.leads_to()).await
    };
    act("status", "status", &[("status", "processing")])
        .await
        .has(&["The status was changed.", "Pending → Processing"]);
    let made = [("line-0", "5"), ("line-1", "0"), ("provider", "DHL"), ("tracking", "A1"), ("leaves", "now")];
    act("parcels", "shipment", &made).await.has(&[
        "Parcel 1 made, shipped: 5 pieces",
        "Partly sent",
        "DHL A1",
    ]);
    let some = [("line-0", "2"), ("reason", "inventory"), ("note", "none left")];
    act("cancellations", "cancellation", &some).await.has(&["2 pieces cancelled: inventory", "none left"]);
    let rest = [("line-1", "1"), ("leaves", "later")];
    act("parcels", "shipment", &rest).await.has(&["Parcel 2 made, planned: 1 piece"]);
    let left = [("status", "shipped"), ("fields", "tracking"), ("provider", "UPS"), ("tracking", "B2")];
    act("parcels/2", "parcel", &left).await.has(&["Parcel 2: Planned → Shipped", "UPS B2"]);
    let page = act("status", "status", &[("status", "delivered")]).await;
    page.has(&["Shipped → Delivered", "All arrived", "<td>User 100</td>", "<td>User 1</td>"]);
}

#[tokio::test]
async fn a_plan_is_shown_with_its_reasons_and_changes_nothing_until_it_is_wanted() {
    let server = Server::start();
    server.add_place("berlin").await;
    let product = server.add_product(&json!({"name": "Lamp", "price": 100, "stockPolicy": "deny"})).await;
    let person = Person::signed_in(&server, 100).await;
    let path = format!("/console/products/{product}/count");
    let counted = [("place", "berlin"), ("pieces", "5"), ("reason", "first count")];
    assert_eq!(person.send(&path, &counted).await.status, 303);
    server.place(1, &[(product, 3)]).await;
    let page = person.get("/console/orders/1/plan").await;
    let page = page.has(&["Parcel 1 from berlin", "3 × Lamp", "is only at berlin.", "nothing is better"]);
    person.get("/console/orders/1").await.has(&["None yet."]);
    let action = "/console/orders/1/plan";
    let version = page.field(action, "version");
    let answer = person.send(action, &[("version", &version)]).await;
    assert_eq!(answer.leads_to(), "/console/orders/1?done=planned");
    person.get("/console/orders/1").await.has(&["Planned in 1 parcel", "From berlin"]);
}

#[tokio::test]
async fn what_cannot_be_is_said_beside_what_was_filled_in() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let person = Person::signed_in(&server, 100).await;
    let send = async |path: &str, fields: &[(&str, &str)]| {
        let fields = [&[("version", "1")], fields].concat();
        person.send(&format!("/console/orders/1/{path}"), &fields).await
    };
    let page = send(
        "parcels",
        &[("form", "new-parcel"), ("line-0", "8"), ("provider", "DHL <x>"), ("tracking", "A1")],
    )
    .await;
    assert_eq!(page.status, 409);
    page.has(&[
        "8 pieces of line 1 are to be in the shipment, and 7 are open.",
        "value=\"8\"",
        "DHL &#60;x&#62;",
        "<details class=\"card\" open>",
    ]);
    let page = send("parcels", &[("form", "new-parcel"), ("line-0", "1"), ("provider", "DHL")]).await;
    assert_eq!(page.status, 422);
    page.has(&["TrackingNumber is empty.", "value=\"DHL\""]);
    let page = send(
        "cancellations",
        &[("form", "cancel-parts"), ("line-0", "0"), ("reason", "staff"), ("note", "why")],
    )
    .await;
    assert_eq!(page.status, 422);
    page.has(&["Nothing is to be cancelled", "value=\"why\"", "<option selected>staff"]);
    assert_eq!(send("status", &[("status", "lost")]).await.status, 422);
    let page = send("status", &[("status", "delivered")]).await;
    assert_eq!(page.status, 409);
    page.has(&["The order is pending and cannot become delivered."]);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_done_once() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let person = Person::signed_in(&server, 100).await;
    let page = person.get("/console/orders/1").await;
    let key = page.field("/console/orders/1/parcels", "key");
    let fields = [("version", "1"), ("key", key.as_str()), ("line-0", "2"), ("leaves", "now")];
    for _ in 0..2 {
        let page = person.send("/console/orders/1/parcels", &fields).await;
        assert_eq!(page.leads_to(), "/console/orders/1?done=shipment");
    }
    let page = person.get("/console/orders/1").await;
    assert!(page.text.contains("Parcel 1 ") && !page.text.contains("Parcel 2 "), "{}", page.text);
}

#[tokio::test]
async fn an_order_is_shown_as_the_api_has_it() {
    let server = Server::start();
    let order = server.place(1, &[(9, 7)]).await;
    let person = Person::signed_in(&server, 100).await;
    let page = person.get("/console/orders/1/raw").await;
    assert_eq!(page.header("content-type"), "application/json");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&page.text).unwrap(), order);
}
