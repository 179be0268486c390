//! What becomes of orders that are there.

use chrono::{DateTime, Utc};

use super::{Done, OrderService, refused};
use crate::{
    failure::PortError,
    identity::UseCase,
    ledger::{Change, Refused},
    order::{
        Order,
        change::{NotAllowed, Step},
        error::OrderError,
        owned::OwnedOrder,
        request::Request,
        status::OrderStatus,
    },
    shipment::tracking::Tracking,
};

/// How often a change is tried again on the order's newest state when others keep changing it.
pub(super) const TRIES: usize = 256;

impl OrderService {
    /// Sets or replaces the carrier and number of the order's only parcel.
    ///
    /// # Errors
    ///
    /// As [`Order::track`]; [`OrderError::Changed`], [`OrderError::KeyReused`],
    /// [`OrderError::Unavailable`].
    pub async fn track(
        &self,
        order: OwnedOrder,
        tracking: Tracking,
        request: Request,
    ) -> Result<Done<Order>, OrderError> {
        order.also_for(UseCase::Track)?;
        self.change(order, request, |order, now| order.track(tracking.clone(), now)).await
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
    ) -> Result<Done<Order>, OrderError> {
        order.also_for(UseCase::Advance)?;
        if to == OrderStatus::Cancelled {
            order.also_for(UseCase::Cancel)?;
        }
        self.change(order, request, |order, now| order.advance(to, now)).await
    }

    /// Cancels the order, and its planned parcels with it.
    ///
    /// # Errors
    ///
    /// As [`Order::cancel`]; [`OrderError::Changed`], [`OrderError::KeyReused`],
    /// [`OrderError::Unavailable`].
    pub async fn cancel(&self, order: OwnedOrder, request: Request) -> Result<Done<Order>, OrderError> {
        order.also_for(UseCase::Cancel)?;
        self.change(order, request, Order::cancel).await
    }

    /// Compare-and-set: a change that lost a race is decided again on what won it.
    ///
    /// A key is asked for before anything is refused: what its own first try has done must not be in
    /// the way of a second one.
    pub(super) async fn change(
        &self,
        OwnedOrder { asker, mut order, expected }: OwnedOrder,
        request: Request,
        change: impl Fn(Order, DateTime<Utc>) -> Result<Step, NotAllowed>,
    ) -> Result<Done<Order>, OrderError> {
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
}
