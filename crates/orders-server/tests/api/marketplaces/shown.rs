//! Products as marketplaces show them.

use super::*;

/// Asks for product 9 in the marketplace `de` for somebody who reads these languages; the name, from where it is, and
/// what the answer says of its language.
async fn told(server: &Server, languages: &str) -> (String, Value, String) {
    let headers = [("accept-language", languages), ("orders-marketplace", "de")];
    let answer = server.ask("/products/9", &headers).await;
    let product = answer.order(200);
    let language = answer.header("content-language").to_owned();
    (product["name"].as_str().unwrap().to_owned(), product["nameFrom"].clone(), language)
}

#[tokio::test]
async fn a_marketplace_shows_its_price_its_model_and_what_it_calls_the_product() {
    let server = Server::with_german().await;
    let text = json!({"name": "Schneidbrett", "description": "Aus Bambus.\nHart."});
    server.as_operator(Method::PUT, "/products/9/texts/de/de", Some(text)).await.order(201);
    let own = server.ask("/products/9", &[]).await;
    let expected = json!({
        "id": 9, "name": "Bamboo cutting board", "price": 1999, "currency": "USD", "sku": null, "weightGrams": null,
        "size": null, "stockPolicy": "untracked", "active": true, "available": null, "description": null, "model": null,
        "marketplace": "default", "marketplaceChosenBy": "default", "priceFrom": "default",
        "nameFrom": {"marketplace": "default", "locale": "en"},
    });
    assert_eq!((own.order(200), own.header("content-language")), (expected.clone(), "en"));
    let german = server.ask("/products/9?marketplace=de", &[]).await;
    let shown = with(
        &expected,
        &json!({
            "name": "Schneidbrett", "price": 1899, "currency": "EUR", "description": "Aus Bambus.\nHart.", "model": "BRETT-1",
            "marketplace": "de", "marketplaceChosenBy": "query", "priceFrom": "de",
            "nameFrom": {"marketplace": "de", "locale": "de"},
        }),
    );
    assert_eq!((german.order(200), german.header("content-language")), (shown.clone(), "de"));
    // A list has no descriptions.
    let mut listed = shown;
    listed.as_object_mut().unwrap().remove("description");
    let list = server.ask("/products?marketplace=de", &[]).await;
    assert_eq!((list.order(200), list.header("content-language")), (json!([listed]), "de"));
}

#[tokio::test]
async fn names_fall_back_by_the_parents_of_cldr_and_not_by_tags_cut_short() {
    let server = Server::with_german().await;
    for (of, name) in [
        ("-/zh", "simplified"),
        ("-/zh-Hant", "traditional"),
        ("-/es", "spanish"),
        ("-/es-419", "latin american"),
        ("-/en-001", "international"),
        ("de/de", "german here"),
        ("-/de", "german"),
    ] {
        assert_eq!(server.set_text(9, of, name).await.status, 201, "{of}");
    }
    for (languages, name, marketplace, locale) in [
        ("zh-HK", "traditional", json!(null), "zh-Hant"),
        ("zh-CN", "simplified", json!(null), "zh"),
        ("es-AR", "latin american", json!(null), "es-419"),
        ("es-ES", "spanish", json!(null), "es"),
        ("en-AU", "international", json!(null), "en-001"),
        // The product's own name is no text: the marketplace's language goes before it.
        ("fr", "german here", json!("de"), "de"),
        ("", "german here", json!("de"), "de"),
        // Language goes before place.
        ("es;q=0.5, de-CH;q=0.4", "spanish", json!(null), "es"),
        ("de-AT, es;q=0.9", "german here", json!("de"), "de"),
        ("de;q=0, es", "spanish", json!(null), "es"),
        ("*, zh-TW;q=0.1", "traditional", json!(null), "zh-Hant"),
    ] {
        let expected =
            (name.to_owned(), json!({"marketplace": marketplace, "locale": locale}), locale.to_owned());
        assert_eq!(told(&server, languages).await, expected, "{languages}");
    }
    let elsewhere = server.ask("/products/9", &[("accept-language", "de-AT")]).await.order(200);
    assert_eq!((&elsewhere["name"], &elsewhere["nameFrom"]["marketplace"]), (&json!("german"), &Value::Null));
}

#[tokio::test]
async fn only_what_is_listed_and_active_is_shown() {
    let server = Server::with_german().await;
    let hidden = server.ask("/products/1?marketplace=de", &[]).await;
    let problem = hidden.problem(404);
    assert_eq!(
        (kind(&problem), &problem["detail"]),
        ("not-sold-here", &json!("product 1 is not sold in marketplace de"))
    );
    assert_eq!(hidden.header("vary"), "accept-language, orders-marketplace");
    assert_eq!(kind(&server.ask("/products/99?marketplace=de", &[]).await.problem(404)), "unknown-product");
    let ids = |products: Value| {
        products.as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids(server.ask("/products?marketplace=de", &[]).await.order(200)), [9]);
    for id in [1, 3] {
        assert_eq!(server.set_listing(id, "de", json!({"price": 5})).await.status, 201);
    }
    let page = server.ask("/products?marketplace=de&limit=2", &[]).await;
    assert_eq!(page.header("link"), "</products?after=3&limit=2&marketplace=de>; rel=\"next\"");
    assert_eq!(ids(page.order(200)), [1, 3]);
    let next = server.ask("/products?after=3&limit=2&marketplace=de", &[]).await;
    assert_eq!((ids(next.order(200)), next.header("link")), (vec![9], ""));
    // What was said otherwise is said again otherwise.
    let by_header = server.ask("/products?limit=2", &[("orders-marketplace", "de")]).await;
    assert_eq!(by_header.header("link"), "</products?after=3&limit=2>; rel=\"next\"");
    server.set_listing(3, "de", json!({"price": 5, "active": false})).await.order(200);
    assert_eq!(ids(server.ask("/products?marketplace=de", &[]).await.order(200)), [1, 9]);
    assert_eq!(server.ask("/products?marketplace=de&active=true", &[]).await.pointers(422), ["/active"]);
    assert_eq!(ids(server.ask("/products?marketplace=default&active=true", &[]).await.order(200)).len(), 10);
}

#[tokio::test]
async fn a_list_says_each_language_once() {
    let server = Server::start();
    server.set_text(9, "-/de", "Brett").await.order(201);
    server.set_text(1, "-/de", "Tasse").await.order(201);
    let list = server.ask("/products", &[("accept-language", "de")]).await;
    assert_eq!(list.header("content-language"), "de, en");
    assert_eq!(list.header("vary"), "accept-language, orders-marketplace");
    let nothing = server.ask("/products?after=10", &[]).await;
    assert_eq!((nothing.json(), nothing.header("content-language")), (json!([]), ""));
}

#[tokio::test]
async fn the_tag_changes_with_all_that_is_shown_and_names_the_version_to_who_changes_the_product() {
    let server = Server::with_german().await;
    let tag = async |query: &str, languages: &str| {
        let answer = server.ask(&format!("/products/9{query}"), &[("accept-language", languages)]).await;
        answer.order(200);
        answer.header("etag").to_owned()
    };
    assert_eq!(tag("", "fr").await, "\"1\"");
    let mut seen =
        vec![tag("", "de").await, tag("?marketplace=de", "").await, tag("?marketplace=default", "").await];
    server.set_text(9, "-/de", "Brett").await.order(201);
    seen.push(tag("", "de").await);
    seen.push(tag("?marketplace=de", "").await);
    server.set_text(9, "-/de", "Brettl").await.order(200);
    seen.push(tag("", "de").await);
    seen.push(tag("?marketplace=de", "").await);
    server.set_listing(9, "de", json!({"price": 1799})).await.order(200);
    seen.push(tag("?marketplace=de", "").await);
    server.change_market("de", json!({"name": "Germany"})).await.order(200);
    seen.push(tag("?marketplace=de", "").await);
    assert_eq!(tag("?marketplace=de", "").await, *seen.last().unwrap());
    assert_eq!(tag("", "fr").await, "\"1\"", "what the shop shows is as before");
    server.change_market("default", json!({"defaultLocale": "en-GB"})).await.order(200);
    seen.push(tag("", "fr").await);
    let last = seen.last().unwrap().clone();
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count, "{seen:?}");
    assert!(seen.iter().all(|tag| tag == "\"1\"" || tag.starts_with("\"1-") && tag.len() == 16), "{seen:?}");
    let known = server.ask("/products/9", &[("accept-language", "fr"), ("if-none-match", &last)]).await;
    assert_eq!((known.status, known.header("etag")), (304, &*last));
    assert_eq!(known.header("vary"), "accept-language, orders-marketplace");
    let other = server.ask("/products/9", &[("accept-language", "de"), ("if-none-match", &last)]).await;
    assert_eq!(other.status, 200);
    for status in [200, 412] {
        let body = json!({"price": 1500});
        let change = server.operator(Method::PATCH, "/products/9", Some(&body)).header("if-match", &last);
        assert_eq!(Answer::to(change).await.status, status);
    }
}

#[tokio::test]
async fn who_keeps_a_product_is_told_what_is_its_own() {
    let server = Server::with_german().await;
    server.set_text(9, "-/en", "Board").await.order(201);
    let body = json!({"price": 2099});
    let change =
        server.operator(Method::PATCH, "/products/9", Some(&body)).header("orders-marketplace", "de");
    let changed = Answer::to(change).await.order(200);
    assert_eq!((&changed["price"], &changed["currency"]), (&json!(2099), &json!("USD")));
    assert_eq!(
        (&changed["name"], &changed["priceFrom"]),
        (&json!("Bamboo cutting board"), &json!("default"))
    );
    assert_eq!(server.ask("/products/9", &[]).await.order(200)["name"], "Board");
}
