//! What marketplaces ask for products, and what products are called there.

use super::*;

#[tokio::test]
async fn a_listing_is_made_changed_and_read() {
    let server = Server::start();
    server.add_market(german()).await.order(201);
    let path = "/products/9/listings/de";
    assert_eq!(kind(&server.as_operator(Method::GET, path, None).await.problem(404)), "unknown-listing");
    let listing =
        json!({"productId": 9, "marketplace": "de", "price": 1899, "model": "BRETT-1", "active": true});
    let body = json!({"price": 1899, "model": "BRETT-1"});
    let made = server.set_listing(9, "de", body.clone()).await;
    assert_eq!((made.order(201), made.version()), (listing.clone(), 1));
    // The same again is none that is new.
    let same = server.set_listing(9, "de", body).await;
    assert_eq!((same.order(200), same.version()), (listing.clone(), 1));
    let changed = server.set_listing(9, "de", json!({"price": 1799, "active": false})).await;
    let expected =
        json!({"productId": 9, "marketplace": "de", "price": 1799, "model": null, "active": false});
    assert_eq!((changed.order(200), changed.version()), (expected.clone(), 2));
    let shown = server.as_operator(Method::GET, path, None).await;
    assert_eq!((shown.order(200), shown.version()), (expected, 2));
    for (tag, status) in [("\"1\"", 412), ("\"2\"", 200)] {
        let request = server.operator(Method::PUT, path, Some(&json!({"price": 1}))).header("if-match", tag);
        assert_eq!(Answer::to(request).await.status, status, "{tag}");
    }
}

#[tokio::test]
async fn what_cannot_be_listed_is_refused_in_words() {
    let server = Server::with_german().await;
    let own = server.set_listing(9, "default", json!({"price": 1})).await.problem(409);
    assert_eq!(kind(&own), "own-prices");
    assert_eq!(
        kind(&server.set_listing(99, "de", json!({"price": 1})).await.problem(404)),
        "unknown-product"
    );
    assert_eq!(
        kind(&server.set_listing(9, "xx", json!({"price": 1})).await.problem(404)),
        "unknown-marketplace"
    );
    server.set_listing(9, "DE", json!({"price": 1})).await.problem(400);
    let refused = server.set_listing(9, "de", json!({"price": -1, "model": "", "x": 1})).await;
    let mut pointers = refused.pointers(422);
    pointers.sort_unstable();
    assert_eq!(pointers, ["/model", "/price", "/x"]);
    assert_eq!(server.set_listing(9, "de", json!({})).await.pointers(422), ["/price"]);
}

#[tokio::test]
async fn a_text_has_one_spelling_of_its_language() {
    let server = Server::with_german().await;
    let path = "/products/9/texts/de/de-at";
    let body = json!({"name": "Schneidbrettl", "description": "hart\r\nund leicht"});
    let made = server.as_operator(Method::PUT, path, Some(body)).await;
    let expected = json!({
        "productId": 9, "marketplace": "de", "locale": "de-AT", "name": "Schneidbrettl",
        "description": "hart\nund leicht",
    });
    assert_eq!((made.order(201), made.version()), (expected.clone(), 1));
    let shown = server.as_operator(Method::GET, "/products/9/texts/de/DE-AT", None).await;
    assert_eq!((shown.order(200), shown.version()), (expected, 1));
    let for_all = server.set_text(9, "-/de", "Brett").await;
    assert_eq!(for_all.order(201)["marketplace"], Value::Null);
    let unknown = server.as_operator(Method::GET, "/products/9/texts/-/fr", None).await.problem(404);
    assert_eq!((kind(&unknown), &unknown["detail"]), ("unknown-text", &json!("texts/9/-/fr does not exist")));
    assert_eq!(kind(&server.set_text(99, "-/de", "x").await.problem(404)), "unknown-product");
    assert_eq!(kind(&server.set_text(9, "xx/de", "x").await.problem(404)), "unknown-marketplace");
    server.set_text(9, "-/german!", "x").await.problem(400);
    assert_eq!(server.set_text(9, "-/de", "").await.pointers(422), ["/name"]);
}

#[tokio::test]
async fn a_key_tells_again_that_a_listing_or_a_text_was_new() {
    let server = Server::start();
    server.add_market(german()).await.order(201);
    for (path, body, other) in [
        ("/products/9/listings/de", json!({"price": 1899}), json!({"price": 1})),
        ("/products/9/texts/-/de", json!({"name": "Brett"}), json!({"name": "Brettl"})),
    ] {
        let send = |key: &'static str, query: &str, body: &Value| {
            // A key is one for all that a user asks.
            let key = format!("{key}{path}");
            server.operator(Method::PUT, &format!("{path}{query}"), Some(body)).header("idempotency-key", key)
        };
        let rehearsed = Answer::to(send("r", "?dryRun=true", &body)).await;
        assert_eq!((rehearsed.status, rehearsed.header("orders-dry-run")), (201, "true"));
        let first = Answer::to(send("k", "", &body)).await;
        assert_eq!(first.status, 201, "{}", first.text());
        assert_eq!(Answer::to(send("l", "", &other)).await.status, 200);
        let again = Answer::to(send("k", "", &body)).await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
        assert_eq!(again.json(), first.json());
        assert_eq!(Answer::to(send("l", "", &other)).await.status, 200);
        // The dry run has left its key free.
        assert_eq!(Answer::to(send("r", "", &other)).await.header("idempotency-replayed"), "");
    }
}
