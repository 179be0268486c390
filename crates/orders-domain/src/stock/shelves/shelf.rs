//! A product with what there is of it, and from where an order takes it.

use crate::{
    catalogue::product::{StockPolicy, Terms},
    code::LocationCode,
    id::LocationId,
    market::shown::Showing,
    stock::{level::Level, location::Priority},
};

/// Over how many places one line of an order is spread at most.
pub const MOST_PLACES: usize = 64;

/// What stock has to know of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its number: the older place has the smaller one.
    pub id: LocationId,
    /// Its name.
    pub code: LocationCode,
    /// How far in front it stands.
    pub priority: Priority,
    /// Whether orders are served from there.
    pub active: bool,
}

/// What there is of a product at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Where.
    pub place: Place,
    /// How much.
    pub level: Level,
}

/// A product with what there is of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    pub(super) terms: Terms,
    /// How it is shown, where it is to be sold.
    pub(super) showing: Option<Showing>,
    /// In the order in which they are reserved from.
    pub(super) spots: Vec<Spot>,
}

impl Shelf {
    /// A product with all its levels.
    #[must_use]
    pub fn new(terms: Terms, spots: impl IntoIterator<Item = Spot>) -> Self {
        let mut spots: Vec<_> = spots.into_iter().collect();
        spots.sort_by_key(|spot| (spot.place.priority, spot.place.id));
        Self { terms, showing: None, spots }
    }

    /// The same, to be sold: with what is shown of it.
    #[must_use]
    pub fn shown_as(self, showing: Showing) -> Self {
        Self { showing: Some(showing), ..self }
    }

    /// How many things are known of it.
    #[must_use]
    pub fn weight(&self) -> usize {
        1 + self.spots.len() + self.showing.as_ref().map_or(0, Showing::len)
    }

    /// On what terms it is sold.
    #[must_use]
    pub fn terms(&self) -> Terms {
        self.terms
    }

    /// Its levels, in the order in which they are reserved from.
    #[must_use]
    pub fn spots(&self) -> &[Spot] {
        &self.spots
    }

    /// How many pieces an order could take now; `None` where nobody counts.
    #[must_use]
    pub fn available(&self) -> Option<i64> {
        let policy = self.terms.policy;
        policy.is_tracked().then(|| self.free(policy).take(MOST_PLACES).map(|(_, free)| free).sum())
    }

    /// The places that have something for an order, by their index.
    fn free(&self, policy: StockPolicy) -> impl Iterator<Item = (usize, i64)> {
        let free = self.spots.iter().enumerate().filter(|(_, spot)| spot.place.active);
        free.map(move |(index, spot)| (index, spot.level.free(policy))).filter(|(_, free)| *free > 0)
    }

    /// From where so many pieces are taken: from the first place that has them all, or else from one after
    /// the other. `None` if there are not so many.
    pub(super) fn pick(&self, quantity: i64) -> Option<Vec<(usize, i64)>> {
        let policy = self.terms.policy;
        if let Some((index, _)) = self.free(policy).find(|(_, free)| *free >= quantity) {
            return Some(vec![(index, quantity)]);
        }
        let (mut left, mut picked) = (quantity, Vec::new());
        for (index, free) in self.free(policy).take(MOST_PLACES) {
            let taken = free.min(left);
            picked.push((index, taken));
            left -= taken;
            if left == 0 {
                return Some(picked);
            }
        }
        None
    }
}
