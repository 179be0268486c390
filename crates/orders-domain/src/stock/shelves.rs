//! What a batch touches of products and their levels, and the rules by which it changes them.
//!
//! A store fills it, asks it request by request, and writes what it says. Every store goes by this one rule.

use std::collections::{BTreeMap, HashMap};

use super::{
    level::Level,
    movement::{Move, MovementKind},
};
use crate::{
    catalogue::product::{Product, Terms},
    code::{LocationCode, MarketplaceCode},
    id::{LocationId, ProductId},
    market::{
        choice::ChosenMarket,
        shown::{NotOnSale, OnSale, Showing},
    },
    version::Version,
};

mod shelf;

pub use shelf::{MOST_PLACES, Place, Shelf, Spot};

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

/// What was changed of a product, and what it was before.
#[derive(Debug, Clone)]
enum Undo {
    Level(ProductId, LocationId, Level),
    Product(ProductId, Terms, Option<Showing>),
}

/// Products with their levels, by number.
#[derive(Debug, Default)]
pub struct Shelves {
    products: HashMap<ProductId, Shelf>,
    /// The versions of marketplaces; `None` of those that do not exist.
    markets: HashMap<MarketplaceCode, Option<Version>>,
    journal: Vec<Undo>,
}

impl Shelves {
    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Learns a product with all its levels.
    pub fn learn(&mut self, product: ProductId, of: Shelf) {
        self.products.insert(product, of);
    }

    /// What is known of a product.
    #[must_use]
    pub fn shelf(&self, product: ProductId) -> Option<&Shelf> {
        self.products.get(&product)
    }

    /// Learns at which version a marketplace is; `None` if there is none.
    pub fn learn_market(&mut self, marketplace: MarketplaceCode, version: Option<Version>) {
        self.markets.insert(marketplace, version);
    }

    /// Whether it is known at which version a marketplace is.
    #[must_use]
    pub fn knows_market(&self, marketplace: MarketplaceCode) -> bool {
        self.markets.contains_key(&marketplace)
    }

    /// Whether a marketplace is what it was when somebody chose it. Nothing of the default one is sold by: its prices
    /// and their currency are the products' own.
    #[must_use]
    pub fn is_still(&self, market: &ChosenMarket) -> bool {
        let stored = self.markets.get(&market.code()).copied().flatten();
        market.code().is_default() || stored == Some(market.marketplace.version)
    }

    /// How a product is sold in a marketplace.
    ///
    /// # Errors
    ///
    /// If it is not.
    pub fn on_sale(&self, product: ProductId, market: &ChosenMarket) -> Result<OnSale, NotOnSale> {
        let known = self.products.get(&product).ok_or(NotOnSale::Unknown)?;
        let showing = known.showing.as_ref().ok_or(NotOnSale::Unknown)?;
        showing.at(known.terms, market)
    }

    /// The product is sold on other terms since, and under another name.
    pub fn set_product(&mut self, product: &Product) {
        if let Some(shelf) = self.products.get_mut(&product.id) {
            let terms = std::mem::replace(&mut shelf.terms, product.terms());
            let named = shelf.showing.clone().map(|showing| showing.named(product.details.name.clone()));
            let showing = std::mem::replace(&mut shelf.showing, named);
            self.journal.push(Undo::Product(product.id, terms, showing));
        }
    }

    pub(super) fn spot(&self, product: ProductId, code: &LocationCode) -> Option<&Spot> {
        self.products.get(&product)?.spots.iter().find(|spot| spot.place.code == *code)
    }

    /// Adds a place at which there was nothing of a known product so far; one that is known stays as it is.
    pub fn add_place(&mut self, product: ProductId, place: Place) {
        if let Some(shelf) = self.products.get_mut(&product)
            && shelf.spots.iter().all(|spot| spot.place.id != place.id)
        {
            shelf.spots.push(Spot { place, level: Level::default() });
            shelf.spots.sort_by_key(|spot| (spot.place.priority, spot.place.id));
        }
    }

    /// How many products are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// Whether no product is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// Forgets a product. To be called once all changes are settled.
    pub fn forget(&mut self, product: ProductId) {
        self.products.remove(&product);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.products.clear();
        self.markets.clear();
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
                    if let Some(level) = self.level_mut(product, location) {
                        *level = before;
                    }
                }
                Some(Undo::Product(product, terms, showing)) => {
                    if let Some(shelf) = self.products.get_mut(&product) {
                        (shelf.terms, shelf.showing) = (terms, showing);
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
            Undo::Level(product, location, _) => Some(((product, location), self.level(product, location)?)),
            Undo::Product(..) => None,
        });
        now.collect()
    }

    /// What is known of a level.
    #[must_use]
    pub fn level(&self, product: ProductId, location: LocationId) -> Option<Level> {
        self.spot_at(product, location).map(|spot| spot.level)
    }

    pub(super) fn spot_at(&self, product: ProductId, location: LocationId) -> Option<&Spot> {
        self.products.get(&product)?.spots.iter().find(|spot| spot.place.id == location)
    }

    fn level_mut(&mut self, product: ProductId, location: LocationId) -> Option<&mut Level> {
        let spots = &mut self.products.get_mut(&product)?.spots;
        spots.iter_mut().find(|spot| spot.place.id == location).map(|spot| &mut spot.level)
    }

    pub(super) fn set(&mut self, product: ProductId, location: LocationId, next: Level) {
        if let Some(level) = self.level_mut(product, location) {
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
        let shipment = None;
        Some(Move { product, location, kind, quantity, on_hand_after, reserved_after, line, shipment })
    }

    /// Reserves what an order wants, each product once, or nothing of it.
    ///
    /// # Errors
    ///
    /// Every line of which there is not enough.
    pub fn reserve(&mut self, wanted: &[(ProductId, i64)]) -> Result<Vec<Move>, Vec<Lack>> {
        let (mut picked, mut lacking) = (Vec::with_capacity(wanted.len()), Vec::new());
        for (line, (product, quantity)) in wanted.iter().enumerate() {
            let Some(counted) = self.products.get(product).filter(|known| known.terms.policy.is_tracked())
            else {
                continue;
            };
            if let Some(places) = counted.pick(*quantity) {
                let at = |index: usize| counted.spots[index].place.id;
                picked.extend(places.into_iter().map(|(index, taken)| (line, *product, at(index), taken)));
            } else {
                let available = counted.available().unwrap_or_default();
                lacking.push(Lack { line, product: *product, available });
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
}

#[cfg(test)]
mod tests;
