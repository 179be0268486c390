//! Databases in which nothing is wrong.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use reqwest::Method;
use serde_json::json;

use crate::{
    shop::{Shop, fill, found, order, send, shops},
    support::{Place, Server, receiver::Receiver},
};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_found_while_a_server_writes_as_fast_as_it_can() {
    for shop in shops() {
        fill(&shop).await;
        let receiver =
            Receiver::answering(|got, before| (before > 0 || got.body.len() % 7 > 0).then_some(200));
        let server = Arc::new(shop.serve(&receiver));
        let goes_on = Arc::new(AtomicBool::new(true));
        let product = json!({"id": 200, "name": "a hot thing", "price": 5, "stockPolicy": "deny"});
        server.add_product(&product).await;
        let count = json!({"onHand": 1_000_000, "reason": "count"});
        send(&server, Method::PUT, "/products/200/stock/MAIN", &count).await;
        let clients: Vec<_> = (0..6)
            .map(|client| tokio::spawn(write(Arc::clone(&server), Arc::clone(&goes_on), client)))
            .collect();
        let mut seen = 0;
        for _ in 0..6 {
            let (code, document) = tokio::task::block_in_place(|| shop.doctor(&[]));
            assert_eq!(code, Some(0), "{document:#}");
            let orders = document["orders"].as_u64().unwrap();
            assert!(orders > seen, "nothing was written");
            seen = orders;
        }
        goes_on.store(false, Ordering::Relaxed);
        for client in clients {
            client.await.unwrap();
        }
        shop.assert_clean();
    }
}

/// Places, changes and counts, until it is told to end.
async fn write(server: Arc<Server>, goes_on: Arc<AtomicBool>, client: i64) {
    let mut round = 0;
    while goes_on.load(Ordering::Relaxed) {
        round += 1;
        let key = format!("{client}-{round}");
        let id = order(&server, &[(200, 1 + round % 3), (9, 1)], Some(&key)).await;
        match round % 4 {
            0 => send(&server, Method::PATCH, &format!("/orders/{id}/cancel"), &json!({})).await,
            1 => {
                for status in ["processing", "shipped", "delivered"] {
                    send(&server, Method::PATCH, &format!("/orders/{id}/status"), &json!({"status": status}))
                        .await;
                }
            }
            2 => {
                let unwanted = json!({"reason": "other", "lines": [{"orderProductId": (id - 1) * 100 + 1, "quantity": 1}]});
                send(&server, Method::POST, &format!("/orders/{id}/cancellations"), &unwanted).await;
            }
            _ => {
                let more = json!({"location": "MAIN", "kind": "received", "quantity": 3, "reason": "more"});
                send(&server, Method::POST, "/products/200/movements", &more).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_at_prices_of_the_program_are_sound_too() {
    for shop in shops() {
        let mut server = Server::start_at(&shop.place.url(), &[("CATALOGUE", "static")]);
        server.place(1, &[(1, 2), (3, 1)]).await;
        server.signal("TERM");
        assert!(server.wait().success());
        shop.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_that_have_stopped_at_the_end_of_their_range_are_no_difference_and_others_still_are() {
    for shop in shops() {
        fill(&shop).await;
        shop.run(&["rollups", "rebuild"]);
        shop.assert_clean();
        shop.plant("UPDATE rollups SET gross = 9223372036854775807 WHERE span > 1");
        shop.assert_clean();
        shop.plant("UPDATE rollups SET units = units + 1 WHERE span = 4");
        let (code, document) = shop.doctor(&[]);
        assert_eq!(code, Some(1));
        assert_eq!(found(&document), [("rollup.sum".to_owned(), "rollups".to_owned())].into());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_transferred_is_as_sound_as_it_was() {
    let (Some(target), source) = (Place::postgres(), Shop { place: Place::file_in_a_folder() }) else {
        return;
    };
    fill(&source).await;
    let target = Shop { place: target };
    source.run(&["transfer", "--from", &source.place.url(), "--to", &target.place.url()]);
    target.assert_clean();
}
