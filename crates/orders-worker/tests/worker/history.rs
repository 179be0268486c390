//! What the command line has brought in of orders is done already, and told to nobody.

use std::{
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::join_all;
use orders_domain::{
    Actor, Order, OrderId, OrderStatus, RequestedLine, Subject, UseCase,
    delivery::{Outcome, Schedule, Verdict, endpoint::Notice},
    order::contact::{Contact, Email},
    ports::{EventFilter, EventLimit, Mailer},
    service::Placing,
};

use orders_worker::{Terms, Worker};

use super::shop::{Shop, at_work, operator, shops};

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

/// A worker that sends to webhooks, and that no timer wakes for a while.
fn undisturbed(shop: &Shop) -> Worker {
    let terms = Terms { lease: Duration::from_hours(1), ..Terms::default() };
    let worker = shop.worker().with_times(terms, Schedule::standard());
    worker.with_webhooks(shop.receiver.clone(), Arc::clone(&shop.webhooks))
}

/// More pages of history than one, and behind it what is wanted; the event of that.
async fn much_history(shop: &Shop) -> i64 {
    join_all((0..600).map(|_| placed(shop, Actor::Cli))).await;
    placed(shop, Actor::User(operator().id())).await;
    let last = shop.storage.feed.events(EventFilter::default(), None, EventLimit::MAX).await.unwrap().last;
    last.unwrap().get()
}

/// What comes of it, long before a timer has anything looked at.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work).await.unwrap()
}

#[tokio::test]
async fn what_is_wanted_behind_much_that_is_not_is_sent_at_once() {
    for shop in shops() {
        let webhook = shop.webhook(URL).await;
        let wanted = much_history(&shop).await;
        let worker = at_work(undisturbed(&shop));
        shop.settled(&webhook, 1).await;
        worker.stop().await;
        assert_eq!(shop.receiver.ids(URL), [wanted]);
    }
}

#[tokio::test]
async fn what_is_wanted_behind_much_that_is_not_is_worked_off_without_waiting() {
    for shop in shops() {
        shop.webhook(URL).await;
        let wanted = much_history(&shop).await;
        let (_told, stop) = orders_worker::Stop::new();
        assert!(soon(undisturbed(&shop).work_off(stop)).await);
        assert_eq!(shop.receiver.ids(URL), [wanted]);
    }
}

#[tokio::test]
async fn what_is_sent_once_more_behind_much_that_is_not_is_sent_at_once() {
    for shop in shops() {
        let webhook = shop.webhook(URL).await;
        let wanted = much_history(&shop).await;
        let (_told, stop) = orders_worker::Stop::new();
        assert!(soon(undisturbed(&shop).work_off(stop)).await);
        shop.replay(&webhook, 0, wanted).await;
        let (_told, stop) = orders_worker::Stop::new();
        assert!(soon(undisturbed(&shop).work_off(stop)).await);
        assert_eq!(shop.receiver.ids(URL), [wanted, wanted]);
    }
}
