//! Pages of other origins may read answers only where the server is told so.

use reqwest::Method;

use crate::{answer::Answer, support::Server};

const SHOP: &str = "https://shop.example";

async fn preflight(server: &Server, origin: &str) -> Answer {
    let request = server.anyone(Method::OPTIONS, "/orders/1/cancel").header("origin", origin);
    let request = request.header("access-control-request-method", "PATCH");
    Answer::to(request.header("access-control-request-headers", "user_id,if-match")).await
}

#[tokio::test]
async fn nobody_elses_pages_may_read_answers_unless_told() {
    let server = Server::start();
    preflight(&server, SHOP).await.problem(405);
    let answer = Answer::to(server.anyone(Method::GET, "/orders").header("origin", SHOP)).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, ""));
}

#[tokio::test]
async fn pages_of_a_named_origin_may_ask_and_read_and_those_of_others_may_not() {
    let server = Server::start_with(&[("CORS_ORIGINS", "https://other.example,https://shop.example")]);
    let asked = preflight(&server, SHOP).await;
    assert_eq!((asked.status, asked.header("access-control-allow-origin")), (200, SHOP));
    assert!(asked.header("access-control-allow-methods").contains("PATCH"));
    assert!(asked.header("access-control-allow-headers").contains("if-match"));
    assert_ne!(asked.header("x-request-id"), "");

    let order = server.posting(1, r#"{"products": [{"id": 9, "quantity": 7}]}"#).header("origin", SHOP);
    let placed = Answer::to(order).await;
    placed.order(201);
    assert_eq!(placed.header("access-control-allow-origin"), SHOP);
    for readable in [
        "etag",
        "location",
        "link",
        "retry-after",
        "x-request-id",
        "idempotency-replayed",
        "orders-dry-run",
        "preference-applied",
    ] {
        assert!(placed.header("access-control-expose-headers").contains(readable), "{readable}");
    }
    let refused = Answer::to(server.anyone(Method::GET, "/orders/1").header("origin", SHOP)).await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, SHOP));

    let refused = preflight(&server, "https://evil.example").await;
    refused.problem(400);
    assert!(refused.header("vary").to_ascii_lowercase().contains("origin"), "{refused:?}");
    assert_eq!(refused.header("access-control-allow-origin"), "");

    let answer =
        Answer::to(server.anyone(Method::GET, "/orders").header("origin", "https://evil.example")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}
