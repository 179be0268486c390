//! How far an order has come: what changes of it, and the one place where that changes.
//!
//! A use case decides what happens; [`Progress::take`] makes it so, for the order that is stored and for the
//! order that its events add up to alike.

use chrono::{DateTime, Utc};

use super::{
    event::Happening,
    line::OrderProduct,
    status::OrderStatus::{self, Cancelled, Delivered, Pending, Processing, Shipped},
};
use crate::{
    invalid::InvalidInput,
    money::Money,
    quantity::Quantity,
    shipment::{
        NewShipment, Part, Shipment, ShipmentNumber,
        cancellation::Cancellation,
        status::{Fulfillment, ShipmentStatus},
        tracking::Tracking,
    },
};

mod derived;
mod tally;

pub use tally::{Tally, open};

/// How far an order has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Where it stands in its life: what [`Self::standing`] says.
    pub status: OrderStatus,
    /// Its parcels, by number.
    pub shipments: Vec<Shipment>,
    /// What of it is not wanted any more; not what was called off as a whole.
    pub cancellations: Vec<Cancellation>,
}

/// What something has made of an order's status, and how far its parcels are since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Became {
    /// The status before.
    pub from: OrderStatus,
    /// The status since.
    pub to: OrderStatus,
    /// How far its parcels are since.
    pub fulfillment: Fulfillment,
}

impl Progress {
    /// That of an order that was just placed.
    pub const PLACED: Self = Self { status: Pending, shipments: Vec::new(), cancellations: Vec::new() };

    /// That of an order of which no more is known than its status and one parcel.
    #[must_use]
    pub fn of_one_parcel(
        status: OrderStatus,
        tracking: Option<Tracking>,
        lines: &[OrderProduct],
        at: DateTime<Utc>,
    ) -> Self {
        let parcel = match status {
            Pending | Processing if tracking.is_some() => Some(ShipmentStatus::Planned),
            Pending | Processing | Cancelled => None,
            Shipped | Delivered => Some(ShipmentStatus::Shipped),
        };
        let mut progress = Self { status, ..Self::PLACED };
        if let Some(parcel) = parcel {
            let of = NewShipment { tracking, ..open_parcel(parcel, tally::whole(lines)) };
            let mut shipment = Shipment::new(ShipmentNumber::MIN, of, at);
            if status == Delivered {
                shipment.become_it(ShipmentStatus::Delivered, at);
            }
            progress.shipments.push(shipment);
        }
        progress
    }

    /// What there is of each line, by its position.
    #[must_use]
    pub fn tallies(&self, lines: &[OrderProduct]) -> Vec<Tally> {
        tally::of(self, lines)
    }

    /// The first parcel that is not cancelled and has a carrier's number.
    #[must_use]
    pub fn tracked(&self) -> Option<&Shipment> {
        let tracked = |shipment: &&Shipment| {
            shipment.status != ShipmentStatus::Cancelled && shipment.tracking.is_some()
        };
        self.shipments.iter().find(tracked)
    }

    /// The parcels that can be tracked: those that are planned or on their way.
    pub(super) fn trackable(&self) -> impl Iterator<Item = &Shipment> {
        let can_be = [ShipmentStatus::Planned, ShipmentStatus::Shipped];
        self.shipments.iter().filter(move |shipment| can_be.contains(&shipment.status))
    }

    /// Whether something has left.
    #[must_use]
    pub fn is_partly_out(&self) -> bool {
        self.shipments.iter().any(|shipment| shipment.status.is_out())
    }

    /// Σ price × what is not cancelled.
    #[must_use]
    pub fn current_total(&self, lines: &[OrderProduct], total: Money) -> Money {
        match (self.status, self.cancellations.is_empty()) {
            (Cancelled, _) => Money::ZERO,
            (_, true) => total,
            (_, false) => {
                let tallies = self.tallies(lines);
                let left = |(line, tally): (&OrderProduct, &Tally)| {
                    line.price().checked_mul(tally.ordered - tally.cancelled)
                };
                // No more than the total, which is in range.
                let sum = lines.iter().zip(&tallies).filter_map(left);
                sum.fold(Money::ZERO, |sum, left| sum.checked_add(left).unwrap_or(sum))
            }
        }
    }

    /// It after something has happened to the order at this moment.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when that cannot happen to it: who changes an order has asked before, so events that
    /// are stored are corrupt.
    pub fn take(
        mut self,
        what: &Happening,
        lines: &[OrderProduct],
        at: DateTime<Utc>,
    ) -> Result<Self, InvalidInput> {
        match what {
            Happening::Placed { .. } => return Ok(Self::PLACED),
            Happening::Migrated { status, tracking } => {
                return Ok(Self::of_one_parcel(*status, tracking.clone(), lines, at));
            }
            Happening::ContactChanged { .. } => {}
            Happening::Tracked { tracking, .. } => self.track(tracking, lines, at)?,
            Happening::Moved(became) if became.from == became.to => self.advance(Delivered, lines, at)?,
            Happening::Moved(became) => self.advance(became.to, lines, at)?,
            Happening::Planned { proposal, .. } => {
                for shipment in &proposal.parcels {
                    self.add(shipment.clone(), at)?;
                }
            }
            Happening::ShipmentCreated { shipment, .. } => self.add(shipment.as_ref().clone(), at)?,
            Happening::ShipmentChanged { number, to, tracking, .. } => {
                let found = self.shipments.iter_mut().find(|shipment| shipment.number == *number);
                let shipment = found.ok_or_else(|| impossible("has no such shipment"))?;
                if shipment.status != *to {
                    shipment.become_it(*to, at);
                }
                shipment.tracking.clone_from(tracking);
            }
            Happening::PartiallyCancelled { reason, parts, .. } => {
                self.cancel(parts, lines)?;
                self.cancellations.push(Cancellation { reason: *reason, note: None, parts: parts.clone() });
            }
        }
        let tallies = self.tallies(lines);
        if tallies.iter().any(Tally::is_over) {
            return Err(impossible("has more pieces in parcels than were ordered"));
        }
        self.status = self.standing(&tallies).0;
        Ok(self)
    }

    /// Adds a parcel under the next number.
    fn add(&mut self, of: NewShipment, at: DateTime<Utc>) -> Result<(), InvalidInput> {
        let number =
            ShipmentNumber::after(self.shipments.len()).ok_or_else(|| impossible("has 32 shipments"))?;
        self.shipments.push(Shipment::new(number, of, at));
        Ok(())
    }

    /// Sets the only parcel's tracking, or makes a parcel of what is open.
    fn track(
        &mut self,
        tracking: &Tracking,
        lines: &[OrderProduct],
        at: DateTime<Utc>,
    ) -> Result<(), InvalidInput> {
        let numbers: Vec<_> = self.trackable().map(|shipment| shipment.number).collect();
        match numbers.as_slice() {
            [] => {
                let open = open_parcel(ShipmentStatus::Planned, open(&self.tallies(lines)));
                self.add(NewShipment { tracking: Some(tracking.clone()), ..open }, at)
            }
            [only] => {
                let found = self.shipments.iter_mut().find(|shipment| shipment.number == *only);
                let shipment = found.ok_or_else(|| impossible("has no such shipment"))?;
                shipment.tracking = Some(tracking.clone());
                Ok(())
            }
            _ => Err(impossible("has several shipments")),
        }
    }

    /// Moves the order to a status, and its parcels with it.
    fn advance(
        &mut self,
        to: OrderStatus,
        lines: &[OrderProduct],
        at: DateTime<Utc>,
    ) -> Result<(), InvalidInput> {
        let (of, next) = match to {
            Pending | Processing => {
                self.status = to;
                return Ok(());
            }
            Shipped => (ShipmentStatus::Planned, ShipmentStatus::Shipped),
            Delivered => (ShipmentStatus::Shipped, ShipmentStatus::Delivered),
            Cancelled => (ShipmentStatus::Planned, ShipmentStatus::Cancelled),
        };
        for shipment in self.shipments.iter_mut().filter(|shipment| shipment.status == of) {
            shipment.become_it(next, at);
        }
        match to {
            Cancelled => self.status = to,
            Shipped => {
                let open = open(&self.tallies(lines));
                if !open.is_empty() {
                    self.add(open_parcel(ShipmentStatus::Shipped, open), at)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes pieces out of the planned parcels as far as not so many are open, the last parcel first. One that
    /// is emptied by it is cancelled.
    fn cancel(&mut self, parts: &[Part], lines: &[OrderProduct]) -> Result<(), InvalidInput> {
        let tallies = self.tallies(lines);
        let mut planned: Vec<_> =
            self.shipments.iter_mut().filter(|shipment| shipment.status == ShipmentStatus::Planned).collect();
        planned.reverse();
        let mut rest: Vec<(u8, u32)> = Vec::with_capacity(parts.len());
        for part in parts {
            let tally = tallies.get(usize::from(part.line)).ok_or_else(|| impossible("has no such line"))?;
            rest.push((part.line, part.quantity.get().saturating_sub(tally.open())));
        }
        for shipment in planned {
            let mut left = Vec::with_capacity(shipment.parts.len());
            let mut touched = false;
            for part in &shipment.parts {
                let wanted = rest.iter_mut().find(|(line, _)| *line == part.line);
                let taken = wanted.map_or(0, |(_, wanted)| {
                    let taken = part.quantity.get().min(*wanted);
                    *wanted -= taken;
                    taken
                });
                touched |= taken > 0;
                left.extend(
                    Quantity::of(part.quantity.get() - taken).map(|quantity| Part { quantity, ..*part }),
                );
            }
            if touched && left.is_empty() {
                // It keeps what it was to hold.
                shipment.status = ShipmentStatus::Cancelled;
            } else if touched {
                shipment.parts = left;
                // That of what was in it.
                shipment.weight = None;
            }
        }
        if rest.iter().any(|(_, wanted)| *wanted > 0) {
            return Err(impossible("has fewer pieces that are not out"));
        }
        Ok(())
    }
}

/// A parcel of what is open, from where it is held.
pub(super) fn open_parcel(status: ShipmentStatus, parts: Vec<Part>) -> NewShipment {
    NewShipment { status, from: None, tracking: None, weight: None, parts, reasons: Vec::new() }
}

fn impossible(what: &str) -> InvalidInput {
    InvalidInput::new("the order", what)
}
