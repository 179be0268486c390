//! From where products and prices come, and in which currency.

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Place, Server, assert_bad_setting, serve};

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
    let folder = TempDir::new().unwrap();
    for (setting, warns) in
        [(Some(("CURRENCY", "USD")), true), (Some(("CURRENCY", "EUR")), false), (None, false)]
    {
        let log = folder.path().join("log");
        let mut command = serve(&place.url(), setting.as_slice());
        command.stderr(fs::File::create(&log).unwrap());
        let mut server = Server::start_by(command);
        server.signal("TERM");
        assert!(server.wait().success());
        let said = fs::read_to_string(log).unwrap();
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
