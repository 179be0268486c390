//! Parcels, and pieces that are not wanted: what the shop's people do with an order, and its owner in part.

use super::{Done, OrderService, refused};
use crate::{
    code::LocationCode,
    failure::PortError,
    feed::{Event, EventFilter, EventLimit, What},
    identity::UseCase,
    invalid::InvalidInput,
    ledger::{Change, Refused},
    order::{
        Order,
        change::{NotAllowed, Step},
        contact::ContactChange,
        error::OrderError,
        event::Happening,
        owned::OwnedOrder,
        request::Request,
        shipping::ShipmentChange,
    },
    shipment::{
        NewShipment, Part, Proposal, SentFrom, ShipmentNumber,
        cancellation::{CancellationReason, Note},
        status::ShipmentStatus,
        tracking::Tracking,
    },
    stock::location::Location,
};

mod proposing;

/// How often an order is planned anew when what the plan counts on is gone before it is stored.
const PLANS: usize = 16;

/// A parcel as somebody asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedShipment {
    /// What is to be in it, each line once; all that is open if there are none.
    pub parts: Vec<Part>,
    /// From where; where its pieces are held if none is named.
    pub location: Option<LocationCode>,
    /// Who carries it.
    pub tracking: Option<Tracking>,
    /// [`ShipmentStatus::Planned`], or [`ShipmentStatus::Shipped`].
    pub status: ShipmentStatus,
}

impl OrderService {
    /// Makes a parcel of what is open. From another place than where it is held, what is held moves there.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`], [`OrderError::UnknownLocation`], [`OrderError::NotOnHand`]; as
    /// [`Order::ship`]; [`OrderError::Changed`], [`OrderError::KeyReused`], [`OrderError::Unavailable`].
    pub async fn ship(
        &self,
        order: OwnedOrder,
        asked: AskedShipment,
        request: Request,
    ) -> Result<Done<Order>, OrderError> {
        order.also_for(UseCase::Ship)?;
        let AskedShipment { parts, location, tracking, status } = asked;
        let from = match &location {
            None => None,
            Some(code) => match self.place_of(code).await? {
                Ok(from) => Some(from),
                Err(reason) => {
                    let refusal = OrderError::UnknownLocation(reason);
                    return self.recall(order.asker, &request, refusal).await;
                }
            },
        };
        let weights = self.weights(order.order()).await?;
        let ship = |order: Order, now| {
            let parts = if parts.is_empty() { order.open() } else { parts.clone() };
            let weight = proposing::weight_of(&parts, &weights);
            let (from, tracking) = (from.clone(), tracking.clone());
            order.ship(NewShipment { status, from, tracking, weight, parts, reasons: Vec::new() }, now)
        };
        self.change(order, request, ship).await
    }

    /// Moves a parcel, or gives it another carrier and number.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`], [`OrderError::NotOnHand`]; as [`Order::change_shipment`];
    /// [`OrderError::Changed`], [`OrderError::KeyReused`], [`OrderError::Unavailable`].
    pub async fn change_shipment(
        &self,
        order: OwnedOrder,
        number: ShipmentNumber,
        change: ShipmentChange,
        request: Request,
    ) -> Result<Done<Order>, OrderError> {
        order.also_for(UseCase::Ship)?;
        self.change(order, request, |order, now| order.change_shipment(number, &change, now)).await
    }

    /// Cancels some pieces of an order.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`]; as [`Order::cancel_parts`]; [`OrderError::Changed`],
    /// [`OrderError::KeyReused`], [`OrderError::Unavailable`].
    pub async fn cancel_parts(
        &self,
        order: OwnedOrder,
        (reason, parts, note): (CancellationReason, Vec<Part>, Option<Note>),
        request: Request,
    ) -> Result<Done<Order>, OrderError> {
        order.also_for(UseCase::Cancel)?;
        let cancel = |order: Order, now| order.cancel_parts(reason, parts.clone(), note.clone(), now);
        self.change(order, request, cancel).await
    }

    /// Changes how the customer is reached.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`]; as [`Order::reach`]; [`OrderError::Changed`], [`OrderError::KeyReused`],
    /// [`OrderError::Unavailable`].
    pub async fn reach(
        &self,
        order: OwnedOrder,
        change: ContactChange,
        request: Request,
    ) -> Result<Done<Order>, OrderError> {
        order.also_for(UseCase::Reach)?;
        let reach = |order: Order, now| {
            let contact = change.of(order.contact());
            order.reach(contact, now)
        };
        self.change(order, request, reach).await
    }

    /// Splits what is open of an order into parcels, which are planned. What is held moves to where they are
    /// to leave from. The proposal comes along; without a parcel in it nothing was changed.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`]; as [`Order::plan`]; [`OrderError::Changed`], [`OrderError::KeyReused`],
    /// [`OrderError::NotOnHand`] when stock keeps going elsewhere, [`OrderError::Unavailable`].
    pub async fn plan(
        &self,
        order: OwnedOrder,
        request: Request,
    ) -> Result<(Done<Order>, Proposal), OrderError> {
        order.also_for(UseCase::Ship)?;
        let OwnedOrder { asker, mut order, expected } = order;
        let id = order.id();
        let mut last = OrderError::Unavailable(PortError::Busy);
        for _ in 0..PLANS {
            if !expected.admits(order.version()) {
                return self.planned_before(self.recall(asker, &request, OrderError::Changed).await?).await;
            }
            if order.status().is_final() {
                let refusal = NotAllowed::status(&order, "be planned").into();
                return self.planned_before(self.recall(asker, &request, refusal).await?).await;
            }
            let ((proposal, parcels), now) = (self.propose(&order).await?, self.clock.now());
            let changed = match order.plan(proposal.clone(), now) {
                Ok(Step::Changed(changed)) => changed,
                Ok(Step::Same(order)) => {
                    return match self.recalled(asker, &request).await? {
                        Some(before) => self.planned_before(before).await,
                        None => Ok((Done::Now(order), proposal)),
                    };
                }
                Err(refusal) => {
                    let refusal = match refusal {
                        NotAllowed::TooManyParcels { needed, left } => {
                            NotAllowed::TooManyParcels { needed: needed.max(parcels), left }
                        }
                        other => other,
                    };
                    let before = self.recall(asker, &request, refusal.into()).await?;
                    return self.planned_before(before).await;
                }
            };
            match self.commit(Change::Order(changed), request.clone(), now).await {
                Ok(Done::Now(order)) => return Ok((Done::Now(order), proposal)),
                Ok(before) => return self.planned_before(before).await,
                Err(Refused::Stale) => {}
                Err(Refused::NotOnHand(gone)) => last = OrderError::NotOnHand(gone),
                Err(other) => return Err(refused(other)),
            }
            order = self.storage.orders.find(id).await?.ok_or(OrderError::NotOwned)?;
        }
        Err(last)
    }

    /// An order that was planned before, with what was proposed then.
    async fn planned_before(&self, done: Done<Order>) -> Result<(Done<Order>, Proposal), OrderError> {
        let (id, version) = (done.made().id(), done.made().version());
        let filter = EventFilter { from: Some(version), ..EventFilter::of_order(id) };
        let found = self.storage.feed.events(filter, None, EventLimit::ONE).await?.events;
        let proposal = found.into_iter().find_map(|Event { what, .. }| match what {
            What::Order(Happening::Planned { proposal, .. }) => Some(*proposal),
            _ => None,
        });
        // It is there, and cannot be read yet.
        let proposal = proposal.ok_or(OrderError::Unavailable(PortError::Busy))?;
        Ok((done, proposal))
    }

    /// The place of this code, or why nothing leaves from there.
    async fn place_of(&self, code: &LocationCode) -> Result<Result<SentFrom, InvalidInput>, OrderError> {
        let places = self.storage.stock.locations().await?;
        Ok(match places.into_iter().find(|place| place.code == *code) {
            None => Err(Location::unknown(code)),
            Some(place) if !place.details.active => Err(place.inactive()),
            Some(Location { id, code, .. }) => Ok(SentFrom { id, code }),
        })
    }
}
