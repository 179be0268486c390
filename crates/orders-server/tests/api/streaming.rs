//! `GET /orders` as newline-delimited JSON.

use reqwest::Method;
use serde_json::Value;

use crate::{answer::Answer, listing::seeded, support::Server};

async fn stream(server: &Server, path: &str) -> Answer {
    Answer::to(server.anyone(Method::GET, path).header("accept", "application/x-ndjson")).await
}

/// The orders of a stream, one a line.
fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"));
    let text = answer.text();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn without_orders_the_stream_is_empty() {
    let server = Server::start();
    assert!(lines(&stream(&server, "/orders").await).is_empty());
}

#[tokio::test]
async fn every_order_comes_once_ascending_whatever_the_limit_and_without_a_link() {
    let (server, _place) = seeded(1001);
    let mut listed = server.list("/orders?limit=500").await;
    listed.extend(server.list("/orders?limit=500&after=500").await);
    listed.extend(server.list("/orders?after=1000").await);
    for path in ["/orders", "/orders?limit=1", "/orders?limit=500"] {
        let answer = stream(&server, path).await;
        assert_eq!(answer.header("link"), "");
        assert_eq!(answer.header("vary"), "accept");
        assert_eq!(lines(&answer), listed, "{path}");
    }
}

#[tokio::test]
async fn an_exact_number_of_inner_pages_ends_where_it_should() {
    let (server, _place) = seeded(1000);
    assert_eq!(lines(&stream(&server, "/orders").await).len(), 1000);
    assert_eq!(lines(&stream(&server, "/orders?after=500").await).len(), 500);
}

#[tokio::test]
async fn filters_hold_for_the_stream_as_for_the_list() {
    let (server, _place) = seeded(200);
    let middle = server.list("/orders?after=99&limit=1").await[0]["orderDate"].as_str().unwrap().to_owned();
    for query in [
        "status=delivered".to_owned(),
        "status=cancelled&userId=2".to_owned(),
        "userId=4".to_owned(),
        format!("from={middle}&status=shipped"),
        format!("to={middle}&after=7"),
    ] {
        let listed = server.list(&format!("/orders?limit=500&{query}")).await;
        assert_eq!(lines(&stream(&server, &format!("/orders?{query}")).await), listed, "{query}");
    }
}

#[tokio::test]
async fn a_bad_query_is_refused_as_for_the_list() {
    let server = Server::start();
    assert_eq!(stream(&server, "/orders?status=lost&page=2").await.pointers(422), ["/status", "/page"]);
    assert_eq!(stream(&server, "/orders?after=01").await.pointers(400), ["/after"]);
}

#[tokio::test]
async fn only_who_names_ndjson_gets_it() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    for (accept, media_type) in [
        ("application/x-ndjson", "application/x-ndjson"),
        ("Application/X-NDJSON;q=0.5", "application/x-ndjson"),
        ("application/json;q=0.1, application/x-ndjson", "application/x-ndjson"),
        ("application/x-ndjson; q=0, */*", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json,application/x-ndjson,application/problem+json", "application/json"),
        ("application/x-ndjson, */*", "application/json"),
    ] {
        let answer = Answer::to(server.anyone(Method::GET, "/orders").header("accept", accept)).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, media_type), "{accept}");
        assert_eq!(answer.header("vary"), "accept");
    }
    for accept in ["text/html", "application/x-ndjson;q=0.000", "application/x-ndjson2"] {
        let answer = Answer::to(server.anyone(Method::GET, "/orders").header("accept", accept)).await;
        let detail =
            "nothing that is offered here is acceptable: application/json, application/x-ndjson, text/csv";
        assert_eq!(answer.problem(406)["detail"], detail, "{accept}");
    }
    let plain = Answer::to(server.anyone(Method::GET, "/orders")).await;
    assert_eq!(plain.header("content-type"), "application/json");
}
