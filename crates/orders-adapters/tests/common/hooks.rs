//! Webhooks and those who read the events, through the ports.

use std::time::Duration;

use chrono::{DateTime, Utc};
use orders_domain::{
    Consumer, EventId, Idempotency, Storage, Subject, Webhook, WebhookId,
    delivery::{
        Attempt, ChangedWebhook, Delivery, DeliveryFilter, DeliveryQuery, DeliveryState, DisabledFor,
        Excerpt, Holder, KeyId, Leased, NewWebhook, Progress, Sealed, Settled, Standing, Step, Stepped,
        TypePatterns, WebhookDetails, WebhookState, WebhookUrl,
    },
    ports::{Change, Commit, Event, EventFilter, EventLimit, Made},
};

use super::{
    common::{at, n, new_order, placing},
    shop::{keeping, now},
};

/// The key of the shop.
pub const KEY: KeyId = KeyId(*b"the-shop");

/// What nobody may see.
pub const SECRET: &str = "s3cret";

/// A sealed secret.
pub fn sealed(text: &str) -> Sealed {
    Sealed::new(KEY, text.as_bytes())
}

/// What is said of a webhook.
pub fn details(url: &str) -> WebhookDetails {
    WebhookDetails {
        url: WebhookUrl::parse(url).unwrap(),
        types: TypePatterns::parse(["order.*", "stock.counted"]).unwrap(),
        state: WebhookState::Active,
    }
}

/// The making of a webhook.
pub fn creating(secret: &Sealed, asked: Option<Idempotency>) -> Commit {
    let new = NewWebhook { details: details("https://a.example/in?token=0paque"), secret: secret.clone() };
    keeping(Change::NewWebhook(new), asked)
}

/// What is kept of what was made, by which asking again is answered: of a webhook's address no more than where it leads.
pub fn kept(made: &Made) -> Made {
    let Made::Webhook(webhook) = made else { return made.clone() };
    let url = WebhookUrl::parse(webhook.details.url.origin()).unwrap();
    let details = WebhookDetails { url, ..webhook.details.clone() };
    Made::Webhook(Webhook { details, ..webhook.clone() })
}

/// A change of each kind of the first webhook.
pub fn one_of_each_kind() -> Vec<Commit> {
    let details = details("https://a.example/in?token=0paque");
    let mut webhook = Webhook { id: n(1), details, created_at: at(0), version: n(1) };
    let mut all = vec![creating(&sealed(SECRET), None)];
    let paused = WebhookDetails { state: WebhookState::Paused, ..webhook.details.clone() };
    for kind in 0..5 {
        let changed = match kind {
            0 => webhook.rotated(sealed("second")).unwrap(),
            1 => webhook.retried(n(1)).unwrap(),
            2 => webhook.replayed(Some(n(1)), None).unwrap(),
            3 => webhook.changed(paused.clone(), true).unwrap().unwrap(),
            _ => webhook.disabled(DisabledFor::Deleted).unwrap(),
        };
        webhook = changed.webhook().clone();
        all.push(keeping(Change::Webhook(changed), None));
    }
    all
}

fn webhook_of(made: Made) -> Webhook {
    match made {
        Made::Webhook(webhook) => webhook,
        other => panic!("no webhook: {other:?}"),
    }
}

/// A new webhook.
pub async fn create(shop: &Storage) -> Webhook {
    webhook_of(now(shop.ledger.commit(creating(&sealed(SECRET), None)).await))
}

/// A changed webhook, at a moment.
pub fn changing(changed: ChangedWebhook, moment: DateTime<Utc>) -> Commit {
    Commit { now: moment, ..keeping(Change::Webhook(changed), None) }
}

/// Has a webhook changed.
pub async fn change(shop: &Storage, changed: ChangedWebhook) -> Webhook {
    webhook_of(now(shop.ledger.commit(changing(changed, at(50))).await))
}

/// The webhook as it is.
pub async fn find(shop: &Storage, id: WebhookId) -> Webhook {
    shop.deliveries.webhook(id).await.unwrap().unwrap()
}

/// The same in another state, perhaps without what was not sent.
pub async fn set_state(shop: &Storage, id: WebhookId, state: WebhookState, skip: bool) -> Webhook {
    let webhook = find(shop, id).await;
    let details = WebhookDetails { state, ..webhook.details.clone() };
    change(shop, webhook.changed(details, skip).unwrap().unwrap()).await
}

/// Everything that happened.
pub async fn events(shop: &Storage) -> Vec<Event> {
    shop.feed.events(EventFilter::default(), None, EventLimit::MAX).await.unwrap().events
}

/// So many orders; the ids of their events.
pub async fn order_events(shop: &Storage, count: usize) -> Vec<EventId> {
    for _ in 0..count {
        now(shop.ledger.commit(placing(new_order(1, at(0)), None)).await);
    }
    let all = events(shop).await;
    all[all.len() - count..].iter().map(|event| event.id).collect()
}

/// One of those who work.
pub fn holder(name: &str) -> Holder {
    Holder::new(name).unwrap()
}

/// Leases a consumer.
pub async fn lease(shop: &Storage, consumer: Consumer, name: &str) -> Stepped {
    let term = Duration::from_mins(1);
    shop.ledger.step(Step::Lease { consumer, holder: holder(name), term }).await.unwrap()
}

/// Leases a consumer for `one`, whom nobody is in the way of; how far it has come.
pub async fn leased(shop: &Storage, consumer: Consumer) -> Leased {
    match lease(shop, consumer, "one").await {
        Stepped::Leased(leased) => leased,
        other => panic!("not leased: {other:?}"),
    }
}

/// A step forward by `one`, in which nothing happens.
pub fn progress(consumer: Consumer, cursor: Option<EventId>) -> Progress {
    let (holder, term) = (holder("one"), Duration::from_mins(1));
    Progress { consumer, holder, term, cursor, replayed: None, failing_since: None, settled: Vec::new() }
}

/// Stores a step forward.
pub async fn step(shop: &Storage, progress: Progress) -> Stepped {
    shop.ledger.step(Step::Progress(Box::new(progress))).await.unwrap()
}

/// Stores what became of events.
pub async fn settle(shop: &Storage, consumer: Consumer, settled: Vec<Settled>) {
    let cursor = settled.iter().map(|one| one.event).max();
    let done = step(shop, Progress { settled, ..progress(consumer, cursor) }).await;
    assert_eq!(done, Stepped::Done);
}

/// A try that was answered so.
pub fn attempt(status: u16, millis: i64) -> Attempt {
    Attempt {
        at: at(millis),
        took: Duration::from_millis(7),
        status: Some(status),
        body: Excerpt::of(b"an answer"),
        error: (status >= 300).then(|| "it is no success".to_owned()),
    }
}

/// That an event of a subject has come so far, at a moment, by one try.
pub fn settled(event: EventId, order: i64, state: DeliveryState, millis: i64) -> Settled {
    let status = if state == DeliveryState::Done { 204 } else { 500 };
    let next_at = (state == DeliveryState::Pending).then(|| at(millis + 1000));
    let (subject, attempt) = (Subject::Order(n(order)), Some(attempt(status, millis)));
    Settled { event, subject, state, next_at, tries: 1, attempt, at: at(millis) }
}

/// That an event waits for an earlier one.
pub fn waiting(event: EventId, order: i64) -> Settled {
    let waits = settled(event, order, DeliveryState::Pending, 0);
    Settled { next_at: None, tries: 0, attempt: None, ..waits }
}

/// The log.
pub async fn log(shop: &Storage, filter: DeliveryFilter) -> Vec<Delivery> {
    shop.deliveries.log(DeliveryQuery { filter, after: None, limit: n(500) }).await.unwrap()
}

/// The log of one consumer.
pub async fn log_of(shop: &Storage, consumer: Consumer) -> Vec<Delivery> {
    log(shop, DeliveryFilter { consumer: Some(consumer), state: None }).await
}

/// How far each event is at a consumer, and when it is tried next.
pub async fn states(shop: &Storage, consumer: Consumer) -> Vec<(i64, &'static str, Option<i64>)> {
    let millis = |moment: DateTime<Utc>| (moment - at(0)).num_milliseconds();
    let log = log_of(shop, consumer).await;
    log.iter().map(|sent| (sent.event.get(), sent.state.as_str(), sent.next_at.map(millis))).collect()
}

/// What is due at a moment, and when the next of the others is.
pub async fn due(
    shop: &Storage,
    consumer: Consumer,
    millis: i64,
    limit: usize,
) -> (Vec<(i64, u32)>, Option<i64>) {
    let backlog = shop.deliveries.backlog(consumer, at(millis), limit).await.unwrap();
    let next_at = backlog.next_at.map(|next_at| (next_at - at(0)).num_milliseconds());
    (backlog.due.iter().map(|due| (due.event.id.get(), due.tries)).collect(), next_at)
}

/// What is known of events of orders.
pub async fn standing(shop: &Storage, consumer: Consumer, events: &[(EventId, i64)]) -> Standing {
    let events: Vec<_> = events.iter().map(|(event, order)| (*event, Subject::Order(n(*order)))).collect();
    let mut standing = shop.deliveries.standing(consumer, &events).await.unwrap();
    standing.known.sort_by_key(|(event, _)| *event);
    standing.waiting.sort();
    standing
}
