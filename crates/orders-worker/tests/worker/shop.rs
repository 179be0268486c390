//! A shop with orders, a worker and a receiver.

use std::{sync::Arc, time::Duration};

use orders_adapters::{MemoryDatabase, SqliteDatabase, SystemClock};
use orders_domain::{
    Actor, Consumer, Order, OrderId, OrderService, OrderStatus, RequestedLine, Scopes, Storage, UseCase,
    User, Webhook, WebhookChange, WebhookService,
    delivery::{
        Delivery, DeliveryFilter, DeliveryQuery, DeliveryState, Holder, LogPosition, Schedule, TypePatterns,
        WebhookUrl,
    },
    page::PageLimit,
    service::Placing,
    version::Expected,
};
use orders_worker::{EventText, Stop, Terms, Worker};
use tokio::{sync::watch, task::JoinHandle};

use super::receiver::Receiver;

/// A shop.
pub struct Shop {
    pub storage: Storage,
    pub receiver: Arc<Receiver>,
    pub orders: Arc<OrderService>,
    pub webhooks: Arc<WebhookService>,
    _folder: Option<tempfile::TempDir>,
}

/// A worker at work.
pub struct AtWork {
    told: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl AtWork {
    /// Has it stop, and waits until it has.
    pub async fn stop(self) {
        self.told.send_replace(true);
        tokio::time::timeout(Duration::from_secs(30), self.task).await.unwrap().unwrap();
    }

    /// Ends it in the middle of whatever it does.
    pub async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

/// The shop's operator.
pub fn operator() -> User {
    User::new(100.try_into().unwrap(), Scopes::ALL)
}

fn by_operator() -> orders_domain::Request {
    Actor::User(operator().id()).into()
}

/// Both kinds of store.
pub fn shops() -> [Shop; 2] {
    let folder = tempfile::tempdir().unwrap();
    let file = SqliteDatabase::open(&folder.path().join("orders.sqlite")).unwrap();
    [
        Shop::of(Storage::of(Arc::new(MemoryDatabase::default())), None),
        Shop::of(Storage::of(Arc::new(file)), Some(folder)),
    ]
}

impl Shop {
    fn of(storage: Storage, folder: Option<tempfile::TempDir>) -> Self {
        let receiver = Arc::new(Receiver::default());
        let clock = Arc::new(SystemClock);
        let orders = Arc::new(OrderService::new(storage.clone(), clock.clone()));
        let webhooks = WebhookService::new(storage.clone(), clock).sending_by(receiver.clone());
        Self { storage, receiver, orders, webhooks: Arc::new(webhooks), _folder: folder }
    }

    /// A worker that does nothing yet, a thousand times as fast as usual.
    pub fn worker(&self) -> Worker {
        let text: EventText = Arc::new(|event| event.id.to_string().into_bytes());
        let holder = Holder::new(&format!("worker {}", fastrand::u64(..))).unwrap();
        let terms = Terms { probe: Duration::from_millis(30), ..Terms::default() };
        Worker::new(self.storage.clone(), Arc::new(SystemClock), holder, text)
            .with_times(terms, Schedule::standard().faster(1000))
    }

    /// A worker that sends to webhooks.
    pub fn sends(&self) -> AtWork {
        at_work(self.worker().with_webhooks(self.receiver.clone(), self.webhooks.clone()))
    }

    /// A webhook for events of orders.
    pub async fn webhook(&self, url: &str) -> Webhook {
        let (url, types) = (WebhookUrl::parse(url).unwrap(), TypePatterns::parse(["order.*"]).unwrap());
        let made = self.webhooks.create(operator(), (url, types, true), by_operator()).await.unwrap();
        made.done.made().clone()
    }

    /// Changes a webhook.
    pub async fn change(&self, webhook: &Webhook, change: WebhookChange) {
        let at = (webhook.id, &Expected::Any);
        self.webhooks.change(operator(), at, &change, by_operator()).await.unwrap();
    }

    /// Sends an event once more.
    pub async fn retry(&self, webhook: &Webhook, event: i64) {
        let event = event.try_into().unwrap();
        self.webhooks.retry(operator(), webhook.id, event, by_operator()).await.unwrap();
    }

    /// Sends events once more.
    pub async fn replay(&self, webhook: &Webhook, after: i64, until: i64) {
        let range = (after.try_into().ok(), until.try_into().ok());
        self.webhooks.replay(operator(), webhook.id, range, by_operator()).await.unwrap();
    }

    /// A new order.
    pub async fn order(&self) -> Order {
        let line =
            RequestedLine { index: 0, product: 1.try_into().unwrap(), quantity: 1_i64.try_into().unwrap() };
        let request = Actor::User(operator().id()).into();
        let placed = self.orders.place(operator(), &[line], &Placing::default(), request).await;
        placed.unwrap().made().clone()
    }

    /// Moves an order on.
    pub async fn advance(&self, id: OrderId, to: OrderStatus) {
        let order = self.orders.owned(operator(), UseCase::Advance, id).await.unwrap();
        self.orders.advance(order, to, by_operator()).await.unwrap();
    }

    /// What was sent to a webhook, by event.
    pub async fn log(&self, consumer: Consumer) -> Vec<Delivery> {
        let mut all: Vec<Delivery> = Vec::new();
        loop {
            let after = all.last().map(|last| LogPosition { event: Some(last.event), consumer: None });
            let filter = DeliveryFilter { consumer: Some(consumer), state: None };
            let page =
                self.storage.deliveries.log(DeliveryQuery { filter, after, limit: PageLimit::MAX }).await;
            let page = page.unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }

    /// The states in the log of a webhook, once there are so many and none is pending.
    pub async fn settled(&self, webhook: &Webhook, count: usize) -> Vec<(i64, DeliveryState, usize)> {
        let consumer = Consumer::Webhook(webhook.id);
        let settled = async {
            loop {
                let log = self.log(consumer).await;
                if log.len() >= count && log.iter().all(|one| one.state.is_final()) {
                    return log.iter().map(|one| (one.event.get(), one.state, one.attempts.len())).collect();
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), settled).await.unwrap()
    }
}

/// Has a worker work.
pub fn at_work(worker: Worker) -> AtWork {
    let (told, stop) = Stop::new();
    AtWork { told, task: tokio::spawn(worker.run(stop)) }
}
