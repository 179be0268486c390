//! What the shop's people ask for, and what comes of it.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{
    code::LocationCode,
    event::{facts::Facts, kind::EventType, subject::Subject},
    id::{OrderId, ProductId},
    invalid::InvalidInput,
    plural::{Are, Counted},
    quoted::Quoted,
    stock::{
        level::{BackorderLimit, OnHand, StockLevel},
        movement::{Move, MovementKind, Pieces, Reason},
    },
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

    pub(super) fn movement(self) -> MovementKind {
        match self {
            Self::Received => MovementKind::Received,
            Self::Returned => MovementKind::Returned,
            Self::Removed => MovementKind::Removed,
        }
    }

    pub(super) fn event(self) -> EventType {
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
            let reason = format!("{} is not one of received, returned, removed", Quoted(word));
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
        "{} of product {product} {} to leave {location}, and {unheld} {} there that no order holds",
        Counted(*wanted, "piece"),
        Are(*wanted),
        Are(*unheld)
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
    /// They are to go to where they are.
    #[error("location {0} is where the pieces are already")]
    SamePlace(LocationCode),
    /// There would be more than can be.
    #[error("{0}")]
    TooMany(InvalidInput),
}
