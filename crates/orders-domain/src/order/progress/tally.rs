//! What has become of the pieces of a line.

use super::{Progress, ShipmentStatus};
use crate::{
    order::{line::OrderProduct, status::OrderStatus},
    quantity::Quantity,
    shipment::Part,
};

/// What has become of the pieces of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many were ordered.
    pub ordered: u32,
    /// How many are not wanted any more.
    pub cancelled: u32,
    /// How many are in parcels that are to leave.
    pub planned: u32,
    /// How many have left, arrived or not.
    pub shipped: u32,
}

impl Tally {
    /// How many are in no parcel, and wanted.
    #[must_use]
    pub fn open(&self) -> u32 {
        self.ordered.saturating_sub(self.cancelled).saturating_sub(self.planned).saturating_sub(self.shipped)
    }

    /// How many have not left, and are wanted.
    #[must_use]
    pub fn remaining(&self) -> u32 {
        self.open() + self.planned
    }

    /// Whether more has become of them than there are.
    pub(crate) fn is_over(&self) -> bool {
        let become_of = u64::from(self.cancelled) + u64::from(self.planned) + u64::from(self.shipped);
        become_of > u64::from(self.ordered)
    }
}

pub(super) fn of(progress: &Progress, lines: &[OrderProduct]) -> Vec<Tally> {
    let ordered = |line: &OrderProduct| Tally { ordered: line.quantity().get(), ..Tally::default() };
    let mut tallies: Vec<_> = lines.iter().map(ordered).collect();
    if progress.status == OrderStatus::Cancelled {
        for tally in &mut tallies {
            tally.cancelled = tally.ordered;
        }
        return tallies;
    }
    let mut add = |part: &Part, to: fn(&mut Tally) -> &mut u32| {
        if let Some(tally) = tallies.get_mut(usize::from(part.line)) {
            let sum = to(tally);
            *sum = sum.saturating_add(part.quantity.get());
        }
    };
    for shipment in &progress.shipments {
        let to: fn(&mut Tally) -> &mut u32 = match shipment.status {
            ShipmentStatus::Planned => |tally| &mut tally.planned,
            ShipmentStatus::Shipped | ShipmentStatus::Delivered => |tally| &mut tally.shipped,
            ShipmentStatus::Cancelled => continue,
        };
        shipment.parts.iter().for_each(|part| add(part, to));
    }
    for part in progress.cancellations.iter().flat_map(|cancellation| &cancellation.parts) {
        add(part, |tally| &mut tally.cancelled);
    }
    tallies
}

/// What is open of each line.
#[must_use]
pub fn open(tallies: &[Tally]) -> Vec<Part> {
    let open = |(line, tally): (u8, &Tally)| Some(Part { line, quantity: Quantity::of(tally.open())? });
    (0..).zip(tallies).filter_map(open).collect()
}

/// All of each line.
pub(super) fn whole(lines: &[OrderProduct]) -> Vec<Part> {
    (0..).zip(lines).map(|(line, product)| Part { line, quantity: product.quantity() }).collect()
}
