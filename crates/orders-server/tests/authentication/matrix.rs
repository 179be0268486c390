//! Scope × route × own, foreign, missing × mode.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Response;

use super::*;

/// Each route of one order, a body for it, where `LINE` is the id of its line, what it answers, and the scopes
/// that it takes; `|` stands between those of which one is enough.
const OF_ONE: [(&str, &str, Option<&str>, u16, &str); 13] = [
    ("GET", "", None, 200, "orders:read"),
    ("GET", "/events", None, 200, "orders:read"),
    ("GET", "/shipments", None, 200, "orders:read"),
    ("GET", "/cancellations", None, 200, "orders:read"),
    (
        "PATCH",
        "/tracking",
        Some(r#"{"shippingProvider": "USPS", "trackingNumber": "1"}"#),
        200,
        "orders:fulfil|orders:track",
    ),
    ("PATCH", "/status", Some(r#"{"status": "processing"}"#), 200, "orders:fulfil|orders:track"),
    ("PATCH", "/status", Some(r#"{"status": "cancelled"}"#), 200, "orders:fulfil|orders:track orders:cancel"),
    ("PATCH", "/cancel", None, 200, "orders:cancel"),
    ("PATCH", "/contact", Some(r#"{"email": "a@b.example"}"#), 200, "orders:create"),
    ("POST", "/shipments", Some("{}"), 201, "orders:fulfil"),
    ("POST", "/plan", None, 200, "orders:fulfil"),
    (
        "POST",
        "/cancellations",
        Some(r#"{"lines": [{"orderProductId": LINE, "quantity": 1}], "reason": "customer"}"#),
        201,
        "orders:cancel",
    ),
    ("PATCH", "/shipments/1", Some("{}"), 404, "orders:fulfil"),
];

const SETS: [&str; 9] = [
    "",
    "orders:create",
    "orders:read",
    "orders:cancel",
    "orders:fulfil",
    "orders:track",
    "orders:admin",
    ALL_BUT_ADMIN,
    "openid orders:* Orders:Admin",
];

const MISSING: i64 = 999_999;

fn holds(set: &str, scopes: &str) -> bool {
    scopes.split(' ').all(|scope| set.split(' ').any(|held| scope.split('|').any(|enough| held == enough)))
}

fn request(request: RequestBuilder, body: Option<&'static str>, order: i64) -> RequestBuilder {
    match body {
        Some(body) => {
            let body = body.replace("LINE", &(order * 100 - 99).to_string());
            request.header("Content-Type", "application/json").body(body)
        }
        None => request,
    }
}

/// The challenge of an answer and, without what names the request, all of it.
async fn told(response: Response) -> (String, String) {
    let headers = response.headers().clone();
    let mut lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    lines.retain(|line| !line.starts_with("x-request-id:") && !line.starts_with("date:"));
    lines.sort();
    let challenge = headers.get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status();
    let body = response.text().await.unwrap();
    (challenge.unwrap_or_default(), format!("{status} {lines:?} {body}"))
}

#[tokio::test]
async fn with_tokens_each_scope_allows_its_routes_on_own_orders_and_admin_all_on_every_order() {
    let world = World::start();
    let mut hidden: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for set in SETS {
        let token = world.token(7, set);
        for (method, route, body, done, needed) in OF_ONE {
            let is_admin = set == "orders:admin";
            for (whose, id) in
                [("own", world.place(7).await), ("foreign", world.place(8).await), ("missing", MISSING)]
            {
                let path = format!("/orders/{id}{route}");
                let cell = format!("{method} {route} {whose} order with {set:?}");
                let sent = world.with(&token, method.parse().unwrap(), &path);
                let response = request(sent, body, id).send().await.unwrap();
                let status = response.status().as_u16();
                let expected = match whose {
                    "missing" => 401,
                    _ if is_admin => done,
                    "own" if holds(set, needed) => done,
                    "own" => 403,
                    _ => 401,
                };
                assert_eq!(status, expected, "{cell}");
                let (challenge, answer) = told(response).await;
                match status {
                    401 => drop(hidden.entry((method, route)).or_default().insert(answer)),
                    403 => {
                        let missing = needed.split(' ').find(|scope| !holds(set, scope)).unwrap();
                        let missing = missing.split('|').next().unwrap();
                        let expected = format!(
                            r#"Bearer realm="orders", error="insufficient_scope", scope="{missing}""#
                        );
                        assert_eq!(challenge, expected, "{cell}");
                        assert!(answer.contains("application/problem+json"), "{cell}: {answer}");
                        assert!(answer.contains(&format!("the token lacks the scope {missing}")), "{cell}");
                    }
                    _ => assert_eq!(challenge, "", "{cell}"),
                }
            }
        }
    }
    // Whatever the scopes and the reason: byte for byte.
    for (route, answers) in &hidden {
        assert_eq!(answers.len(), 1, "{route:?}: {answers:#?}");
        assert!(answers.iter().all(|answer| !answer.contains("error=")), "the token is good: {answers:?}");
    }
    let bodies: BTreeSet<_> =
        hidden.values().flatten().filter_map(|answer| answer.split_once("] ")).collect();
    assert_eq!(bodies.iter().map(|(_, body)| body).collect::<BTreeSet<_>>().len(), 1, "{bodies:#?}");
}

#[tokio::test]
async fn the_guards_body_is_the_same_in_both_modes() {
    let (world, header) = (World::start(), Server::start());
    let token = world.token(7, ALL_BUT_ADMIN);
    let foreign = world.place(8).await;
    let of_token = world.with(&token, Method::GET, &format!("/orders/{foreign}")).send().await.unwrap();
    header.place(2, &[(9, 1)]).await;
    let of_header = header.user(1, Method::GET, "/orders/1").send().await.unwrap();
    assert_eq!((of_token.status().as_u16(), of_header.status().as_u16()), (401, 401));
    assert_eq!(of_token.bytes().await.unwrap(), of_header.bytes().await.unwrap());
}

#[tokio::test]
async fn placing_and_listing_take_their_scope_before_the_body_is_looked_at() {
    let world = World::start();
    for set in SETS {
        let token = world.token(7, set);
        for body in [r#"{"products": [{"id": 9, "quantity": 7}]}"#, "no JSON"] {
            let sent = world.with(&token, Method::POST, "/orders").header("Content-Type", "application/json");
            let status = sent.body(body).send().await.unwrap().status().as_u16();
            let allowed = holds(set, "orders:create");
            let expected = match (allowed, body == "no JSON") {
                (false, _) => 403,
                (true, true) => 400,
                (true, false) => 201,
            };
            assert_eq!(status, expected, "POST /orders with {set:?}");
        }
        for query in ["", "?limit=x"] {
            let sent = world.with(&token, Method::GET, &format!("/orders{query}"));
            let status = sent.send().await.unwrap().status().as_u16();
            let allowed = holds(set, "orders:read") || holds(set, "orders:admin");
            let expected = match (allowed, query) {
                (false, _) => 403,
                (true, "") => 200,
                (true, _) => 400,
            };
            assert_eq!(status, expected, "GET /orders{query} with {set:?}");
        }
    }
}

#[tokio::test]
async fn in_header_mode_every_static_user_may_do_with_own_orders_what_customers_do_and_nothing_with_others() {
    let server = Server::start();
    for (method, route, body, done, needed) in OF_ONE {
        let done = if needed == "orders:fulfil" { 403 } else { done };
        for (id, expected) in [
            (server.place(1, &[(9, 1)]).await["id"].as_i64().unwrap(), done),
            (server.place(2, &[(9, 1)]).await["id"].as_i64().unwrap(), 401),
            (MISSING, 401),
        ] {
            let sent = server.user(1, method.parse().unwrap(), &format!("/orders/{id}{route}"));
            // A token means nothing here.
            let sent = sent.header("Authorization", "Bearer x");
            let status = request(sent, body, id).send().await.unwrap().status();
            assert_eq!(status, expected, "{method} {route} {id}");
        }
    }
    let list = server.anyone(Method::GET, "/orders").send().await.unwrap();
    assert_eq!(list.status(), 200);
    assert_eq!(
        list.json::<Value>().await.unwrap().as_array().unwrap().len(),
        2 * OF_ONE.len(),
        "of everybody"
    );
}
