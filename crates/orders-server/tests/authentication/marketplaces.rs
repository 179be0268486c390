//! Who keeps marketplaces, and where a token says that its user is at home.

use super::*;

/// Each route of the shop's people about marketplaces, a body, and what it answers.
const ROUTES: [(&str, &str, Option<&str>, u16); 6] = [
    (
        "POST",
        "/marketplaces",
        Some(r#"{"code": "de", "name": "D", "currency": "EUR", "defaultLocale": "de", "timeZone": "UTC"}"#),
        201,
    ),
    ("PATCH", "/marketplaces/de", Some("{}"), 200),
    ("PUT", "/products/9/listings/de", Some(r#"{"price": 1899}"#), 201),
    ("GET", "/products/9/listings/de", None, 200),
    ("PUT", "/products/9/texts/-/de", Some(r#"{"name": "Brett"}"#), 201),
    ("GET", "/products/9/texts/-/de", None, 200),
];

async fn ask(
    world: &World,
    token: &str,
    (method, path, body, _): (&str, &str, Option<&'static str>, u16),
) -> u16 {
    let request = world.with(token, method.parse().unwrap(), path);
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(body),
        None => request,
    };
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn marketplaces_are_kept_with_the_scope_of_the_catalogue_and_no_other() {
    let world = World::start();
    let others = ["", ALL_BUT_ADMIN, "orders:admin", "stock:read stock:write events:read webhooks:write"];
    for route in ROUTES {
        for set in others {
            assert_eq!(ask(&world, &world.token(7, set), route).await, 403, "{route:?} with {set:?}");
        }
        assert_eq!(ask(&world, "x", route).await, 401, "{route:?}");
        assert_eq!(ask(&world, &world.token(7, "catalogue:write"), route).await, route.3, "{route:?}");
    }
    for path in [
        "/marketplaces",
        "/marketplaces/de",
        "/marketplaces/resolve?country=DE",
        "/products/9?marketplace=de",
    ] {
        assert_eq!(world.server.anyone(Method::GET, path).send().await.unwrap().status(), 200, "{path}");
    }
}

/// A marketplace `de` that sells product 9.
async fn set_up(world: &World) {
    for route in &ROUTES[..3] {
        ask(world, &world.token(7, "catalogue:write"), *route).await;
    }
}

/// The marketplace of an order of somebody with this token, and what has chosen it.
async fn placed(world: &World, token: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let request = world.with(token, Method::POST, "/orders").json(&products(&[(9, 1)]));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    let said = if status == 201 {
        json!([body["marketplace"], body["marketplaceChosenBy"]])
    } else {
        body["errors"].clone()
    };
    (status, said)
}

#[tokio::test]
async fn a_token_chooses_after_the_host_and_before_the_country() {
    let world = World::start_with(&[("BEHIND_PROXY", "true")]);
    set_up(&world).await;
    let at_home = |home: Value| {
        let mut claims = world.claims(7, "orders:create");
        claims["marketplace"] = home;
        world.key.token(&claims)
    };
    let german = at_home(json!("de"));
    // Also of what is remembered.
    for _ in 0..2 {
        assert_eq!(placed(&world, &german, &[]).await, (201, json!(["de", "token"])));
    }
    let header = [("orders-marketplace", "default")];
    assert_eq!(placed(&world, &german, &header).await, (201, json!(["default", "header"])));
    let country = [("cloudfront-viewer-country", "DE")];
    let default = at_home(json!("default"));
    assert_eq!(placed(&world, &default, &country).await, (201, json!(["default", "token"])));
    for none in [json!("DE"), json!(7), json!(null), json!(["de"]), json!("")] {
        assert_eq!(
            placed(&world, &at_home(none.clone()), &[]).await,
            (201, json!(["default", "default"])),
            "{none}"
        );
    }
    let detail = "the token: marketplace \"xx\" is not one of default, de";
    let refused = json!([{"pointer": "/marketplace", "detail": detail}]);
    assert_eq!(placed(&world, &at_home(json!("xx")), &[]).await, (422, refused));
    // Where nobody is asked for, no token counts.
    let shown = world.with(&german, Method::GET, "/products/9").send().await.unwrap();
    assert_eq!(shown.json::<Value>().await.unwrap()["marketplace"], "default");
}

#[tokio::test]
async fn the_claim_has_the_name_that_the_setting_says() {
    let world = World::start_with(&[("JWT_MARKETPLACE_CLAIM", "custom:shop")]);
    set_up(&world).await;
    let mut claims = world.claims(7, "orders:create");
    claims["marketplace"] = json!("default");
    claims["custom:shop"] = json!("de");
    assert_eq!(placed(&world, &world.key.token(&claims), &[]).await, (201, json!(["de", "token"])));
}
