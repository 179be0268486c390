//! The ledger of stock: whether each movement goes on where the one before it has led, and levels are where the last
//! one leads.

use std::collections::BTreeMap;

use super::{
    difference::Difference,
    kind::DifferenceKind::{self as Kind},
};
use crate::{
    id::{LocationId, ProductId},
    stock::{level::Level, movement::MovementKind},
};

/// A movement as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct StoredMovement {
    /// Its number.
    pub id: i64,
    /// Of which product.
    pub product: ProductId,
    /// Where.
    pub location: LocationId,
    /// What.
    pub kind: MovementKind,
    /// How many pieces.
    pub quantity: i64,
    /// What it says was on hand after it.
    pub on_hand_after: i64,
    /// What it says was reserved after it.
    pub reserved_after: i64,
    /// Whether it is for a line of an order.
    pub has_line: bool,
    /// Whether the event that it belongs to is there.
    pub has_event: bool,
}

/// A level as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredLevel {
    /// Of which product.
    pub product: ProductId,
    /// Where.
    pub location: LocationId,
    /// How much.
    pub level: Level,
    /// The column that says by how much it is short.
    pub short: i64,
    /// How many events say that somebody saw to it.
    pub events: i64,
}

/// Where movements have led.
#[derive(Debug, Clone, Copy, Default)]
struct Led {
    on_hand: i64,
    reserved: i64,
    /// How often pieces came from another place, which an event of that place says.
    moved_in: i64,
}

/// A walk along the movements of products, each in the order of its numbers, and their levels.
#[derive(Debug, Default)]
pub struct Walk {
    led: BTreeMap<(ProductId, LocationId), Led>,
}

impl Walk {
    /// The next movement.
    pub fn take(&mut self, moved: &StoredMovement, found: &mut Vec<Difference>) {
        let StoredMovement { id, product, location, kind, quantity, .. } = *moved;
        let of = (product, location);
        let led = self.led.entry(of).or_default();
        let on_hand = led.on_hand.saturating_add(kind.on_hand(quantity));
        let reserved = led.reserved.saturating_add(kind.reserved(quantity));
        let (said_on_hand, said_reserved) = (moved.on_hand_after, moved.reserved_after);
        if (said_on_hand, said_reserved) != (on_hand, reserved) {
            let reason = format!(
                "has movement {id}, which says {said_on_hand} on hand and {said_reserved} reserved after it, and \
                 the one before it leads to {on_hand} and {reserved}"
            );
            found.push(Difference::of_level(Kind::MovementChain, of, reason));
        }
        let moved_in = led.moved_in + i64::from(kind == MovementKind::MovedIn);
        *led = Led { on_hand: said_on_hand, reserved: said_reserved, moved_in };
        if !moved.has_event {
            let reason = format!("has movement {id}, which belongs to no event");
            found.push(Difference::of_level(Kind::MovementEvent, of, reason));
        }
        if moved.has_line != (kind.reserved(1) != 0) {
            let whose =
                if moved.has_line { "is for a line of an order" } else { "is for no line of an order" };
            let reason = format!("has movement {id}, which is {kind} and {whose}");
            found.push(Difference::of_level(Kind::MovementLine, of, reason));
        }
    }

    /// Ends with the products up to this one, whose levels are these.
    pub fn close(&mut self, last: ProductId, levels: &[StoredLevel], found: &mut Vec<Difference>) {
        for stored in levels {
            let of = (stored.product, stored.location);
            let led = self.led.remove(&of).unwrap_or_default();
            found.extend(stored.differences(&led));
        }
        let beyond = self.led.split_off(&(last, LocationId::MAX));
        for of in std::mem::replace(&mut self.led, beyond).into_keys() {
            found.push(Difference::of_level(Kind::LevelMissing, of, "has movements, and no level"));
        }
    }

    /// Where the movements of a level have led: what is on hand, and what is reserved.
    #[must_use]
    pub fn led(&self, of: (ProductId, LocationId)) -> Option<(i64, i64)> {
        self.led.get(&of).map(|led| (led.on_hand, led.reserved))
    }

    /// How often pieces came to a level from another place.
    #[must_use]
    pub fn moved_in(&self, of: (ProductId, LocationId)) -> i64 {
        self.led.get(&of).map_or(0, |led| led.moved_in)
    }
}

impl StoredLevel {
    fn differences(&self, led: &Led) -> impl Iterator<Item = Difference> {
        let of = (self.product, self.location);
        let Level { on_hand, reserved, version, .. } = self.level;
        let sum = ((on_hand, reserved) != (led.on_hand, led.reserved)).then(|| {
            let reason = format!(
                "has {on_hand} on hand and {reserved} reserved, and its movements lead to {} and {}",
                led.on_hand, led.reserved
            );
            Difference::of_level(Kind::LevelSum, of, reason)
        });
        let short = (self.short != self.level.short()).then(|| {
            let reason =
                format!("says that it is short of {}, and that is {}", self.short, self.level.short());
            Difference::of_level(Kind::LevelShort, of, reason)
        });
        let seen_to = self.events + led.moved_in;
        let version = version.map_or(0, crate::version::Version::get);
        let version = (version != seen_to).then(|| {
            let reason = format!("is at version {version}, and was seen to {seen_to} times");
            Difference::of_level(Kind::LevelVersion, of, reason)
        });
        sum.into_iter().chain(short).chain(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;

    fn n<T: TryFrom<i64, Error: std::fmt::Debug>>(number: i64) -> T {
        number.try_into().unwrap()
    }

    fn moved(id: i64, kind: MovementKind, quantity: i64, after: (i64, i64)) -> StoredMovement {
        StoredMovement {
            id,
            product: n(9),
            location: n(2),
            kind,
            quantity,
            on_hand_after: after.0,
            reserved_after: after.1,
            has_line: kind.reserved(1) != 0,
            has_event: true,
        }
    }

    fn level(on_hand: i64, reserved: i64, short: i64, version: i64) -> StoredLevel {
        let version = Some(Version::try_from(version).unwrap());
        let level = Level { on_hand, reserved, backorder_limit: 0, version };
        StoredLevel { product: n(9), location: n(2), level, short, events: 1 }
    }

    /// The kinds of what is wrong with these.
    fn wrong(movements: &[StoredMovement], levels: &[StoredLevel]) -> Vec<Kind> {
        let (mut walk, mut found) = (Walk::default(), Vec::new());
        for moved in movements {
            walk.take(moved, &mut found);
        }
        walk.close(n(9), levels, &mut found);
        found.into_iter().map(|difference| difference.kind).collect()
    }

    #[test]
    fn a_level_is_where_its_movements_lead() {
        use MovementKind::{Received, Reserved, Shipped};

        let whole =
            [moved(1, Received, 5, (5, 0)), moved(2, Reserved, 2, (5, 2)), moved(3, Shipped, 1, (4, 1))];
        assert_eq!(wrong(&whole, &[level(4, 1, 0, 1)]), []);
        assert_eq!(wrong(&whole, &[level(5, 1, 0, 1)]), [Kind::LevelSum]);
        assert_eq!(wrong(&whole, &[level(4, 1, 3, 1)]), [Kind::LevelShort]);
        assert_eq!(wrong(&whole, &[level(4, 1, 0, 2)]), [Kind::LevelVersion]);
        assert_eq!(wrong(&whole, &[]), [Kind::LevelMissing]);
        assert_eq!(wrong(&[], &[level(0, 1, 1, 1)]), [Kind::LevelSum]);
        // One that is lost is found once, and the level is right.
        assert_eq!(wrong(&[whole[0], whole[2]], &[level(4, 1, 0, 1)]), [Kind::MovementChain]);
        let alone = StoredMovement { has_event: false, has_line: false, ..whole[2] };
        assert_eq!(
            wrong(&[whole[0], whole[1], alone], &[level(4, 1, 0, 1)]),
            [Kind::MovementEvent, Kind::MovementLine]
        );
    }

    #[test]
    fn a_product_is_closed_and_the_next_one_goes_on() {
        let (mut walk, mut found) = (Walk::default(), Vec::new());
        walk.take(&moved(1, MovementKind::Received, 5, (5, 0)), &mut found);
        let next = StoredMovement { product: n(10), ..moved(2, MovementKind::Received, 3, (3, 0)) };
        walk.take(&next, &mut found);
        walk.close(n(9), &[level(5, 0, 0, 1)], &mut found);
        assert_eq!((walk.led((n(9), n(2))), walk.led((n(10), n(2)))), (None, Some((3, 0))));
        // Pieces that came from another place are said of that one.
        let moved_in =
            StoredMovement { kind: MovementKind::MovedIn, ..moved(3, MovementKind::MovedIn, 1, (6, 0)) };
        assert_eq!(wrong(&[moved(1, MovementKind::Received, 5, (5, 0)), moved_in], &[level(6, 0, 0, 2)]), []);
        assert!(found.is_empty());
    }
}
