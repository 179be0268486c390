//! Finding an order by whatever somebody has of it.

use reqwest::Method;
use serde_json::json;

use crate::{desk::Person, support::Server};

#[tokio::test]
async fn an_order_is_found_by_its_number_its_parcel_its_customer_and_what_is_in_it() {
    let server = Server::start();
    let body = json!({"products": [{"id": 9, "quantity": 1}], "email": "Ada@example.org"});
    let answer = server.user(1, Method::POST, "/orders").json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let product = server
        .add_product(&json!({"name": "Lamp", "price": 100, "sku": "LAMP-1", "stockPolicy": "untracked"}))
        .await;
    server.place(2, &[(product, 1)]).await;
    let tracking = json!({"shippingProvider": "DHL", "trackingNumber": "00340434161"});
    server.operator(Method::PATCH, "/orders/2/tracking", Some(&tracking)).send().await.unwrap();
    let person = Person::signed_in(&server, 100).await;
    for (written, to, order) in [
        ("1", "/console/orders/1", "Order 1<"),
        ("%232", "/console/orders/2", "Order 2<"),
        ("00340434161", "/console/?trackingNumber=00340434161", "/console/orders/2\""),
        ("ada%40EXAMPLE.org", "/console/?email=ada%40EXAMPLE.org", "/console/orders/1\""),
        ("LAMP-1", "/console/?sku=LAMP-1", "/console/orders/2\""),
        ("user+2", "/console/?userId=2", "/console/orders/2\""),
    ] {
        let page = person.get(&format!("/console/find?q={written}")).await;
        assert_eq!(page.leads_to(), to, "{written}");
        person.get(to).await.has(&[order]);
    }
    assert_eq!(person.get("/console/find?q=").await.leads_to(), "/console/");
    let page = person.get("/console/find?q=999999").await;
    person.get(page.leads_to()).await.has(&["No order is like this"]);
}
