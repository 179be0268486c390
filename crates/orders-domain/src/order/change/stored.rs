//! What of a changed order a store has to write beside its row.

use super::ChangedOrder;
use crate::{
    id::{OrderProductId, ShipmentId},
    order::event::Happening,
    shipment::{Shipment, cancellation::Cancellation},
};

/// What of a changed order a store has to write beside its row.
#[derive(Debug, Default)]
pub struct Stored<'a> {
    /// The parcels that are new or changed.
    pub shipments: Vec<&'a Shipment>,
    /// How many pieces of a line are in a parcel, where that is new or changed.
    pub parts: Vec<(ShipmentId, OrderProductId, u32)>,
    /// The lines that are in a parcel no more.
    pub removed: Vec<(ShipmentId, OrderProductId)>,
    /// The cancellation that is new, with its number.
    pub cancellation: Option<(usize, &'a Cancellation)>,
    /// Whether how the customer is reached was changed.
    pub contact: bool,
}

impl ChangedOrder {
    /// What of it a store has to write beside its row.
    #[must_use]
    pub fn stored(&self) -> Stored<'_> {
        let mut stored =
            Stored { contact: matches!(self.what, Happening::ContactChanged { .. }), ..Stored::default() };
        let (order, before) = (&self.order, &self.before);
        for (index, shipment) in order.progress.shipments.iter().enumerate() {
            let was = before.shipments.get(index);
            if was == Some(shipment) {
                continue;
            }
            stored.shipments.push(shipment);
            let id = ShipmentId::of(order.id, shipment.number);
            let line = |line: u8| OrderProductId::of_line(order.id, line.into());
            for part in &shipment.parts {
                let pieces = part.quantity.get();
                if was.is_none_or(|was| was.pieces_of(part.line) != pieces) {
                    stored.parts.push((id, line(part.line), pieces));
                }
            }
            let gone = was.iter().flat_map(|was| &was.parts);
            let gone = gone.filter(|part| shipment.pieces_of(part.line) == 0);
            stored.removed.extend(gone.map(|part| (id, line(part.line))));
        }
        let cancellations = &order.progress.cancellations;
        if cancellations.len() > before.cancellations.len() {
            stored.cancellation = cancellations.last().map(|last| (cancellations.len(), last));
        }
        stored
    }
}
