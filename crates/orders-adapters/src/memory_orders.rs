//! Orders in the process's memory: for trials and tests, gone with the process.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use orders_domain::{
    Fingerprint, Idempotency, IdempotencyKey, NewOrder, Order, OrderFilter, OrderId, OrderQuery, UserId,
    Version,
    ports::{Health, Insertion, OrderRepository, PortError},
};

/// Keeps orders in a map behind a mutex.
#[derive(Debug, Default)]
pub struct MemoryOrders(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    orders: BTreeMap<OrderId, Order>,
    keys: HashMap<(UserId, IdempotencyKey), (Fingerprint, OrderId)>,
}

impl State {
    /// What an insertion with this key would say, if the key is known and not too old.
    fn replay(&self, user: UserId, idempotency: &Idempotency, now: DateTime<Utc>) -> Option<Insertion> {
        let (fingerprint, id) = self.keys.get(&(user, idempotency.key.clone()))?;
        let order = self.orders.get(id)?;
        if order.ordered_at() + IdempotencyKey::KEPT <= now {
            return None;
        }
        Some(if *fingerprint == idempotency.fingerprint {
            Insertion::Replayed(order.clone().as_placed())
        } else {
            Insertion::KeyReused
        })
    }
}

impl MemoryOrders {
    /// Every change is complete before anything in it can panic, so a poisoned state is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn matches(filter: &OrderFilter, order: &Order) -> bool {
    filter.status.is_none_or(|status| order.status() == status)
        && filter.user.is_none_or(|user| order.user() == user)
        && filter.from.is_none_or(|from| order.ordered_at() >= from)
        && filter.to.is_none_or(|to| order.ordered_at() < to)
}

#[async_trait]
impl OrderRepository for MemoryOrders {
    async fn insert(
        &self,
        order: NewOrder,
        idempotency: Option<Idempotency>,
    ) -> Result<Insertion, PortError> {
        let mut state = self.state();
        if let Some(known) =
            idempotency.as_ref().and_then(|asked| state.replay(order.user(), asked, order.ordered_at()))
        {
            return Ok(known);
        }
        let (newest, earliest) = match state.orders.last_key_value() {
            Some((id, newest)) => (id.get(), newest.ordered_at()),
            None => (0, DateTime::UNIX_EPOCH),
        };
        let id = OrderId::try_from(newest + 1).map_err(|error| PortError::Corrupt(error.into()))?;
        let order = order.not_before(earliest).with_id(id);
        if let Some(Idempotency { key, fingerprint }) = idempotency {
            state.keys.insert((order.user(), key), (fingerprint, id));
        }
        state.orders.insert(id, order.clone());
        Ok(Insertion::Placed(order))
    }

    async fn replay(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Insertion>, PortError> {
        Ok(self.state().replay(user, &idempotency, now))
    }

    async fn find(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        Ok(self.state().orders.get(&id).cloned())
    }

    async fn update(&self, order: Order, seen: Version) -> Result<Order, PortError> {
        match self.state().orders.get_mut(&order.id()) {
            Some(stored) if stored.version() == seen => {
                stored.clone_from(&order);
                Ok(order)
            }
            _ => Err(PortError::Stale),
        }
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
