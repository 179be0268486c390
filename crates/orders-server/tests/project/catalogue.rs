//! The example of another catalogue.

use std::net::TcpListener;

use reqwest::Client;
use serde_json::Value;

use crate::{file, own_catalogue, support::products};

#[test]
fn the_example_on_another_catalogue_stays_short() {
    assert!(file("crates/orders-server/examples/own_catalogue.rs").lines().count() <= 60);
}

#[tokio::test]
async fn the_example_sells_what_its_catalogue_has_at_its_prices() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || actix_web::rt::System::new().block_on(own_catalogue::serve(listener)));
    let client = Client::new();
    let page: Vec<Value> =
        client.get(format!("{url}/products?after=1")).send().await.unwrap().json().await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!((&page[0]["name"], &page[0]["price"]), (&"Poppy seed roll".into(), &85.into()));
    let place =
        |lines| client.post(format!("{url}/orders")).header("user_id", "1").json(&products(lines)).send();
    let order: Value = place(&[(7, 10), (1, 1)]).await.unwrap().json().await.unwrap();
    assert_eq!((&order["total"], &order["currency"]), (&1270.into(), &"USD".into()));
    assert_eq!(place(&[(9, 1)]).await.unwrap().status(), 422);
}
