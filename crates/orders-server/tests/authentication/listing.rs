//! `GET /orders` with tokens.

use super::*;

async fn ids(request: RequestBuilder) -> Vec<i64> {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let text = response.text().await.unwrap();
    let parse = |text: &str| -> Vec<Value> { serde_json::from_str(text).unwrap() };
    let orders = if text.starts_with('[') {
        parse(&text)
    } else {
        parse(&format!("[{}]", text.trim_end().replace('\n', ",")))
    };
    orders.iter().map(|order| order["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_reader_sees_their_own_orders_and_an_admin_all() {
    let world = World::start();
    for user in [7, 8, 7, 8, 8] {
        world.place(user).await;
    }
    let (reader, admin) = (world.token(7, "orders:read"), world.token(9, "orders:admin"));
    for (token, query, expected) in [
        (&reader, "", &[1, 3][..]),
        (&reader, "?userId=7", &[1, 3]),
        (&reader, "?userId=8", &[]),
        (&reader, "?after=1", &[3]),
        (&reader, "?status=shipped", &[]),
        (&admin, "", &[1, 2, 3, 4, 5]),
        (&admin, "?userId=8", &[2, 4, 5]),
        (&admin, "?userId=9", &[]),
    ] {
        let path = format!("/orders{query}");
        assert_eq!(ids(world.with(token, Method::GET, &path)).await, expected, "{query}");
        let stream = world.with(token, Method::GET, &path).header("Accept", "application/x-ndjson");
        assert_eq!(ids(stream).await, expected, "ndjson {query}");
    }
}

#[tokio::test]
async fn the_link_to_the_next_page_leads_on_through_ones_own_orders() {
    let world = World::start();
    for user in [7, 8, 7, 8, 7] {
        world.place(user).await;
    }
    let reader = world.token(7, "orders:read");
    let (mut path, mut seen) = (Some("/orders?limit=1".to_owned()), Vec::new());
    while let Some(next) = path.take() {
        let response = world.with(&reader, Method::GET, &next).send().await.unwrap();
        let link = response.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        path = link.map(|link| link.split(['<', '>']).nth(1).unwrap().to_owned());
        let page: Value = response.json().await.unwrap();
        seen.extend(page.as_array().unwrap().iter().map(|order| order["id"].as_i64().unwrap()));
    }
    assert_eq!(seen, [1, 3, 5]);
}
