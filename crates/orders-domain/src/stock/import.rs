//! A file of counts: what is there of products at places.

use std::collections::{BTreeSet, HashSet};

use super::{
    keeping::{Keeping, Kept, StockChange, StockDecision},
    level::{BackorderLimit, OnHand},
    location::Location,
    movement::Reason,
    shelves::{Place, Shelves},
};
use crate::{
    catalogue::product::Sku,
    code::LocationCode,
    faults::Faults,
    id::{LocationId, ProductId},
    invalid::InvalidInput,
    quoted::Quoted,
    version::Expected,
};

/// How a line names its product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// By its number; if a sku is said too, it is that product's.
    Id(ProductId, Option<Sku>),
    /// By its sku.
    Sku(Sku),
}

/// A line of the file: a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountLine {
    /// Its number in the file.
    pub line: u64,
    /// Of which product.
    pub product: Named,
    /// Where.
    pub location: LocationCode,
    /// How many pieces are there.
    pub on_hand: OnHand,
    /// How many may be reserved beyond them; as before if nothing is said.
    pub backorder_limit: Option<BackorderLimit>,
    /// Why, in somebody's own words.
    pub reason: Reason,
}

/// A product that a line names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub id: ProductId,
    /// Its sku.
    pub sku: Option<Sku>,
}

/// How many levels an import has touched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StockTally {
    /// Of products that were not counted at the place before.
    pub added: u64,
    /// Those that are otherwise since.
    pub changed: u64,
    /// Those that were so already.
    pub unchanged: u64,
}

/// One go through the file.
#[derive(Debug, Default)]
pub struct StockImport {
    /// What was done.
    pub tally: StockTally,
    /// What cannot be done.
    pub faults: Faults,
    seen: HashSet<(ProductId, LocationId)>,
    /// Products of which a level changes.
    changing: BTreeSet<ProductId>,
}

impl StockImport {
    /// An import that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The products of which a level changes, ascending.
    #[must_use]
    pub fn changing(&self) -> Vec<ProductId> {
        self.changing.iter().copied().collect()
    }

    /// The change that a line asks for, of a product and at a place that are known; `None` if it cannot be,
    /// which is kept.
    pub fn ask(
        &mut self,
        line: &CountLine,
        product: Option<&Known>,
        places: &[Location],
    ) -> Option<(StockChange, Place)> {
        match self.judge(line, product, places) {
            Ok(asked) => Some(asked),
            Err(faults) => {
                self.faults.add(line.line, &faults);
                None
            }
        }
    }

    fn judge(
        &mut self,
        line: &CountLine,
        product: Option<&Known>,
        places: &[Location],
    ) -> Result<(StockChange, Place), Vec<InvalidInput>> {
        let mut faults = Vec::new();
        match (&line.product, product) {
            (Named::Id(id, _), None) => faults.push(id.unknown()),
            (Named::Sku(sku), None) => faults.push(sku_fault(sku, "does not exist")),
            (Named::Id(id, Some(sku)), Some(known)) if known.sku.as_ref() != Some(sku) => {
                faults.push(sku_fault(sku, &format!("is not that of product {id}")));
            }
            (_, Some(_)) => {}
        }
        let place = places.iter().find(|place| place.code == line.location);
        if place.is_none() {
            faults.push(Location::unknown(&line.location));
        }
        let (Some(product), Some(Location { id, code, details, .. }), []) =
            (product, place, faults.as_slice())
        else {
            return Err(faults);
        };
        if !self.seen.insert((product.id, *id)) {
            let reason = format!("{} at {code} is in an earlier line too", product.id);
            return Err(vec![InvalidInput::new("product", reason)]);
        }
        let what = Keeping::Count {
            at: code.clone(),
            on_hand: line.on_hand,
            backorder_limit: line.backorder_limit,
            expected: Expected::Any,
        };
        let change = StockChange { product: product.id, what, reason: line.reason.clone() };
        let place = Place { id: *id, code: code.clone(), priority: details.priority, active: details.active };
        Ok((change, place))
    }

    /// What the change comes to, on shelves that know its product with all levels; `None` if there is nothing
    /// to do.
    pub fn decide(
        &mut self,
        line: u64,
        shelves: &mut Shelves,
        (change, place): (&StockChange, Place),
    ) -> Option<StockDecision> {
        let at = place.id;
        let is_new = shelves.shelf(change.product).is_some_and(|shelf| {
            shelf.spots().iter().all(|spot| spot.place.id != at || spot.level.version.is_none())
        });
        shelves.add_place(change.product, place);
        match shelves.keep(change) {
            Ok(Ok(decision)) => {
                if is_new {
                    self.tally.added += 1;
                } else {
                    self.tally.changed += 1;
                }
                self.changing.insert(change.product);
                Some(decision)
            }
            Ok(Err(Kept { .. })) => {
                self.tally.unchanged += 1;
                None
            }
            Err(refused) => {
                self.faults
                    .add(line, &[InvalidInput::new("product", format!("{}: {refused}", change.product))]);
                None
            }
        }
    }

    /// The level of a line was so already when the file was looked through.
    pub fn was_so(&mut self) {
        self.tally.unchanged += 1;
    }
}

fn sku_fault(sku: &Sku, reason: &str) -> InvalidInput {
    InvalidInput::new("sku", format!("{} {reason}", Quoted(sku.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalogue::product::{StockPolicy, Terms},
        money::{Currency, Money},
        stock::{
            level::Level,
            location::{LocationDetails, LocationName, ParcelLimits},
            shelves::{Shelf, Spot},
        },
        version::Version,
    };

    fn place(id: i64, code: &str) -> Location {
        Location {
            id: id.try_into().unwrap(),
            code: code.parse().unwrap(),
            details: LocationDetails {
                name: LocationName::parse(code).unwrap(),
                country: "DE".parse().unwrap(),
                point: None,
                priority: 0.try_into().unwrap(),
                parcel: ParcelLimits::default(),
                active: true,
            },
            version: Version::FIRST,
        }
    }

    fn line(product: Named, location: &str, on_hand: i64) -> CountLine {
        CountLine {
            line: 2,
            product,
            location: location.parse().unwrap(),
            on_hand: on_hand.try_into().unwrap(),
            backorder_limit: None,
            reason: Reason::parse("import").unwrap(),
        }
    }

    fn sku(text: &str) -> Sku {
        Sku::parse(text).unwrap()
    }

    #[test]
    fn what_does_not_exist_or_does_not_agree_is_a_fault() {
        let seven = 7.try_into().unwrap();
        let known = Known { id: seven, sku: Some(sku("A")) };
        let places = [place(1, "MAIN")];
        for (named, product, at, fault) in [
            (Named::Id(seven, None), None, "MAIN", "product 7 does not exist"),
            (Named::Sku(sku("B")), None, "MAIN", "sku \"B\" does not exist"),
            (Named::Id(seven, Some(sku("B"))), Some(&known), "MAIN", "sku \"B\" is not that of product 7"),
            (Named::Sku(sku("A")), Some(&known), "EAST", "location EAST does not exist"),
            (Named::Id(seven, None), None, "EAST", "product 7 does not exist; location EAST does not exist"),
        ] {
            let mut import = StockImport::new();
            assert_eq!(import.ask(&line(named, at, 1), product, &places), None);
            assert_eq!(import.faults.first().collect::<Vec<_>>(), [(2, fault)]);
        }
        let mut import = StockImport::new();
        for named in [Named::Sku(sku("A")), Named::Id(seven, Some(sku("A")))] {
            import.ask(&line(named, "MAIN", 1), Some(&known), &places);
        }
        let twice = "product 7 at MAIN is in an earlier line too";
        assert_eq!(import.faults.first().collect::<Vec<_>>(), [(2, twice)]);
    }

    #[test]
    fn a_count_is_added_changed_or_was_so() {
        let (seven, main) = (7.try_into().unwrap(), place(1, "MAIN"));
        let known = Known { id: seven, sku: None };
        let terms =
            Terms { price: Money::ZERO, currency: Currency::USD, policy: StockPolicy::Deny, active: true };
        let mut shelves = Shelves::new();
        shelves.learn(seven, Shelf::new(terms, Vec::<Spot>::new()));
        for (on_hand, tally) in [
            (0, StockTally { added: 1, ..StockTally::default() }),
            (3, StockTally { changed: 1, ..StockTally::default() }),
            (3, StockTally { unchanged: 1, ..StockTally::default() }),
        ] {
            let mut import = StockImport::new();
            let line = line(Named::Id(seven, None), "MAIN", on_hand);
            let (change, at) = import.ask(&line, Some(&known), std::slice::from_ref(&main)).unwrap();
            let decision = import.decide(2, &mut shelves, (&change, at));
            assert_eq!((import.tally, decision.is_some()), (tally, tally.unchanged == 0));
            assert_eq!(import.changing(), if decision.is_some() { vec![seven] } else { vec![] });
        }
        let level = Level { on_hand: 3, version: Some(2.try_into().unwrap()), ..Level::default() };
        assert_eq!(shelves.settle_changes().into_values().collect::<Vec<_>>(), [level]);
    }
}
