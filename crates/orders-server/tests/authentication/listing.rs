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

#[tokio::test]
async fn customers_are_found_by_their_address_by_an_admin_only() {
    let world = World::start();
    let token = world.token(7, "orders:create");
    let mut body = products(&[(9, 7)]);
    body["email"] = Value::from("Ada.Private@example.org");
    assert_eq!(world.with(&token, Method::POST, "/orders").json(&body).send().await.unwrap().status(), 201);
    let path = "/orders?email=ada.private@example.org";
    assert_eq!(world.server.anyone(Method::GET, path).send().await.unwrap().status(), 401);
    let refused = world.with(&world.token(7, "orders:read"), Method::GET, path).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains(r#"error="insufficient_scope", scope="orders:admin""#), "{challenge}");
    assert!(!refused.text().await.unwrap().contains("private"));
    let admin = world.token(9, "orders:admin");
    assert_eq!(ids(world.with(&admin, Method::GET, path)).await, [1]);
}

#[tokio::test]
async fn what_is_found_among_all_orders_only_is_422_for_a_reader_and_says_why() {
    let world = World::start();
    world.place(7).await;
    let (reader, admin) = (world.token(7, "orders:read"), world.token(9, "orders:admin"));
    for query in ["productId=9", "trackingNumber=1", "sort=updatedAt", "updatedFrom=2026-11-22T10:00:00Z"] {
        let path = format!("/orders?{query}");
        for accept in ["*/*", "application/x-ndjson", "text/csv"] {
            let refused =
                world.with(&reader, Method::GET, &path).header("Accept", accept).send().await.unwrap();
            assert_eq!(refused.status(), 422, "{query}");
            let text = refused.text().await.unwrap();
            assert!(text.contains("without the scope orders:admin, a list is of one's own orders"), "{text}");
        }
        assert_eq!(world.with(&admin, Method::GET, &path).send().await.unwrap().status(), 200, "{query}");
    }
    let own =
        world.with(&reader, Method::GET, "/orders?sort=-id&status=pending,shipped&fulfillment=unfulfilled");
    assert_eq!(ids(own).await, [1]);
}
