//! What is served to whom, as the settings say.

use reqwest::Method;
use serde_json::Value;

use crate::support::{Server, assert_bad_setting, serve};

async fn listed(server: &Server, user: i64) -> Vec<Value> {
    let answer = server.user(user, Method::GET, "/orders").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

#[tokio::test]
async fn with_own_lists_a_user_is_needed_and_sees_no_order_of_others() {
    let server = Server::start_with(&[("LIST", "own")]);
    let (first, _) = (server.place(1, &[(9, 7)]).await, server.place(2, &[(9, 7)]).await);
    assert_eq!(listed(&server, 1).await, [first]);
    assert_eq!(listed(&server, 2).await.len(), 1);
    assert_eq!(listed(&server, 3).await, Vec::<Value>::new());
    let of_another = server.user(1, Method::GET, "/orders?userId=2").send().await.unwrap();
    assert_eq!(of_another.text().await.unwrap(), "[]");
    for accept in ["application/json", "application/x-ndjson"] {
        let stranger = server.anyone(Method::GET, "/orders").header("Accept", accept).send().await.unwrap();
        assert_eq!(stranger.status(), 401, "{accept}");
    }
}

#[tokio::test]
async fn with_open_lists_anyone_sees_all_which_tokens_never_allow() {
    for settings in [&[][..], &[("LIST", "open")]] {
        let server = Server::start_with(settings);
        server.place(1, &[(9, 7)]).await;
        let answer = server.anyone(Method::GET, "/orders").send().await.unwrap();
        assert_eq!(answer.json::<Vec<Value>>().await.unwrap().len(), 1);
    }
    let folder = tempfile::TempDir::new().unwrap();
    let mut command = serve(&format!("sqlite://{}", folder.path().join("o.sqlite").display()), &[]);
    command.env("LIST", "open").env("AUTH", "jwt");
    assert_bad_setting(command, &["--list (LIST)", "\"open\"", "--auth jwt"]);
}

#[tokio::test]
async fn behind_a_path_that_a_proxy_takes_off_every_link_leads_back() {
    let server = Server::start_with(&[("PUBLIC_URL", "https://shop.example/shop/")]);
    // What the proxy makes of an address that clients see.
    let inner = |link: &str| link.strip_prefix("/shop").unwrap_or_else(|| panic!("{link}")).to_owned();
    let body = r#"{"products":[{"id":9,"quantity":7}]}"#;
    for _ in 0..2 {
        let post = server.user(1, Method::POST, "/orders").header("Content-Type", "application/json");
        let placed = post.body(body).send().await.unwrap();
        let location = inner(placed.headers()["location"].to_str().unwrap());
        let found = server.user(1, Method::GET, &location).send().await.unwrap();
        assert_eq!(found.json::<Value>().await.unwrap(), placed.json::<Value>().await.unwrap());
    }
    let page =
        server.anyone(Method::GET, "/orders?limit=1&from=2020-01-01T00:00:00%2B01:00").send().await.unwrap();
    let link = page.headers()["link"].to_str().unwrap();
    let next = inner(link.strip_prefix('<').unwrap().split_once('>').unwrap().0);
    let next: Vec<Value> = server.anyone(Method::GET, &next).send().await.unwrap().json().await.unwrap();
    assert_eq!(next[0]["id"], 2);
    let document = server.anyone(Method::GET, "/openapi.json").send().await.unwrap();
    let document: Value = document.json().await.unwrap();
    assert_eq!(document["servers"][0]["url"], "https://shop.example/shop");
}
