//! What the lines of an order hold of the stock, and what they should.

use std::collections::BTreeMap;

use super::{
    difference::Difference,
    kind::DifferenceKind::{self as Kind},
    order::StoredOrder,
};
use crate::{id::LocationId, order::progress::Progress};

/// A line that holds something else than it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misheld {
    /// Which line, by its position from 0.
    pub line: u8,
    /// How many pieces it should hold.
    pub should: i64,
    /// How many it holds at each place where it has ever held any.
    pub at: BTreeMap<LocationId, i64>,
}

impl Misheld {
    /// How many more it should hold; fewer, if it is below 0.
    #[must_use]
    pub fn missing(&self) -> i64 {
        self.should - self.at.values().sum::<i64>()
    }
}

impl StoredOrder {
    /// What the lines should hold and do not, or hold and should not: by line, how many pieces more they should.
    #[must_use]
    pub fn misheld(&self, progress: &Progress) -> Vec<Misheld> {
        let mut held: BTreeMap<u8, BTreeMap<LocationId, i64>> = BTreeMap::new();
        for moved in &self.movements {
            let at = held.entry(moved.line.position()).or_default();
            *at.entry(moved.location).or_default() += moved.kind.reserved(moved.quantity);
        }
        let tallies = progress.tallies(&self.lines);
        let should =
            |line: u8| tallies.get(usize::from(line)).map_or(0, |tally| i64::from(tally.remaining()));
        let misheld = held.into_iter().map(|(line, at)| Misheld { line, should: should(line), at });
        misheld.filter(|of| of.missing() != 0 || of.at.values().any(|pieces| *pieces < 0)).collect()
    }

    pub(super) fn look_at_stock(&self, progress: &Progress, found: &mut Vec<Difference>) {
        if self.movements.is_empty() {
            return;
        }
        for moved in &self.movements {
            let line = self.lines.get(usize::from(moved.line.position()));
            if line.is_none_or(|line| line.product() != moved.product) {
                let reason = format!("has movement {}, which is of none of its lines", moved.id);
                found.push(self.differs(Kind::OrderMovement, reason));
                return;
            }
        }
        for of in self.misheld(progress) {
            let (line, holds) = (of.line + 1, of.at.values().sum::<i64>());
            let reason = format!("holds {holds} pieces for line {line}, and should hold {}", of.should);
            found.push(self.differs(Kind::OrderHeld, reason));
        }
    }
}
