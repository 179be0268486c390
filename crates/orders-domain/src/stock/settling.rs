//! What becomes of what an order holds: it is kept at another place, sent or let go.

use holdings::Holdings;
pub use refusal::NotOnHand;

use super::{
    level::Level,
    movement::{Held, Move, MovementKind},
    shelves::Shelves,
};
use crate::{
    code::LocationCode,
    id::{LocationId, MovementId, ProductId},
};

mod holdings;
mod refusal;

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
    /// Whether something is to be sent, or to be held for that, so that it counts who reserved first.
    #[must_use]
    pub fn takes(&self) -> bool {
        self.pulls.iter().any(|pull| !matches!(pull.wish, Wish::Release { .. }))
    }

    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pulls.is_empty() && !self.release_all
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
        let mut holdings = Holdings::new(held, &asked.claims);
        let kept = self.keep_what_is_there(&mut holdings, &asked.pulls);
        let mut moves = Vec::with_capacity(asked.pulls.len());
        for (Pull { line, quantity, wish }, kept) in asked.pulls.iter().zip(kept) {
            let Some(product) = holdings.product(*line) else { continue };
            match wish {
                Wish::Keep { at, code } => {
                    let of = (*line, product);
                    self.bring(&mut holdings, of, (*at, code), (kept, *quantity), &mut moves)?;
                }
                Wish::Ship { from, shipment } => {
                    for sent in self.send(&mut holdings, (*line, product), *from, *quantity)? {
                        moves.push(Move { shipment: Some(*shipment), ..sent });
                    }
                }
                Wish::Release { from } => {
                    let taken = match from {
                        Some(place) => holdings.take_claimed(*line, *place, *quantity),
                        None => holdings.take_free(*line, *quantity, |_, _| i64::MAX),
                    };
                    for (place, pieces) in taken {
                        let released = MovementKind::Released;
                        moves.extend(self.make((product, place), released, pieces, Some(*line)));
                    }
                }
            }
        }
        Ok(moves)
    }

    /// Sets aside for parcels what is held where they leave from and is on hand: for each wish, how many pieces.
    fn keep_what_is_there(&self, holdings: &mut Holdings, pulls: &[Pull]) -> Vec<i64> {
        let keep = |pull: &Pull| {
            let (Wish::Keep { at, .. }, Some(product)) = (&pull.wish, holdings.product(pull.line)) else {
                return 0;
            };
            let ready = holdings.ready(pull.line, *at, self.level_at(product, *at));
            let kept = ready.min(pull.quantity);
            holdings.claim(pull.line, *at, kept);
            kept
        };
        pulls.iter().map(keep).collect()
    }

    /// Brings to a place what a parcel is to take from there and was not kept there: first what is not on hand
    /// where it is held. The line lines up anew with all that it holds there.
    fn bring(
        &mut self,
        holdings: &mut Holdings,
        (line, product): (u8, ProductId),
        (at, code): (LocationId, &LocationCode),
        (kept, wanted): (i64, i64),
        moves: &mut Vec<Move>,
    ) -> Result<(), NotOnHand> {
        // What was let go meanwhile may have made room for it.
        let ready = holdings.ready(line, at, self.level_at(product, at)).min(wanted - kept);
        holdings.claim(line, at, ready);
        let kept = kept + ready;
        let elsewhere = holdings.free_elsewhere(line, at);
        let missing = (wanted - kept).min(holdings.free(line, at) + elsewhere);
        if missing <= 0 {
            return Ok(());
        }
        if elsewhere == 0 {
            self.refuse_behind((product, at), kept + missing, kept)?;
        }
        let unheld = self.level_at(product, at).unheld();
        if unheld < missing {
            return Err(NotOnHand::Held { product, location: code.clone(), unheld, wanted: missing });
        }
        // Where something is unheld all that the line holds is on hand, so what is missing is elsewhere.
        let promised = holdings.take_free(line, missing, |holdings, place| {
            holdings.free(line, place) - holdings.ready(line, place, self.level_at(product, place))
        });
        let mut brought = holdings.take_rest(line, missing, promised);
        let own = holdings.held(line, at);
        brought.extend((own > 0).then_some((at, own)));
        for (place, pieces) in brought {
            moves.extend(self.make((product, place), MovementKind::Released, pieces, Some(line)));
        }
        moves.extend(self.make((product, at), MovementKind::Reserved, own + missing, Some(line)));
        holdings.line_up(line, at, missing);
        Ok(())
    }

    /// Sends pieces that an order holds: from the place where a parcel is to take them, or where no parcel is,
    /// and there first what is on hand.
    fn send(
        &mut self,
        holdings: &mut Holdings,
        (line, product): (u8, ProductId),
        from: Option<LocationId>,
        wanted: i64,
    ) -> Result<Vec<Move>, NotOnHand> {
        let before = holdings.clone();
        let ready = |place| match from {
            Some(_) => before.backed(line, place, self.level_at(product, place)),
            None => before.ready(line, place, self.level_at(product, place)),
        };
        let taken = if let Some(place) = from {
            holdings.take_claimed(line, place, wanted)
        } else {
            let there = holdings.take_free(line, wanted, |_, place| ready(place));
            holdings.take_rest(line, wanted, there)
        };
        for (place, pieces) in &taken {
            self.refuse_behind((product, *place), *pieces, ready(*place))?;
        }
        let send = |(place, pieces)| self.make((product, place), MovementKind::Shipped, pieces, Some(line));
        Ok(taken.into_iter().filter_map(send).collect())
    }

    fn level_at(&self, product: ProductId, place: LocationId) -> Level {
        self.level(product, place).unwrap_or_default()
    }

    /// Refuses to send more pieces from a place than are there for whoever wants them.
    fn refuse_behind(
        &self,
        (product, from): (ProductId, LocationId),
        wanted: i64,
        backed: i64,
    ) -> Result<(), NotOnHand> {
        let Some(spot) = self.spot_at(product, from).filter(|_| backed < wanted) else { return Ok(()) };
        let (location, on_hand) = (spot.place.code.clone(), spot.level.on_hand);
        Err(if on_hand < wanted {
            NotOnHand::Missing { product, location, on_hand, wanted }
        } else {
            NotOnHand::Behind { product, location, backed, wanted }
        })
    }
}

#[cfg(test)]
mod tests;
