//! What is done with the parcels of an order, and with pieces of it that are not wanted.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    Order,
    change::{NotAllowed, Step},
    contact::Contact,
    event::Happening,
    progress,
};
use crate::{
    id::OrderProductId,
    patch::Patch,
    shipment::{
        NewShipment, Part, Proposal, Shipment, ShipmentNumber,
        cancellation::{CancellationReason, MOST_CANCELLATIONS, Note},
        in_order,
        status::{Fulfillment, ShipmentStatus},
        tracking::{ShippingProvider, Tracking, TrackingNumber},
    },
};

/// What a parcel is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShipmentChange {
    /// Its status; the present one where nothing is said.
    pub status: Option<ShipmentStatus>,
    /// Its carrier.
    pub provider: Patch<ShippingProvider>,
    /// The carrier's number for it.
    pub number: Patch<TrackingNumber>,
}

impl ShipmentChange {
    /// The carrier and number since, where these were before.
    fn tracking(&self, before: Option<&Tracking>) -> Result<Option<Tracking>, NotAllowed> {
        let (provider, number) = before.map(Tracking::parts).unzip();
        let provider = self.provider.clone().or(provider.cloned());
        let number = self.number.clone().or(number.cloned());
        match (provider, number) {
            (Some(provider), Some(number)) => Ok(Some(Tracking::new(provider, number))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(NotAllowed::Half { there: "shippingProvider", missing: "trackingNumber" }),
            (None, Some(_)) => Err(NotAllowed::Half { there: "trackingNumber", missing: "shippingProvider" }),
        }
    }
}

impl Order {
    /// What is open of it: in no parcel, and wanted.
    #[must_use]
    pub fn open(&self) -> Vec<Part> {
        progress::open(&self.tallies())
    }

    /// Whether something is open.
    pub(super) fn is_open(&self) -> bool {
        self.tallies().iter().any(|tally| tally.open() > 0)
    }

    /// The parcel of this number.
    #[must_use]
    pub fn shipment(&self, number: ShipmentNumber) -> Option<&Shipment> {
        self.shipments().iter().find(|shipment| shipment.number == number)
    }

    /// The number of the next parcel.
    pub(super) fn next_number(&self) -> Result<ShipmentNumber, NotAllowed> {
        ShipmentNumber::after(self.shipments().len()).ok_or(NotAllowed::NoMoreShipments)
    }

    /// How many more parcels it can have.
    fn room(&self) -> usize {
        usize::try_from(ShipmentNumber::MAX.get()).unwrap_or_default().saturating_sub(self.shipments().len())
    }

    /// Makes a parcel of these pieces, which are open; without any, of all that is.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] once it is delivered or cancelled, when not so many pieces are open, and after 32 parcels.
    pub fn ship(self, shipment: NewShipment, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
        if self.status().is_final() {
            return Err(NotAllowed::status(&self, "take a shipment"));
        }
        if !matches!(shipment.status, ShipmentStatus::Planned | ShipmentStatus::Shipped) {
            return Err(NotAllowed::status(&self, "take a shipment that has ended already"));
        }
        let number = self.next_number()?;
        let tallies = self.tallies();
        let parts = if shipment.parts.is_empty() { self.open() } else { in_order(shipment.parts) };
        if parts.is_empty() {
            return Err(NotAllowed::NothingOpen);
        }
        for part in &parts {
            let (wanted, open) = (part.quantity.get(), tally_of(&tallies, part.line).open());
            if wanted > open {
                return Err(NotAllowed::NotOpen { line: self.line_id(part.line), wanted, open });
            }
        }
        let became = self.becoming(self.status());
        let shipment = Box::new(NewShipment { parts, ..shipment });
        self.changed(now, Happening::ShipmentCreated { number, shipment, became })
    }

    /// Moves a parcel, or gives it another carrier and number. What it is already: a no-op.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] when there is no such parcel, or its status forbids it.
    pub fn change_shipment(
        self,
        number: ShipmentNumber,
        change: &ShipmentChange,
        now: DateTime<Utc>,
    ) -> Result<Step, NotAllowed> {
        let Some(shipment) = self.shipment(number) else { return Err(NotAllowed::NoShipment { number }) };
        let from = shipment.status;
        let to = change.status.unwrap_or(from);
        let tracking = change.tracking(shipment.tracking.as_ref())?;
        if to == from && tracking == shipment.tracking {
            return Ok(Step::Same(self));
        }
        let refused = |attempt: String| NotAllowed::Shipment { number, attempt, status: from };
        if to != from && !from.may_become(to) {
            return Err(refused(format!("become {to}")));
        }
        let is_final = from.allowed().is_empty();
        if tracking != shipment.tracking && is_final {
            return Err(refused("take another carrier or number".to_owned()));
        }
        let became = self.becoming(self.status());
        self.changed(now, Happening::ShipmentChanged { number, from, to, tracking, became })
    }

    /// Makes the parcels that were proposed of what is open. Without any: a no-op.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] once it is delivered or cancelled, when something of it is not open any more, and where
    /// they would be more than 32.
    pub fn plan(self, mut proposal: Proposal, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
        if self.status().is_final() {
            return Err(NotAllowed::status(&self, "be planned"));
        }
        if proposal.parcels.is_empty() {
            return Ok(Step::Same(self));
        }
        for parcel in &mut proposal.parcels {
            parcel.parts = in_order(std::mem::take(&mut parcel.parts));
        }
        let (needed, left) = (proposal.parcels.len(), self.room());
        let first = match self.next_number() {
            Ok(first) if needed <= left => first,
            _ => return Err(NotAllowed::TooManyParcels { needed, left }),
        };
        let tallies = self.tallies();
        let mut planned: BTreeMap<u8, u32> = BTreeMap::new();
        for part in proposal.parcels.iter().flat_map(|parcel| &parcel.parts) {
            *planned.entry(part.line).or_default() += part.quantity.get();
        }
        for (line, wanted) in planned {
            let open = tally_of(&tallies, line).open();
            if wanted > open {
                return Err(NotAllowed::NotOpen { line: self.line_id(line), wanted, open });
            }
        }
        let (proposal, fulfillment) = (Box::new(proposal), Fulfillment::Unfulfilled);
        self.changed(now, Happening::Planned { first, proposal, fulfillment })
    }

    /// Cancels some pieces: first those that are open, then those in planned parcels, the last parcel first.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] once it is delivered or cancelled, when not so many pieces are in the house, and after
    /// [`MOST_CANCELLATIONS`], unless it is of all that is not out.
    pub fn cancel_parts(
        self,
        reason: CancellationReason,
        parts: Vec<Part>,
        note: Option<Note>,
        now: DateTime<Utc>,
    ) -> Result<Step, NotAllowed> {
        if self.status().is_final() {
            return Err(NotAllowed::status(&self, "be cancelled in part"));
        }
        let parts = in_order(parts);
        if parts.is_empty() {
            return Err(NotAllowed::NothingOpen);
        }
        let count = self.cancellations().len();
        let tallies = self.tallies();
        let left: u64 = tallies.iter().map(|tally| u64::from(tally.remaining())).sum();
        let wanted: u64 = parts.iter().map(|part| u64::from(part.quantity.get())).sum();
        // One that leaves nothing to be sent is a way out that is always there.
        if count >= MOST_CANCELLATIONS && wanted < left {
            return Err(NotAllowed::NoMoreCancellations);
        }
        for part in &parts {
            let (wanted, left) = (part.quantity.get(), tally_of(&tallies, part.line).remaining());
            if wanted > left {
                return Err(NotAllowed::Out { line: self.line_id(part.line), wanted, left });
            }
        }
        let became = self.becoming(self.status());
        let what = Happening::PartiallyCancelled { number: count + 1, reason, parts, became };
        Ok(self.changed(now, what)?.with_note(note))
    }

    /// Changes how the customer is reached. The same again: a no-op.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] once a part of it is out, or it is cancelled.
    pub fn reach(self, contact: Contact, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
        if self.status().is_final() || self.progress.is_partly_out() {
            return Err(NotAllowed::status(
                &self,
                "take another contact: a part of it is out, or it has ended",
            ));
        }
        if self.contact == contact {
            return Ok(Step::Same(self));
        }
        let fulfillment = Fulfillment::Unfulfilled;
        Ok(self.changed(now, Happening::ContactChanged { fulfillment })?.with_contact(contact))
    }

    fn line_id(&self, line: u8) -> OrderProductId {
        OrderProductId::of_line(self.id, line.into())
    }
}

fn tally_of(tallies: &[progress::Tally], line: u8) -> progress::Tally {
    tallies.get(usize::from(line)).copied().unwrap_or_default()
}
