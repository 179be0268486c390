//! What a changed order asks of the stock that it holds.

use super::ChangedOrder;
use crate::{
    order::{progress::Progress, status::OrderStatus},
    shipment::{Shipment, ShipmentNumber, status::ShipmentStatus},
    stock::settling::{Claim, Pull, Settlement, Wish},
};

impl ChangedOrder {
    /// What becomes of the stock that the order holds.
    #[must_use]
    pub fn settlement(&self) -> Settlement {
        let (before, after) = (&self.before, &self.order.progress);
        let mut pulls = Vec::new();
        if after.status == OrderStatus::Cancelled && before.status != OrderStatus::Cancelled {
            return Settlement { claims: Vec::new(), pulls, release_all: true };
        }
        for shipment in &after.shipments {
            let was = before.shipments.iter().find(|was| was.number == shipment.number);
            let was_planned = was.is_some_and(|was| was.status == ShipmentStatus::Planned);
            match shipment.status {
                ShipmentStatus::Planned if was.is_none() => pulls.extend(kept(shipment)),
                ShipmentStatus::Shipped if was.is_none() || was_planned => {
                    if was.is_none() {
                        pulls.extend(kept(shipment));
                    }
                    pulls.extend(sent(shipment));
                }
                _ => {}
            }
        }
        pulls.extend(let_go(before, after));
        let planned = before.shipments.iter().filter(|shipment| shipment.status == ShipmentStatus::Planned);
        Settlement { claims: planned.flat_map(claims_of).collect(), pulls, release_all: false }
    }
}

/// The pieces that are cancelled: those that were taken out of parcels from there, the others from where
/// nobody has planned to send them from.
fn let_go(before: &Progress, after: &Progress) -> Vec<Pull> {
    let new = after.cancellations.get(before.cancellations.len()..).unwrap_or_default();
    let mut pulls = Vec::new();
    for part in new.iter().flat_map(|cancellation| &cancellation.parts) {
        let mut rest = i64::from(part.quantity.get());
        for (was, is) in before.shipments.iter().zip(&after.shipments) {
            let Some(from) = was.from.as_ref().filter(|_| was.status == ShipmentStatus::Planned) else {
                continue;
            };
            let left = if is.status == ShipmentStatus::Planned { is.pieces_of(part.line) } else { 0 };
            let taken = i64::from(was.pieces_of(part.line)) - i64::from(left);
            if taken > 0 {
                pulls.push(Pull {
                    line: part.line,
                    quantity: taken,
                    wish: Wish::Release { from: Some(from.id) },
                });
                rest -= taken;
            }
        }
        if rest > 0 {
            pulls.push(Pull { line: part.line, quantity: rest, wish: Wish::Release { from: None } });
        }
    }
    pulls
}

/// What a parcel that leaves a certain place holds there.
fn claims_of(shipment: &Shipment) -> impl Iterator<Item = Claim> {
    let from = shipment.from.as_ref();
    let parts = shipment.parts.iter();
    parts.filter_map(move |part| {
        let location = from?.id;
        Some(Claim { line: part.line, location, quantity: part.quantity.get().into() })
    })
}

/// That a parcel that leaves a certain place is to hold it there.
fn kept(shipment: &Shipment) -> impl Iterator<Item = Pull> {
    let code = shipment.from.as_ref().map(|from| &from.code);
    let claims = claims_of(shipment).zip(code.into_iter().cycle());
    claims.map(|(Claim { line, location, quantity }, code)| Pull {
        line,
        quantity,
        wish: Wish::Keep { at: location, code: code.clone() },
    })
}

fn sent(shipment: &Shipment) -> impl Iterator<Item = Pull> {
    let (from, number): (_, ShipmentNumber) = (shipment.from.as_ref().map(|from| from.id), shipment.number);
    shipment.parts.iter().map(move |part| Pull {
        line: part.line,
        quantity: part.quantity.get().into(),
        wish: Wish::Ship { from, shipment: number.get() },
    })
}
