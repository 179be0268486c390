//! What is refused, and what every page says of itself.

use reqwest::Method;

use crate::{desk::Person, support::Server};

const POLICY: &str = "default-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[tokio::test]
async fn every_page_says_what_it_may_do_and_that_nobody_keeps_it() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let person = Person::signed_in(&server, 100).await;
    for path in [
        "/console/",
        "/console/orders/1",
        "/console/orders/1/plan",
        "/console/products",
        "/console/products/1",
        "/console/webhooks",
        "/console/figures",
        "/console/health",
        "/console/sign-in",
        "/console/orders/999",
        "/console/nothing",
    ] {
        let page = person.get(path).await;
        assert_eq!(page.header("content-security-policy"), POLICY, "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(page.header("cache-control"), "private, no-store", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!page.header("x-request-id").is_empty(), "{path}");
        let inner =
            page.text.split("<script").skip(1).all(|script| script.starts_with(" src=\"/console/assets/"));
        assert!(inner && !page.text.contains("<style") && !page.text.contains(" style="), "{path}");
        assert!(!page.text.contains("//") || !page.text.contains("src=\"http"), "{path}");
    }
}

#[tokio::test]
async fn a_form_that_no_page_of_ours_has_sent_changes_nothing() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let person = Person::signed_in(&server, 100).await;
    let fields = [("version", "1"), ("status", "processing")];
    let form = || person.form("/console/orders/1/status", &fields);
    let own = server.url.clone();
    for request in [
        form(),
        form().header("origin", "https://evil.example"),
        form().header("origin", "null"),
        form().header("sec-fetch-site", "cross-site"),
        form().header("sec-fetch-site", "same-site"),
        form().header("sec-fetch-site", "none"),
        form().header("sec-fetch-site", "cross-site").header("origin", &own),
    ] {
        let page = person.answer(request).await;
        assert_eq!(page.status, 403);
        page.has(&["does not come from a page of this console"]);
    }
    assert!(person.get("/console/orders/1").await.text.contains("Pending"));
    assert_eq!(person.answer(form().header("origin", &own)).await.status, 303);
    assert!(person.get("/console/orders/1").await.text.contains("Pending → Processing"));
}

#[tokio::test]
async fn no_form_signs_anybody_in_or_out_from_elsewhere() {
    let server = Server::start();
    let person = Person::signed_in(&server, 100).await;
    for path in ["/console/sign-in", "/console/sign-out"] {
        let request = person.form(path, &[("user", "1")]).header("sec-fetch-site", "cross-site");
        assert_eq!(person.answer(request).await.status, 403, "{path}");
    }
    assert!(person.get("/console/").await.text.contains("User 100"));
}

#[tokio::test]
async fn who_comes_through_a_proxy_is_not_believed_to_be_whom_they_say() {
    let server = Server::start();
    let person = Person::at(&server);
    for (name, value) in
        [("x-forwarded-for", "203.0.113.7"), ("forwarded", "for=203.0.113.7"), ("via", "1.1 proxy")]
    {
        let form =
            person.form("/console/sign-in", &[("user", "100")]).header("sec-fetch-site", "same-origin");
        let page = person.answer(form.header(name, value)).await;
        assert_eq!(page.status, 403, "{name}");
        page.has(&["own machine only"]);
    }
    let settings = [("PUBLIC_URL", "https://shop.example")];
    let server = Server::start_with(&settings);
    let page = Person::at(&server).send("/console/sign-in", &[("user", "100")]).await;
    assert_eq!(page.status, 403, "{}", page.text);
}

#[tokio::test]
async fn another_host_is_refused_as_by_the_api() {
    let server = Server::start();
    let person = Person::signed_in(&server, 100).await;
    for path in ["/console/", "/console/sign-in", "/orders"] {
        let page = person.answer(person.request(Method::GET, path).header("host", "evil.example")).await;
        assert_eq!(page.status, 421, "{path}");
    }
}

#[tokio::test]
async fn large_forms_other_methods_and_odd_addresses_get_a_page_that_says_so() {
    let server = Server::start();
    let person = Person::signed_in(&server, 100).await;
    let large = "x".repeat(70_000);
    let page = person.send("/console/sign-out", &[("note", &large)]).await;
    assert_eq!(page.status, 413);
    let page = person.answer(person.request(Method::DELETE, "/console/orders/1")).await;
    assert_eq!(page.status, 405);
    for path in [
        "/console/orders/x",
        "/console/orders/01",
        "/console/orders/999",
        "/console/products/0",
        "/console/assets/x.css",
    ] {
        assert_eq!(person.get(path).await.status, 404, "{path}");
    }
    let page = person.get("/console/?status=lost").await;
    assert_eq!(page.status, 422);
    page.has(&["This list is not offered", "is not one of pending"]);
    assert_eq!(person.get("/console/").await.status, 200, "the connection is as before");
}

#[tokio::test]
async fn a_customer_sees_their_own_orders_and_does_what_they_may() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    server.place(2, &[(9, 1)]).await;
    let person = Person::signed_in(&server, 1).await;
    let page = person.get("/console/").await.has(&["/console/orders/1\""]);
    assert!(!page.text.contains("/console/orders/2\"") && !page.text.contains("Webhooks</a>"));
    assert_eq!(person.get("/console/orders/2").await.status, 404);
    let page = person.get("/console/orders/1").await;
    assert!(!page.text.contains("Make a parcel") && page.text.contains("Cancel the whole order"));
    for path in ["/console/webhooks", "/console/figures", "/console/live", "/console/?email=a%40example.org"]
    {
        assert_eq!(person.get(path).await.status, 403, "{path}");
    }
    let page = person.send("/console/orders/1/parcels", &[("version", "1"), ("line-0", "7")]).await;
    assert_eq!(page.status, 403);
}
