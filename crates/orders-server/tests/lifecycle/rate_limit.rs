//! `RATE_LIMIT`: so many requests a second for each user, and for each address of strangers.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, Response};

use crate::support::Server;

const PATIENCE: Duration = Duration::from_secs(10);

/// Asks for the nth time until it is refused, which it is once a burst of five and what five a second
/// come to since are used up.
async fn refusal(ask: impl Fn(u32) -> RequestBuilder) -> Response {
    let began = Instant::now();
    let mut asked = 0;
    loop {
        let response = ask(asked).send().await.unwrap();
        if response.status() == 429 {
            return response;
        }
        asked += 1;
        let allowed = 5.0 + 5.0 * began.elapsed().as_secs_f64();
        assert!(
            response.status() == 200 && f64::from(asked) <= allowed,
            "{asked} of {allowed}: {response:?}"
        );
    }
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn who_asks_too_often_is_told_to_wait_and_nobody_else() {
    let server = Server::start_with(&[("RATE_LIMIT", "5")]);
    for user in [1, 2] {
        server.place(user, &[(9, 7)]).await;
    }
    for _ in 0..4 {
        assert_eq!(status(server.user(1, Method::GET, "/orders/1")).await, 200);
    }
    let refused = refusal(|_| server.user(1, Method::GET, "/orders/1")).await;
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    let wait = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    assert_eq!(status(server.user(2, Method::GET, "/orders/2")).await, 200);
    assert_eq!(status(server.anyone(Method::GET, "/products")).await, 200);
    for _ in 0..20 {
        for path in ["/health/live", "/health/ready", "/metrics", "/openapi.json"] {
            assert_eq!(status(server.anyone(Method::GET, path)).await, 200, "{path}");
        }
    }
    // What it was told, and no less than that.
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(status(server.user(1, Method::GET, "/orders/1")).await, 200);
}

#[tokio::test]
async fn strangers_are_counted_by_address_whatever_they_claim() {
    let server = Server::start_with(&[("RATE_LIMIT", "5")]);
    let claim = |n| server.anyone(Method::GET, "/products").header("X-Forwarded-For", format!("192.0.2.{n}"));
    refusal(claim).await;
    let guess =
        |n| server.user(4, Method::GET, "/orders/1").header("X-Forwarded-For", format!("192.0.2.{n}"));
    // 401 as long as there is a request left for the address.
    let deadline = Instant::now() + PATIENCE;
    while status(guess(1)).await != 429 {
        assert!(Instant::now() < deadline);
    }
}

#[tokio::test]
async fn behind_a_proxy_strangers_are_told_apart_by_what_the_proxy_has_written() {
    let server = Server::start_with(&[("RATE_LIMIT", "5"), ("BEHIND_PROXY", "true")]);
    let via =
        |forwarded: String| server.anyone(Method::GET, "/products").header("X-Forwarded-For", forwarded);
    refusal(|n| via(format!("192.0.2.{n}, 198.51.100.1"))).await;
    assert_eq!(status(via("198.51.100.1, 198.51.100.2".to_owned())).await, 200);
}
