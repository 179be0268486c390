//! The use cases: one method each, over the ports.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    Order,
    audience::Audience,
    change::NotAllowed,
    error::{LineFault, LinePart, OrderError},
    key::Idempotency,
    line::Quantity,
    new_order::NewOrder,
    owned::{Expected, OwnedOrder},
    query::{OrderQuery, Page},
    repository::{Health, Insertion, Observer, OrderRepository},
    shipment::OrderShipment,
    status::OrderStatus,
};
use crate::{
    catalogue::{Product, inventory::Inventory},
    clock::Clock,
    failure::PortError,
    id::{OrderId, ProductId},
    identity::{Ownership, UseCase, User},
};

/// How often a change is tried again on the order's newest state when others keep changing it.
const TRIES: usize = 16;

/// A line as somebody asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestedLine {
    /// Its place in the request, from 0, for messages.
    pub index: usize,
    /// Which product.
    pub product: ProductId,
    /// How many pieces.
    pub quantity: Quantity,
}

/// An order that was placed, now or by an earlier request with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// By this request.
    Now(Order),
    /// By an earlier one; the order is as it was then.
    Before(Order),
}

/// The use cases of orders over the ports.
pub struct OrderService {
    orders: Arc<dyn OrderRepository>,
    inventory: Arc<dyn Inventory>,
    clock: Arc<dyn Clock>,
    observer: Option<Arc<dyn Observer>>,
}

impl OrderService {
    /// The use cases over these ports.
    #[must_use]
    pub fn new(
        orders: Arc<dyn OrderRepository>,
        inventory: Arc<dyn Inventory>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { orders, inventory, clock, observer: None }
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
        idempotency: Option<Idempotency>,
    ) -> Result<Placed, OrderError> {
        UseCase::Place.check(asker, Ownership::Own)?;
        let user = asker.id();
        let now = self.clock.now();
        let order = match self.pick(lines).await? {
            Ok(picked) => NewOrder::new(user, &picked, now)
                .map_err(|reason| vec![LineFault { part: LinePart::Whole, reason }]),
            Err(faults) => Err(faults),
        };
        let insertion = match (order, idempotency) {
            (Ok(order), idempotency) => self.orders.insert(order, idempotency).await?,
            // What the inventory sells changes, but the answer to a key does not.
            (Err(faults), Some(idempotency)) => {
                self.orders.replay(user, idempotency, now).await?.ok_or(OrderError::Invalid(faults))?
            }
            (Err(faults), None) => return Err(OrderError::Invalid(faults)),
        };
        match insertion {
            Insertion::Placed(order) => {
                self.reached(order.status());
                Ok(Placed::Now(order))
            }
            Insertion::Replayed(order) => Ok(Placed::Before(order)),
            Insertion::KeyReused => Err(OrderError::KeyReused),
        }
    }

    /// What is wrong with these lines beyond what each says of itself: for a caller that has
    /// found faults already and wants to report them all at once.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`], [`OrderError::Unavailable`].
    pub async fn faults(&self, asker: User, lines: &[RequestedLine]) -> Result<Vec<LineFault>, OrderError> {
        UseCase::Place.check(asker, Ownership::Own)?;
        Ok(self.pick(lines).await?.err().unwrap_or_default())
    }

    async fn pick(
        &self,
        lines: &[RequestedLine],
    ) -> Result<Result<Vec<(Product, Quantity)>, Vec<LineFault>>, PortError> {
        let (merged, mut faults) = merge(lines);
        let ids: Vec<_> = merged.iter().map(|line| line.product).collect();
        let products = self.inventory.find(&ids).await?;
        if products.len() != ids.len() {
            return Err(PortError::Corrupt("the inventory answered about other products".into()));
        }
        let mut picked = Vec::with_capacity(merged.len());
        for (line, product) in merged.iter().zip(products) {
            match product {
                Some(product) => picked.push((product, line.quantity)),
                None => faults
                    .push(LineFault { part: LinePart::Product(line.index), reason: line.product.unknown() }),
            }
        }
        Ok(if faults.is_empty() { Ok(picked) } else { Err(faults) })
    }

    /// The order, if the user may do this with it: because it is theirs, as a rule.
    ///
    /// # Errors
    ///
    /// [`OrderError::NotOwned`] if it is not there or somebody else's, [`OrderError::MissingScope`]
    /// if it is the user's but they may not do this, [`OrderError::Unavailable`].
    pub async fn owned(&self, asker: User, use_case: UseCase, id: OrderId) -> Result<OwnedOrder, OrderError> {
        let order = self.orders.find(id).await?;
        use_case.check(asker, Ownership::of(asker.id(), order.as_ref().map(Order::user)))?;
        let order = order.ok_or(OrderError::NotOwned)?;
        Ok(OwnedOrder { asker, order, expected: Expected::Any })
    }

    /// Sets or replaces the shipment.
    ///
    /// # Errors
    ///
    /// As [`Order::track`]; [`OrderError::Changed`], [`OrderError::Unavailable`].
    pub async fn track(&self, order: OwnedOrder, shipment: OrderShipment) -> Result<Order, OrderError> {
        order.also_for(UseCase::Track)?;
        self.change(order, |order, now| order.track(shipment.clone(), now)).await
    }

    /// Moves the order to another status.
    ///
    /// # Errors
    ///
    /// As [`Order::advance`]; [`OrderError::MissingScope`] when this would cancel the order and the
    /// asker may not; [`OrderError::Changed`], [`OrderError::Unavailable`].
    pub async fn advance(&self, order: OwnedOrder, to: OrderStatus) -> Result<Order, OrderError> {
        order.also_for(UseCase::Advance)?;
        if to == OrderStatus::Cancelled {
            order.also_for(UseCase::Cancel)?;
        }
        self.change(order, |order, now| order.advance(to, now)).await
    }

    /// Cancels the order and forgets its shipment.
    ///
    /// # Errors
    ///
    /// As [`Order::cancel`]; [`OrderError::Changed`], [`OrderError::Unavailable`].
    pub async fn cancel(&self, order: OwnedOrder) -> Result<Order, OrderError> {
        order.also_for(UseCase::Cancel)?;
        self.change(order, Order::cancel).await
    }

    /// Compare-and-set: a change that lost a race is decided again on what won it.
    async fn change(
        &self,
        OwnedOrder { mut order, expected, .. }: OwnedOrder,
        change: impl Fn(Order, DateTime<Utc>) -> Result<Order, NotAllowed>,
    ) -> Result<Order, OrderError> {
        let id = order.id();
        for _ in 0..TRIES {
            let (seen, before) = (order.version(), order.status());
            if !expected.admits(seen) {
                return Err(OrderError::Changed);
            }
            let changed = change(order, self.clock.now())?;
            if changed.version() == seen {
                return Ok(changed);
            }
            match self.orders.update(changed, seen).await {
                Err(PortError::Stale) => {
                    order = self.orders.find(id).await?.ok_or(OrderError::NotOwned)?;
                }
                done => {
                    let order = done?;
                    if order.status() != before {
                        self.reached(order.status());
                    }
                    return Ok(order);
                }
            }
        }
        Err(OrderError::Unavailable(PortError::Busy))
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
        let mut orders = self.orders.page(OrderQuery { filter, limit, ..query }).await?;
        let more = orders.len() > wanted;
        orders.truncate(wanted);
        Ok(Page { orders, more })
    }

    /// All products, ascending by id.
    ///
    /// # Errors
    ///
    /// [`OrderError::Unavailable`].
    pub async fn products(&self) -> Result<Vec<Product>, OrderError> {
        Ok(self.inventory.all().await?)
    }

    /// The product with this number.
    ///
    /// # Errors
    ///
    /// [`OrderError::UnknownProduct`], [`OrderError::Unavailable`].
    pub async fn product(&self, id: ProductId) -> Result<Product, OrderError> {
        let found = self.inventory.find(&[id]).await?;
        found.into_iter().next().flatten().ok_or_else(|| OrderError::UnknownProduct(id.unknown()))
    }

    /// Whether orders can be read and written now.
    pub async fn health(&self) -> Health {
        self.orders.health().await
    }
}

/// One line a product, in the order of first appearance; a line that would take the merged
/// quantity past its limit is a fault.
fn merge(lines: &[RequestedLine]) -> (Vec<RequestedLine>, Vec<LineFault>) {
    let mut merged: Vec<RequestedLine> = Vec::with_capacity(lines.len());
    let mut faults = Vec::new();
    for line in lines {
        match merged.iter_mut().find(|other| other.product == line.product) {
            None => merged.push(*line),
            Some(other) => match other.quantity.plus(line.quantity) {
                Ok(sum) => other.quantity = sum,
                Err(reason) => {
                    faults.push(LineFault { part: LinePart::Quantity(line.index), reason });
                }
            },
        }
    }
    (merged, faults)
}

#[cfg(test)]
mod tests;
