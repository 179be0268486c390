//! What a commit does to the stock in memory: what is known of products is learnt, and what came of it is kept.

use std::{convert::Infallible, ops::Bound};

use orders_domain::{
    LocationId, OrderId, ProductId,
    ports::{Made, Refused},
    stock::{
        Location, Movement,
        holding::{self, OfLine},
        keeping::{Kept, StockChange, StockDecision},
        movement::Held,
        queue,
        shelves::{Place, Shelf, Shelves, Spot},
    },
};

use super::{State, committing::Told};

impl State {
    pub(super) fn keep_stock(&mut self, change: StockChange) -> Result<Result<Told, Made>, Refused> {
        let mut shelves = self.shelves([change.product]);
        for code in change.places() {
            if let Some(place) = self.places.iter().find(|place| place.code == *code) {
                shelves.add_place(change.product, self::place(place));
            }
        }
        let decision = match shelves.keep(&change).map_err(Refused::NotKept)? {
            Ok(decision) if decision.is_short() => {
                let orders = self.holders(&decision.kept);
                decision.held_by(orders)
            }
            Ok(decision) => decision,
            Err(same) => return Ok(Err(Made::Stock(same))),
        };
        self.keep_levels(shelves);
        let StockDecision { moves, event, subject, version, said, kept } = decision;
        let told = Told::of(subject, version, (event, said), Made::Stock(kept));
        Ok(Ok(told.moving(moves, change.reason)))
    }

    fn holders(&self, kept: &Kept) -> Vec<OrderId> {
        let Some(level) = kept.levels.first() else { return Vec::new() };
        let of_product = self.movements.values().rev().filter(|(product, _)| *product == level.product);
        let newest = of_product.map(|(_, movement)| movement).take(holding::LOOKED_THROUGH);
        let here = newest.filter(|movement| movement.location == level.location);
        holding::holders(here.filter_map(|movement| Some((movement.line?, movement.kind, movement.quantity))))
    }

    pub(super) fn of_lines(&self, order: OrderId) -> Vec<OfLine> {
        let of_order = self.movements.values().filter(|(_, movement)| movement.order == Some(order));
        of_order.filter_map(|of| self.of_line(of)).collect()
    }

    fn of_line(&self, (product, movement): &(ProductId, Movement)) -> Option<OfLine> {
        let Movement { id, kind, quantity, .. } = *movement;
        let place = self.places.iter().find(|place| place.code == movement.location)?;
        Some(OfLine { id, line: movement.line?, product: *product, location: place.id, kind, quantity })
    }

    /// Finds out what stands behind what an order holds.
    pub(super) fn look_behind(&self, held: &mut [Held]) {
        let level = |product, place: LocationId| self.levels.get(&(product, place.get())).copied();
        let read = |product, after, most| {
            let later = self.movements.range((Bound::Excluded(after), Bound::Unbounded)).rev();
            let newest = later.map(|(_, of)| of).filter(|(of, _)| *of == product).take(most);
            let mut newest: Vec<_> = newest.filter_map(|of| self.of_line(of)).collect();
            newest.reverse();
            Ok::<_, Infallible>(newest)
        };
        let Ok(()) = queue::look_behind(held, level, read);
    }

    /// What is known of these products.
    pub(super) fn shelves(&self, products: impl IntoIterator<Item = ProductId>) -> Shelves {
        let mut shelves = Shelves::new();
        for id in products {
            let Some(product) = self.products.get(&id) else { continue };
            let spots = self.places.iter().filter_map(|at| {
                let level = *self.levels.get(&(id, at.id.get()))?;
                Some(Spot { place: place(at), level })
            });
            shelves.learn(id, Shelf::new(product.terms(), spots).shown_as(self.showing(product)));
        }
        shelves
    }

    pub(super) fn keep_levels(&mut self, mut shelves: Shelves) {
        for ((product, location), level) in shelves.settle_changes() {
            self.levels.insert((product, location.get()), level);
        }
    }
}

fn place(at: &Location) -> Place {
    let (priority, active) = (at.details.priority, at.details.active);
    Place { id: at.id, code: at.code.clone(), priority, active }
}
