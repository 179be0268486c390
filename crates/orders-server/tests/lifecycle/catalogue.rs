//! From where products and prices come, and in which currency.

use std::process::Stdio;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Place, Server, assert_bad_setting, ends_within, serve};

async fn products(server: &Server) -> Vec<Value> {
    server.anyone(Method::GET, "/products").send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn the_static_catalogue_refuses_changes_and_keeps_its_prices() {
    let place = Place::fresh();
    let server = Server::start_at(&place.url(), &[]);
    let change =
        |server: &Server| server.user(100, Method::PATCH, "/products/9").json(&json!({"price": 1})).send();
    assert_eq!(change(&server).await.unwrap().status(), 200);
    assert_eq!(server.place(1, &[(9, 1)]).await["total"], 1);
    drop(server);
    let server = Server::start_at(&place.url(), &[("CATALOGUE", "static")]);
    assert_eq!(change(&server).await.unwrap().status(), 409);
    assert_eq!(server.place(1, &[(9, 1)]).await["total"], 1999);
}

#[tokio::test]
async fn a_new_shop_has_the_currency_that_was_set_and_keeps_it() {
    let place = Place::fresh();
    let server = Server::start_at(&place.url(), &[("CURRENCY", "EUR")]);
    assert!(products(&server).await.iter().all(|product| product["currency"] == "EUR"));
    assert_eq!(server.place(1, &[(9, 1)]).await["currency"], "EUR");
    drop(server);
    for (setting, warns) in
        [(Some(("CURRENCY", "USD")), true), (Some(("CURRENCY", "EUR")), false), (None, false)]
    {
        let mut command = serve(&place.url(), setting.as_slice());
        command.stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::BufRead::read_line(
            &mut std::io::BufReader::new(child.stdout.take().unwrap()),
            &mut String::new(),
        )
        .unwrap();
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let mut log = child.stderr.take().unwrap();
        assert!(ends_within(&mut child, std::time::Duration::from_secs(10)).success());
        let mut said = String::new();
        std::io::Read::read_to_string(&mut log, &mut said).unwrap();
        let warned =
            said.contains("made with another currency") && said.contains("EUR") && said.contains("USD");
        assert_eq!(warned, warns, "{setting:?}: {said}");
    }
}

#[test]
fn a_currency_or_catalogue_that_cannot_be_is_named() {
    let place = Place::fresh();
    for (variable, value, flag) in
        [("CURRENCY", "euro", "--currency (CURRENCY)"), ("CATALOGUE", "file", "--catalogue (CATALOGUE)")]
    {
        assert_bad_setting(serve(&place.url(), &[(variable, value)]), &[flag, value]);
    }
}
