//! What becomes of what an order holds: it is kept at another place, sent or let go.

use std::collections::BTreeMap;

use super::{
    movement::{Held, Move, MovementKind},
    shelves::{Shelf, Shelves},
};
use crate::{
    code::LocationCode,
    id::{LocationId, MovementId, ProductId},
};

/// Pieces of a line that a planned parcel is to take from a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Which line, by its position from 0.
    pub line: u8,
    /// From where.
    pub location: LocationId,
    /// How many.
    pub quantity: i64,
}

/// What is wished of pieces that an order holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// To be held at this place, and for a parcel from there.
    Keep {
        /// The place.
        at: LocationId,
        /// Its name.
        code: LocationCode,
    },
    /// To be sent: from the place where a parcel holds them, or from where no parcel does.
    Ship {
        /// The place.
        from: Option<LocationId>,
        /// In which parcel, by number.
        shipment: i64,
    },
    /// To be let go, from the same.
    Release {
        /// The place.
        from: Option<LocationId>,
    },
}

/// Something wished of some pieces of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Which line, by its position from 0.
    pub line: u8,
    /// How many pieces. A line that holds nothing, since nobody counts its product, is passed over.
    pub quantity: i64,
    /// What.
    pub wish: Wish,
}

/// What a change of an order asks of the stock that it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settlement {
    /// What its planned parcels held before the change.
    pub claims: Vec<Claim>,
    /// What is wished, in this order.
    pub pulls: Vec<Pull>,
    /// Whether everything is let go.
    pub release_all: bool,
}

impl Settlement {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pulls.is_empty() && !self.release_all
    }
}

/// What is not there to be sent, or to be held for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOnHand {
    /// It is not there at all.
    #[error("product {product} has {on_hand} pieces on hand at {location}, and {wanted} are to be sent")]
    Missing {
        /// Of which product.
        product: ProductId,
        /// Where.
        location: LocationCode,
        /// How many are there.
        on_hand: i64,
        /// How many are to be sent from there.
        wanted: i64,
    },
    /// Others hold it, or it is not there.
    #[error(
        "product {product} has {unheld} pieces at {location} that no order holds, and {wanted} more are to be sent from there"
    )]
    Held {
        /// Of which product.
        product: ProductId,
        /// Where.
        location: LocationCode,
        /// How many are there that no order holds.
        unheld: i64,
        /// How many more are to be sent from there.
        wanted: i64,
    },
    /// It lies in too many places for one event.
    #[error("the pieces lie in so many places that they cannot all be moved at once: ship fewer of them")]
    Scattered,
}

/// What an order holds, apart from what its planned parcels hold, while a settlement goes on.
struct Holdings {
    /// By line and place: how many pieces, and how many of them a parcel holds.
    held: BTreeMap<(u8, LocationId), (i64, i64)>,
    products: BTreeMap<u8, ProductId>,
}

impl Holdings {
    fn new(held: &[Held], claims: &[Claim]) -> Self {
        let mut holdings = Self { held: BTreeMap::new(), products: BTreeMap::new() };
        for Held { line, product, location, quantity } in held {
            holdings.held.entry((*line, *location)).or_default().0 += quantity;
            holdings.products.insert(*line, *product);
        }
        for Claim { line, location, quantity } in claims {
            if let Some((_, claimed)) = holdings.held.get_mut(&(*line, *location)) {
                *claimed += quantity;
            }
        }
        holdings
    }

    /// Takes pieces that no parcel holds, at most so many, and no more than `most` at a place: from where, and
    /// how many.
    fn take_free(
        &mut self,
        line: u8,
        mut wanted: i64,
        first: Option<LocationId>,
        most: impl Fn(LocationId) -> i64,
    ) -> Vec<(LocationId, i64)> {
        let mut taken = Vec::new();
        let places: Vec<_> = self
            .held
            .range((line, LocationId::MIN)..=(line, LocationId::MAX))
            .map(|(key, _)| key.1)
            .collect();
        let first = first.filter(|first| places.contains(first));
        for place in first.into_iter().chain(places.iter().copied().filter(|place| Some(*place) != first)) {
            let Some((held, claimed)) = self.held.get_mut(&(line, place)) else { continue };
            let free = (*held - *claimed).min(most(place)).clamp(0, wanted);
            if free > 0 {
                *held -= free;
                wanted -= free;
                taken.push((place, free));
            }
        }
        taken
    }

    /// Takes pieces that a parcel holds at a place, at most so many.
    fn take_claimed(&mut self, line: u8, place: LocationId, wanted: i64) -> Vec<(LocationId, i64)> {
        let Some((held, claimed)) = self.held.get_mut(&(line, place)) else { return Vec::new() };
        let taken = wanted.min(*held).min(*claimed).max(0);
        *held -= taken;
        *claimed -= taken;
        if taken > 0 { vec![(place, taken)] } else { Vec::new() }
    }

    fn claim(&mut self, line: u8, place: LocationId, quantity: i64) {
        let (held, claimed) = self.held.entry((line, place)).or_default();
        *held += quantity;
        *claimed += quantity;
    }
}

impl Shelves {
    /// Does with what an order holds what is asked: all of it or nothing.
    ///
    /// # Errors
    ///
    /// [`NotOnHand`] when something is to be sent, or to be held at another place, and is not there; and when that
    /// takes more movements than an event has.
    pub fn settle(&mut self, held: &[Held], asked: &Settlement) -> Result<Vec<Move>, NotOnHand> {
        let mark = self.mark();
        let moves = self.settled(held, asked).and_then(|moves| match i64::try_from(moves.len()) {
            Ok(0..=MovementId::BLOCK) => Ok(moves),
            _ => Err(NotOnHand::Scattered),
        });
        moves.inspect_err(|_| self.roll_back_to(mark))
    }

    fn settled(&mut self, held: &[Held], asked: &Settlement) -> Result<Vec<Move>, NotOnHand> {
        if asked.release_all {
            let release = |held: &Held| {
                self.make(
                    (held.product, held.location),
                    MovementKind::Released,
                    held.quantity,
                    Some(held.line),
                )
            };
            return Ok(held.iter().filter_map(release).collect());
        }
        let all = |_| i64::MAX;
        let mut holdings = Holdings::new(held, &asked.claims);
        let mut moves = Vec::with_capacity(asked.pulls.len());
        for Pull { line, quantity, wish } in &asked.pulls {
            let Some(product) = holdings.products.get(line).copied() else { continue };
            match wish {
                Wish::Keep { at, code } => {
                    let taken = holdings.take_free(*line, *quantity, Some(*at), all);
                    let elsewhere: i64 =
                        taken.iter().filter(|(place, _)| place != at).map(|(_, pieces)| pieces).sum();
                    if elsewhere > 0 {
                        self.refuse_held(product, (*at, code), elsewhere)?;
                        let others = taken.iter().filter(|(place, _)| place != at);
                        moves.extend(others.filter_map(|(place, pieces)| {
                            self.make((product, *place), MovementKind::Released, *pieces, Some(*line))
                        }));
                        moves.extend(self.make(
                            (product, *at),
                            MovementKind::Reserved,
                            elsewhere,
                            Some(*line),
                        ));
                    }
                    holdings.claim(*line, *at, taken.iter().map(|(_, pieces)| pieces).sum());
                }
                Wish::Ship { from, shipment } => {
                    let taken = match from {
                        Some(place) => holdings.take_claimed(*line, *place, *quantity),
                        None => self.take_there(&mut holdings, product, *line, *quantity),
                    };
                    for (place, pieces) in taken {
                        let sent = self.send(product, place, *line, pieces)?;
                        moves.extend(sent.map(|sent| Move { shipment: Some(*shipment), ..sent }));
                    }
                }
                Wish::Release { from } => {
                    let taken = match from {
                        Some(place) => holdings.take_claimed(*line, *place, *quantity),
                        None => holdings.take_free(*line, *quantity, None, all),
                    };
                    for (place, pieces) in taken {
                        moves.extend(self.make(
                            (product, place),
                            MovementKind::Released,
                            pieces,
                            Some(*line),
                        ));
                    }
                }
            }
        }
        Ok(moves)
    }

    /// Takes pieces that no parcel holds, first where they are on hand: a place may hold what is yet to come.
    fn take_there(
        &self,
        holdings: &mut Holdings,
        product: ProductId,
        line: u8,
        wanted: i64,
    ) -> Vec<(LocationId, i64)> {
        let spots = self.shelf(product).map(Shelf::spots).unwrap_or_default();
        let on_hand =
            |place| spots.iter().find(|spot| spot.place.id == place).map_or(0, |spot| spot.level.on_hand);
        let mut taken = holdings.take_free(line, wanted, None, on_hand);
        let rest = wanted - taken.iter().map(|(_, pieces)| pieces).sum::<i64>();
        for (place, pieces) in holdings.take_free(line, rest, None, |_| i64::MAX) {
            match taken.iter_mut().find(|(known, _)| *known == place) {
                Some((_, more)) => *more += pieces,
                None => taken.push((place, pieces)),
            }
        }
        taken
    }

    /// Refuses to hold so many more pieces at a place where not so many are free.
    fn refuse_held(
        &self,
        product: ProductId,
        (at, code): (LocationId, &LocationCode),
        wanted: i64,
    ) -> Result<(), NotOnHand> {
        let spots = self.shelf(product).map(Shelf::spots).unwrap_or_default();
        let unheld = spots.iter().find(|spot| spot.place.id == at).map_or(0, |spot| spot.level.unheld());
        if unheld < wanted {
            return Err(NotOnHand::Held { product, location: code.clone(), unheld, wanted });
        }
        Ok(())
    }

    /// Sends pieces that an order holds at a place.
    fn send(
        &mut self,
        product: ProductId,
        from: LocationId,
        line: u8,
        pieces: i64,
    ) -> Result<Option<Move>, NotOnHand> {
        let spots = self.shelf(product).map(Shelf::spots).unwrap_or_default();
        if let Some(spot) = spots.iter().find(|spot| spot.place.id == from)
            && spot.level.on_hand < pieces
        {
            let (location, on_hand) = (spot.place.code.clone(), spot.level.on_hand);
            return Err(NotOnHand::Missing { product, location, on_hand, wanted: pieces });
        }
        Ok(self.make((product, from), MovementKind::Shipped, pieces, Some(line)))
    }
}

#[cfg(test)]
mod tests;
