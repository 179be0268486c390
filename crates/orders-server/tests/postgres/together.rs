//! What the tests share: servers on one database, and questions to it.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{Method, Response};
use serde_json::Value;

pub use crate::support::asking::ask;
use crate::support::{Server, postgres::Database, products};

/// Longer than anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Two servers on one database, which it knows as `one` and `other`.
pub fn two_servers(database: &Database, settings: &[(&str, &str)]) -> [Arc<Server>; 2] {
    ["one", "other"].map(|name| Arc::new(Server::start_at(&named(database, name), settings)))
}

/// The URL of the database for a server that it shall know by this name.
pub fn named(database: &Database, name: &str) -> String {
    format!("{}?application_name={name}", database.url())
}

/// Waits until this is so.
pub async fn wait_until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until the server takes orders.
pub async fn wait_until_ready(server: &Server) {
    wait_until("ready", || async { get(server, "/health/ready").await.status() == 200 }).await;
}

/// Waits until the database has done, or given up, what a server of this name that is gone has sent it.
pub async fn wait_until_forgotten(database: &Database, name: &str) {
    let query = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'");
    wait_until("forgotten", || async { ask(&database.url(), &query).await == "0" }).await;
}

pub async fn get(server: &Server, path: &str) -> Response {
    server.anyone(Method::GET, path).send().await.unwrap()
}

/// A page of the list.
pub async fn list(server: &Server, path: &str) -> Vec<Value> {
    let response = get(server, path).await;
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

/// Posts an order of user 1 with this key.
pub async fn post_with_key(server: &Server, key: &str, quantity: i64) -> Response {
    let request = server.user(1, Method::POST, "/orders").header("Idempotency-Key", key);
    request.json(&products(&[(9, quantity)])).send().await.unwrap()
}

/// A change of an order of user 1, and the order if it was made.
pub async fn patch(server: &Server, id: &Value, what: &str, body: &Value) -> (u16, Value) {
    let request = server.user(1, Method::PATCH, &format!("/orders/{id}/{what}")).json(body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}
