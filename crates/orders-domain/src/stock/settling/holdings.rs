//! What an order holds, apart from what its planned parcels hold, while a settlement goes on.

use std::collections::BTreeMap;

use super::{Claim, Held, Level};
use crate::id::{LocationId, ProductId};

/// What a line holds at a place.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    held: i64,
    /// How many of them planned parcels are to take.
    claimed: i64,
    /// What lines hold there that stand behind this one.
    later: i64,
}

impl Share {
    fn free(self) -> i64 {
        (self.held - self.claimed).max(0)
    }

    /// How many of the free ones are on hand for it.
    fn ready(self, level: Level) -> i64 {
        (level.backed(self.held, self.later) - self.claimed).clamp(0, self.free())
    }
}

/// What an order holds, by line and place.
#[derive(Clone)]
pub(super) struct Holdings {
    shares: BTreeMap<(u8, LocationId), Share>,
    products: BTreeMap<u8, ProductId>,
}

impl Holdings {
    pub fn new(held: &[Held], claims: &[Claim]) -> Self {
        let mut holdings = Self { shares: BTreeMap::new(), products: BTreeMap::new() };
        for Held { line, product, location, quantity, later, .. } in held {
            let share = holdings.shares.entry((*line, *location)).or_default();
            share.held += quantity;
            share.later = *later;
            holdings.products.insert(*line, *product);
        }
        for Claim { line, location, quantity } in claims {
            if let Some(share) = holdings.shares.get_mut(&(*line, *location)) {
                share.claimed += quantity;
            }
        }
        holdings
    }

    /// Of which product a line is that holds something.
    pub fn product(&self, line: u8) -> Option<ProductId> {
        self.products.get(&line).copied()
    }

    fn share(&self, line: u8, place: LocationId) -> Share {
        self.shares.get(&(line, place)).copied().unwrap_or_default()
    }

    fn places(&self, line: u8) -> Vec<LocationId> {
        let of_line = self.shares.range((line, LocationId::MIN)..=(line, LocationId::MAX));
        of_line.map(|(key, _)| key.1).collect()
    }

    /// How many pieces it holds at a place, for parcels or not.
    pub fn held(&self, line: u8, place: LocationId) -> i64 {
        self.share(line, place).held
    }

    /// How many pieces it holds at a place that no parcel is to take.
    pub fn free(&self, line: u8, place: LocationId) -> i64 {
        self.share(line, place).free()
    }

    /// How many of those are on hand for it.
    pub fn ready(&self, line: u8, place: LocationId, level: Level) -> i64 {
        self.share(line, place).ready(level)
    }

    /// How many of all that it holds at a place are on hand for it.
    pub fn backed(&self, line: u8, place: LocationId, level: Level) -> i64 {
        let share = self.share(line, place);
        level.backed(share.held, share.later)
    }

    /// How many pieces it holds elsewhere that no parcel is to take.
    pub fn free_elsewhere(&self, line: u8, place: LocationId) -> i64 {
        let places = self.places(line).into_iter().filter(|other| *other != place);
        places.map(|other| self.free(line, other)).sum()
    }

    /// Takes pieces that no parcel is to take, at most so many, and no more than `most` at a place: from where,
    /// and how many.
    pub fn take_free(
        &mut self,
        line: u8,
        wanted: i64,
        most: impl Fn(&Self, LocationId) -> i64,
    ) -> BTreeMap<LocationId, i64> {
        let mut taken = BTreeMap::new();
        let mut left = wanted;
        for place in self.places(line) {
            let pieces = self.free(line, place).min(most(self, place)).clamp(0, left);
            if pieces > 0 {
                self.shares.entry((line, place)).or_default().held -= pieces;
                left -= pieces;
                taken.insert(place, pieces);
            }
        }
        taken
    }

    /// The same of more that is free, without bounds, until there are so many.
    pub fn take_rest(
        &mut self,
        line: u8,
        wanted: i64,
        first: BTreeMap<LocationId, i64>,
    ) -> BTreeMap<LocationId, i64> {
        let rest = wanted - first.values().sum::<i64>();
        let mut taken = first;
        for (place, pieces) in self.take_free(line, rest, |_, _| i64::MAX) {
            *taken.entry(place).or_default() += pieces;
        }
        taken
    }

    /// Takes pieces that a parcel is to take from a place, at most so many.
    pub fn take_claimed(&mut self, line: u8, place: LocationId, wanted: i64) -> BTreeMap<LocationId, i64> {
        let Some(share) = self.shares.get_mut(&(line, place)) else { return BTreeMap::new() };
        let taken = wanted.min(share.held).min(share.claimed).max(0);
        share.held -= taken;
        share.claimed -= taken;
        if taken > 0 { BTreeMap::from([(place, taken)]) } else { BTreeMap::new() }
    }

    /// A parcel is to take so many pieces of those at a place.
    pub fn claim(&mut self, line: u8, place: LocationId, pieces: i64) {
        self.shares.entry((line, place)).or_default().claimed += pieces;
    }

    /// So many more are held at a place, for a parcel: the line has lined up there anew, and nobody is behind it.
    pub fn line_up(&mut self, line: u8, place: LocationId, pieces: i64) {
        let share = self.shares.entry((line, place)).or_default();
        *share = Share { held: share.held + pieces, claimed: share.claimed + pieces, later: 0 };
    }
}
