//! The use cases: one method each, over the ports.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    catalogue::inventory::Inventory,
    clock::Clock,
    failure::PortError,
    feed::Feed,
    id::OrderId,
    identity::{Ownership, UseCase, User},
    ledger::{Change, Commit, Committed, Ledger, Refused},
    order::{
        Order,
        audience::Audience,
        change::{NotAllowed, Step},
        error::{LineFault, LinePart, OrderError},
        new_order::NewOrder,
        owned::{Expected, OwnedOrder},
        query::{OrderQuery, Page},
        repository::{Health, Observer, Orders},
        request::Request,
        shipment::OrderShipment,
        status::OrderStatus,
    },
};

mod history;
mod pick;

pub use pick::RequestedLine;

/// How often a change is tried again on the order's newest state when others keep changing it.
const TRIES: usize = 256;

/// An order with which something was done, now or by an earlier request with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// By this request, or it was so already.
    Now(Order),
    /// By an earlier one; the order is as it was then.
    Before(Order),
}

impl Done {
    /// The order.
    #[must_use]
    pub fn order(&self) -> &Order {
        match self {
            Self::Now(order) | Self::Before(order) => order,
        }
    }
}

/// Where orders are kept: what writes and what reads them.
#[derive(Clone)]
pub struct Storage {
    /// Reads orders.
    pub orders: Arc<dyn Orders>,
    /// Writes.
    pub ledger: Arc<dyn Ledger>,
    /// Reads what happened.
    pub feed: Arc<dyn Feed>,
}

impl Storage {
    /// A database that does it all.
    #[must_use]
    pub fn of(database: Arc<impl Orders + Ledger + Feed + 'static>) -> Self {
        Self { orders: Arc::clone(&database) as _, ledger: Arc::clone(&database) as _, feed: database }
    }
}

/// The use cases of orders over the ports.
pub struct OrderService {
    storage: Storage,
    inventory: Arc<dyn Inventory>,
    clock: Arc<dyn Clock>,
    observer: Option<Arc<dyn Observer>>,
}

impl OrderService {
    /// The use cases over these ports.
    #[must_use]
    pub fn new(storage: Storage, inventory: Arc<dyn Inventory>, clock: Arc<dyn Clock>) -> Self {
        Self { storage, inventory, clock, observer: None }
    }

    /// The same, with somebody told of what is committed.
    #[must_use]
    pub fn observed_by(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer: Some(observer), ..self }
    }

    fn reached(&self, status: OrderStatus) {
        if let Some(observer) = &self.observer {
            observer.status_reached(status);
        }
    }

    /// Places an order of these lines at the inventory's present prices. Lines naming the same
    /// product become one, in the order of first appearance.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`], [`OrderError::Invalid`] with every fault of the lines,
    /// [`OrderError::KeyReused`], [`OrderError::Unavailable`].
    pub async fn place(
        &self,
        asker: User,
        lines: &[RequestedLine],
        request: Request,
    ) -> Result<Done, OrderError> {
        UseCase::Place.check(asker, Ownership::Own)?;
        let now = self.clock.now();
        let order = match self.pick(lines).await? {
            Ok(picked) => NewOrder::new(asker.id(), &picked, now)
                .map_err(|reason| vec![LineFault { part: LinePart::Whole, reason }]),
            Err(faults) => Err(faults),
        };
        match order {
            Ok(order) => {
                let rehearsal = request.rehearsal;
                let done = self.commit(Change::Place(order), request, now).await.map_err(refused)?;
                if let Done::Now(order) = &done
                    && !rehearsal
                {
                    self.reached(order.status());
                }
                Ok(done)
            }
            // What the inventory sells changes, but the answer to a key does not.
            Err(faults) => self.recall(asker, &request, OrderError::Invalid(faults)).await,
        }
    }

    /// The order, if the user may do this with it: because it is theirs, as a rule.
    ///
    /// # Errors
    ///
    /// [`OrderError::NotOwned`] if it is not there or somebody else's, [`OrderError::MissingScope`]
    /// if it is the user's but they may not do this, [`OrderError::Unavailable`].
    pub async fn owned(&self, asker: User, use_case: UseCase, id: OrderId) -> Result<OwnedOrder, OrderError> {
        let order = self.storage.orders.find(id).await?;
        use_case.check(asker, Ownership::of(asker.id(), order.as_ref().map(Order::user)))?;
        let order = order.ok_or(OrderError::NotOwned)?;
        Ok(OwnedOrder { asker, order, expected: Expected::Any })
    }

    /// Sets or replaces the shipment.
    ///
    /// # Errors
    ///
    /// As [`Order::track`]; [`OrderError::Changed`], [`OrderError::KeyReused`],
    /// [`OrderError::Unavailable`].
    pub async fn track(
        &self,
        order: OwnedOrder,
        shipment: OrderShipment,
        request: Request,
    ) -> Result<Done, OrderError> {
        order.also_for(UseCase::Track)?;
        self.change(order, request, |order, now| order.track(shipment.clone(), now)).await
    }

    /// Moves the order to another status.
    ///
    /// # Errors
    ///
    /// As [`Order::advance`]; [`OrderError::MissingScope`] when this would cancel the order and the
    /// asker may not; [`OrderError::Changed`], [`OrderError::KeyReused`], [`OrderError::Unavailable`].
    pub async fn advance(
        &self,
        order: OwnedOrder,
        to: OrderStatus,
        request: Request,
    ) -> Result<Done, OrderError> {
        order.also_for(UseCase::Advance)?;
        if to == OrderStatus::Cancelled {
            order.also_for(UseCase::Cancel)?;
        }
        self.change(order, request, |order, now| order.advance(to, now)).await
    }

    /// Cancels the order and forgets its shipment.
    ///
    /// # Errors
    ///
    /// As [`Order::cancel`]; [`OrderError::Changed`], [`OrderError::KeyReused`],
    /// [`OrderError::Unavailable`].
    pub async fn cancel(&self, order: OwnedOrder, request: Request) -> Result<Done, OrderError> {
        order.also_for(UseCase::Cancel)?;
        self.change(order, request, Order::cancel).await
    }

    /// Compare-and-set: a change that lost a race is decided again on what won it.
    ///
    /// A key is asked for before anything is refused: what its own first try has done must not be in
    /// the way of a second one.
    async fn change(
        &self,
        OwnedOrder { asker, mut order, expected }: OwnedOrder,
        request: Request,
        change: impl Fn(Order, DateTime<Utc>) -> Result<Step, NotAllowed>,
    ) -> Result<Done, OrderError> {
        let id = order.id();
        for _ in 0..TRIES {
            let (before, now) = (order.status(), self.clock.now());
            if !expected.admits(order.version()) {
                return self.recall(asker, &request, OrderError::Changed).await;
            }
            let changed = match change(order, now) {
                Ok(Step::Changed(changed)) => changed,
                Ok(Step::Same(order)) => {
                    return Ok(self.recalled(asker, &request).await?.unwrap_or(Done::Now(order)));
                }
                Err(refusal) => return self.recall(asker, &request, refusal.into()).await,
            };
            match self.commit(Change::Order(changed), request.clone(), now).await {
                Err(Refused::Stale) => {
                    order = self.storage.orders.find(id).await?.ok_or(OrderError::NotOwned)?;
                }
                done => {
                    let done = done.map_err(refused)?;
                    if let Done::Now(order) = &done
                        && order.status() != before
                        && !request.rehearsal
                    {
                        self.reached(order.status());
                    }
                    return Ok(done);
                }
            }
        }
        Err(OrderError::Unavailable(PortError::Busy))
    }

    async fn commit(&self, change: Change, request: Request, now: DateTime<Utc>) -> Result<Done, Refused> {
        let Request { origin, idempotency, rehearsal } = request;
        let work = Commit { change, origin, made_by: idempotency, now };
        let ledger = &self.storage.ledger;
        let committed = if rehearsal { ledger.rehearse(work).await } else { ledger.commit(work).await };
        Ok(match committed? {
            Committed::Now(order) => Done::Now(order),
            Committed::Before(order) => Done::Before(order),
        })
    }

    /// What the request's key has done already, or this refusal.
    async fn recall(&self, asker: User, request: &Request, refusal: OrderError) -> Result<Done, OrderError> {
        self.recalled(asker, request).await?.ok_or(refusal)
    }

    /// What the request's key has done already: for a caller that is about to refuse the request.
    ///
    /// # Errors
    ///
    /// [`OrderError::KeyReused`], [`OrderError::Unavailable`].
    pub async fn recalled(&self, asker: User, request: &Request) -> Result<Option<Done>, OrderError> {
        let Some(idempotency) = request.idempotency.clone() else { return Ok(None) };
        let recalled = self.storage.ledger.recall(asker.id(), idempotency, self.clock.now()).await;
        Ok(recalled.map_err(refused)?.map(Done::Before))
    }

    /// One page of the orders that these may see, ascending by id.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`], [`OrderError::Unavailable`].
    pub async fn list(&self, audience: Audience, query: OrderQuery) -> Result<Page, OrderError> {
        let Some(filter) = audience.narrow(query.filter)? else {
            return Ok(Page { orders: Vec::new(), more: false });
        };
        let wanted = query.limit.get();
        let limit = query.limit.and_one_more();
        let mut orders = self.storage.orders.page(OrderQuery { filter, limit, ..query }).await?;
        let more = orders.len() > wanted;
        orders.truncate(wanted);
        Ok(Page { orders, more })
    }

    /// Whether orders can be read and written now.
    pub async fn health(&self) -> Health {
        self.storage.orders.health().await
    }
}

/// What a ledger's refusal comes to; that a change was stale is not for the asker.
fn refused(refused: Refused) -> OrderError {
    match refused {
        Refused::KeyReused => OrderError::KeyReused,
        Refused::Stale => OrderError::Changed,
        Refused::Failed(error) => OrderError::Unavailable(error),
    }
}

#[cfg(test)]
mod tests;
