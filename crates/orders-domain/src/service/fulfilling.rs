//! What becomes of an order by itself, once it is placed.

use super::{OrderService, refused};
use crate::{
    event::{Actor, Origin},
    failure::PortError,
    feed::Event,
    id::{EventId, OrderId},
    ledger::{Change, Handled, Refused},
    order::{Order, change::Step, error::OrderError, status::OrderStatus},
};

/// What plans an order by the message that it was placed.
const PLAN: &str = "fulfilment:plan";

/// What begins with an order by the same message.
const BEGIN: &str = "fulfilment:begin";

/// How often each is decided again on what others have made of the order, or of the stock.
const TRIES: usize = 16;

impl OrderService {
    /// Plans the parcels of an order that was placed and moves it to [`OrderStatus::Processing`]: each once, by the
    /// message that it was placed, however often that comes and whoever else changes the order. What somebody has
    /// done with it before stays. `placed` is that message.
    ///
    /// # Errors
    ///
    /// [`OrderError::NotOnHand`] when stock keeps going elsewhere, [`OrderError::Unavailable`]; it can be done again.
    pub async fn fulfil(&self, id: OrderId, placed: &Event) -> Result<(), OrderError> {
        // What comes of an order is a part of the trace in which it was placed.
        let origin = Origin { trace: placed.origin.trace, ..Actor::Worker.into() };
        self.plan_once(id, placed.id, &origin).await?;
        self.begin_once(id, placed.id, &origin).await
    }

    async fn plan_once(&self, id: OrderId, message: EventId, origin: &Origin) -> Result<(), OrderError> {
        let mut last = OrderError::Unavailable(PortError::Busy);
        for _ in 0..TRIES {
            let order = self.placed(id).await?;
            if order.status() != OrderStatus::Pending || !order.shipments().is_empty() {
                return Ok(());
            }
            let ((proposal, _), now) = (self.propose(&order).await?, self.clock.now());
            // Of what nothing can be sent from anywhere, or in more parcels than there can be, a person decides.
            let Ok(Step::Changed(changed)) = order.plan(proposal, now) else { return Ok(()) };
            let handled = Handled { by: PLAN, message };
            match self.storage.handle(Change::Order(changed), origin.clone(), handled, now).await {
                Ok(_) | Err(Refused::Handled) => return Ok(()),
                Err(Refused::Stale) => {}
                Err(Refused::NotOnHand(gone)) => last = OrderError::NotOnHand(gone),
                Err(other) => return Err(refused(other)),
            }
        }
        Err(last)
    }

    async fn begin_once(&self, id: OrderId, message: EventId, origin: &Origin) -> Result<(), OrderError> {
        for _ in 0..TRIES {
            let order = self.placed(id).await?;
            if order.status() != OrderStatus::Pending {
                return Ok(());
            }
            let now = self.clock.now();
            let Ok(Step::Changed(changed)) = order.advance(OrderStatus::Processing, now) else {
                return Ok(());
            };
            let handled = Handled { by: BEGIN, message };
            match self.storage.handle(Change::Order(changed), origin.clone(), handled, now).await {
                Ok(_) => {
                    self.reached(OrderStatus::Processing);
                    return Ok(());
                }
                Err(Refused::Handled) => return Ok(()),
                Err(Refused::Stale) => {}
                Err(other) => return Err(refused(other)),
            }
        }
        Err(OrderError::Unavailable(PortError::Busy))
    }

    async fn placed(&self, id: OrderId) -> Result<Order, OrderError> {
        let lost = || PortError::Corrupt(format!("order {id} was placed and is not there").into());
        Ok(self.storage.orders.find(id).await?.ok_or_else(lost)?)
    }
}
