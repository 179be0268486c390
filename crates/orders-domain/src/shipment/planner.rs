//! Splits what is open of an order into parcels, and says why so.
//!
//! It minimises, in this order: pieces without a place; parcels; parcels that cross a border; Σ grams × metres; then
//! the priorities and ages of the places. There are no weighted sums, which nobody could predict. The same input
//! gives the same plan.
//!
//! Without limits of parcels, the parcels are the places, and each piece comes from the nearest of them: then all
//! choices among up to [`EXACT_PLACES`] places are looked at. With limits, who sends what and how it is packed
//! depend on each other: that is searched to the end for up to 12 pieces at as many places, unless they are so many
//! different ones that it takes too long.
//! Beyond, places that cover all are improved by taking in, dropping and swapping some. Where one parcel is enough,
//! all places that can send it are compared, however many there are.

use std::{fmt, str::FromStr};

use crate::{
    catalogue::size::{Grams, Size},
    code::{Country, LocationCode},
    id::{LocationId, OrderProductId},
    invalid::{InvalidInput, list},
    quoted::Quoted,
    stock::location::{ParcelLimits, Point, Priority},
};

mod board;
mod centres;
mod cover;
mod distance;
mod exact;
mod packing;
mod reasons;
mod split;
mod states;
mod tails;

use board::{Best, Board};

/// The most places among which every choice is looked at.
pub const EXACT_PLACES: usize = 12;

/// More parcels than this are counted, not shown: an order has no more.
pub const MOST_PARCELS: usize = 32;

/// The most other ways that are told.
pub const MOST_ALTERNATIVES: usize = 3;

/// What is to be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is open.
    pub wanted: Vec<Wanted>,
    /// From where it could leave.
    pub places: Vec<Candidate>,
    /// Where it goes, if that is known.
    pub destination: Option<Destination>,
}

/// Pieces of a line that are open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which line, by its position from 0.
    pub line: u8,
    /// By what it is called in reasons.
    pub id: OrderProductId,
    /// How many pieces.
    pub quantity: u32,
    /// The weight of one; what is not known counts as 0.
    pub weight: Option<Grams>,
    /// The size of one; what is not known counts as 0.
    pub size: Option<Size>,
    /// Whether somebody counts it, or it is kept somewhere. What is not goes into one parcel from nowhere.
    pub counted: bool,
}

/// A place that could send something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its number: the older place has the smaller one.
    pub id: LocationId,
    /// Its name.
    pub code: LocationCode,
    /// In which country it is.
    pub country: Country,
    /// Where it is, if that is known.
    pub point: Option<Point>,
    /// How far in front it stands.
    pub priority: Priority,
    /// What its parcels can be at most.
    pub parcel: ParcelLimits,
    /// How many pieces could leave, of each of [`Problem::wanted`] in its order.
    pub stock: Vec<u32>,
}

/// Where an order goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Into which country.
    pub country: Country,
    /// To where, if that is known.
    pub point: Option<Point>,
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The parcels; the first [`MOST_PARCELS`] and one more, if there are more.
    pub parcels: Vec<PlannedParcel>,
    /// The lines, by their positions, of which pieces cannot be sent from anywhere, and how many.
    pub unplaced: Vec<(u8, u32)>,
    /// Whether it is known that nothing is better.
    pub exact: bool,
    /// The next best choices of places, up to [`MOST_ALTERNATIVES`].
    pub alternatives: Vec<Alternative>,
    /// What it costs.
    pub cost: Cost,
}

/// A parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedParcel {
    /// From where it leaves; `None` with what nobody counts.
    pub location: Option<(LocationId, LocationCode)>,
    /// How many pieces of which lines, by their positions.
    pub lines: Vec<(u8, u32)>,
    /// Its weight in grams.
    pub weight: i64,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Why a parcel is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Which reason.
    pub code: ReasonCode,
    /// In words.
    pub detail: String,
    /// The limit that it is about.
    pub limit: Option<i64>,
    /// What was compared with it; parcels for [`ReasonCode::FewestParcels`].
    pub value: Option<i64>,
}

/// Another choice of places. It has no distances: they are kept with the order's events, and some of them would tell
/// where its customer lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The places.
    pub places: Vec<LocationCode>,
    /// Pieces without a place.
    pub unplaced: i64,
    /// Parcels.
    pub parcels: i64,
    /// Parcels that cross a border.
    pub borders: i64,
    /// The first part of the cost by which it lost.
    pub lost_by: Criterion,
}

/// What is compared of two plans, in this order; where all is equal, the priorities and ages of the places decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// Pieces without a place.
    pub unplaced: i64,
    /// Parcels.
    pub parcels: i64,
    /// Parcels that cross a border.
    pub borders: i64,
    /// Σ grams × metres; no more than an `i64` holds.
    pub gram_metres: i64,
}

impl Cost {
    /// By what a worse one lost.
    fn lost_by(&self, worse: &Self) -> Criterion {
        if self.unplaced != worse.unplaced {
            Criterion::Unplaced
        } else if self.parcels != worse.parcels {
            Criterion::Parcels
        } else if self.borders != worse.borders {
            Criterion::Borders
        } else if self.gram_metres != worse.gram_metres {
            Criterion::Distance
        } else {
            Criterion::Priority
        }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal, $count:literal: $($(#[$of:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$of])* $variant),+
        }

        impl $name {
            /// Every one.
            pub const ALL: [Self; $count] = [$(Self::$variant),+];

            /// The word for it on the wire and in storage.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = InvalidInput;

            fn from_str(word: &str) -> Result<Self, InvalidInput> {
                Self::ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| {
                    let reason = format!("{} is not one of {}", Quoted(word), list(&Self::ALL));
                    InvalidInput::new($what, reason)
                })
            }
        }
    };
}

words! {
    /// Which reason a parcel has.
    ReasonCode, "reason", 6:
    /// Nowhere else is some line of it.
    OnlyPlaceWithStock = "only-place-with-stock",
    /// With the places near by there would be more parcels.
    FewestParcels = "fewest-parcels",
    /// No other place that has it is nearer.
    Nearest = "nearest",
    /// All that leaves the place is too heavy for one parcel.
    WeightLimit = "weight-limit",
    /// All that leaves the place is too large for one parcel.
    SizeLimit = "size-limit",
    /// A piece exceeds a limit by itself, so it goes alone.
    Oversize = "oversize",
}

words! {
    /// A part of a cost.
    Criterion, "criterion", 5:
    /// Pieces without a place.
    Unplaced = "unplaced",
    /// Parcels.
    Parcels = "parcels",
    /// Parcels that cross a border.
    Borders = "borders",
    /// Σ grams × metres.
    Distance = "distance",
    /// The priorities and ages of the places.
    Priority = "priority",
}

/// Splits what is wanted into parcels.
#[must_use]
pub fn plan(problem: &Problem) -> Plan {
    let board = Board::new(problem);
    let mut best = Best::default();
    let is_proven = cover::in_one_parcel(&board, &mut best) | is_searched(&board, &mut best);
    reasons::told(problem, &board, best, is_proven)
}

/// Offers the best choices that are found. Whether the first is known to be the best.
fn is_searched(board: &Board, best: &mut Best) -> bool {
    let every_choice = board.sites.len() <= EXACT_PLACES;
    if board.sites.is_empty() {
        return true;
    }
    if best.is_full_below(board.fixed.parcels + 2) {
        return false;
    }
    if !board.is_limited && every_choice {
        cover::every_choice(board, best);
        return true;
    }
    if exact::improve(board, best) {
        return true;
    }
    split::some_choices(board, best);
    false
}

#[cfg(test)]
mod tests;
