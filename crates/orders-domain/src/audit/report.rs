//! What was found, bounded: every difference is counted, and the first of each kind are kept.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    difference::{Difference, Place},
    kind::{DifferenceKind, Remedy},
};

/// What was found.
#[derive(Debug, Clone)]
pub struct Findings {
    most: usize,
    kinds: BTreeMap<DifferenceKind, Of>,
    /// Where something can be repaired.
    repairable: BTreeSet<Place>,
}

/// What was found of a kind.
#[derive(Debug, Clone, Default)]
struct Of {
    count: u64,
    shown: Vec<Difference>,
}

impl Findings {
    /// Nothing yet; of each kind so many are kept.
    #[must_use]
    pub fn keeping(most: usize) -> Self {
        Self { most, kinds: BTreeMap::new(), repairable: BTreeSet::new() }
    }

    /// Adds one.
    pub fn add(&mut self, difference: Difference) {
        if matches!(difference.kind.remedy(), Remedy::Repaired(_)) {
            self.repairable.insert(difference.place);
        }
        let of = self.kinds.entry(difference.kind).or_default();
        of.count += 1;
        if of.shown.len() < self.most {
            of.shown.push(difference);
        }
    }

    /// Adds what another one has found.
    pub fn merge(&mut self, other: Self) {
        for (kind, found) in other.kinds {
            let of = self.kinds.entry(kind).or_default();
            of.count += found.count;
            of.shown.extend(found.shown);
            // In one order, whoever has found them.
            of.shown.sort_by(|one, next| (one.place, &one.subject).cmp(&(next.place, &next.subject)));
            of.shown.truncate(self.most);
        }
        self.repairable.extend(other.repairable);
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.kinds.values().map(|of| of.count).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Each kind of which there is one: how many, and the first of them.
    pub fn kinds(&self) -> impl Iterator<Item = (DifferenceKind, u64, &[Difference])> {
        self.kinds.iter().map(|(kind, of)| (*kind, of.count, of.shown.as_slice()))
    }

    /// Where something can be repaired, in the order in which it is to be.
    pub fn repairable(&self) -> impl Iterator<Item = Place> {
        self.repairable.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(order: i64, kind: DifferenceKind) -> Difference {
        Difference::of_order(kind, order.try_into().unwrap(), "is not what it was")
    }

    #[test]
    fn all_are_counted_and_the_first_of_each_kind_are_kept() {
        let mut one = Findings::keeping(2);
        let mut other = Findings::keeping(2);
        assert!(one.is_clean());
        for order in [9, 7, 8] {
            one.add(of(order, DifferenceKind::OrderStatus));
        }
        other.add(of(1, DifferenceKind::OrderStatus));
        other.add(of(1, DifferenceKind::OrderLines));
        one.merge(other);
        let seen: Vec<_> = one.kinds().map(|(kind, count, shown)| (kind, count, shown.len())).collect();
        assert_eq!(seen, [(DifferenceKind::OrderLines, 1, 1), (DifferenceKind::OrderStatus, 4, 2)]);
        let shown = one.kinds().nth(1).map(|(_, _, shown)| shown[0].subject.clone());
        assert_eq!(shown.as_deref(), Some("orders/1"));
        assert_eq!((one.count(), one.is_clean()), (5, false));
        // Lines cannot be repaired.
        assert_eq!(one.repairable().count(), 4);
    }

    #[test]
    fn levels_are_repaired_before_the_orders_that_are_moved_by_them() {
        let mut found = Findings::keeping(1);
        let level = (9.try_into().unwrap(), 2.try_into().unwrap());
        found.add(of(1, DifferenceKind::OrderHeld));
        found.add(Difference::of_level(DifferenceKind::LevelSum, level, "is not what it was"));
        found.add(Difference::new(DifferenceKind::ConsumerCursor, "consumers/mail", "is too far"));
        let places: Vec<_> = found.repairable().collect();
        let order = Place::Order(1.try_into().unwrap());
        assert_eq!(places, [Place::Everywhere, Place::Level(level.0, level.1), order]);
    }
}
