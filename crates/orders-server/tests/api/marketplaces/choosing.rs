//! Which marketplace somebody is in.

use super::*;

/// Marketplaces `de` and `fr`, which sell product 9, and `uk`, which is not active.
async fn world(settings: &[(&str, &str)]) -> Server {
    let server = Server::start_with(settings);
    server.add_market(german()).await.order(201);
    server.add_market(market("fr", &json!({"countries": ["FR"], "host": "fr.localhost"}))).await.order(201);
    let british = market("uk", &json!({"countries": ["GB"], "host": "uk.localhost", "active": false}));
    server.add_market(british).await.order(201);
    for code in ["de", "fr"] {
        assert_eq!(server.set_listing(9, code, json!({"price": 1899})).await.status, 201);
    }
    server
}

const HEADER: &str = "orders-marketplace";

const COUNTRY: &str = "cloudfront-viewer-country";

/// A query, headers, and what they choose by what.
type Row = (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

/// Each way beats those that come after it.
const WAYS: [Row; 9] = [
    ("", &[], "default", "default"),
    ("", &[(COUNTRY, "DE")], "de", "country"),
    ("", &[(COUNTRY, "FR")], "fr", "country"),
    ("", &[(COUNTRY, "de")], "default", "default"),
    ("", &[(COUNTRY, "GB")], "default", "default"),
    ("", &[(COUNTRY, "DE"), ("host", "fr.localhost:3000")], "fr", "host"),
    ("", &[(COUNTRY, "DE"), ("host", "uk.localhost")], "default", "default"),
    ("", &[(COUNTRY, "DE"), ("host", "de.localhost"), (HEADER, "fr")], "fr", "header"),
    (
        "?marketplace=default",
        &[(COUNTRY, "DE"), ("host", "de.localhost"), (HEADER, "fr")],
        "default",
        "query",
    ),
];

#[tokio::test]
async fn products_and_orders_are_in_the_marketplace_that_is_said_first() {
    let server = world(&[("BEHIND_PROXY", "true")]).await;
    for (query, headers, code, by) in WAYS {
        let shown = server.ask(&format!("/products/9{query}"), headers).await.order(200);
        assert_eq!(
            (&shown["marketplace"], &shown["marketplaceChosenBy"]),
            (&json!(code), &json!(by)),
            "{headers:?}"
        );
        let listed = server.ask(&format!("/products{query}"), headers).await.order(200);
        let listed = listed.as_array().unwrap().iter().find(|one| one["id"] == 9).unwrap();
        assert_eq!(
            (&listed["marketplace"], &listed["marketplaceChosenBy"]),
            (&json!(code), &json!(by)),
            "{headers:?}"
        );
        let order = server.order(query, headers, &json!({})).await.order(201);
        assert_eq!(
            (&order["marketplace"], &order["marketplaceChosenBy"]),
            (&json!(code), &json!(by)),
            "{headers:?}"
        );
        if query.is_empty() {
            let resolved = server.ask("/marketplaces/resolve", headers).await.order(200);
            assert_eq!(
                (&resolved["code"], &resolved["marketplaceChosenBy"]),
                (&json!(code), &json!(by)),
                "{headers:?}"
            );
        }
    }
    let order =
        server.order("?marketplace=fr", &[(HEADER, "fr")], &json!({"marketplace": "de"})).await.order(201);
    assert_eq!((&order["marketplace"], &order["marketplaceChosenBy"]), (&json!("de"), &json!("body")));
    assert_eq!(order["currency"], "EUR");
}

#[tokio::test]
async fn without_a_proxy_the_country_in_a_header_counts_for_nothing() {
    let server = world(&[]).await;
    let shown = server.ask("/products/9", &[(COUNTRY, "DE")]).await;
    assert_eq!(shown.order(200)["marketplaceChosenBy"], "default");
    assert_eq!(shown.header("vary"), "accept-language, orders-marketplace");
    let proxied = world(&[("BEHIND_PROXY", "true")]).await.ask("/products/9", &[(COUNTRY, "DE")]).await;
    assert_eq!(proxied.header("vary"), "accept-language, orders-marketplace, cloudfront-viewer-country");
}

#[tokio::test]
async fn a_country_is_resolved_and_what_is_named_beats_it() {
    let server = world(&[]).await;
    for (country, code, by) in [
        ("DE", "de", "country"),
        ("AT", "de", "country"),
        ("GB", "default", "default"),
        ("US", "default", "default"),
    ] {
        let resolved = server.ask(&format!("/marketplaces/resolve?country={country}"), &[]).await;
        assert_eq!(resolved.header("vary"), HEADER);
        let resolved = resolved.order(200);
        assert_eq!(
            (&resolved["code"], &resolved["marketplaceChosenBy"]),
            (&json!(code), &json!(by)),
            "{country}"
        );
    }
    let named = server.ask("/marketplaces/resolve?country=DE", &[(HEADER, "fr")]).await.order(200);
    assert_eq!(
        named,
        with(&server.ask("/marketplaces/fr", &[]).await.json(), &json!({"marketplaceChosenBy": "header"}))
    );
    for bad in ["de", "XX", "", "DEU"] {
        let refused = server.ask(&format!("/marketplaces/resolve?country={bad}"), &[]).await;
        assert_eq!(refused.pointers(422), ["/country"], "{bad}");
    }
    server.ask("/marketplaces/resolve?country=DE&country=DE", &[]).await.problem(400);
}

#[tokio::test]
async fn a_marketplace_that_is_named_and_cannot_be_is_422_with_those_that_can() {
    let server = world(&[]).await;
    for (named, wrong) in
        [("xx", "is not one of"), ("uk", "is not active; one of"), ("D%20E", "is not one of")]
    {
        let plain = named.replace("%20", " ");
        let detail = format!("marketplace {plain:?} {wrong} default, de, fr");
        let by_query = format!("the query: {detail}");
        for path in ["/products/9", "/products"] {
            let refused = server.ask(&format!("{path}?marketplace={named}"), &[]).await;
            assert_eq!(refused.pointers(422), ["/marketplace"]);
            assert_eq!(refused.json()["errors"][0]["detail"], by_query);
        }
        let by_body = server.order("", &[], &json!({"marketplace": plain})).await;
        assert_eq!(by_body.pointers(422), ["/marketplace"]);
        assert_eq!(by_body.json()["errors"][0]["detail"], detail);
        let by_query = server.order(&format!("?marketplace={named}"), &[], &json!({})).await;
        assert_eq!(by_query.json()["errors"][0]["detail"], format!("the query: {detail}"));
    }
    let by_header = server.order("", &[(HEADER, "uk")], &json!({})).await;
    let detail = "the header Orders-Marketplace: marketplace \"uk\" is not active; one of default, de, fr";
    assert_eq!(
        (by_header.pointers(422), &by_header.json()["errors"][0]["detail"]),
        (vec!["/marketplace".to_owned()], &json!(detail))
    );
}

#[tokio::test]
async fn what_is_wrong_with_the_body_and_an_unknown_marketplace_are_told_together() {
    let server = world(&[]).await;
    let body = json!({"products": [{"id": 9, "quantity": 0}], "marketplace": "xx", "gift": true});
    let mut pointers = server.order("", &[], &body).await.pointers(422);
    pointers.sort_unstable();
    assert_eq!(pointers, ["/gift", "/marketplace", "/products/0/quantity"]);
    let query = server.ask("/products?limit=0&marketplace=xx&active=true", &[]).await;
    assert_eq!(query.pointers(422), ["/limit", "/marketplace"]);
    for bad in [json!(7), json!(null), json!(["de"])] {
        assert_eq!(server.order("", &[], &json!({"marketplace": bad})).await.pointers(400), ["/marketplace"]);
    }
}

#[tokio::test]
async fn a_name_that_is_repeated_or_odd_is_400() {
    let server = world(&[]).await;
    for path in ["/products", "/products/9", "/marketplaces/resolve"] {
        server.ask(path, &[(HEADER, "de"), (HEADER, "de")]).await.problem(400);
        server.ask(path, &[(HEADER, "")]).await.problem(400);
        server.ask(path, &[(HEADER, "d e")]).await.problem(400);
    }
    server.order("", &[(HEADER, "de"), (HEADER, "fr")], &json!({})).await.problem(400);
    for path in ["/products?marketplace=de&marketplace=de", "/products/9?marketplace=de&marketplace=fr"] {
        assert_eq!(server.ask(path, &[]).await.pointers(400), ["/marketplace"]);
    }
    assert_eq!(
        server.order("?marketplace=de&marketplace=de", &[], &json!({})).await.pointers(400),
        ["/marketplace"]
    );
    assert_eq!(server.order("?market=de", &[], &json!({})).await.pointers(422), ["/market"]);
}
