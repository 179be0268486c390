//! What holds while nothing can be written, and afterwards.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use crate::support::Server;

pub async fn assert_reads_go_on(server: &Server, order: &Value) {
    let path = format!("/orders/{}", order["id"]);
    let shown = server.user(1, Method::GET, &path).send().await.unwrap();
    assert_eq!(shown.status(), 200);
    assert_eq!(shown.json::<Value>().await.unwrap(), *order);
    for path in ["/orders", "/products", "/health/live"] {
        assert_eq!(server.anyone(Method::GET, path).send().await.unwrap().status(), 200, "{path}");
    }
}

pub async fn assert_not_ready(server: &Server) {
    let ready = server.anyone(Method::GET, "/health/ready").send().await.unwrap();
    assert_eq!(ready.status(), 503);
    assert!(ready.headers().contains_key("Retry-After"));
    let problem: Value = ready.json().await.unwrap();
    assert_eq!(problem["detail"], "storage takes no writes");
}

pub async fn wait_until_ready(server: &Server) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while server.anyone(Method::GET, "/health/ready").send().await.unwrap().status() != 200 {
        assert!(Instant::now() < deadline, "not ready again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
