//! A store that writes of each change what it has to, and no more.

use std::collections::BTreeMap;

use super::*;
use crate::{ChangedOrder, OrderProductId, Part, shipment::cancellation::Cancellation};

/// The rows beside an order's own.
#[derive(Default)]
pub(super) struct Rows {
    shipments: BTreeMap<ShipmentId, Shipment>,
    parts: BTreeMap<(ShipmentId, OrderProductId), u32>,
    cancellations: BTreeMap<usize, Cancellation>,
    contact: Contact,
}

impl Rows {
    /// Writes what has changed; what is wrong with that.
    pub(super) fn write(&mut self, changed: &ChangedOrder) -> Result<(), String> {
        let (order, stored) = (changed.order(), changed.stored());
        for key in stored.removed {
            self.parts.remove(&key).ok_or_else(|| format!("{key:?} is removed, and was not there"))?;
        }
        for (shipment, line, pieces) in stored.parts {
            if self.parts.insert((shipment, line), pieces) == Some(pieces) {
                return Err(format!("{line} in {shipment} is written, and was so"));
            }
        }
        for shipment in stored.shipments {
            let bare = Shipment { parts: Vec::new(), ..shipment.clone() };
            self.shipments.insert(ShipmentId::of(order.id(), shipment.number), bare);
        }
        if let Some((number, cancellation)) = stored.cancellation
            && self.cancellations.insert(number, cancellation.clone()).is_some()
        {
            return Err(format!("there is a cancellation {number}"));
        }
        if stored.contact {
            self.contact = order.contact().clone();
        }
        Ok(())
    }

    /// How far the order has come and how its customer is reached, as it is read again.
    pub(super) fn read(&self, order: &Order) -> (Progress, Contact) {
        let parts_of = |id: &ShipmentId| {
            let parts = self.parts.iter().filter(|((of, _), _)| of == id);
            let part = |((_, line), pieces): (&(_, OrderProductId), &u32)| Part {
                line: line.position(),
                quantity: n(i64::from(*pieces)),
            };
            parts.map(part).collect()
        };
        let whole = |(id, bare): (&ShipmentId, &Shipment)| Shipment { parts: parts_of(id), ..bare.clone() };
        let progress = Progress {
            status: order.status(),
            shipments: self.shipments.iter().map(whole).collect(),
            cancellations: self.cancellations.values().cloned().collect(),
        };
        (progress, self.contact.clone())
    }
}

#[test]
fn what_a_change_leaves_as_it_was_is_not_written() {
    use super::shipping::{parcel, part};
    use crate::{ShipmentChange, shipment::cancellation::CancellationReason};

    let changed = |step: Result<Step, NotAllowed>| match step {
        Ok(Step::Changed(changed)) => changed,
        other => panic!("no change: {other:?}"),
    };
    let plan = |order: Order, parts| order.ship(parcel(ShipmentStatus::Planned, parts), at(0));
    let order = changed(plan(placed(&[(1, 5), (1, 5)]), vec![part(0, 5), part(1, 2)])).into_order();
    let order = changed(plan(order, vec![part(1, 3)])).into_order();
    // One parcel is touched by the next change, and of its two lines one; that is taken out whole by the last.
    let order = changed(order.cancel_parts(CancellationReason::Other, vec![part(1, 4)], None, at(0)));
    let id = |number| ShipmentId::of(n(7), n(number));
    let stored = order.stored();
    assert_eq!(stored.shipments.iter().map(|made| made.number.get()).collect::<Vec<_>>(), [1, 2]);
    // The second one is cancelled and keeps what it was to hold.
    assert_eq!(stored.parts, [(id(1), n(602), 1)]);
    assert_eq!((stored.removed, stored.cancellation.map(|(number, _)| number)), (vec![], Some(1)));
    let order = order.into_order();
    let last = changed(order.cancel_parts(CancellationReason::Other, vec![part(1, 1)], None, at(0)));
    let stored = last.stored();
    assert_eq!((stored.parts, stored.removed), (vec![], vec![(id(1), n(602))]));
    assert_eq!((stored.cancellation.map(|(number, _)| number), stored.contact), (Some(2), false));
    // Of a parcel that leaves its row only.
    let out = ShipmentChange { status: Some(ShipmentStatus::Shipped), ..ShipmentChange::default() };
    let out = changed(last.into_order().change_shipment(n(1), &out, at(9)));
    let stored = out.stored();
    assert_eq!((stored.shipments.len(), stored.parts.len(), stored.removed.len()), (1, 0, 0));
    assert!(stored.cancellation.is_none());
}
