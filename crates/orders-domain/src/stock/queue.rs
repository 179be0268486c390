//! First reserved, first served: for whom the pieces are that are on hand where more are reserved.
//!
//! A line's place in the queue of a level is its newest reservation there. Who reserved later stands behind it;
//! everybody else is ahead.

use std::collections::HashMap;

use super::{
    holding::{LOOKED_THROUGH, OfLine},
    level::Level,
    movement::{Held, MovementKind},
};
use crate::id::{LocationId, MovementId, OrderProductId, ProductId};

impl Level {
    /// Whether more is reserved than is on hand, so that it counts who was first.
    #[must_use]
    pub fn has_queue(&self) -> bool {
        self.reserved > self.on_hand
    }

    /// How many of the pieces that a line holds here are on hand for it, where lines that reserved later hold
    /// so many.
    #[must_use]
    pub fn backed(&self, own: i64, later: i64) -> i64 {
        let ahead = self.reserved - own - later;
        (self.on_hand - ahead).clamp(0, own.max(0))
    }
}

/// How many pieces lines hold by these movements, which are in their order. What a line let go of or sent that it
/// held before them takes nothing from another line.
#[must_use]
pub fn later(movements: impl IntoIterator<Item = (OrderProductId, MovementKind, i64)>) -> i64 {
    let mut held: HashMap<OrderProductId, i64> = HashMap::new();
    for (line, kind, quantity) in movements {
        let held = held.entry(line).or_default();
        *held = (*held + kind.reserved(quantity)).max(0);
    }
    held.values().sum()
}

/// Finds out, where a level has a queue, how much is held by lines that stand behind those of an order.
///
/// `read` gives the newest movements of a product for lines after one, so many at most, in their order. An order
/// has [`LOOKED_THROUGH`] of them read; who reserved in those before counts as ahead, so nothing is sent that
/// another one could have waited for longer.
///
/// # Errors
///
/// Those of `read`.
pub fn look_behind<E>(
    held: &mut [Held],
    level: impl Fn(ProductId, LocationId) -> Option<Level>,
    mut read: impl FnMut(ProductId, MovementId, usize) -> Result<Vec<OfLine>, E>,
) -> Result<(), E> {
    let mut left = LOOKED_THROUGH;
    for held in held {
        let has_queue = level(held.product, held.location).is_some_and(|level| level.has_queue());
        if !has_queue || left == 0 {
            continue;
        }
        let newest = read(held.product, held.since, left)?;
        left = left.saturating_sub(newest.len());
        let here = newest.iter().filter(|moved| moved.location == held.location);
        held.later = later(here.map(|moved| (moved.line, moved.kind, moved.quantity)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n<T: TryFrom<i64, Error: std::fmt::Debug>>(number: i64) -> T {
        number.try_into().unwrap()
    }

    fn level(on_hand: i64, reserved: i64) -> Level {
        Level { on_hand, reserved, ..Level::default() }
    }

    #[test]
    fn who_reserved_first_has_what_is_on_hand() {
        // Of ten pieces eleven are reserved, one by each.
        for place in 0..11 {
            assert_eq!(level(10, 11).backed(1, 10 - place), i64::from(place < 10), "{place}");
        }
        // Some of a line's pieces may be there, and never more than it holds.
        assert_eq!(level(5, 9).backed(4, 0), 0);
        assert_eq!(level(5, 9).backed(4, 3), 3);
        assert_eq!(level(5, 9).backed(4, 5), 4);
        assert_eq!(level(9, 5).backed(4, 0), 4);
        assert_eq!(level(0, 5).backed(4, 1), 0);
    }

    #[test]
    fn what_a_line_held_before_takes_nothing_from_who_stands_behind() {
        use MovementKind::{Released, Reserved, Shipped};

        let [before, behind, gone]: [OrderProductId; 3] = [1, 101, 201].map(n);
        let moved = [
            (before, Shipped, 5),
            (behind, Reserved, 4),
            (gone, Reserved, 3),
            (behind, Shipped, 1),
            (gone, Released, 3),
        ];
        assert_eq!(later(moved), 3);
        // It has lined up again.
        assert_eq!(later(moved.into_iter().chain([(before, Reserved, 2)])), 5);
    }

    /// What is read for an order that holds a piece of each of two products: of which, after which and how many.
    fn read(levels: [Level; 2], found: usize) -> (Vec<(i64, i64, usize)>, Vec<i64>) {
        let held = |product| Held {
            line: 0,
            product: n(product),
            location: n(1),
            quantity: 1,
            since: n(70 + product),
            later: 0,
        };
        let (mut holding, mut asked) = ([held(1), held(2)], Vec::new());
        let level = |product: ProductId, _| Some(levels[usize::from(product == n(2))]);
        let movements = |product: ProductId, after: MovementId, most| {
            asked.push((product.get(), after.get(), most));
            let moved = |location| OfLine {
                id: n(100),
                line: n(101),
                product,
                location: n(location),
                kind: MovementKind::Reserved,
                quantity: 2,
            };
            Ok::<_, ()>((0..found).map(|index| moved(if index == 0 { 1 } else { 2 })).collect())
        };
        look_behind(&mut holding, level, movements).unwrap();
        (asked, holding.map(|held| held.later).to_vec())
    }

    #[test]
    fn only_where_there_is_a_queue_it_is_looked_at_and_not_without_end() {
        assert_eq!(read([level(3, 3), level(3, 0)], 1), (vec![], vec![0, 0]));
        assert_eq!(read([level(3, 3), level(3, 4)], 3), (vec![(2, 72, LOOKED_THROUGH)], vec![0, 2]));
        let asked = vec![(1, 71, LOOKED_THROUGH), (2, 72, LOOKED_THROUGH - 9_000)];
        assert_eq!(read([level(0, 1), level(3, 4)], 9_000), (asked, vec![2, 2]));
        assert_eq!(read([level(0, 1), level(3, 4)], LOOKED_THROUGH).0, [(1, 71, LOOKED_THROUGH)]);
    }
}
