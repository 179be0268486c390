//! Everything in the process's memory: for trials and tests, gone with the process.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use orders_domain::{
    Consumer, Currency, Event, EventId, Fingerprint, Idempotency, IdempotencyKey, KeyUse, Listing,
    Marketplace, MarketplaceCode, MovementId, Order, OrderId, OrderList, Product, ProductId, ProductText,
    Subject, UserId, Version, Webhook, WebhookId, What,
    analytics::Rollups,
    delivery::{Holder, KeyId, Leased, SigningSecrets, Step, Stepped},
    market::product_text::TextKey,
    ports::{
        Commit, Committed, EventFilter, EventLimit, EventPage, Feed, Health, Ledger, Made, Orders, PortError,
        Refused,
    },
    stock::{Level, Location, Movement},
};
use tokio::sync::watch;

use crate::static_inventory::first_products;

mod analytics;
mod catalogue;
mod committing;
mod deliveries;
mod markets;
mod shelving;
mod steps;
mod webhooks;

use steps::Sent;

/// Keeps everything in maps behind a mutex.
#[derive(Debug)]
pub struct MemoryDatabase {
    state: Mutex<State>,
    /// The newest event.
    news: watch::Sender<i64>,
}

/// A shop that begins, with prices in USD.
impl Default for MemoryDatabase {
    fn default() -> Self {
        Self::of(Currency::USD)
    }
}

impl MemoryDatabase {
    /// A shop that begins, with prices in this currency.
    #[must_use]
    pub fn of(currency: Currency) -> Self {
        let products = first_products(currency).into_iter().map(|product| (product.id, product)).collect();
        let first = Marketplace::first(currency);
        let marketplaces = [(first.code, first)].into();
        let state = Mutex::new(State { products, marketplaces, ..State::default() });
        Self { state, news: watch::Sender::default() }
    }

    /// Every change is complete before anything in it can panic, so a poisoned state is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default, Clone)]
struct State {
    orders: BTreeMap<OrderId, Order>,
    events: BTreeMap<EventId, Event>,
    keys: HashMap<(UserId, IdempotencyKey), (Fingerprint, EventId)>,
    products: BTreeMap<ProductId, Product>,
    /// The older ones first.
    places: Vec<Location>,
    levels: BTreeMap<(ProductId, i64), Level>,
    movements: BTreeMap<MovementId, (ProductId, Movement)>,
    webhooks: BTreeMap<WebhookId, (Webhook, SigningSecrets)>,
    /// With which all secrets are sealed.
    secrets_key: Option<KeyId>,
    marketplaces: BTreeMap<MarketplaceCode, Marketplace>,
    listings: BTreeMap<(ProductId, MarketplaceCode), Listing>,
    texts: BTreeMap<TextKey, ProductText>,
    /// How far each has come, and whose it is.
    consumers: BTreeMap<Consumer, (Leased, Option<Holder>)>,
    /// By which messages what was done, and when.
    inbox: BTreeMap<(&'static str, EventId), DateTime<Utc>>,
    deliveries: BTreeMap<(Consumer, EventId), Sent>,
    rollups: Rollups,
}

impl State {
    /// What a commit with this key would say, if the key is known and not too old.
    fn recall(&self, user: UserId, asked: &Idempotency, now: DateTime<Utc>) -> Result<Option<Made>, Refused> {
        let Some((used_for, event)) = self.keys.get(&(user, asked.key.clone())) else { return Ok(None) };
        let missing = || PortError::Corrupt("a key without its event".into());
        let event = self.events.get(event).ok_or_else(missing)?;
        match asked.judge(event.at, &used_for.0, now) {
            KeyUse::Free => Ok(None),
            KeyUse::Reused => Err(Refused::KeyReused),
            KeyUse::Again => Ok(Some(self.made_by(event)?)),
        }
    }

    /// What an event has made, as it was then.
    fn made_by(&self, event: &Event) -> Result<Made, PortError> {
        let missing = || PortError::Corrupt("an event without its order".into());
        let order = match (&event.subject, &event.what) {
            (subject, What::Other { made, .. }) => {
                return Made::of_facts(subject, event.version, made).map_err(PortError::corrupt);
            }
            (Subject::Order(order), What::Order(_)) => self.orders.get(order).ok_or_else(missing)?.clone(),
            (_, What::Order(_)) => return Err(missing()),
        };
        let until = self.events.range(..=event.id).map(|(_, earlier)| earlier);
        let of_order = until.filter(|earlier| earlier.subject == event.subject).cloned();
        let events: Vec<_> = of_order.filter_map(Event::of_order).collect();
        Ok(Made::Order(order.as_of(&events).map_err(PortError::corrupt)?.ok_or_else(missing)?))
    }
}

#[async_trait]
impl Ledger for MemoryDatabase {
    async fn commit(&self, work: Commit) -> Result<Committed, Refused> {
        let mut state = self.state();
        let committed = state.commit(work)?;
        let newest = state.events.last_key_value().map_or(0, |(id, _)| id.get());
        // Before the next one commits, so that it never goes back.
        self.news.send_replace(newest);
        drop(state);
        Ok(committed)
    }

    async fn rehearse(&self, work: Commit) -> Result<Committed, Refused> {
        let mut rehearsal = self.state().clone();
        rehearsal.commit(work)
    }

    async fn recall(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Made>, Refused> {
        self.state().recall(user, &idempotency, now)
    }

    async fn step(&self, step: Step) -> Result<Stepped, PortError> {
        Ok(self.state().step(step))
    }
}

#[async_trait]
impl Feed for MemoryDatabase {
    async fn events(
        &self,
        filter: EventFilter,
        after: Option<EventId>,
        limit: EventLimit,
    ) -> Result<EventPage, PortError> {
        let state = self.state();
        let last = state.events.last_key_value().map(|(id, _)| *id);
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let wanted = state.events.range((start, Bound::Unbounded)).map(|(_, event)| event);
        let events: Vec<_> = wanted.filter(|event| filter.admits(event)).take(limit.get()).cloned().collect();
        let more = events.len() == limit.get();
        let cursor = if more { events.last().map(|event| event.id) } else { last.max(after) };
        Ok(EventPage { events, cursor, more, last })
    }

    async fn news(&self, after: Option<EventId>) {
        let seen = after.map_or(0, EventId::get);
        // The sender lives as long as this does.
        let _ = self.news.subscribe().wait_for(|newest| *newest > seen).await;
    }
}

#[async_trait]
impl Orders for MemoryDatabase {
    async fn find(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        Ok(self.state().orders.get(&id).cloned())
    }

    async fn at_version(&self, id: OrderId, version: Version) -> Result<Option<Order>, PortError> {
        let state = self.state();
        let made = state
            .events
            .values()
            .find(|event| event.subject == Subject::Order(id) && event.version == version);
        match made.map(|event| state.made_by(event)).transpose()? {
            Some(Made::Order(order)) => Ok(Some(order)),
            _ => Ok(None),
        }
    }

    async fn page(&self, list: OrderList) -> Result<Vec<Order>, PortError> {
        let state = self.state();
        let listed = state.orders.values().filter(|order| list.shows(order) && list.comes(order));
        let mut orders: Vec<_> = listed.map(Order::without_contact).collect();
        drop(state);
        list.sort(&mut orders);
        orders.truncate(list.limit().get());
        Ok(orders)
    }

    async fn health(&self) -> Health {
        Health { reads: Ok(()), writes: Ok(()) }
    }
}
