//! Signing in where users only say who they are.

use reqwest::Method;

use crate::{desk::Person, support::Server};

#[tokio::test]
async fn the_root_leads_to_the_console_or_to_the_docs_without_it() {
    for (settings, to) in
        [(&[][..], "console/"), (&[("NO_CONSOLE", "true")], "docs/"), (&[("NO_DOCS", "true")], "console/")]
    {
        let server = Server::start_with(settings);
        let page = Person::at(&server).get("/").await;
        assert_eq!((page.status, page.header("location")), (307, to));
    }
    let server = Server::start_with(&[("NO_CONSOLE", "true")]);
    assert_eq!(Person::at(&server).get("/console/").await.status, 404);
}

#[tokio::test]
async fn who_is_not_signed_in_is_led_to_where_one_does_and_back_again() {
    let server = Server::start();
    let person = Person::at(&server);
    let page = person.get("/console/?status=pending").await;
    assert_eq!(page.leads_to(), "/console/sign-in?to=%2F%3Fstatus%3Dpending");
    let page = person.get("/console/sign-in?to=%2F%3Fstatus%3Dpending").await;
    let page = page.has(&["User 100", "User 1<"]);
    assert_eq!(page.field("/console/sign-in", "to"), "/?status=pending");
    let page = person.send("/console/sign-in", &[("user", "100"), ("to", "/?status=pending")]).await;
    assert_eq!(page.leads_to(), "/console/?status=pending");
    assert_eq!(person.get("/console/?status=pending").await.status, 200);
}

#[tokio::test]
async fn the_cookie_goes_to_no_script_and_no_other_site_and_is_nothing_to_the_api() {
    let server = Server::start_with(&[("LIST", "own")]);
    let person = Person::at(&server);
    let page = person.send("/console/sign-in", &[("user", "100")]).await;
    let cookie = page.header("set-cookie");
    assert!(
        cookie.starts_with("orders-session=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    assert_eq!(person.get("/console/").await.status, 200);
    assert_eq!(person.get("/orders").await.status, 401);
    assert_eq!(person.get("/products").await.status, 200);
    let request = person.request(Method::PATCH, "/orders/1/cancel").header("sec-fetch-site", "same-origin");
    assert_eq!(person.answer(request).await.status, 401);
}

#[tokio::test]
async fn signing_out_ends_the_session_for_every_copy_of_its_cookie() {
    let server = Server::start();
    let person = Person::signed_in(&server, 100).await;
    let key = person.cookie("orders-session").unwrap();
    let page = person.send("/console/sign-out", &[]).await;
    assert_eq!(page.leads_to(), "/console/sign-in?done=signed-out");
    assert_eq!(person.cookie("orders-session"), None);
    person.with_cookie("orders-session", &key);
    assert_eq!(person.get("/console/").await.status, 303);
}

#[tokio::test]
async fn signing_in_anew_ends_the_session_before() {
    let server = Server::start();
    let person = Person::signed_in(&server, 1).await;
    let before = person.cookie("orders-session").unwrap();
    person.send("/console/sign-in", &[("user", "2")]).await;
    let copy = Person::at(&server);
    copy.with_cookie("orders-session", &before);
    assert_eq!(copy.get("/console/").await.status, 303);
    assert!(person.get("/console/").await.text.contains("User 2"));
}

#[tokio::test]
async fn nobody_else_can_be_chosen_and_no_key_guessed() {
    let server = Server::start();
    let person = Person::at(&server);
    for user in ["", "4", "0100", "x"] {
        assert_eq!(person.send("/console/sign-in", &[("user", user)]).await.status, 422, "{user:?}");
    }
    for key in ["", "x", &"0".repeat(64)] {
        person.with_cookie("orders-session", key);
        assert_eq!(person.get("/console/").await.status, 303, "{key:?}");
    }
}

#[tokio::test]
async fn who_says_who_they_are_is_believed_on_this_machine_only() {
    let server = Server::start_with(&[("ALLOW_INSECURE_AUTH", "true")]);
    let person = Person::at(&server);
    let elsewhere = |request: reqwest::RequestBuilder| {
        request.header("host", "shop.example").header("sec-fetch-site", "same-origin")
    };
    let page = person.answer(elsewhere(person.form("/console/sign-in", &[("user", "100")]))).await;
    assert_eq!(page.status, 403);
    let page =
        person.answer(person.request(Method::GET, "/console/sign-in").header("host", "shop.example")).await;
    page.has(&["on its own machine and nowhere else"]);
    assert_eq!(person.send("/console/sign-in", &[("user", "100")]).await.status, 303);
}
