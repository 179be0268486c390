//! Signing in at an OpenID provider.

use crate::{
    desk::{Page, Person},
    provider::{Lie, Provider},
    support::Server,
};

const ALL: &str =
    "orders:admin orders:read orders:cancel orders:fulfil events:read stock:read stock:write webhooks:write";

fn world() -> (Provider, Server) {
    let provider = Provider::start(7, ALL);
    let server = Server::start_with(&provider.settings());
    (provider, server)
}

/// Goes to the provider; the address at which it sends back.
async fn allowed(person: &Person, to: &str) -> String {
    let page = person.get(&format!("/console/sign-in/provider?to={to}")).await;
    let asked = person.get(page.leads_to()).await;
    asked.text.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&")
}

/// Comes back from the provider, and follows the page that leads on.
async fn back(person: &Person, address: &str) -> Page {
    let page = person.get(address).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let next = page.text.split("content=\"0; url=").nth(1).unwrap().split('"').next().unwrap();
    person.get(&next.replace("&#38;", "&")).await
}

#[tokio::test]
async fn somebody_signs_in_at_the_provider_and_comes_back_to_their_page() {
    let (_provider, server) = world();
    let person = Person::at(&server);
    let page = person.get("/console/orders/7").await;
    assert_eq!(page.leads_to(), "/console/sign-in?to=%2Forders%2F7");
    person
        .get("/console/sign-in?to=%2Forders%2F7")
        .await
        .has(&["href=\"/console/sign-in/provider?to=%2Forders%2F7\""]);
    let address = allowed(&person, "%2Fhealth").await;
    assert!(address.starts_with(&format!("{}/console/sign-in/return?code=", server.url)), "{address}");
    let page = back(&person, &address).await;
    assert_eq!(page.leads_to(), "/console/health");
    assert_eq!(person.cookie("orders-sign-in"), None);
    person.get("/console/health").await.has(&["User 7", "Reading orders"]);
    let key = person.cookie("orders-session").unwrap();
    assert!(key.len() == 64 && !key.contains('.'), "it holds no token");
}

#[tokio::test]
async fn a_code_counts_once_and_only_for_the_browser_that_has_asked_for_it() {
    let (_provider, server) = world();
    let (person, stranger) = (Person::at(&server), Person::at(&server));
    let address = allowed(&person, "%2F").await;
    assert_eq!(back(&stranger, &address).await.status, 403);
    // Nor with a question of one's own.
    allowed(&stranger, "%2F").await;
    assert_eq!(back(&stranger, &address).await.status, 403);
    let question = person.cookie("orders-sign-in").unwrap();
    assert_eq!(back(&person, &address).await.status, 303);
    let copy = Person::at(&server);
    copy.with_cookie("orders-sign-in", &question);
    assert_eq!(back(&copy, &address).await.status, 403);
    assert_eq!(copy.get("/console/").await.status, 303);
}

#[tokio::test]
async fn an_answer_counts_with_the_state_that_was_sent_only() {
    let (_provider, server) = world();
    for other in ["&state=other", "&state=", ""] {
        let person = Person::at(&server);
        let address = allowed(&person, "%2F").await;
        let (start, _) = address.split_once("&state=").unwrap();
        assert_eq!(back(&person, &format!("{start}{other}")).await.status, 403, "{other:?}");
    }
}

#[tokio::test]
async fn what_the_provider_sends_is_believed_only_if_all_of_it_is_right() {
    let (provider, server) = world();
    for lie in [Lie::Nonce, Lie::Client, Lie::Issuer, Lie::Key, Lie::NoIdToken, Lie::Audience, Lie::Expired] {
        provider.lies(lie);
        let person = Person::at(&server);
        let address = allowed(&person, "%2F").await;
        let page = back(&person, &address).await;
        assert_eq!(page.status, 403, "{lie:?}");
        assert_eq!(person.cookie("orders-session"), None, "{lie:?}");
    }
    provider.lies(Lie::None);
    let person = Person::at(&server);
    let address = allowed(&person, "%2F").await;
    provider.lies(Lie::Down);
    let page = back(&person, &address).await;
    assert_eq!(page.status, 503);
    page.has(&["does not answer"]);
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_told() {
    let (_provider, server) = world();
    let person = Person::at(&server);
    let address = allowed(&person, "%2F").await;
    let state = address.split("state=").nth(1).unwrap();
    let page = back(&person, &format!("/console/sign-in/return?error=access_denied&state={state}")).await;
    assert_eq!(page.status, 403);
    page.has(&["has not let you in"]);
}

#[tokio::test]
async fn what_one_may_do_is_what_the_token_says_and_the_session_is_nothing_to_the_api() {
    let provider = Provider::start(7, "orders:read");
    let server = Server::start_with(&provider.settings());
    let person = Person::at(&server);
    let address = allowed(&person, "%2F").await;
    back(&person, &address).await;
    let page = person.get("/console/").await.has(&["User 7", "You have no orders yet"]);
    assert!(!page.text.contains("Webhooks</a>"));
    assert_eq!(person.get("/console/webhooks").await.status, 403);
    assert_eq!(person.get("/orders").await.status, 401);
    assert_eq!(person.send("/console/sign-in", &[("user", "100")]).await.status, 403);
}

#[tokio::test]
async fn revoking_ends_the_session() {
    let (_provider, server) = world();
    let person = Person::at(&server);
    let address = allowed(&person, "%2F").await;
    back(&person, &address).await;
    assert_eq!(person.get("/console/").await.status, 200);
    let mut revoke = crate::support::orders();
    revoke.args(["sessions", "revoke", "--user", "7", "--database-url", &server.database_url()]);
    let revoked = revoke.output().unwrap();
    assert!(revoked.status.success(), "{}", String::from_utf8_lossy(&revoked.stderr));
    assert_eq!(person.get("/console/").await.status, 303);
}

#[tokio::test]
async fn off_this_machine_cookies_go_over_tls_only() {
    let provider = Provider::start(7, ALL);
    let settings = [&provider.settings()[..], &[("PUBLIC_URL", "https://shop.example/shop")]].concat();
    let server = Server::start_with(&settings);
    let person = Person::at(&server);
    let page = person.get("/console/sign-in/provider?to=%2F").await;
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("__Host-orders-sign-in=") && cookie.contains("; Secure"), "{cookie}");
    assert!(
        page.leads_to()
            .contains("redirect_uri=https%3A%2F%2Fshop.example%2Fshop%2Fconsole%2Fsign-in%2Freturn")
    );
    assert_eq!(person.get("/console/").await.leads_to(), "/shop/console/sign-in?to=%2F");
}

#[tokio::test]
async fn without_a_client_there_are_no_pages() {
    let provider = Provider::start(7, ALL);
    let settings: Vec<_> =
        provider.settings().into_iter().filter(|(name, _)| *name != "CONSOLE_CLIENT_ID").collect();
    let server = Server::start_with(&settings);
    let person = Person::at(&server);
    assert_eq!(person.get("/console/").await.status, 404);
    assert_eq!(person.get("/").await.header("location"), "docs/");
}
