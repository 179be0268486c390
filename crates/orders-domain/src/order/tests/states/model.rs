//! What the contract says of the states of an order, once more and by hand: numbers of pieces in, numbers of pieces
//! out. It knows nothing of how the order does it.

use ShipmentStatus::{Cancelled as Called, Delivered as Arrived, Planned, Shipped as Away};

use super::*;

/// The pieces of up to three lines.
pub(super) type Pieces = [u8; 3];

/// Something that is done to an order.
#[derive(Debug, Clone)]
pub(super) enum Verb {
    Advance(OrderStatus),
    Track,
    Ship(ShipmentStatus, Pieces),
    Plan(Vec<Pieces>),
    Change(usize, ShipmentStatus),
    Unwant(Pieces),
}

/// How far an order has come: its parcels with the pieces in each, and what is cancelled beside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct State {
    pub(super) status: u8,
    pub(super) parcels: Vec<(u8, Pieces)>,
    pub(super) cancelled: Pieces,
}

fn each(one: Pieces, other: Pieces, of: fn(u8, u8) -> u8) -> Pieces {
    // Written out, as are the loops: this is asked millions of times, and tests are not optimised.
    [of(one[0], other[0]), of(one[1], other[1]), of(one[2], other[2])]
}

fn is_within(part: Pieces, whole: Pieces) -> bool {
    part[0] <= whole[0] && part[1] <= whole[1] && part[2] <= whole[2]
}

impl State {
    pub(super) fn is(&self, status: OrderStatus) -> bool {
        self.status == status as u8
    }

    pub(super) fn is_end(&self) -> bool {
        self.is(Delivered) || self.is(Cancelled)
    }

    /// How many parcels are in this status.
    fn count(&self, status: ShipmentStatus) -> usize {
        self.parcels.iter().filter(|parcel| parcel.0 == status as u8).count()
    }

    /// How many pieces of each line are in parcels of this status.
    pub(super) fn pieces(&self, status: ShipmentStatus) -> Pieces {
        let mut sum = [0; 3];
        for (of, pieces) in &self.parcels {
            if *of == status as u8 {
                sum = each(sum, *pieces, |sum, more| sum + more);
            }
        }
        sum
    }

    /// How many pieces of each line are in no parcel, and wanted. Panics when more has become of them than there are.
    pub(super) fn open(&self, ordered: Pieces) -> Pieces {
        let mut gone = self.cancelled;
        // A parcel that is cancelled is empty here.
        for (_, pieces) in &self.parcels {
            gone = each(gone, *pieces, |sum, more| sum + more);
        }
        each(ordered, gone, |ordered, gone| ordered.checked_sub(gone).unwrap())
    }

    /// How many pieces of each line have not left, and are wanted.
    pub(super) fn left(&self, ordered: Pieces) -> Pieces {
        each(self.open(ordered), self.pieces(Planned), |open, planned| open + planned)
    }

    /// The table of the contract: what status and fulfillment go with which pieces.
    pub(super) fn declared(&self, ordered: Pieces) -> (OrderStatus, Fulfillment) {
        let left = !self.is(Cancelled) && self.left(ordered) != [0; 3];
        match (left, self.count(Away), self.count(Arrived)) {
            (true, 0, 0) if self.is(Pending) => (Pending, Fulfillment::Unfulfilled),
            (true, 0, 0) => (Processing, Fulfillment::Unfulfilled),
            (true, 1.., 0) => (Processing, Fulfillment::PartiallyShipped),
            (true, _, 1..) => (Processing, Fulfillment::PartiallyDelivered),
            (false, 0, 0) => (Cancelled, Fulfillment::Unfulfilled),
            (false, 1.., 0) => (Shipped, Fulfillment::Shipped),
            (false, 1.., 1..) => (Shipped, Fulfillment::PartiallyDelivered),
            (false, 0, 1..) => (Delivered, Fulfillment::Delivered),
        }
    }

    fn all(&mut self, from: ShipmentStatus, to: ShipmentStatus) {
        for (status, pieces) in &mut self.parcels {
            if *status == from as u8 {
                *status = to as u8;
                if to == Called {
                    *pieces = [0; 3];
                }
            }
        }
    }

    /// What becomes of it; `None` where that is refused.
    pub(super) fn after(&self, verb: &Verb, ordered: Pieces) -> Option<Self> {
        let mut next = self.clone();
        let open = if self.is(Cancelled) { [0; 3] } else { self.open(ordered) };
        let out = self.count(Away) + self.count(Arrived) > 0;
        match verb {
            Verb::Advance(to) if self.is(*to) => return Some(next),
            Verb::Advance(Processing) if self.is(Pending) => next.status = Processing as u8,
            Verb::Advance(Shipped) if self.is(Pending) || self.is(Processing) => {
                next.all(Planned, Away);
                if open != [0; 3] {
                    next.parcels.push((Away as u8, open));
                }
            }
            Verb::Advance(Delivered) if !self.is_end() && self.count(Away) > 0 => next.all(Away, Arrived),
            Verb::Advance(Cancelled) if !out && !self.is_end() => {
                next.all(Planned, Called);
                next.status = Cancelled as u8;
            }
            Verb::Track if !self.is_end() => match self.count(Planned) + self.count(Away) {
                0 => next.parcels.push((Planned as u8, open)),
                1 => {}
                _ => return None,
            },
            Verb::Ship(status, pieces) if !self.is_end() && is_within(*pieces, open) => {
                next.parcels.push((*status as u8, *pieces));
            }
            Verb::Plan(parcels) if !self.is_end() => {
                let sum = parcels.iter().fold([0; 3], |sum, more| each(sum, *more, |sum, more| sum + more));
                if !is_within(sum, open) {
                    return None;
                }
                next.parcels.extend(parcels.iter().map(|pieces| (Planned as u8, *pieces)));
            }
            Verb::Change(index, to) => {
                let (status, pieces) = next.parcels.get_mut(*index)?;
                let was = *status;
                match to {
                    _ if was == *to as u8 => {}
                    Away | Called if was == Planned as u8 => {}
                    Arrived if was == Away as u8 => {}
                    _ => return None,
                }
                *status = *to as u8;
                if *to == Called {
                    *pieces = [0; 3];
                }
            }
            Verb::Unwant(pieces) if !self.is_end() && is_within(*pieces, self.left(ordered)) => {
                next.unwant(*pieces, open);
            }
            _ => return None,
        }
        next.status = next.declared(ordered).0 as u8;
        Some(next)
    }

    /// First what is open, then from the last planned parcel to the first; one that is emptied is cancelled.
    fn unwant(&mut self, pieces: Pieces, open: Pieces) {
        self.cancelled = each(self.cancelled, pieces, |sum, more| sum + more);
        let mut rest = each(pieces, open, u8::saturating_sub);
        for (status, there) in self.parcels.iter_mut().rev().filter(|parcel| parcel.0 == Planned as u8) {
            let taken = each(rest, *there, u8::min);
            rest = each(rest, taken, |rest, taken| rest - taken);
            *there = each(*there, taken, |there, taken| there - taken);
            if *there == [0; 3] {
                *status = Called as u8;
            }
        }
    }
}
