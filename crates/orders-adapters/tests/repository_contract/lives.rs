//! What may happen to orders, at random and in a time of its own.

use chrono::{DateTime, TimeDelta, Utc};
use orders_domain::{
    Currency, NewOrder, Order, OrderId, OrderStatus, Product, ShipmentStatus, Step as OrderStep, Storage,
    catalogue::product::ProductName, shipment::cancellation::CancellationReason,
};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    common::{changing, n, placing},
    shipping::{new_parcel, part},
    shop::{now, order},
};

/// Something that happens, so many minutes after what was before. Orders are named by their place, counted around.
#[derive(Debug, Clone)]
pub enum Act {
    Place { lines: Vec<(i64, i64, i64)>, euros: bool },
    Advance { order: usize, to: OrderStatus },
    Cancel { order: usize },
    CancelPart { order: usize, line: u8, pieces: i64 },
    Ship { order: usize, line: u8, pieces: i64 },
}

pub fn act() -> impl Strategy<Value = (i64, Act)> {
    let lines = vec((1_i64..5, 1_i64..3000, 1_i64..4), 1..4);
    let which = 0_usize..64;
    let act = prop_oneof![
        3 => (lines, any::<bool>()).prop_map(|(lines, euros)| Act::Place { lines, euros }),
        3 => (which.clone(), select(&OrderStatus::ALL[1..])).prop_map(|(order, to)| Act::Advance { order, to }),
        1 => which.clone().prop_map(|order| Act::Cancel { order }),
        2 => (which.clone(), 0_u8..3, 1_i64..3).prop_map(|(order, line, pieces)| Act::CancelPart { order, line, pieces }),
        2 => (which, 0_u8..3, 1_i64..3).prop_map(|(order, line, pieces)| Act::Ship { order, line, pieces }),
    ];
    (0_i64..40, act)
}

pub fn new_order(lines: &[(i64, i64, i64)], euros: bool, at: DateTime<Utc>) -> NewOrder {
    let currency: Currency = if euros { "EUR" } else { "USD" }.parse().unwrap();
    let name = ProductName::parse("a thing").unwrap();
    let line = |(product, price, pieces): &(i64, i64, i64)| {
        (Product::uncounted(n(*product), name.clone(), n(*price), currency), n(*pieces))
    };
    NewOrder::new(n(1), &lines.iter().map(line).collect::<Vec<_>>(), at).unwrap()
}

/// What becomes of an order by it; nothing where it may not be.
fn becomes(order: Order, act: &Act, at: DateTime<Utc>) -> Option<OrderStep> {
    let lines = u8::try_from(order.lines().count()).unwrap();
    let step = match *act {
        Act::Place { .. } => return None,
        Act::Advance { to, .. } => order.advance(to, at),
        Act::Cancel { .. } => order.cancel(at),
        Act::CancelPart { line, pieces, .. } => {
            order.cancel_parts(CancellationReason::Other, vec![part(line % lines, pieces)], None, at)
        }
        Act::Ship { line, pieces, .. } => {
            let parts = vec![part(line % lines, pieces)];
            order.ship(new_parcel(ShipmentStatus::Shipped, None, parts), at)
        }
    };
    step.ok().filter(|step| matches!(step, OrderStep::Changed(_)))
}

/// Has all of it happen from a moment on.
pub async fn live(shop: &Storage, orders: &mut Vec<OrderId>, from: DateTime<Utc>, acts: &[(i64, Act)]) {
    let mut at = from;
    for (minutes, act) in acts {
        at += TimeDelta::minutes(*minutes) + TimeDelta::milliseconds(1);
        let order = match act {
            Act::Place { lines, euros } => {
                let placed = placing(new_order(lines, *euros, at), None);
                orders.push(order(now(shop.ledger.commit(placed).await)).id());
                continue;
            }
            Act::Advance { order, .. }
            | Act::Cancel { order }
            | Act::CancelPart { order, .. }
            | Act::Ship { order, .. } => order,
        };
        let Some(id) = order.checked_rem(orders.len()).map(|place| orders[place]) else { continue };
        let order = shop.orders.find(id).await.unwrap().unwrap();
        if let Some(step) = becomes(order, act, at) {
            now(shop.ledger.commit(changing(step, None)).await);
        }
    }
}
