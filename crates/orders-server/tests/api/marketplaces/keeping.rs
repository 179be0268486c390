//! Marketplaces as the shop's people keep them.

use super::*;

#[tokio::test]
async fn there_is_a_marketplace_from_the_start() {
    let server = Server::start();
    let first = json!({
        "code": "default", "name": "Default", "currency": "USD", "defaultLocale": "en", "timeZone": "UTC",
        "priceIncludesTax": false, "countries": [], "host": null, "active": true,
    });
    assert_eq!(json!(server.list("/marketplaces").await), json!([first]));
    let shown = server.ask("/marketplaces/default", &[]).await;
    assert_eq!((shown.order(200), shown.version()), (first, 1));
}

#[tokio::test]
async fn a_marketplace_is_shown_as_it_was_added_and_the_default_one_is_the_first() {
    let server = Server::start();
    let added = server.add_market(german()).await;
    assert_eq!((added.order(201), added.version()), (german(), 1));
    assert_eq!(added.header("location"), "/marketplaces/de");
    assert_eq!(server.add_market(market("at", &json!({}))).await.status, 201);
    let codes: Vec<_> = server.list("/marketplaces").await.iter().map(|one| one["code"].clone()).collect();
    assert_eq!(codes, ["default", "at", "de"]);
    let shown = server.ask("/marketplaces/de", &[]).await;
    assert_eq!((shown.order(200), shown.version()), (german(), 1));
    let known = server.ask("/marketplaces/de", &[("if-none-match", "\"1\"")]).await;
    assert_eq!((known.status, known.header("etag"), known.body.len()), (304, "\"1\"", 0));
}

#[tokio::test]
async fn what_is_not_there_is_404_and_what_is_no_code_400() {
    let server = Server::start();
    let unknown = server.ask("/marketplaces/xx", &[]).await.problem(404);
    assert_eq!(
        (kind(&unknown), &unknown["detail"]),
        ("unknown-marketplace", &json!("marketplace xx does not exist"))
    );
    assert_eq!(
        kind(&server.change_market("xx", json!({"name": "x"})).await.problem(404)),
        "unknown-marketplace"
    );
    for bad in ["DE", "x", "d%65"] {
        server.ask(&format!("/marketplaces/{bad}"), &[]).await.problem(400);
    }
}

#[tokio::test]
async fn a_change_is_of_what_was_seen_and_null_takes_the_host_away() {
    let server = Server::with_german().await;
    let changed = server
        .change_market("de", json!({"host": null, "countries": ["CH"], "defaultLocale": "de-ch"}))
        .await;
    let expected = with(&german(), &json!({"host": null, "countries": ["CH"], "defaultLocale": "de-CH"}));
    assert_eq!((changed.order(200), changed.version()), (expected, 2));
    // Nothing changes.
    assert_eq!(server.change_market("de", json!({"countries": ["CH"]})).await.version(), 2);
    for (tag, status) in [("\"1\"", 412), ("\"2\"", 200)] {
        let body = json!({"name": "Schweiz"});
        let request = server.operator(Method::PATCH, "/marketplaces/de", Some(&body)).header("if-match", tag);
        assert_eq!(Answer::to(request).await.status, status, "{tag}");
    }
}

#[tokio::test]
async fn every_fault_of_a_marketplace_is_told_at_once() {
    let server = Server::start();
    let body = json!({
        "code": "resolve", "name": "", "currency": "XXX", "defaultLocale": "german!", "timeZone": "Berlin",
        "countries": ["DE", "XX", "DE"], "host": "a:80", "colour": "red",
    });
    let mut pointers = server.add_market(body).await.pointers(422);
    pointers.sort_unstable();
    let expected = [
        "/code",
        "/colour",
        "/countries/1",
        "/countries/2",
        "/currency",
        "/defaultLocale",
        "/host",
        "/name",
        "/timeZone",
    ];
    assert_eq!(pointers, expected);
    assert_eq!(server.add_market(json!({})).await.pointers(422).len(), 5);
    let refused = server.change_market("default", json!({"code": "x", "currency": "XAU"})).await;
    assert_eq!(refused.pointers(422), ["/code", "/currency"]);
    assert_eq!(server.list("/marketplaces").await.len(), 1);
}

#[tokio::test]
async fn a_code_a_host_and_a_country_belong_to_one_marketplace() {
    let server = Server::with_german().await;
    for (body, pointer) in [
        (market("de", &json!({})), "/code"),
        (market("fr", &json!({"host": "DE.localhost"})), "/host"),
        (market("fr", &json!({"countries": ["FR", "AT"]})), "/countries"),
    ] {
        let refused = server.add_market(body).await;
        assert_eq!(refused.pointers(409), [pointer]);
        assert_eq!(kind(&refused.json()), "taken");
    }
    assert_eq!(server.add_market(market("fr", &json!({"countries": ["FR"]}))).await.status, 201);
    assert_eq!(
        server.change_market("fr", json!({"countries": ["DE", "FR"]})).await.pointers(409),
        ["/countries"]
    );
    assert_eq!(server.change_market("fr", json!({"host": "de.localhost"})).await.pointers(409), ["/host"]);
    // Whose it was may give it away.
    server.change_market("de", json!({"countries": ["AT"], "host": null})).await.order(200);
    server.change_market("fr", json!({"countries": ["DE", "FR"], "host": "de.localhost"})).await.order(200);
}

#[tokio::test]
async fn the_default_marketplace_is_always_active() {
    let server = Server::with_german().await;
    let refused = server.change_market("default", json!({"active": false})).await.problem(409);
    assert_eq!(kind(&refused), "always-active");
    server.change_market("de", json!({"active": false})).await.order(200);
}

#[tokio::test]
async fn a_currency_stays_once_there_are_prices_or_orders_in_it() {
    let server = Server::with_german().await;
    let refused = server.change_market("de", json!({"currency": "CHF"})).await.problem(409);
    assert_eq!(kind(&refused), "priced");
    server.add_market(market("fr", &json!({}))).await.order(201);
    assert_eq!(server.change_market("fr", json!({"currency": "EUR"})).await.order(200)["currency"], "EUR");
    server.place(1, &[(9, 1)]).await;
    let refused = server.change_market("default", json!({"currency": "EUR"})).await.problem(409);
    assert_eq!(kind(&refused), "priced");
}

#[tokio::test]
async fn a_key_is_answered_as_at_first_and_a_dry_run_does_nothing() {
    let server = Server::start();
    let send = |query: &str, key: Option<&str>, body: &Value| {
        let request = server.operator(Method::POST, &format!("/marketplaces{query}"), Some(body));
        headed(request, &key.map(|key| ("idempotency-key", key)).into_iter().collect::<Vec<_>>())
    };
    let rehearsed = Answer::to(send("?dryRun=true", None, &german())).await;
    assert_eq!((rehearsed.order(201), rehearsed.header("orders-dry-run")), (german(), "true"));
    assert_eq!(server.list("/marketplaces").await.len(), 1);
    let first = Answer::to(send("", Some("k"), &german())).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
    server.change_market("de", json!({"name": "Germany"})).await.order(200);
    let again = Answer::to(send("", Some("k"), &german())).await;
    assert_eq!(
        (again.order(201), again.version(), again.header("idempotency-replayed")),
        (german(), 1, "true")
    );
    let other = Answer::to(send("", Some("k"), &market("fr", &json!({})))).await.problem(422);
    assert_eq!(kind(&other), "idempotency-key-reused");
}

#[tokio::test]
async fn only_the_shops_people_change_marketplaces_and_parameters_that_are_not_known_are_refused() {
    let server = Server::with_german().await;
    for (method, path) in [
        (Method::POST, "/marketplaces"),
        (Method::PATCH, "/marketplaces/de"),
        (Method::PUT, "/products/9/listings/de"),
        (Method::GET, "/products/9/listings/de"),
        (Method::PUT, "/products/9/texts/-/de"),
        (Method::GET, "/products/9/texts/-/de"),
    ] {
        // Before the body is looked at.
        let customer =
            server.user(1, method.clone(), path).header("content-type", "application/json").body("x");
        assert_eq!(kind(&Answer::to(customer).await.problem(403)), "insufficient-scope", "{method} {path}");
        Answer::to(server.anyone(method.clone(), path)).await.problem(401);
        let odd = server.operator(method, &format!("{path}?colour=red"), Some(&json!({})));
        assert_eq!(Answer::to(odd).await.pointers(422), ["/colour"], "{path}");
    }
    for path in ["/marketplaces?a=1", "/marketplaces/de?a=1", "/marketplaces/resolve?a=1"] {
        assert_eq!(server.ask(path, &[]).await.pointers(422), ["/a"], "{path}");
    }
}

#[tokio::test]
async fn a_fixed_catalogue_has_one_marketplace_and_no_other() {
    let server = Server::start_with(&[("CATALOGUE", "static")]);
    assert_eq!(server.list("/marketplaces").await.len(), 1);
    for answer in [
        server.add_market(german()).await,
        server.change_market("default", json!({"name": "x"})).await,
        server.set_listing(9, "de", json!({"price": 1})).await,
        server.set_text(9, "-/de", "Brett").await,
    ] {
        assert_eq!(kind(&answer.problem(409)), "fixed-catalogue");
    }
    let order = server.order("", &[], &json!({})).await.order(201);
    assert_eq!(
        (&order["marketplace"], &order["orderProduct"][0]["priceFrom"]),
        (&json!("default"), &json!("default"))
    );
}
