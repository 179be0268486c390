//! `GET /orders`: by what orders are found, which of it goes together, and in which order they come.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, shipment},
    listing::seeded,
    support::{Server, products},
};

async fn asks(server: &Server, user: Option<i64>, query: &str) -> Answer {
    let path = format!("/orders?{query}");
    Answer::to(match user {
        Some(user) => server.user(user, Method::GET, &path),
        None => server.anyone(Method::GET, &path),
    })
    .await
}

/// Whether a filter lets an order through.
type Shown<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

fn ids(page: &Value) -> Vec<i64> {
    page.as_array().unwrap().iter().map(|order| order["id"].as_i64().unwrap()).collect()
}

/// The ids on all pages from this query on, along their links, as the operator sees them.
async fn walk(server: &Server, query: &str) -> Vec<i64> {
    let (mut met, mut next) = (Vec::new(), Some(query.to_owned()));
    while let Some(query) = next {
        let answer = asks(server, Some(100), &query).await;
        next = answer.header("link").split(['?', '>']).nth(1).map(str::to_owned);
        met.extend(ids(&answer.order(200)));
        assert!(met.len() <= 1000, "the walk goes in circles: {next:?}");
    }
    met
}

async fn of_customer(server: &Server, user: i64, email: &str) {
    let mut body = products(&[(9, 1)]);
    body["email"] = json!(email);
    server.post(user, body.to_string()).await.order(201);
}

#[tokio::test]
async fn the_newest_come_first_and_the_links_lead_to_the_oldest() {
    let (server, _place) = seeded(30);
    let expected: Vec<_> = (1..=30).rev().collect();
    assert_eq!(walk(&server, "sort=-id&limit=7").await, expected);
    assert_eq!(walk(&server, "sort=-id&after=0&limit=30").await, expected);
    assert_eq!(walk(&server, "sort=-id&after=3").await, [2, 1]);
    assert_eq!(walk(&server, "sort=id&after=28").await, [29, 30]);
    let first = asks(&server, None, "sort=-id&limit=2").await;
    assert_eq!(first.header("link"), r#"</orders?after=29&limit=2&sort=-id>; rel="next""#);
}

#[tokio::test]
async fn each_filter_shows_what_it_says_in_both_directions() {
    let (server, _place) = seeded(300);
    let all = server.list("/orders?limit=500").await;
    let tracked = |order: &&Value| order["shipment"].is_object();
    let number = all.iter().find(tracked).unwrap()["shipment"]["trackingNumber"].clone();
    let of_product =
        |order: &Value| order["orderProduct"].as_array().unwrap().iter().any(|line| line["productId"] == 9);
    let is_of = |order: &Value, words: &[&str]| words.iter().any(|word| order["status"] == *word);
    let cases: [(String, Shown<'_>); 8] = [
        ("status=pending,cancelled".to_owned(), Box::new(|order| is_of(order, &["pending", "cancelled"]))),
        ("status=delivered,delivered".to_owned(), Box::new(|order| is_of(order, &["delivered"]))),
        ("fulfillment=unfulfilled".to_owned(), Box::new(|order| order["fulfillment"] == "unfulfilled")),
        (
            "fulfillment=unfulfilled&status=processing&userId=2".to_owned(),
            Box::new(|order| {
                order["fulfillment"] == "unfulfilled" && is_of(order, &["processing"]) && order["userId"] == 2
            }),
        ),
        (
            "fulfillment=shipped&userId=1".to_owned(),
            Box::new(|order| order["fulfillment"] == "shipped" && order["userId"] == 1),
        ),
        ("productId=9".to_owned(), Box::new(of_product)),
        (
            format!("trackingNumber=%20{}", number.as_str().unwrap()),
            Box::new(|order| order["shipment"]["trackingNumber"] == number),
        ),
        ("email=USER3@EXAMPLE.ORG".to_owned(), Box::new(|order| order["userId"] == 3)),
    ];
    for (query, shown) in cases {
        let mut expected: Vec<_> =
            all.iter().filter(|order| shown(order)).map(|order| order["id"].as_i64().unwrap()).collect();
        assert!(!expected.is_empty(), "{query}");
        assert_eq!(walk(&server, &format!("{query}&limit=7")).await, expected, "{query}");
        expected.reverse();
        assert_eq!(walk(&server, &format!("sort=-id&{query}&limit=7")).await, expected, "{query}");
    }
    assert_eq!(walk(&server, "status=delivered&fulfillment=unfulfilled").await, [0; 0]);
    assert_eq!(walk(&server, "productId=4711").await, [0; 0]);
}

#[tokio::test]
async fn a_list_by_updates_goes_by_them_and_its_cursor_is_a_moment_and_an_id() {
    let (server, _place) = seeded(60);
    let all = server.list("/orders?limit=500").await;
    let mut by_update: Vec<_> = all.iter().collect();
    by_update.sort_by_key(|order| (order["updatedAt"].as_str().unwrap(), order["id"].as_i64()));
    let mut expected: Vec<_> = by_update.iter().map(|order| order["id"].as_i64().unwrap()).collect();
    assert_eq!(walk(&server, "sort=updatedAt&limit=7").await, expected);
    let (from, to) =
        (by_update[10]["updatedAt"].as_str().unwrap(), by_update[50]["updatedAt"].as_str().unwrap());
    let between: Vec<_> = by_update
        .iter()
        .filter(|order| (from..to).contains(&order["updatedAt"].as_str().unwrap()))
        .map(|order| order["id"].as_i64().unwrap())
        .collect();
    let period = format!("updatedFrom={from}&updatedTo={to}&limit=3");
    assert_eq!(walk(&server, &period).await, between);
    expected.reverse();
    assert_eq!(walk(&server, "sort=-updatedAt&limit=7").await, expected);
    let first = asks(&server, None, &format!("updatedFrom={from}&limit=1")).await;
    let seen = first.order(200)[0].clone();
    let moment = seen["updatedAt"].as_str().unwrap();
    let after = format!("{moment},{}", seen["id"]);
    assert!(first.header("link").contains(&after.replace(':', "%3A").replace(',', "%2C")), "{after}");
    assert_eq!(
        ids(&asks(&server, None, &format!("sort=updatedAt&limit=1&after={after}")).await.order(200)),
        between[1..2]
    );
}

#[tokio::test]
async fn an_order_that_changes_goes_to_the_end_of_the_list_by_updates() {
    let server = Server::start();
    for _ in 0..3 {
        server.place(1, &[(9, 1)]).await;
    }
    server.track(1, 1, "N1").await.order(200);
    assert_eq!(walk(&server, "sort=updatedAt").await, [2, 3, 1]);
    assert_eq!(walk(&server, "sort=-updatedAt").await, [1, 3, 2]);
}

#[tokio::test]
async fn what_does_not_go_together_is_422_at_one_of_the_two_and_says_what_does() {
    let server = Server::start();
    let moment = "2026-11-22T10:00:00Z";
    for (query, pointer, other) in [
        ("productId=9&userId=1", "/productId", "userId"),
        ("productId=9&status=pending", "/productId", "status"),
        ("trackingNumber=1&fulfillment=shipped", "/trackingNumber", "fulfillment"),
        ("email=a@b&productId=9", "/email", "productId"),
        ("updatedFrom=M&status=pending", "/updatedFrom", "status"),
        ("updatedTo=M&from=M", "/updatedTo", "from"),
        ("updatedFrom=M&sort=id", "/sort", "updatedFrom"),
        ("updatedTo=M&sort=-id", "/sort", "updatedTo"),
        ("userId=1&sort=updatedAt", "/sort", "userId"),
        ("from=M&sort=-updatedAt", "/sort", "from"),
    ] {
        let query = query.replace('M', moment);
        let answer = asks(&server, Some(100), &query).await;
        assert_eq!(answer.pointers(422), [pointer], "{query}: {}", answer.text());
        let detail = answer.problem(422)["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(&format!("cannot be combined with {other}:")), "{query}: {detail}");
        assert!(detail.contains("or updatedFrom, updatedTo, sort=updatedAt"), "{detail}");
        let stream = server.user(100, Method::GET, &format!("/orders?{query}")).header("accept", "text/csv");
        assert_eq!(Answer::to(stream).await.pointers(422), [pointer], "{query}");
    }
    for (query, form) in [
        ("after=7&sort=updatedAt", "after \"7\" is not of a list by updatedAt: there it is the updatedAt"),
        ("after=7&updatedFrom=M", "2026-11-22T10:00:00.000Z,7"),
        ("after=M,7", "the id of the last order seen, such as 7"),
        ("after=M,7&sort=-id", "the id of the last order seen, such as 7"),
    ] {
        let answer = asks(&server, None, &query.replace('M', moment)).await;
        assert_eq!(answer.pointers(422), ["/after"], "{query}");
        let detail = answer.problem(422)["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(form), "{detail}");
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_is_422_and_one_of_the_wrong_form_400() {
    let server = Server::start();
    let long = format!("trackingNumber={}", "9".repeat(129));
    for (query, status, pointer) in [
        ("sort=name", 422, "/sort"),
        ("sort=", 422, "/sort"),
        ("status=pending,", 422, "/status"),
        ("status=pending,lost", 422, "/status"),
        ("fulfillment=pending", 422, "/fulfillment"),
        ("fulfillment=shipped,delivered", 422, "/fulfillment"),
        ("trackingNumber=", 422, "/trackingNumber"),
        ("trackingNumber=a%00b", 422, "/trackingNumber"),
        (&long, 422, "/trackingNumber"),
        ("productId=0", 400, "/productId"),
        ("productId=one", 400, "/productId"),
        ("updatedFrom=today", 400, "/updatedFrom"),
        ("updatedTo=2026-11-22", 400, "/updatedTo"),
        ("sort=updatedAt&after=2026-11-22T10:00:00Z,", 400, "/after"),
        ("sort=updatedAt&after=today,7", 400, "/after"),
        ("raw=true", 422, "/raw"),
        ("raw=false", 422, "/raw"),
    ] {
        assert_eq!(asks(&server, None, query).await.pointers(status), [pointer], "{query}");
    }
    let words = asks(&server, None, "fulfillment=lost").await.text();
    assert!(
        words.contains("unfulfilled, partially_shipped, shipped, partially_delivered, delivered"),
        "{words}"
    );
}

#[tokio::test]
async fn who_asks_by_address_is_looked_at_also_where_lists_are_open() {
    let server = Server::start();
    of_customer(&server, 1, "Ada.Private@Example.org").await;
    of_customer(&server, 2, "bob@example.org").await;
    for query in [
        "email=ada.private@example.org",
        "%65mail=ADA.PRIVATE%40example.org",
        "limit=5&email=ada.private@example.org",
    ] {
        for (user, status) in [(None, 401), (Some(999), 401), (Some(1), 403), (Some(2), 403)] {
            let answer = asks(&server, user, query).await;
            let kind = if status == 401 { "unauthorized" } else { "insufficient-scope" };
            assert_eq!(answer.problem(status)["type"], format!("urn:problem:orders:{kind}"), "{query}");
            assert!(!answer.text().to_lowercase().contains("ada.private"), "{}", answer.text());
            assert_eq!(answer.header("www-authenticate").is_empty(), status == 403);
        }
        let found = asks(&server, Some(100), query).await;
        assert_eq!(ids(&found.order(200)), [1], "{query}");
        assert!(!found.text().to_lowercase().contains("ada.private"), "{}", found.text());
    }
    let bad = asks(&server, Some(100), "email=ada.private@").await;
    assert_eq!(bad.pointers(422), ["/email"]);
    assert!(!bad.text().contains("ada.private"), "{}", bad.text());
    assert_eq!(asks(&server, None, "email=ada.private@").await.status, 401);
    // Without it the list is for anyone, as before.
    assert_eq!(ids(&asks(&server, None, "userId=1").await.order(200)), [1]);
}

#[tokio::test]
async fn a_number_on_a_parcel_of_any_order_finds_it_byte_by_byte() {
    let server = Server::start();
    for number in ["=Ä 1", "=ä 1"] {
        let id = server.place(1, &[(9, 1)]).await["id"].as_i64().unwrap();
        let body = shipment(number);
        server.patch(1, &format!("/orders/{id}/tracking"), &body).await.order(200);
    }
    assert_eq!(walk(&server, "trackingNumber=%3D%C3%84+1").await, [1]);
    assert_eq!(walk(&server, "trackingNumber=%3D%C3%A4%201%20").await, [2]);
    assert_eq!(walk(&server, "trackingNumber=%3D%C3%84").await, [0; 0]);
}
