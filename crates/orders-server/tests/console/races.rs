//! Two people at one thing: neither overwrites the other, and the second is told what changed.

use serde_json::json;

use crate::{desk::Person, support::Server};

#[tokio::test]
async fn the_second_at_an_order_is_told_what_the_first_did_and_keeps_what_they_wrote() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let (first, second) = (Person::signed_in(&server, 100).await, Person::signed_in(&server, 100).await);
    let path = "/console/orders/1/parcels";
    let seen = second.get("/console/orders/1").await.field(path, "version");
    let done = first.send("/console/orders/1/status", &[("version", &seen), ("status", "processing")]).await;
    assert_eq!(done.status, 303);
    let fields = [
        ("form", "new-parcel"),
        ("version", seen.as_str()),
        ("line-0", "4"),
        ("provider", "DHL"),
        ("tracking", "A1"),
    ];
    let page = second.send(path, &fields).await;
    assert_eq!(page.status, 412);
    let page = page.has(&[
        "has changed since you opened it",
        "<li>Pending → Processing <span",
        "User 100",
        "value=\"A1\"",
        "value=\"4\"",
    ]);
    let seen = page.field(path, "version");
    assert_eq!(seen, "2");
    let fields = [&[("version", seen.as_str())], &fields[2..]].concat();
    assert_eq!(second.send(path, &fields).await.leads_to(), "/console/orders/1?done=shipment");
}

#[tokio::test]
async fn of_many_at_once_with_the_same_version_one_is_done() {
    let server = Server::start();
    server.place(1, &[(9, 100)]).await;
    let people = Person::signed_in(&server, 100).await;
    let send = async |pieces: usize| {
        let pieces = pieces.to_string();
        let fields = [("version", "1"), ("line-0", pieces.as_str()), ("leaves", "now")];
        people.send("/console/orders/1/parcels", &fields).await.status
    };
    let all = futures_util::future::join_all((1..=12).map(send)).await;
    assert_eq!(all.iter().filter(|status| **status == 303).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|status| **status == 412).count(), 11, "{all:?}");
    let page = people.get("/console/orders/1").await;
    assert!(!page.text.contains("Parcel 2 "));
}

#[tokio::test]
async fn the_second_count_of_a_shelf_is_not_entered_over_the_first() {
    let server = Server::start();
    server.add_place("berlin").await;
    let product = server.add_product(&json!({"name": "Lamp", "price": 100, "stockPolicy": "deny"})).await;
    let person = Person::signed_in(&server, 100).await;
    let path = format!("/console/products/{product}/count");
    let count = async |version: &str, pieces: &str| {
        let fields = [
            ("form", "count"),
            ("place", "berlin"),
            ("version", version),
            ("pieces", pieces),
            ("reason", "counted"),
        ];
        person.send(&path, &fields).await
    };
    assert_eq!(count("", "5").await.status, 303);
    assert_eq!(count("", "9").await.status, 412);
    assert_eq!(count("1", "6").await.status, 303);
    let page = count("1", "7").await;
    assert_eq!(page.status, 412);
    page.has(&["Somebody else has counted", "value=\"7\"", "<dd class=\"n\">6</dd>"]);
}

#[tokio::test]
async fn a_form_that_could_not_be_meant_so_is_still_about_what_was_seen() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let (first, second) = (Person::signed_in(&server, 100).await, Person::signed_in(&server, 100).await);
    let path = "/console/orders/1/parcels";
    let done = first.send("/console/orders/1/status", &[("version", "1"), ("status", "processing")]).await;
    assert_eq!(done.status, 303);
    let fields = [("form", "new-parcel"), ("version", "1"), ("line-0", "4"), ("provider", "DHL")];
    let page = second.send(path, &fields).await;
    assert_eq!((page.status, page.field(path, "version")), (422, "1".to_owned()));
    let fields = [&fields[..], &[("tracking", "A1")]].concat();
    let page = second.send(path, &fields).await;
    assert_eq!((page.status, page.field(path, "version")), (412, "2".to_owned()));
}
