//! What is stored, and whether it is what the clients were told.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::Value;

use crate::{client::Client, order, support::Server};

/// Every stored order is one that a client knows of, and the other way round.
pub async fn compare<'a>(clients: impl IntoIterator<Item = &'a mut Client>, server: &Server) {
    let mut stored = stored(server).await;
    for client in clients {
        client.take_from(&mut stored);
    }
    assert!(stored.is_empty(), "orders that nobody asked for, or twice: {stored:?}");
}

/// All orders, by their numbers, which ascend with their dates.
pub async fn stored(server: &Server) -> BTreeMap<i64, Value> {
    let request = server.anyone(Method::GET, "/orders").header("Accept", "application/x-ndjson");
    let text = request.send().await.unwrap().text().await.unwrap();
    let orders: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    orders.iter().for_each(order::assert_whole);
    assert!(orders.is_sorted_by(|one, next| order::id(one) < order::id(next)), "a number comes twice");
    assert!(orders.is_sorted_by_key(|order| order["orderDate"].as_str().unwrap()));
    orders.into_iter().map(|order| (order::id(&order), order)).collect()
}
