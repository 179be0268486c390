//! `GET /orders`: pages, filters and the link from one page to the next.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, STATUSES, moment},
    support::{Place, Server, seed_at},
};

/// A server on so many orders of the users 1 to 3 in every status, placed over some months.
///
/// The place is to be kept as long as the server.
pub fn seeded(count: usize) -> (Server, Place) {
    let place = Place::fresh();
    seed_at(&place.url(), count);
    (Server::start_at(&place.url(), &[]), place)
}

async fn anyone_gets(server: &Server, path: &str) -> Answer {
    Answer::to(server.anyone(Method::GET, path)).await
}

/// The pages from this path on, along their links.
async fn walk(server: &Server, path: &str) -> Vec<Vec<Value>> {
    let (mut pages, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        let answer = anyone_gets(server, &path).await;
        pages.push(serde_json::from_value(answer.order(200)).unwrap());
        next = answer.headers.contains_key("link").then(|| {
            let link = answer.header("link").strip_prefix("</orders?").unwrap();
            format!("/orders?{}", link.strip_suffix(">; rel=\"next\"").unwrap())
        });
        assert!(pages.len() <= 100, "the walk goes in circles: {next:?}");
    }
    pages
}

fn placed(order: &Value) -> DateTime<Utc> {
    moment(order, "orderDate")
}

#[tokio::test]
async fn without_orders_the_list_is_empty_and_leads_nowhere() {
    let server = Server::start();
    assert_eq!(walk(&server, "/orders").await, [Vec::<Value>::new()]);
}

#[tokio::test]
async fn a_listed_order_is_the_order_as_its_owner_reads_it() {
    let server = Server::start();
    for status in STATUSES {
        server.order_in(status, true).await;
    }
    for (id, order) in (1..).zip(server.list("/orders").await) {
        assert_eq!(server.get(1, &format!("/orders/{id}")).await.order(200), order);
    }
}

#[tokio::test]
async fn a_walk_along_the_links_sees_every_order_once_and_ends_with_the_last() {
    let server = Server::start();
    for _ in 0..12 {
        server.place(1, &[(9, 7)]).await;
    }
    for limit in [1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 500] {
        let pages = walk(&server, &format!("/orders?limit={limit}")).await;
        let ids: Vec<_> = pages.iter().flatten().map(|order| order["id"].as_i64().unwrap()).collect();
        assert_eq!(ids, (1..=12).collect::<Vec<_>>(), "limit {limit}");
        // An exact multiple has no empty page at its end.
        assert_eq!(pages.len(), 12_usize.div_ceil(limit), "limit {limit}");
        assert!(pages[..pages.len() - 1].iter().all(|page| page.len() == limit));
    }
}

#[tokio::test]
async fn a_page_has_100_orders_unless_told_and_500_at_most() {
    let (server, _place) = seeded(501);
    let sizes = |pages: Vec<Vec<Value>>| pages.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes(walk(&server, "/orders").await), [100, 100, 100, 100, 100, 1]);
    assert_eq!(sizes(walk(&server, "/orders?limit=500").await), [500, 1]);
    assert_eq!(sizes(walk(&server, "/orders?after=401").await), [100]);
    assert_eq!(sizes(walk(&server, "/orders?after=500&limit=1").await), [1]);
    assert_eq!(sizes(walk(&server, "/orders?after=501").await), [0]);
    assert_eq!(sizes(walk(&server, "/orders?after=9223372036854775807").await), [0]);
}

#[tokio::test]
async fn an_order_placed_during_a_walk_comes_at_its_end() {
    let server = Server::start();
    for _ in 0..3 {
        server.place(1, &[(9, 7)]).await;
    }
    let first = anyone_gets(&server, "/orders?limit=2").await;
    server.place(2, &[(1, 1)]).await;
    assert_eq!(first.header("link"), r#"</orders?after=2&limit=2>; rel="next""#);
    assert_eq!(walk(&server, "/orders?after=2&limit=2").await[0].len(), 2);
}

#[tokio::test]
async fn every_combination_of_filters_shows_what_each_of_them_lets_through() {
    let (server, _place) = seeded(300);
    let all: Vec<Value> = walk(&server, "/orders").await.concat();
    let (from, to) = (placed(&all[60]), placed(&all[240]));
    let mut shown = 0;
    for status in STATUSES.map(Some).into_iter().chain([None]) {
        for user in [None, Some(1), Some(2), Some(3), Some(4)] {
            for (from, to) in [(None, None), (Some(from), None), (None, Some(to)), (Some(from), Some(to))] {
                let mut path = String::from("/orders?limit=7");
                path.extend(status.map(|status| format!("&status={status}")));
                path.extend(user.map(|user| format!("&userId={user}")));
                path.extend(from.map(|from| format!("&from={}", from.format("%FT%T%.3fZ"))));
                path.extend(to.map(|to| format!("&to={}", to.format("%FT%T%.3fZ"))));
                let expected: Vec<_> = all
                    .iter()
                    .filter(|order| status.is_none_or(|status| order["status"] == status))
                    .filter(|order| user.is_none_or(|user| order["userId"] == user))
                    .filter(|order| from.is_none_or(|from| placed(order) >= from))
                    .filter(|order| to.is_none_or(|to| placed(order) < to))
                    .cloned()
                    .collect();
                let pages = walk(&server, &path).await;
                assert_eq!(pages.concat(), expected, "{path}");
                assert_eq!(pages.len(), expected.len().div_ceil(7).max(1), "{path}");
                shown += expected.len();
            }
        }
    }
    assert!(shown > 1000, "the filters let almost nothing through: {shown}");
}

#[tokio::test]
async fn from_is_inclusive_and_to_is_not_to_the_millisecond_in_any_spelling() {
    let (server, _place) = seeded(30);
    let all = server.list("/orders").await;
    let date = placed(&all[15]);
    let count = |test: &dyn Fn(DateTime<Utc>) -> bool| all.iter().filter(|order| test(placed(order))).count();
    let milli = TimeDelta::milliseconds(1);
    for (moment, shift) in [(date, "at"), (date - milli, "before"), (date + milli, "after")] {
        for spelling in [
            moment.format("%FT%T%.3fZ").to_string(),
            moment.format("%FT%T%.6f%%2B00:00").to_string(),
            moment.format("%FT%T%.9fZ").to_string().to_lowercase(),
            (moment + TimeDelta::hours(2)).format("%FT%T%.3f%%2B02:00").to_string(),
            (moment - TimeDelta::minutes(90)).format("%FT%T%.3f-01:30").to_string(),
            // A plus that was not escaped, which means a space.
            moment.format("%FT%T%.3f+00:00").to_string(),
        ] {
            let shown = server.list(&format!("/orders?from={spelling}")).await.len();
            assert_eq!(shown, count(&|date| date >= moment), "from {shift}: {spelling}");
            let shown = server.list(&format!("/orders?to={spelling}")).await.len();
            assert_eq!(shown, count(&|date| date < moment), "to {shift}: {spelling}");
        }
    }
    let finer = (date + TimeDelta::microseconds(1)).format("%FT%T%.6fZ");
    assert_eq!(server.list(&format!("/orders?from={finer}")).await.len(), count(&|other| other > date));
}

#[tokio::test]
async fn a_parameter_that_does_not_parse_is_400_and_one_out_of_range_is_422() {
    let server = Server::start();
    for (query, status, pointers) in [
        ("limit=", 400, &["/limit"][..]),
        ("limit=ten", 400, &["/limit"]),
        ("limit=1.5", 400, &["/limit"]),
        ("limit=1e2", 400, &["/limit"]),
        ("limit=%FF", 400, &["/limit"]),
        ("after=", 400, &["/after"]),
        ("after=one", 400, &["/after"]),
        ("userId=%D9%A1", 400, &["/userId"]),
        ("from=today", 400, &["/from"]),
        ("from=2026-11-22", 400, &["/from"]),
        ("from=2026-11-22T10:00:00", 400, &["/from"]),
        ("to=2026-13-01T00:00:00Z", 400, &["/to"]),
        ("to=1795341600", 400, &["/to"]),
        ("limit=1&limit=1", 400, &["/limit"]),
        ("status=pending&status=pending", 400, &["/status"]),
        ("limit=1&%6Cimit=1", 400, &["/limit"]),
        ("limit=0", 422, &["/limit"]),
        ("limit=-1", 422, &["/limit"]),
        ("limit=501", 422, &["/limit"]),
        ("limit=9223372036854775807", 422, &["/limit"]),
        ("limit=99999999999999999999", 422, &["/limit"]),
        ("limit=-99999999999999999999", 422, &["/limit"]),
        ("status=lost", 422, &["/status"]),
        ("status=", 422, &["/status"]),
        ("status=Pending", 422, &["/status"]),
        ("page=2", 422, &["/page"]),
        ("userid=1", 422, &["/userid"]),
        ("user_id=1", 422, &["/user_id"]),
        ("=1", 422, &["/"]),
        ("limit=0&status=lost&page=2", 422, &["/limit", "/status", "/page"]),
        (
            "limit=0&after=x&status=lost&userId=+1&from=a&to=b&page=2&limit=5",
            400,
            &["/limit", "/after", "/status", "/userId", "/from", "/to", "/page", "/limit"],
        ),
    ] {
        let answer = anyone_gets(&server, &format!("/orders?{query}")).await;
        assert_eq!(answer.pointers(status), pointers, "{query}: {}", answer.text());
    }
}

#[tokio::test]
async fn the_faults_of_a_query_are_told_in_full() {
    let server = Server::start();
    assert_eq!(
        anyone_gets(&server, "/orders?limit=501&status=lost&page=2").await.problem(422),
        json!({
            "type": "urn:problem:orders:invalid", "title": "Unprocessable Entity", "status": 422,
            "detail": "the request is well-formed but invalid",
            "errors": [
                {"pointer": "/limit", "detail": "limit 501 is not from 1 to 500"},
                {"pointer": "/status",
                    "detail": "status \"lost\" is not one of pending, processing, shipped, delivered, cancelled"},
                {"pointer": "/page", "detail": "the parameter \"page\" is not known here"},
            ],
        })
    );
}

#[tokio::test]
async fn the_list_is_for_anyone_and_user_id_is_not_looked_at() {
    let server = Server::start();
    for user in [1, 2] {
        server.place(user, &[(9, 7)]).await;
    }
    let listed = server.list("/orders").await;
    assert_eq!(listed.len(), 2);
    for user in ["1", "999", "01", "one", ""] {
        let request = server.anyone(Method::GET, "/orders").header("user_id", user);
        assert_eq!(Answer::to(request).await.order(200), Value::from(listed.clone()));
    }
}
