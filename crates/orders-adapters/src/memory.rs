//! Everything in the process's memory: for trials and tests, gone with the process.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use orders_domain::{
    EventId, Fingerprint, Happening, Idempotency, IdempotencyKey, KeyUse, Order, OrderEvent, OrderFilter,
    OrderId, OrderQuery, UserId,
    ports::{
        Change, Commit, Committed, EventFilter, EventLimit, EventPage, Feed, Health, Ledger, Orders,
        PortError, Refused,
    },
};
use tokio::sync::watch;

/// Keeps orders and events in maps behind a mutex.
#[derive(Debug, Default)]
pub struct MemoryDatabase {
    state: Mutex<State>,
    /// The newest event.
    news: watch::Sender<i64>,
}

#[derive(Debug, Default, Clone)]
struct State {
    orders: BTreeMap<OrderId, Order>,
    events: BTreeMap<EventId, OrderEvent>,
    keys: HashMap<(UserId, IdempotencyKey), (Fingerprint, EventId)>,
}

impl State {
    /// What a commit with this key would say, if the key is known and not too old.
    fn recall(
        &self,
        user: UserId,
        asked: &Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Order>, Refused> {
        let Some((used_for, event)) = self.keys.get(&(user, asked.key.clone())) else { return Ok(None) };
        let missing = || PortError::Corrupt("a key without its event".into());
        let event = self.events.get(event).ok_or_else(missing)?;
        match asked.judge(event.at, &used_for.0, now) {
            KeyUse::Free => Ok(None),
            KeyUse::Reused => Err(Refused::KeyReused),
            KeyUse::Again => {
                let order = self.orders.get(&event.order).ok_or_else(missing)?.clone();
                let of_order = self.events.range(..=event.id).map(|(_, earlier)| earlier);
                let until: Vec<_> =
                    of_order.filter(|earlier| earlier.order == event.order).cloned().collect();
                Ok(order.as_of(&until).map_err(PortError::corrupt)?)
            }
        }
    }

    fn commit(&mut self, work: Commit) -> Result<Committed, Refused> {
        let asked = work.origin.actor.user().zip(work.made_by);
        if let Some((user, asked)) = &asked
            && let Some(order) = self.recall(*user, asked, work.now)?
        {
            return Ok(Committed::Before(order));
        }
        let (order, what) = match work.change {
            Change::Place(order) => {
                let (newest, earliest) = match self.orders.last_key_value() {
                    Some((id, newest)) => (id.get(), newest.ordered_at()),
                    None => (0, DateTime::UNIX_EPOCH),
                };
                let id = OrderId::try_from(newest + 1).map_err(PortError::corrupt)?;
                let order = order.not_before(earliest).with_id(id);
                let what = Happening::placing(&order);
                (order, what)
            }
            Change::Order(changed) => {
                let stored = self.orders.get(&changed.order().id());
                if stored.is_none_or(|stored| stored.version() != changed.seen()) {
                    return Err(Refused::Stale);
                }
                let what = changed.what().clone();
                (changed.into_order(), what)
            }
        };
        let id = self.events.last_key_value().map_or(0, |(id, _)| id.get()) + 1;
        let id = EventId::try_from(id).map_err(PortError::corrupt)?;
        if let Some((user, Idempotency { key, fingerprint })) = asked {
            self.keys.insert((user, key), (fingerprint, id));
        }
        let (version, at) = (order.version(), order.updated_at());
        let event = OrderEvent { id, order: order.id(), version, at, origin: work.origin, what };
        self.events.insert(id, event);
        self.orders.insert(order.id(), order.clone());
        Ok(Committed::Now(order))
    }
}

impl MemoryDatabase {
    /// Every change is complete before anything in it can panic, so a poisoned state is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn matches(filter: &OrderFilter, order: &Order) -> bool {
    filter.status.is_none_or(|status| order.status() == status)
        && filter.user.is_none_or(|user| order.user() == user)
        && filter.from.is_none_or(|from| order.ordered_at() >= from)
        && filter.to.is_none_or(|to| order.ordered_at() < to)
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
    ) -> Result<Option<Order>, Refused> {
        self.state().recall(user, &idempotency, now)
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

    async fn page(&self, query: OrderQuery) -> Result<Vec<Order>, PortError> {
        let start = query.after.map_or(Bound::Unbounded, Bound::Excluded);
        Ok(self
            .state()
            .orders
            .range((start, Bound::Unbounded))
            .map(|(_, order)| order)
            .filter(|order| matches(&query.filter, order))
            .take(query.limit.get())
            .cloned()
            .collect())
    }

    async fn health(&self) -> Health {
        Health { reads: Ok(()), writes: Ok(()) }
    }
}
