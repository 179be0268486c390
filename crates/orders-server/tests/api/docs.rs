//! The page at `/docs/`, with everything it loads.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use crate::{answer::Answer, support::Server, wire};

/// The values of `href` and `src` in a page.
fn references(page: &str) -> BTreeSet<String> {
    let after =
        |attribute| page.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    after("href=\"").chain(after("src=\"")).collect()
}

#[tokio::test]
async fn docs_leads_to_the_page() {
    let server = Server::start();
    // Relative, so that it holds below a path too.
    let answer = server.answer(wire::head("GET /docs", &[]));
    assert_eq!((answer.status, answer.header("location")), (307, "docs/"));
}

#[tokio::test]
async fn without_docs_there_is_no_page_but_the_document() {
    let server = Server::start_with(&[("NO_DOCS", "true"), ("NO_CONSOLE", "true")]);
    for (path, status) in [("/docs", 404), ("/docs/", 404), ("/", 404), ("/openapi.json", 200)] {
        assert_eq!(server.answer(wire::head(&format!("GET {path}"), &[])).status, status, "{path}");
    }
}

#[tokio::test]
async fn assets_may_be_kept_for_a_day_and_the_page_may_not() {
    let server = Server::start();
    let cached = |path: &str| {
        server.answer(wire::head(&format!("GET {path}"), &[])).header("cache-control").to_owned()
    };
    assert_eq!(cached("/docs/swagger-ui.css"), "public, max-age=86400");
    assert_eq!(cached("/docs/"), "private, no-cache");
}

#[tokio::test]
async fn the_page_asks_as_user_1_and_keeps_no_credential() {
    let server = Server::start();
    let answer = server.answer(wire::head("GET /docs/swagger-initializer.js", &[]));
    assert!(answer.text().contains(r#"preauthorizeApiKey("userId", "1")"#), "{}", answer.text());
    assert!(answer.text().contains(r#""persistAuthorization": false"#), "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "private, no-cache");
}

#[tokio::test]
async fn the_page_loads_its_own_assets_and_nothing_from_elsewhere() {
    let server = Server::start();
    let page = Answer::to(server.anyone(Method::GET, "/docs/")).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html"));
    let assets = references(&page.text());
    assert!(assets.len() >= 5, "{assets:?}");
    for asset in &assets {
        assert!(!asset.contains("//"), "{asset} is from elsewhere");
        let path = format!("/docs/{}", asset.trim_start_matches("./"));
        let answer = Answer::to(server.anyone(Method::GET, &path)).await;
        let kind = answer.header("content-type");
        let expected = match path.rsplit_once('.').unwrap().1 {
            "js" => ["text/javascript", "application/javascript"],
            "css" => ["text/css"; 2],
            _ => ["image/png"; 2],
        };
        assert!(answer.status == 200 && expected.contains(&kind), "{path}: {} {kind}", answer.status);
        assert!(!answer.body.is_empty());
    }
    // Scripts within the page would break its own policy.
    assert!(page.text().split("<script").skip(1).all(|script| script.contains("src=")), "{}", page.text());
}

#[tokio::test]
async fn the_page_shows_the_document_of_this_server() {
    let server = Server::start();
    let answer = Answer::to(server.anyone(Method::GET, "/docs/swagger-initializer.js")).await;
    assert!(answer.text().contains("/openapi.json"), "{}", answer.text());
    let document = Answer::to(server.anyone(Method::GET, "/openapi.json")).await;
    assert_ne!(document.order(200)["paths"], Value::Null);
}

#[tokio::test]
async fn a_file_that_the_page_does_not_have_is_404() {
    let server = Server::start();
    for path in ["/docs/nothing.js", "/docs/..%2f..%2fetc%2fpasswd", "/docs/../../etc/passwd", "/docs/%00"] {
        let answer = server.answer(wire::head(&format!("GET {path}"), &[]));
        assert_eq!(answer.problem(404)["type"], "urn:problem:orders:no-route");
    }
}
