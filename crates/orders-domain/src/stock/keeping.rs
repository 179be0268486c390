//! What the shop's people do to stock: they count it, take it in, and move it.

use super::{
    level::{BackorderLimit, Level, OnHand, StockLevel},
    location::Location,
    movement::{Move, MovementKind},
    shelves::{Shelves, Spot},
};
use crate::{
    code::LocationCode,
    event::{facts::Facts, kind::EventType, subject::Subject},
    id::ProductId,
    version::{Expected, Version},
};

mod asked;

pub use asked::{Delivery, Keeping, Kept, NotKept, StockChange, StockDecision};

impl Shelves {
    /// Does it; `Err` of the level when there is nothing to do. Of the product all levels are known, and the
    /// places that are named if they exist.
    ///
    /// # Errors
    ///
    /// [`NotKept`]; nothing was changed.
    pub fn keep(&mut self, change: &StockChange) -> Result<Result<StockDecision, Kept>, NotKept> {
        let product = change.product;
        if self.shelf(product).is_none() {
            return Err(NotKept::UnknownProduct(product.unknown()));
        }
        match &change.what {
            Keeping::Count { at, on_hand, backorder_limit, expected } => {
                self.count(product, at, on_hand.get(), backorder_limit.map(BackorderLimit::get), expected)
            }
            Keeping::Deliver { at, kind, pieces } => self.deliver(product, at, *kind, pieces.get()).map(Ok),
            Keeping::Transfer { from, to, pieces } => self.transfer(product, from, to, pieces.get()).map(Ok),
        }
    }

    /// Has a line of an order hold so many more pieces at a place, or fewer, and says so as a count does. `None` when there
    /// are not so many: what is not there is held for nobody.
    pub fn hold(
        &mut self,
        (product, code): (ProductId, &LocationCode),
        line: u8,
        more: i64,
    ) -> Option<StockDecision> {
        let policy = self.shelf(product)?.terms().policy;
        let Spot { place, level } = self.spot(product, code)?.clone();
        let (kind, can_be) = if more < 0 {
            (MovementKind::Released, level.reserved)
        } else {
            (MovementKind::Reserved, level.free(policy))
        };
        let pieces = more.checked_abs().filter(|pieces| (1..=can_be).contains(pieces))?;
        self.set(product, place.id, level.seen_to());
        let moves: Vec<_> = self.make((product, place.id), kind, pieces, Some(line)).into_iter().collect();
        let on_hand = level.on_hand;
        let said = Facts::new()
            .with("from", on_hand)
            .with("to", on_hand)
            .with("backorderLimit", level.backorder_limit);
        Some(self.decided(product, &[code], EventType::StockCounted, said, moves))
    }

    fn known(&self, product: ProductId, code: &LocationCode) -> Result<Spot, NotKept> {
        self.spot(product, code).cloned().ok_or_else(|| NotKept::UnknownLocation(Location::unknown(code)))
    }

    fn shown(&self, product: ProductId, code: &LocationCode) -> Option<StockLevel> {
        let (known, spot) = (self.shelf(product)?, self.spot(product, code)?);
        Some(StockLevel::new(product, code.clone(), spot.level, known.terms().policy, spot.place.active))
    }

    fn count(
        &mut self,
        product: ProductId,
        code: &LocationCode,
        on_hand: i64,
        backorder_limit: Option<i64>,
        expected: &Expected,
    ) -> Result<Result<StockDecision, Kept>, NotKept> {
        let Spot { place, level: before } = self.known(product, code)?;
        if !expected.admits_present(before.version) {
            return Err(NotKept::Stale);
        }
        let limit = backorder_limit.unwrap_or(before.backorder_limit);
        if before.version.is_some() && (before.on_hand, before.backorder_limit) == (on_hand, limit) {
            return Ok(Err(Kept {
                levels: self.shown(product, code).into_iter().collect(),
                orders: Vec::new(),
            }));
        }
        let level = Level { backorder_limit: limit, ..before.seen_to() };
        self.set(product, place.id, level);
        let difference = on_hand - before.on_hand;
        let kind = if difference > 0 { MovementKind::Added } else { MovementKind::Removed };
        let moves: Vec<_> = match difference.abs() {
            0 => Vec::new(),
            pieces => self.make((product, place.id), kind, pieces, None).into_iter().collect(),
        };
        let short = Level { on_hand, ..level }.short();
        let mut said =
            Facts::new().with("from", before.on_hand).with("to", on_hand).with("backorderLimit", limit);
        if short > 0 {
            said = said.with("short", short);
        }
        let event = if short > 0 { EventType::StockShort } else { EventType::StockCounted };
        Ok(Ok(self.decided(product, &[code], event, said, moves)))
    }

    fn deliver(
        &mut self,
        product: ProductId,
        code: &LocationCode,
        delivery: Delivery,
        pieces: i64,
    ) -> Result<StockDecision, NotKept> {
        let Spot { place, level: before } = self.known(product, code)?;
        let kind = delivery.movement();
        may_move(product, code, before, kind, pieces)?;
        self.set(product, place.id, before.seen_to());
        let moves: Vec<_> = self.make((product, place.id), kind, pieces, None).into_iter().collect();
        let said = said_of(&moves, before, pieces);
        Ok(self.decided(product, &[code], delivery.event(), said, moves))
    }

    fn transfer(
        &mut self,
        product: ProductId,
        from: &LocationCode,
        to: &LocationCode,
        pieces: i64,
    ) -> Result<StockDecision, NotKept> {
        let (source, target) = (self.known(product, from)?, self.known(product, to)?);
        if from == to {
            return Err(NotKept::SamePlace(to.clone()));
        }
        may_move(product, from, source.level, MovementKind::MovedOut, pieces)?;
        may_move(product, to, target.level, MovementKind::MovedIn, pieces)?;
        self.set(product, source.place.id, source.level.seen_to());
        self.set(product, target.place.id, target.level.seen_to());
        let out = self.make((product, source.place.id), MovementKind::MovedOut, pieces, None);
        let moved_in = self.make((product, target.place.id), MovementKind::MovedIn, pieces, None);
        let moves: Vec<_> = out.into_iter().chain(moved_in).collect();
        let said = Facts::new().with("target", to.as_str());
        let said = said_of(&moves, source.level, pieces)
            .iter()
            .fold(said, |said, (name, value)| said.with(name.to_owned(), value.clone()));
        Ok(self.decided(product, &[from, to], EventType::StockMoved, said, moves))
    }

    fn decided(
        &self,
        product: ProductId,
        codes: &[&LocationCode],
        event: EventType,
        said: Facts,
        moves: Vec<Move>,
    ) -> StockDecision {
        let levels: Vec<_> = codes.iter().filter_map(|code| self.shown(product, code)).collect();
        let version = levels.first().and_then(|shown| shown.level.version).unwrap_or(Version::FIRST);
        let subject = Subject::Stock(product, codes[0].clone());
        StockDecision { moves, event, subject, version, said, kept: Kept { levels, orders: Vec::new() } }
    }
}

fn said_of(moves: &[Move], before: Level, pieces: i64) -> Facts {
    let after = moves.first().map_or(before.on_hand, |done| done.on_hand_after);
    Facts::new().with("quantity", pieces).with("from", before.on_hand).with("to", after)
}

/// Whether pieces can come or go: what orders hold stays, unless a count says otherwise.
fn may_move(
    product: ProductId,
    code: &LocationCode,
    level: Level,
    kind: MovementKind,
    pieces: i64,
) -> Result<(), NotKept> {
    if kind.on_hand(pieces) >= 0 {
        return OnHand::try_from(level.on_hand + pieces).map(drop).map_err(NotKept::TooMany);
    }
    if level.unheld() < pieces {
        let (location, unheld) = (code.clone(), level.unheld());
        return Err(NotKept::NotThere { product, location, unheld, wanted: pieces });
    }
    Ok(())
}
