//! What the lines of an order hold of the stock, and what they should.

use std::collections::BTreeMap;

use super::{
    difference::Difference,
    kind::DifferenceKind::{self as Kind},
    order::StoredOrder,
};
use crate::{id::LocationId, order::progress::Progress, stock::holding::OfLine};

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
    /// What the lines should hold and do not, or hold and should not: by line, how many pieces more they should. Nothing
    /// where a movement is of none of them.
    #[must_use]
    pub fn misheld(&self, progress: &Progress) -> Vec<Misheld> {
        if self.strange_movement().is_some() {
            return Vec::new();
        }
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

    /// A movement that is of none of the lines.
    fn strange_movement(&self) -> Option<&OfLine> {
        let line = |moved: &OfLine| self.lines.get(usize::from(moved.line.position()));
        self.movements.iter().find(|moved| line(moved).is_none_or(|line| line.product() != moved.product))
    }

    pub(super) fn look_at_stock(&self, progress: &Progress, found: &mut Vec<Difference>) {
        if self.movements.is_empty() {
            return;
        }
        if let Some(moved) = self.strange_movement() {
            let reason = format!("has movement {}, which is of none of its lines", moved.id);
            found.push(self.differs(Kind::OrderMovement, reason));
            return;
        }
        for of in self.misheld(progress) {
            let (line, holds) = (of.line + 1, of.at.values().sum::<i64>());
            let reason = format!("holds {holds} pieces for line {line}, and should hold {}", of.should);
            found.push(self.differs(Kind::OrderHeld, reason));
        }
    }
}
