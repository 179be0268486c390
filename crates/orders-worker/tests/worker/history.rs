//! What the command line has brought in of orders is done already, and told to nobody.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use orders_domain::{
    Actor, Order, OrderId, OrderStatus, RequestedLine, Subject, UseCase,
    delivery::{Outcome, Verdict, endpoint::Notice},
    order::contact::{Contact, Email},
    ports::{EventFilter, EventLimit, Mailer},
    service::Placing,
};

use super::shop::{Shop, operator, shops};

const URL: &str = "https://one.example/";

/// Notes of which orders mails are.
#[derive(Default)]
struct Mailed(Mutex<Vec<OrderId>>);

#[async_trait]
impl Mailer for Mailed {
    async fn send(&self, notice: &Notice) -> Outcome {
        self.0.lock().unwrap().push(notice.order.id());
        Outcome { attempt: None, verdict: Verdict::Done }
    }
}

/// An order of a customer who can be written to.
async fn placed(shop: &Shop, by: Actor) -> Order {
    let line =
        RequestedLine { index: 0, product: 1.try_into().unwrap(), quantity: 1_i64.try_into().unwrap() };
    let contact = Contact { email: Email::parse("ada@example.org").ok(), ship_to: None };
    let placing = Placing { contact, ..Placing::default() };
    shop.orders.place(operator(), &[line], &placing, by.into()).await.unwrap().made().clone()
}

async fn sent(shop: &Shop, id: OrderId, by: Actor) {
    let order = shop.orders.owned(operator(), UseCase::Advance, id).await.unwrap();
    shop.orders.advance(order, OrderStatus::Shipped, by.into()).await.unwrap();
}

#[tokio::test]
async fn history_goes_to_no_webhook_and_no_customer_and_what_happens_since_does() {
    for shop in shops() {
        let mailed = Arc::new(Mailed::default());
        let webhook = shop.webhook(URL).await;
        let worker = shop
            .worker()
            .with_mail(mailed.clone())
            .with_webhooks(shop.receiver.clone(), Arc::clone(&shop.webhooks));
        worker.open().await.unwrap();
        let (old, open, new) = (
            placed(&shop, Actor::Cli).await,
            placed(&shop, Actor::Cli).await,
            placed(&shop, Actor::User(operator().id())).await,
        );
        sent(&shop, old.id(), Actor::Cli).await;
        sent(&shop, open.id(), Actor::User(operator().id())).await;
        sent(&shop, new.id(), Actor::User(operator().id())).await;
        let (_told, stop) = orders_worker::Stop::new();
        assert!(worker.work_off(stop).await);
        let feed = shop.storage.feed.events(EventFilter::default(), None, EventLimit::MAX).await.unwrap();
        let of_orders = feed.events.iter().filter(|event| matches!(event.subject, Subject::Order(_)));
        let (history, news): (Vec<_>, Vec<_>) = of_orders.partition(|event| event.is_history());
        assert_eq!((history.len(), news.len()), (3, 3));
        let mut got = shop.receiver.ids(URL);
        got.sort_unstable();
        assert_eq!(got, news.iter().map(|event| event.id.get()).collect::<Vec<_>>());
        assert_eq!(shop.settled(&webhook, 3).await.len(), 3);
        assert_eq!(*mailed.0.lock().unwrap(), [open.id(), new.id()]);
    }
}

#[tokio::test]
async fn what_was_brought_in_is_not_planned() {
    for shop in shops() {
        let worker = shop.worker().with_fulfilment(Arc::clone(&shop.orders));
        worker.open().await.unwrap();
        let (old, new) = (placed(&shop, Actor::Cli).await, placed(&shop, Actor::User(operator().id())).await);
        let (_told, stop) = orders_worker::Stop::new();
        assert!(worker.work_off(stop).await);
        let found = shop.storage.orders.find(old.id()).await.unwrap();
        assert_eq!(found, Some(old));
        let found = shop.storage.orders.find(new.id()).await.unwrap().unwrap();
        assert_eq!(found.status(), OrderStatus::Processing);
    }
}
