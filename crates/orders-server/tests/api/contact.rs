//! How customers are reached: who is shown it, and that nothing else is.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    support::{Server, assert_in_use, orders, place::is_on_postgres, products},
};

/// Something that stands nowhere else.
const SECRETS: [&str; 5] =
    ["ada.private@example.org", "Augusta Secret", "12 Hidden Square", "Kept-Quiet", "whispered"];

fn address() -> Value {
    json!({
        "name": SECRETS[1], "lines": [SECRETS[2], "first floor"], "city": SECRETS[3], "postalCode": "SW1Y 4JH",
        "region": null, "country": "GB", "latitude": 51.507_4, "longitude": -0.127_8,
    })
}

fn order_of(contact: &Value) -> String {
    let mut body = products(&[(9, 2)]);
    body.as_object_mut().unwrap().extend(contact.as_object().unwrap().clone());
    body.to_string()
}

async fn with_contact() -> Server {
    let server = Server::start();
    let contact = json!({"email": SECRETS[0], "shipTo": address()});
    let order = server.post(1, order_of(&contact)).await.order(201);
    assert_eq!((&order["email"], &order["shipTo"]), (&json!(SECRETS[0]), &address()));
    server
}

/// Whether none of it is in this.
fn assert_quiet(text: &str, what: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is in {what}: {text}");
    }
}

#[tokio::test]
async fn the_owner_and_the_operator_are_shown_it_and_nobody_else_anywhere() {
    let server = with_contact().await;
    let body =
        json!({"lines": [{"orderProductId": 1, "quantity": 1}], "reason": "customer", "note": SECRETS[4]});
    let partly = Answer::to(server.user(1, Method::POST, "/orders/1/cancellations").json(&body)).await;
    assert_eq!(partly.order(201)["email"], SECRETS[0]);
    for user in [1, 100] {
        let order = server.get(user, "/orders/1").await.order(200);
        assert_eq!((&order["email"], &order["shipTo"]), (&json!(SECRETS[0]), &address()));
    }
    for (user, path, accept) in [
        (1, "/orders/1?version=1", ""),
        (1, "/orders/1?version=2", ""),
        (1, "/orders", ""),
        (1, "/orders", "application/x-ndjson"),
        (1, "/orders", "text/csv"),
        (100, "/orders?email=ADA.private@example.org", ""),
        (100, "/orders?email=ADA.private@example.org", "application/x-ndjson"),
        (100, "/orders?email=ADA.private@example.org", "text/csv"),
        (1, "/orders/1/events", ""),
        (100, "/events", ""),
        (100, "/events?include=order", ""),
        (100, "/events?include=order", "application/x-ndjson"),
        (2, "/orders/1", ""),
        (1, "/orders/1/shipments", ""),
        (1, "/metrics", ""),
        (1, "/openapi.json", ""),
    ] {
        let answer = Answer::to(
            server
                .user(user, Method::GET, path)
                .header("accept", if accept.is_empty() { "*/*" } else { accept }),
        )
        .await;
        assert!(answer.status == 200 || user == 2, "{path}: {}", answer.text());
        assert_quiet(&answer.text(), path);
    }
    assert!(server.get(1, "/orders/1/cancellations").await.text().contains(SECRETS[4]));
}

#[tokio::test]
async fn it_is_changed_while_nothing_is_out_and_its_event_says_only_that() {
    let server = with_contact().await;
    let changed = server.patch(1, "/orders/1/contact", &json!({"email": "other@example.org"})).await;
    let order = changed.order(200);
    assert_eq!(
        (&order["email"], &order["shipTo"], changed.version()),
        (&json!("other@example.org"), &address(), 2)
    );
    let event = &server.get(1, "/orders/1/events").await.json()[1];
    assert_eq!(event["type"], "order.contact_changed");
    let data = json!({"orderId": 1, "marketplace": "default", "version": 2, "fulfillment": "unfulfilled", "actor": {"kind": "user", "id": "1"}});
    assert_eq!(event["data"], data);
    // The same again is no change; null forgets it.
    assert_eq!(
        server.patch(1, "/orders/1/contact", &json!({"email": "other@example.org"})).await.version(),
        2
    );
    let order = server.patch(1, "/orders/1/contact", &json!({"shipTo": null})).await.order(200);
    assert_eq!((order.get("shipTo"), &order["email"]), (None, &json!("other@example.org")));
    server.patch(2, "/orders/1/contact", &json!({})).await.problem(401);
    server.advance(1, 1, "shipped").await.order(200);
    server.patch(1, "/orders/1/contact", &json!({"email": null})).await.problem(409);
}

#[tokio::test]
async fn a_replay_shows_it_as_it_is_now() {
    let server = Server::start();
    let contact = json!({"email": SECRETS[0]});
    let place = || server.posting(1, order_of(&contact)).header("Idempotency-Key", "k");
    Answer::to(place()).await.order(201);
    server.patch(1, "/orders/1/contact", &json!({"email": "now@example.org"})).await.order(200);
    let again = Answer::to(place()).await;
    assert_eq!((again.order(201)["email"].as_str(), again.version()), (Some("now@example.org"), 1));
}

#[tokio::test]
async fn what_is_wrong_with_it_is_told_without_it() {
    let server = Server::start();
    for (contact, pointers) in [
        (json!({"email": "Augusta Secret"}), vec!["/email"]),
        (json!({"email": "a@b\r\nBcc: c@d"}), vec!["/email"]),
        (json!({"shipTo": {}}), vec!["/shipTo/name", "/shipTo/lines", "/shipTo/city", "/shipTo/country"]),
        (
            json!({"shipTo": {
                "name": "\u{7}Augusta Secret", "lines": [], "city": "", "country": "XX", "latitude": 1, "colour": 1,
            }}),
            vec![
                "/shipTo",
                "/shipTo/name",
                "/shipTo/lines",
                "/shipTo/city",
                "/shipTo/country",
                "/shipTo/longitude",
            ],
        ),
        (
            json!({"shipTo": {
                "name": "x", "lines": ["Hidden Square".repeat(20)], "city": "c", "country": "GB",
            }}),
            vec!["/shipTo/lines/0"],
        ),
    ] {
        for answer in [server.post(1, order_of(&contact)).await, {
            server.place(1, &[(1, 1)]).await;
            server.patch(1, "/orders/1/contact", &contact).await
        }] {
            assert_eq!(answer.pointers(422), pointers, "{contact}");
            assert_quiet(&answer.text(), "a refusal");
        }
    }
    server.patch(1, "/orders/1/contact", &json!({"email": 7})).await.problem(400);
}

#[tokio::test]
async fn what_is_wrong_with_it_is_told_without_repeating_it() {
    let server = Server::start();
    let with = |member: &str, value: Value| {
        let mut sent = address();
        sent[member] = value;
        json!({"shipTo": sent})
    };
    let known = "a member is not one of name, lines, city, country, postalCode, region, latitude, longitude";
    let of_90 = "latitude is not a number of degrees from -90 to 90 with up to 6 decimals";
    let of_180 = "longitude is not a number of degrees from -180 to 180 with up to 6 decimals";
    for (body, pointer, detail) in [
        (
            with("country", json!("Hidden")),
            "/shipTo/country",
            "country is not a country's code of ISO 3166-1 alpha-2",
        ),
        (with("longitude", json!(1234.5678)), "/shipTo/longitude", of_180),
        (with("longitude", json!(12.345_678_9)), "/shipTo/longitude", of_180),
        (with("latitude", json!(12_345_678)), "/shipTo/latitude", of_90),
        (with("latitude", json!("51.1234 Hidden")), "/shipTo/latitude", "a string is not a number"),
        (with("Ada Hidden, 12 Square", json!(1)), "/shipTo", known),
    ] {
        let answer = server.post(1, order_of(&body)).await;
        let status = if detail.starts_with("a string") { 400 } else { 422 };
        let problem = answer.problem(status);
        assert_eq!(problem["errors"], json!([{"pointer": pointer, "detail": detail}]), "{}", answer.text());
        for sent in ["Hidden", "1234", "345678", "12345678"] {
            assert!(!answer.text().contains(sent), "{sent} is repeated: {}", answer.text());
        }
    }
    let twice = order_of(&json!({"shipTo": {}})).replace("\"shipTo\":{}", "\"shipTo\":{\"Ada\":1,\"Ada\":2}");
    assert!(!server.post(1, twice).await.text().contains("Ada"));
    server.place(1, &[(9, 2)]).await;
    let unwanted = json!({"lines": [{"orderProductId": 1, "quantity": 1}], "reason": "Ada is Hidden"});
    let answer = Answer::to(server.user(1, Method::POST, "/orders/1/cancellations").json(&unwanted)).await;
    assert_eq!(answer.pointers(422), ["/reason"]);
    assert!(!answer.text().contains("Hidden"), "{}", answer.text());
    let answer = server.patch(1, "/orders/1/contact", &json!({"Ada Hidden": null})).await;
    assert!(!answer.text().contains("Hidden"), "{}", answer.text());
}

#[tokio::test]
async fn forgetting_empties_it_in_orders_that_have_ended() {
    let mut server = with_contact().await;
    let body =
        json!({"lines": [{"orderProductId": 1, "quantity": 1}], "reason": "customer", "note": SECRETS[4]});
    Answer::to(server.user(1, Method::POST, "/orders/1/cancellations").json(&body)).await.order(201);
    server.post(1, order_of(&json!({"email": SECRETS[0]}))).await.order(201);
    server.post(2, order_of(&json!({"email": SECRETS[0]}))).await.order(201);
    server.cancel(1, 1).await.order(200);
    server.cancel(2, 3).await.order(200);
    let found = async |server: &Server| {
        let path = format!("/orders?email={}", SECRETS[0].to_uppercase());
        let listed = server.get(100, &path).await.order(200);
        listed.as_array().unwrap().iter().map(|order| order["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(found(&server).await, [1, 2, 3]);
    let before = server.get(1, "/orders/1").await;
    let url = server.database_url();
    let command = |user: &str| {
        let mut command = orders();
        command.args(["forget", "--user", user, "--database-url", &url]);
        command
    };
    let forget = |user: &str| {
        let output = command(user).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    // What the server writes into a file would leave copies.
    if !is_on_postgres() {
        assert_in_use(command("1"), "orders.sqlite");
    }
    server.signal("TERM");
    server.wait();
    let said = "emptied what was known of user 1 in 1 order that has ended\n\
                left 1 order that has not ended, and keeps it until then\n";
    assert_eq!(forget("1"), said);
    let said = "emptied what was known of user 1 in 0 orders that have ended\n\
                left 1 order that has not ended, and keeps it until then\n";
    assert_eq!(forget("1"), said);
    assert!(
        forget("77")
            .starts_with("emptied what was known of user 77 in 0 orders that have ended\nleft 0 orders")
    );
    let server = Server::start_at(&url, &[]);
    let after = server.get(1, "/orders/1").await;
    assert_eq!((after.version(), after.order(200).get("email")), (before.version(), None));
    assert_eq!(found(&server).await, [2, 3]);
    // What is shown is another thing since, so who has the old one is not told that it has this.
    assert_ne!(after.header("etag"), before.header("etag"));
    let with = |tag: &str| server.user(1, Method::GET, "/orders/1").header("If-None-Match", tag);
    assert_eq!(Answer::to(with(before.header("etag"))).await.order(200), after.order(200));
    assert_eq!(Answer::to(with(after.header("etag"))).await.status, 304);
    assert_quiet(&after.text(), "what was forgotten");
    assert_quiet(&server.get(1, "/orders/1/cancellations").await.text(), "what was forgotten");
    assert!(server.get(1, "/orders/2").await.text().contains(SECRETS[0]));
    assert!(server.get(2, "/orders/3").await.text().contains(SECRETS[0]));
}
