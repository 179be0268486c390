//! What two servers on one database are asked at once.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    stored::stored,
    support::{Server, postgres},
    together::{get, patch, post_with_key, two_servers},
};

const ROUNDS: usize = 60;

/// The requests with one key in a round.
const AT_ONCE: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn one_key_at_both_servers_at_once_makes_one_order() {
    let Some(database) = postgres::database() else { return };
    let servers = two_servers(&database, &[]);
    for round in 0..ROUNDS {
        let asking: JoinSet<_> = (0..AT_ONCE)
            .map(|index| {
                let server = Arc::clone(&servers[(round + index) % 2]);
                async move {
                    let answer = post_with_key(&server, &format!("key-{round}"), 7).await;
                    let again = answer.headers().contains_key("Idempotency-Replayed");
                    (answer.status().as_u16(), again, answer.json::<Value>().await.unwrap())
                }
            })
            .collect();
        let answers = asking.join_all().await;
        assert!(
            answers.iter().all(|(status, _, order)| (*status, order) == (201, &answers[0].2)),
            "{answers:?}"
        );
        assert_eq!(answers.iter().filter(|(_, again, _)| !again).count(), 1, "{answers:?}");
    }
    assert_eq!(stored(&servers[0]).await.len(), ROUNDS);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_bodies_with_one_key_at_both_servers_at_once_one_makes_an_order() {
    let Some(database) = postgres::database() else { return };
    let [one, other] = two_servers(&database, &[]);
    for round in 0..ROUNDS {
        let key = format!("key-{round}");
        let (first, second) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let (answer, rival) = tokio::join!(post_with_key(first, &key, 1), post_with_key(second, &key, 2));
        let mut statuses = [answer.status().as_u16(), rival.status().as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422]);
    }
    assert_eq!(stored(&one).await.len(), ROUNDS);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_piece_is_sold_once_however_many_ask_whichever_server() {
    let Some(database) = postgres::database() else { return };
    let servers = two_servers(&database, &[]);
    servers[0].add_place("MAIN").await;
    let product = servers[0].add_product(&json!({"name": "Mug", "price": 500})).await;
    let path = format!("/products/{product}/stock/MAIN");
    let count = json!({"onHand": 1, "reason": "count"});
    let counted = servers[0].operator(Method::PUT, &path, Some(&count)).send().await.unwrap();
    assert_eq!(counted.status(), 200);
    for round in 0..ROUNDS / 3 {
        let asking: JoinSet<_> = (0..64)
            .map(|index| {
                let server = Arc::clone(&servers[index % 2]);
                async move {
                    let body = json!({"products": [{"id": product, "quantity": 1}]});
                    let answer = server.user(1, Method::POST, "/orders").json(&body).send().await.unwrap();
                    (answer.status().as_u16(), answer.json::<Value>().await.unwrap()["id"].as_i64())
                }
            })
            .collect();
        let answers = asking.join_all().await;
        let sold: Vec<_> = answers.iter().filter(|(status, _)| *status == 201).collect();
        assert_eq!(sold.len(), 1, "round {round}: {answers:?}");
        assert!(answers.iter().all(|(status, _)| [201, 409].contains(status)), "round {round}: {answers:?}");
        let cancel = format!("/orders/{}/cancel", sold[0].1.unwrap());
        let cancelled = servers[round % 2].user(1, Method::PATCH, &cancel).send().await.unwrap();
        assert_eq!(cancelled.status(), 200);
    }
    let level: Value =
        servers[1].operator(Method::GET, &path, None).send().await.unwrap().json().await.unwrap();
    assert_eq!((&level["onHand"], &level["reserved"]), (&json!(1), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_of_either_server_has_a_price_that_was_past() {
    let Some(database) = postgres::database() else { return };
    let servers = two_servers(&database, &[]);
    // What the price is at least, since it only rises.
    let answered = Arc::new(std::sync::atomic::AtomicI64::new(1999));
    let (changing, told) = (Arc::clone(&servers[0]), Arc::clone(&answered));
    let rising = async move {
        for price in 2000..2100 {
            let body = json!({"price": price});
            let changed = changing.operator(Method::PATCH, "/products/9", Some(&body)).send().await.unwrap();
            assert_eq!(changed.status(), 200);
            told.store(price, std::sync::atomic::Ordering::SeqCst);
        }
    };
    let ordering: JoinSet<_> = (0..8)
        .map(|index| {
            let (server, answered) = (Arc::clone(&servers[index % 2]), Arc::clone(&answered));
            async move {
                loop {
                    let least = answered.load(std::sync::atomic::Ordering::SeqCst);
                    let body = json!({"products": [{"id": 9, "quantity": 1}]});
                    let answer = server.user(1, Method::POST, "/orders").json(&body).send().await.unwrap();
                    let order: Value = answer.json().await.unwrap();
                    assert!(order["total"].as_i64().unwrap() >= least, "{order} costs less than {least}");
                    if least == 2099 {
                        return;
                    }
                }
            }
        })
        .collect();
    tokio::join!(rising, ordering.join_all());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_cancel_and_ship_at_two_servers_at_once_exactly_one_wins() {
    let Some(database) = postgres::database() else { return };
    let [one, other] = two_servers(&database, &[]);
    let shipped_body = json!({"status": "shipped"});
    for round in 0..ROUNDS {
        let (here, there) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let id = here.place(1, &[(9, 7)]).await["id"].clone();
        let cancel = patch(here, &id, "cancel", &Value::Null);
        let ship = patch(there, &id, "status", &shipped_body);
        // Each goes first in half of the rounds.
        let ((cancelled, by_cancel), (shipped, by_ship)) = if round % 4 < 2 {
            tokio::join!(cancel, ship)
        } else {
            let (shipped, cancelled) = tokio::join!(ship, cancel);
            (cancelled, shipped)
        };
        let winner = match (cancelled, shipped) {
            (200, 409) => by_cancel,
            (409, 200) => by_ship,
            other => panic!("{other:?}: {by_cancel} {by_ship}"),
        };
        for server in [&one, &other] {
            let request = server.user(1, Method::GET, &format!("/orders/{id}"));
            let response = request.send().await.unwrap();
            assert_eq!(response.headers()["etag"], "\"2\"");
            assert_eq!(response.json::<Value>().await.unwrap(), winner);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_at_both_servers_at_once_are_all_made_one_after_the_other() {
    const CHANGES: usize = 12;
    let Some(database) = postgres::database() else { return };
    let servers = two_servers(&database, &[]);
    for _ in 0..ROUNDS / 6 {
        let id = servers[0].place(1, &[(9, 7)]).await["id"].clone();
        let changing: JoinSet<_> = (0..CHANGES)
            .map(|number| {
                let (server, id) = (Arc::clone(&servers[number % 2]), id.clone());
                let body = json!({"shippingProvider": "UPS", "trackingNumber": number.to_string()});
                async move { patch(&server, &id, "tracking", &body).await.0 }
            })
            .collect();
        assert_eq!(changing.join_all().await, [200; CHANGES]);
        let tag = order_tag(&servers[1], &id).await;
        assert_eq!(tag, format!("\"{}\"", CHANGES + 1), "each change is a version of its own");
    }
}

async fn order_tag(server: &Server, id: &Value) -> String {
    let request = server.user(1, Method::GET, &format!("/orders/{id}"));
    let response = request.send().await.unwrap();
    response.headers()["etag"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_is_told_the_other_one_shows_at_once() {
    let Some(database) = postgres::database() else { return };
    let servers = two_servers(&database, &[]);
    for round in 0..ROUNDS {
        let (here, there) = (&servers[round % 2], &servers[(round + 1) % 2]);
        let placed = here.place(1, &[(9, 7)]).await;
        let id = &placed["id"];
        let shown = there.user(1, Method::GET, &format!("/orders/{id}")).send().await.unwrap();
        assert_eq!(shown.json::<Value>().await.unwrap(), placed);
        let (status, cancelled) = patch(there, id, "cancel", &Value::Null).await;
        assert_eq!(status, 200);
        let listed: Value = get(here, "/orders?status=cancelled&limit=500").await.json().await.unwrap();
        assert_eq!(listed.as_array().unwrap().last(), Some(&cancelled));
    }
}
