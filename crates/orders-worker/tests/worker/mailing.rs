//! What is written to customers.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use orders_domain::{
    Actor, OrderStatus, Request, RequestedLine,
    catalogue::product::{ProductDetails, ProductName},
    delivery::{Outcome, Verdict, endpoint::Notice},
    order::contact::{Contact, Email},
    ports::Mailer,
    service::Placing,
    version::Expected,
};

use super::shop::{operator, shops};

/// Notes what the lines of orders are called in mails.
#[derive(Default)]
struct Names(Mutex<Vec<Vec<Option<String>>>>);

#[async_trait]
impl Mailer for Names {
    async fn send(&self, notice: &Notice) -> Outcome {
        self.0.lock().unwrap().push(notice.names.clone());
        Outcome { attempt: None, verdict: Verdict::Done }
    }
}

#[tokio::test]
async fn a_mail_calls_products_what_they_were_called_when_they_were_ordered() {
    for shop in shops() {
        let names = Arc::new(Names::default());
        let worker = shop.worker().with_mail(names.clone());
        worker.open().await.unwrap();
        let before = shop.storage.catalogue.find(&[1.try_into().unwrap()]).await.unwrap().remove(0).unwrap();
        let line =
            RequestedLine { index: 0, product: before.product.id, quantity: 1_i64.try_into().unwrap() };
        let email = Email::parse("somebody@example.org").unwrap();
        let placing =
            Placing { contact: Contact { email: Some(email), ship_to: None }, ..Placing::default() };
        let by = || Request::from(Actor::User(operator().id()));
        let order = shop.orders.place(operator(), &[line], &placing, by()).await.unwrap().made().clone();
        let renamed = |details: ProductDetails| ProductDetails {
            name: ProductName::parse("Other").unwrap(),
            ..details
        };
        let keeping = shop.orders.keeping();
        keeping.change_product(operator(), before.product.id, &Expected::Any, renamed, by()).await.unwrap();
        shop.advance(order.id(), OrderStatus::Shipped).await;
        let (_told, stop) = orders_worker::Stop::new();
        assert!(worker.work_off(stop).await);
        let name = before.product.details.name.as_str().to_owned();
        assert_ne!(name, "Other");
        assert_eq!(*names.0.lock().unwrap(), [[Some(name)]]);
    }
}
