//! Who holds what, read from the ledger of movements: there is no second record of it.

use std::collections::HashMap;

use super::{
    keeping::Kept,
    movement::{Held, MovementKind},
};
use crate::id::{LocationId, MovementId, OrderId, OrderProductId, ProductId};

/// A movement that is for a line of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfLine {
    /// Its number.
    pub id: MovementId,
    /// The line.
    pub line: OrderProductId,
    /// Of which product.
    pub product: ProductId,
    /// Where.
    pub location: LocationId,
    /// What.
    pub kind: MovementKind,
    /// How many pieces.
    pub quantity: i64,
}

/// What the lines of an order still hold, by all movements that are for them: in the order of the lines, and
/// of the places within.
#[must_use]
pub fn held(movements: &[OfLine]) -> Vec<Held> {
    let mut held: Vec<Held> = Vec::new();
    for OfLine { id, line, product, location, kind, quantity } in movements {
        let (line, change) = (line.position(), kind.reserved(*quantity));
        let is_it = |held: &&mut Held| (held.line, held.location) == (line, *location);
        let since = if change > 0 { *id } else { MovementId::MIN };
        match held.iter_mut().find(is_it) {
            Some(held) => {
                held.quantity += change;
                held.since = held.since.max(since);
            }
            None => held.push(Held {
                line,
                product: *product,
                location: *location,
                quantity: change,
                since,
                later: 0,
            }),
        }
    }
    held.retain(|held| held.quantity > 0);
    held.sort_by_key(|held| (held.line, held.location));
    held
}

/// How many of the newest movements of a level are looked through for the orders that hold it: an order that
/// was placed before them all is not named.
pub const LOOKED_THROUGH: usize = 10_000;

/// The orders that hold pieces of a level, by its newest movements, in any order: the newest orders first,
/// up to [`Kept::HOLDERS`].
#[must_use]
pub fn holders(movements: impl IntoIterator<Item = (OrderProductId, MovementKind, i64)>) -> Vec<OrderId> {
    let mut held: HashMap<OrderId, i64> = HashMap::new();
    for (line, kind, quantity) in movements {
        *held.entry(line.order()).or_default() += kind.reserved(quantity);
    }
    let mut orders: Vec<_> = held.into_iter().filter(|(_, held)| *held > 0).map(|(order, _)| order).collect();
    orders.sort_unstable_by(|one, other| other.cmp(one));
    orders.truncate(Kept::HOLDERS);
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n<T: TryFrom<i64, Error: std::fmt::Debug>>(number: i64) -> T {
        number.try_into().unwrap()
    }

    fn of_line(line: i64, location: i64, kind: MovementKind, quantity: i64) -> OfLine {
        OfLine { id: n(1), line: n(line), product: n(1), location: n(location), kind, quantity }
    }

    #[test]
    fn a_line_stands_where_it_reserved_last() {
        use MovementKind::{Released, Reserved, Shipped};

        let moved = |id, kind, quantity| OfLine { id: n(id), ..of_line(701, 2, kind, quantity) };
        // In no certain order.
        let movements =
            [moved(5, Released, 1), moved(7, Reserved, 4), moved(3, Reserved, 1), moved(9, Shipped, 1)];
        let held = held(&movements);
        assert_eq!((held.len(), held[0].quantity, held[0].since), (1, 3, n(7)));
    }

    #[test]
    fn what_was_let_go_or_sent_is_held_no_more() {
        use MovementKind::{Released, Reserved, Shipped};

        let movements = [
            of_line(701, 2, Reserved, 3),
            of_line(702, 1, Reserved, 5),
            of_line(701, 1, Reserved, 2),
            of_line(702, 1, Released, 5),
            of_line(701, 2, Shipped, 1),
        ];
        let left: Vec<_> =
            held(&movements).iter().map(|held| (held.line, held.location.get(), held.quantity)).collect();
        assert_eq!(left, [(0, 1, 2), (0, 2, 2)]);
    }

    #[test]
    fn the_newest_orders_that_hold_something_are_named_first() {
        let reserved = |order: i64| (OrderProductId::of_line(n(order), 0), MovementKind::Reserved, 1);
        let gone = (OrderProductId::of_line(n(149), 0), MovementKind::Shipped, 1);
        let holders = holders((1..150).map(reserved).chain([gone]));
        let numbers: Vec<_> = holders.iter().map(|order| order.get()).collect();
        assert_eq!(numbers, (49..149).rev().collect::<Vec<_>>());
    }
}
