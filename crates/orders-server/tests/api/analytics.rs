//! Figures of orders and of products, and what is refused.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, now},
    support::{Place, Server, orders},
};

/// A time in which the test runs.
fn time() -> String {
    let day = |days| (now() + TimeDelta::days(days)).format("%Y-%m-%dT00:00:00Z");
    format!("from={}&to={}", day(-1), day(2))
}

async fn ask(server: &Server, path: &str) -> Answer {
    server.as_operator(Method::GET, path, None).await
}

/// Figures, once all is counted and so many orders are.
async fn counted(server: &Server, path: &str, orders: i64) -> Value {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let report = ask(server, path).await.order(200);
        let rows = report["rows"].as_array().unwrap();
        let count: i64 = rows.iter().map(|row| row["orders"].as_i64().unwrap()).sum();
        if count == orders && report["lagSeconds"] == 0.0 {
            return report;
        }
        assert!(Instant::now() < deadline, "{report}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn orders_are_counted_with_what_became_of_them() {
    let server = Server::start();
    let first = server.place(1, &[(9, 7), (1, 1)]).await;
    let second = server.place(2, &[(9, 2)]).await;
    server.cancel(2, second["id"].as_i64().unwrap()).await.order(200);
    server.advance(1, first["id"].as_i64().unwrap(), "shipped").await.order(200);
    let report = counted(&server, &format!("/analytics/orders?{}", time()), 2).await;
    let row = &report["rows"][0];
    let gross = first["total"].as_i64().unwrap() + second["total"].as_i64().unwrap();
    let expected =
        json!({"currency": "USD", "orders": 2, "units": 10, "gross": gross, "cancelled": 2, "shipped": 8});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&row[name], value, "{row}");
    }
    assert_eq!((report["rows"].as_array().unwrap().len(), row["marketplace"].is_null()), (1, true));
    assert!(row["secondsToShip"].as_i64().unwrap() < 60 && report["asOf"]["event"].is_string(), "{report}");

    let by_status = ask(&server, &format!("/analytics/orders?{}&by=status", time())).await.order(200);
    let rows = by_status["rows"].as_array().unwrap();
    let statuses: Vec<_> =
        rows.iter().map(|row| (row["status"].as_str().unwrap(), row["orders"].as_i64().unwrap())).collect();
    assert_eq!(statuses, [("pending", 2), ("shipped", 1), ("cancelled", 1)]);
    assert!(rows.iter().all(|row| row["shipped"].is_null() && row["cancelled"].is_null()));
    let by_marketplace =
        ask(&server, &format!("/analytics/orders?{}&by=marketplace", time())).await.order(200);
    assert_eq!(by_marketplace["rows"][0]["marketplace"], "default");

    let best = ask(&server, &format!("/analytics/products?{}&top=1", time())).await.order(200);
    let products: Vec<_> = best["rows"].as_array().unwrap().iter().map(|row| &row["productId"]).collect();
    assert_eq!(products, [&json!(9)]);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_by_name() {
    let server = Server::start();
    for (path, status, pointers) in [
        ("/analytics/orders", 422, &["/from", "/to"][..]),
        ("/analytics/orders?from=2026-11-01T00:07:00Z&to=2026-11-02T00:00:00Z", 422, &["/from"]),
        ("/analytics/orders?from=1971-11-01T00:00:00Z&to=2026-11-02T00:00:00Z", 422, &["/from"]),
        ("/analytics/orders?from=2026-11-01T00:00:00Z&to=2026-11-01T00:00:00Z", 422, &["/to"]),
        ("/analytics/orders?from=2000-01-01T00:00:00Z&to=2026-01-01T00:00:00Z&every=hour", 422, &["/to"]),
        ("/analytics/orders?from=soon&to=2026-11-02T00:00:00Z", 400, &["/from"]),
        (
            "/analytics/orders?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&tz=Mars&every=year&by=user&x=1",
            422,
            &["/tz", "/every", "/by", "/x"],
        ),
        (
            "/analytics/products?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&by=status&top=1001",
            422,
            &["/by", "/top"],
        ),
        ("/analytics/products?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&top=many", 400, &["/top"]),
    ] {
        assert_eq!(ask(&server, path).await.pointers(status), pointers, "{path}");
    }
    // In header mode nobody but the operator may ask.
    server.get(1, &format!("/analytics/orders?{}", time())).await.problem(403);
    Answer::to(server.anyone(Method::GET, &format!("/analytics/products?{}", time()))).await.problem(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_beside_a_server_counts_all_anew_and_a_kill_loses_nothing() {
    let place = Place::fresh();
    let mut server = Server::start_at(&place.url(), &[]);
    for _ in 0..5 {
        server.place(1, &[(9, 1)]).await;
    }
    let path = format!("/analytics/orders?{}", time());
    let before = counted(&server, &path, 5).await["rows"].clone();
    let rebuild = || {
        let mut rebuild = orders();
        rebuild.args(["rollups", "rebuild", "--database-url", &place.url()]);
        tokio::task::block_in_place(|| rebuild.output().unwrap())
    };
    let output = rebuild();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(counted(&server, &path, 5).await["rows"], before);
    // Killed as soon as it has answered: what is not counted is counted by the next one.
    server.place(1, &[(9, 1)]).await;
    server.signal("KILL");
    server.wait();
    let output = rebuild();
    assert!(output.status.success(), "{output:?}");
    let server = Server::start_at(&place.url(), &[]);
    server.place(1, &[(9, 1)]).await;
    assert_eq!(counted(&server, &path, 7).await["rows"][0]["units"], 7);
}
