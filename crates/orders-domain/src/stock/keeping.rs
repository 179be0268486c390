//! What the shop's people do to stock: they count it, take it in, and move it.

use std::{fmt, str::FromStr};

use thiserror::Error;

use super::{
    level::{BackorderLimit, Level, OnHand, StockLevel},
    location::Location,
    movement::{Move, MovementKind, Pieces, Reason},
    shelves::{Shelves, Spot},
};
use crate::{
    code::LocationCode,
    event::{facts::Facts, kind::EventType, subject::Subject},
    id::{OrderId, ProductId},
    invalid::InvalidInput,
    version::{Expected, Version},
};

/// A change of stock that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockChange {
    /// Of which product.
    pub product: ProductId,
    /// What is done.
    pub what: Keeping,
    /// Why, in somebody's own words.
    pub reason: Reason,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeping {
    /// Somebody has counted.
    Count {
        /// Where.
        at: LocationCode,
        /// How many pieces are there.
        on_hand: OnHand,
        /// How many may be reserved beyond them from now on; as before if nothing is said.
        backorder_limit: Option<BackorderLimit>,
        /// At which versions of the level this counts.
        expected: Expected,
    },
    /// Pieces came or are gone.
    Deliver {
        /// Where.
        at: LocationCode,
        /// What happened to them.
        kind: Delivery,
        /// How many.
        pieces: Pieces,
    },
    /// Pieces went from a place to another.
    Transfer {
        /// From where.
        from: LocationCode,
        /// To where.
        to: LocationCode,
        /// How many.
        pieces: Pieces,
    },
}

/// How pieces come or go that no order holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// They came from outside.
    Received,
    /// They came back.
    Returned,
    /// They are gone.
    Removed,
}

impl Delivery {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Received, Self::Returned, Self::Removed];

    fn movement(self) -> MovementKind {
        match self {
            Self::Received => MovementKind::Received,
            Self::Returned => MovementKind::Returned,
            Self::Removed => MovementKind::Removed,
        }
    }

    fn event(self) -> EventType {
        match self {
            Self::Received => EventType::StockReceived,
            Self::Returned => EventType::StockReturned,
            Self::Removed => EventType::StockRemoved,
        }
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.movement().fmt(f)
    }
}

impl FromStr for Delivery {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        Self::ALL.into_iter().find(|known| known.movement().as_str() == word).ok_or_else(|| {
            let reason = format!("{} is not one of received, returned, removed", crate::quoted::Quoted(word));
            InvalidInput::new("kind", reason)
        })
    }
}

impl StockChange {
    /// The places that it names, the one whose event it is first.
    #[must_use]
    pub fn places(&self) -> Vec<&LocationCode> {
        match &self.what {
            Keeping::Count { at, .. } | Keeping::Deliver { at, .. } => vec![at],
            Keeping::Transfer { from, to, .. } => vec![from, to],
        }
    }
}

/// What a change of stock comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The levels as they are since: of the place that was named first, then of the other one.
    pub levels: Vec<StockLevel>,
    /// Orders that hold pieces of what is short, up to [`Self::HOLDERS`], the newest first.
    pub orders: Vec<OrderId>,
}

impl Kept {
    /// How many orders are named at most.
    pub const HOLDERS: usize = 100;

    /// It, to be kept with its event.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let level = self.levels.first().map(StockLevel::facts);
        let target = self.levels.get(1).map(StockLevel::facts);
        let orders: Vec<_> = self.orders.iter().map(|order| order.get()).collect();
        Facts::new().with("level", level).with("target", target).with("orders", orders)
    }

    /// What these facts were made of.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when they are none.
    pub fn of_facts(product: ProductId, facts: &Facts) -> Result<Self, InvalidInput> {
        let level = StockLevel::of_facts(product, facts.facts("level")?)?;
        let target =
            facts.may_facts("target")?.map(|target| StockLevel::of_facts(product, target)).transpose()?;
        let orders = facts.numbers("orders")?.iter().map(|order| OrderId::try_from(*order));
        Ok(Self {
            levels: std::iter::once(level).chain(target).collect(),
            orders: orders.collect::<Result<_, _>>()?,
        })
    }
}

/// A change of stock that is decided: what is to be stored of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockDecision {
    /// What moved; nothing where only a limit changed.
    pub moves: Vec<Move>,
    /// The type of its event.
    pub event: EventType,
    /// The level that it counts for.
    pub subject: Subject,
    /// The version that it made of it.
    pub version: Version,
    /// What the event says; of orders, what the store adds with [`Self::held_by`].
    pub said: Facts,
    /// What it comes to.
    pub kept: Kept,
}

impl StockDecision {
    /// Whether the level is short, so that the orders that hold it are to be named.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.event == EventType::StockShort
    }

    /// The same, naming these orders.
    #[must_use]
    pub fn held_by(mut self, orders: Vec<OrderId>) -> Self {
        let numbers: Vec<_> = orders.iter().map(|order| order.get()).collect();
        self.said = self.said.with("orders", numbers);
        self.kept.orders = orders;
        self
    }
}

/// Why stock is not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotKept {
    /// There is no such product.
    #[error("{0}")]
    UnknownProduct(InvalidInput),
    /// There is no such place.
    #[error("{0}")]
    UnknownLocation(InvalidInput),
    /// The level is not at an expected version.
    #[error("the level has changed since")]
    Stale,
    /// More pieces are to go than are there and nobody holds.
    #[error(
        "{wanted} pieces of product {product} are to leave {location}, and {unheld} are there that no order holds"
    )]
    NotThere {
        /// Of which product.
        product: ProductId,
        /// From where.
        location: LocationCode,
        /// How many there are that no order holds.
        unheld: i64,
        /// How many are to go.
        wanted: i64,
    },
    /// There would be more than can be.
    #[error("{0}")]
    TooMany(InvalidInput),
}

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
        let is_expected = match (expected, before.version) {
            (Expected::Any, _) => true,
            (Expected::OneOf(_), None) => false,
            (expected, Some(version)) => expected.admits(version),
        };
        if !is_expected {
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
