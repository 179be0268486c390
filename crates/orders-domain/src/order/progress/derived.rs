//! The status of an order and how far its parcels are, from the parcels and what is cancelled: a total function.

use super::{Progress, ShipmentStatus, Tally};
use crate::{
    money::Money,
    order::{
        line::OrderProduct,
        status::OrderStatus::{self, Cancelled, Delivered, Pending, Processing, Shipped},
    },
    shipment::{Part, status::Fulfillment},
};

impl Progress {
    /// Where the order stands, and how far its parcels are.
    ///
    /// Nothing left to send is the end: `cancelled` when nothing is out, else `shipped` until all has
    /// arrived. While a part is out and another is not, it is `processing`. While nothing is out, it is what
    /// somebody has said.
    #[must_use]
    pub fn standing(&self, tallies: &[Tally]) -> (OrderStatus, Fulfillment) {
        let out = || self.shipments.iter().map(|shipment| shipment.status).filter(|status| status.is_out());
        let is_out = out().next().is_some();
        let some_arrived = out().any(|status| status == ShipmentStatus::Delivered);
        let all_arrived = out().all(|status| status == ShipmentStatus::Delivered);
        let remains = tallies.iter().any(|tally| tally.remaining() > 0);
        match (is_out, remains, some_arrived, all_arrived) {
            (false, true, ..) => (self.status, Fulfillment::Unfulfilled),
            (false, false, ..) => (Cancelled, Fulfillment::Unfulfilled),
            (true, true, false, _) => (Processing, Fulfillment::PartiallyShipped),
            (true, true, true, _) => (Processing, Fulfillment::PartiallyDelivered),
            (true, false, false, _) => (Shipped, Fulfillment::Shipped),
            (true, false, true, false) => (Shipped, Fulfillment::PartiallyDelivered),
            (true, false, true, true) => (Delivered, Fulfillment::Delivered),
        }
    }

    /// How far the parcels are, with the tallies of the lines; without any parcel they are not looked at.
    #[must_use]
    pub fn fulfillment(&self, tallies: &[Tally]) -> Fulfillment {
        if self.shipments.is_empty() { Fulfillment::Unfulfilled } else { self.standing(tallies).1 }
    }

    /// How far the parcels are, as a store keeps it beside them to find orders by: nothing of an order without any.
    #[must_use]
    pub fn kept_fulfillment(&self, lines: &[OrderProduct]) -> Option<Fulfillment> {
        (!self.shipments.is_empty()).then(|| self.fulfillment(&self.tallies(lines)))
    }

    /// What is left to pay, as a store keeps it beside what was cancelled: nothing of an order of which no part was.
    #[must_use]
    pub fn kept_total(&self, lines: &[OrderProduct], total: Money) -> Option<Money> {
        (!self.cancellations.is_empty()).then(|| self.current_total(lines, total))
    }

    /// Whether its status is what its parcels say, and no piece is in two of them.
    #[must_use]
    pub(crate) fn is_sound(&self, lines: &[OrderProduct]) -> bool {
        if self.shipments.is_empty() && self.cancellations.is_empty() {
            return matches!(self.status, Pending | Processing | Cancelled);
        }
        let tallies = self.tallies(lines);
        let is_of_a_line = |part: &Part| usize::from(part.line) < lines.len();
        let parts = self.shipments.iter().flat_map(|shipment| &shipment.parts);
        let cancelled = self.cancellations.iter().flat_map(|cancellation| &cancellation.parts);
        let (status, fulfillment) = self.standing(&tallies);
        let is_so = match (self.status, fulfillment) {
            (Cancelled, Fulfillment::Unfulfilled) => {
                self.shipments.iter().all(|shipment| shipment.status == ShipmentStatus::Cancelled)
            }
            (Shipped | Delivered, Fulfillment::Unfulfilled) => false,
            _ => self.status == status,
        };
        is_so && parts.chain(cancelled).all(is_of_a_line) && !tallies.iter().any(Tally::is_over)
    }
}
