//! What a batch touches of products and their levels, and the rules by which it changes them.
//!
//! A store fills it, asks it request by request, and writes what it says. Every store goes by this one rule.

use std::collections::{BTreeMap, HashMap};

use super::{
    level::Level,
    location::Priority,
    movement::{Held, Move, MovementKind},
};
use crate::{
    catalogue::product::{StockPolicy, Terms},
    code::LocationCode,
    id::{LocationId, ProductId},
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
    terms: Terms,
    /// In the order in which they are reserved from.
    spots: Vec<Spot>,
}

impl Shelf {
    /// A product with all its levels.
    #[must_use]
    pub fn new(terms: Terms, spots: impl IntoIterator<Item = Spot>) -> Self {
        let mut spots: Vec<_> = spots.into_iter().collect();
        spots.sort_by_key(|spot| (spot.place.priority, spot.place.id));
        Self { terms, spots }
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
    fn pick(&self, quantity: i64) -> Option<Vec<(usize, i64)>> {
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

/// There are not so many pieces for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lack {
    /// Of which of the wanted lines, by its position from 0.
    pub line: usize,
    /// Of which product.
    pub product: ProductId,
    /// How many an order could take.
    pub available: i64,
}

/// What an order holds is not there to be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("product {product} has {on_hand} pieces on hand at {location}, and {wanted} are to be sent")]
pub struct NotOnHand {
    /// Of which product.
    pub product: ProductId,
    /// Where.
    pub location: LocationCode,
    /// How many are there.
    pub on_hand: i64,
    /// How many are to be sent from there.
    pub wanted: i64,
}

/// What becomes of what an order holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settling {
    /// It is let go.
    Release,
    /// It is sent.
    Ship,
}

/// What was changed of a product, and what it was before.
#[derive(Debug, Clone, Copy)]
enum Undo {
    Level(ProductId, LocationId, Level),
    Terms(ProductId, Terms),
}

/// Products with their levels, by number.
#[derive(Debug, Default)]
pub struct Shelves {
    shelves: HashMap<ProductId, Shelf>,
    journal: Vec<Undo>,
}

impl Shelves {
    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Learns a product with all its levels.
    pub fn learn(&mut self, product: ProductId, shelf: Shelf) {
        self.shelves.insert(product, shelf);
    }

    /// What is known of a product.
    #[must_use]
    pub fn shelf(&self, product: ProductId) -> Option<&Shelf> {
        self.shelves.get(&product)
    }

    /// The product is sold on other terms since.
    pub fn set_terms(&mut self, product: ProductId, terms: Terms) {
        if let Some(shelf) = self.shelves.get_mut(&product) {
            let before = std::mem::replace(&mut shelf.terms, terms);
            self.journal.push(Undo::Terms(product, before));
        }
    }

    pub(super) fn spot(&self, product: ProductId, code: &LocationCode) -> Option<&Spot> {
        self.shelves.get(&product)?.spots.iter().find(|spot| spot.place.code == *code)
    }

    /// Adds a place at which there was nothing of a known product so far; one that is known stays as it is.
    pub fn add_place(&mut self, product: ProductId, place: Place) {
        if let Some(shelf) = self.shelves.get_mut(&product)
            && shelf.spots.iter().all(|spot| spot.place.id != place.id)
        {
            shelf.spots.push(Spot { place, level: Level::default() });
            shelf.spots.sort_by_key(|spot| (spot.place.priority, spot.place.id));
        }
    }

    /// How many products are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shelves.len()
    }

    /// Whether no product is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shelves.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.shelves.clear();
        self.journal.clear();
    }

    /// How far changes have come, for [`Self::roll_back_to`].
    #[must_use]
    pub fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Takes back the changes since a mark.
    pub fn roll_back_to(&mut self, mark: usize) {
        while self.journal.len() > mark {
            match self.journal.pop() {
                Some(Undo::Level(product, location, before)) => {
                    if let Some(level) = self.level(product, location) {
                        *level = before;
                    }
                }
                Some(Undo::Terms(product, before)) => {
                    if let Some(shelf) = self.shelves.get_mut(&product) {
                        shelf.terms = before;
                    }
                }
                None => return,
            }
        }
    }

    /// What the changes have made of the levels that they touched, by product and place; they are not taken
    /// back any more.
    #[must_use]
    pub fn settle_changes(&mut self) -> BTreeMap<(ProductId, LocationId), Level> {
        let touched = std::mem::take(&mut self.journal);
        let now = touched.into_iter().filter_map(|undo| match undo {
            Undo::Level(product, location, _) => Some(((product, location), *self.level(product, location)?)),
            Undo::Terms(..) => None,
        });
        now.collect()
    }

    fn level(&mut self, product: ProductId, location: LocationId) -> Option<&mut Level> {
        let spots = &mut self.shelves.get_mut(&product)?.spots;
        spots.iter_mut().find(|spot| spot.place.id == location).map(|spot| &mut spot.level)
    }

    pub(super) fn set(&mut self, product: ProductId, location: LocationId, next: Level) {
        if let Some(level) = self.level(product, location) {
            let before = std::mem::replace(level, next);
            self.journal.push(Undo::Level(product, location, before));
        }
    }

    /// Moves pieces; `None` at a place that is not known.
    pub(super) fn make(
        &mut self,
        (product, location): (ProductId, LocationId),
        kind: MovementKind,
        quantity: i64,
        line: Option<u8>,
    ) -> Option<Move> {
        let after = self.level(product, location)?.after(kind, quantity);
        self.set(product, location, after);
        let (on_hand_after, reserved_after) = (after.on_hand, after.reserved);
        Some(Move { product, location, kind, quantity, on_hand_after, reserved_after, line })
    }

    /// Reserves what an order wants, each product once, or nothing of it.
    ///
    /// # Errors
    ///
    /// Every line of which there is not enough.
    pub fn reserve(&mut self, wanted: &[(ProductId, i64)]) -> Result<Vec<Move>, Vec<Lack>> {
        let (mut picked, mut lacking) = (Vec::with_capacity(wanted.len()), Vec::new());
        for (line, (product, quantity)) in wanted.iter().enumerate() {
            let Some(shelf) = self.shelves.get(product).filter(|shelf| shelf.terms.policy.is_tracked())
            else {
                continue;
            };
            match shelf.pick(*quantity) {
                Some(places) => picked.extend(
                    places
                        .into_iter()
                        .map(|(index, taken)| (line, *product, shelf.spots[index].place.id, taken)),
                ),
                None => {
                    let available = shelf.available().unwrap_or_default();
                    lacking.push(Lack { line, product: *product, available });
                }
            }
        }
        if !lacking.is_empty() {
            return Err(lacking);
        }
        let reserve = |(line, product, location, taken): (usize, _, _, _)| {
            self.make((product, location), MovementKind::Reserved, taken, u8::try_from(line).ok())
        };
        Ok(picked.into_iter().filter_map(reserve).collect())
    }

    /// Lets go of what an order holds, or sends it: all of it or nothing.
    ///
    /// # Errors
    ///
    /// [`NotOnHand`] when it is to be sent and is not there.
    pub fn settle(&mut self, held: &[Held], how: Settling) -> Result<Vec<Move>, NotOnHand> {
        let kind = match how {
            Settling::Release => MovementKind::Released,
            Settling::Ship => MovementKind::Shipped,
        };
        let (mark, mut moves) = (self.mark(), Vec::with_capacity(held.len()));
        for Held { line, product, location, quantity } in held {
            let done = self.make((*product, *location), kind, *quantity, Some(*line));
            if let Some(done) = done.filter(|done| done.on_hand_after < 0) {
                self.roll_back_to(mark);
                let spots = self.shelves.get(product).map(Shelf::spots).unwrap_or_default();
                if let Some(spot) = spots.iter().find(|spot| spot.place.id == done.location) {
                    let (location, on_hand) = (spot.place.code.clone(), spot.level.on_hand);
                    return Err(NotOnHand { product: *product, location, on_hand, wanted: *quantity });
                }
            }
            moves.extend(done);
        }
        Ok(moves)
    }
}

#[cfg(test)]
mod tests;
