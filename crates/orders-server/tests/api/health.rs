//! `/health/live`, `/health/ready` and `/metrics` of a server that is well.

use reqwest::Method;
use serde_json::json;

use crate::{answer::Answer, support::Server};

#[tokio::test]
async fn a_server_that_is_well_is_live_and_ready_for_anyone() {
    let server = Server::start();
    for path in ["/health/live", "/health/ready"] {
        for request in
            [server.anyone(Method::GET, path), server.anyone(Method::GET, path).header("user_id", "x")]
        {
            assert_eq!(Answer::to(request).await.order(200), json!({"status": "ok"}));
        }
    }
}

#[tokio::test]
async fn the_metrics_are_prometheus_text_for_anyone() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let answer = Answer::to(server.anyone(Method::GET, "/metrics")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let line = r#"orders_http_requests_total{route="POST /orders",status="201"} 1"#;
    assert!(answer.text().lines().any(|found| found == line), "{}", answer.text());
}
