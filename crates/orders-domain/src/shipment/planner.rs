//! Splits what is open of an order into parcels.

#![allow(missing_docs)]
use crate::invalid::InvalidInput;
use crate::{
    catalogue::size::{Grams, Size},
    code::{Country, LocationCode},
    id::LocationId,
    stock::location::{ParcelLimits, Point, Priority},
};
use std::str::FromStr;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub wanted: Vec<Wanted>,
    pub places: Vec<Candidate>,
    pub destination: Option<Destination>,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub line: u8,
    pub quantity: u32,
    pub weight: Option<Grams>,
    pub size: Option<Size>,
    pub counted: bool,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub id: LocationId,
    pub code: LocationCode,
    pub country: Country,
    pub point: Option<Point>,
    pub priority: Priority,
    pub parcel: ParcelLimits,
    pub stock: Vec<u32>,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub country: Country,
    pub point: Option<Point>,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub parcels: Vec<PlannedParcel>,
    pub unplaced: Vec<(u8, u32)>,
    pub exact: bool,
    pub alternatives: Vec<Alternative>,
    pub cost: Cost,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedParcel {
    pub location: Option<(LocationId, LocationCode)>,
    pub lines: Vec<(u8, u32)>,
    pub weight: i64,
    pub reasons: Vec<Reason>,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: ReasonCode,
    pub detail: String,
    pub limit: Option<i64>,
    pub value: Option<i64>,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasonCode {
    OnlyPlaceWithStock,
    FewestParcels,
    Nearest,
    WeightLimit,
    SizeLimit,
    Oversize,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    pub places: Vec<LocationCode>,
    pub cost: Cost,
    pub lost_by: Criterion,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    Unplaced,
    Parcels,
    Borders,
    Distance,
    Priority,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    pub unplaced: i64,
    pub parcels: i64,
    pub borders: i64,
    pub gram_metres: i64,
}

pub fn plan(problem: &Problem) -> Plan {
    let unplaced: Vec<_> = problem.wanted.iter().map(|wanted| (wanted.line, wanted.quantity)).collect();
    let cost = Cost { unplaced: 0, parcels: 0, borders: 0, gram_metres: 0 };
    Plan { parcels: Vec::new(), unplaced, exact: false, alternatives: Vec::new(), cost }
}

impl ReasonCode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnlyPlaceWithStock => "only-place-with-stock",
            Self::FewestParcels => "fewest-parcels",
            Self::Nearest => "nearest",
            Self::WeightLimit => "weight-limit",
            Self::SizeLimit => "size-limit",
            Self::Oversize => "oversize",
        }
    }
}
impl FromStr for ReasonCode {
    type Err = InvalidInput;
    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        [
            Self::OnlyPlaceWithStock,
            Self::FewestParcels,
            Self::Nearest,
            Self::WeightLimit,
            Self::SizeLimit,
            Self::Oversize,
        ]
        .into_iter()
        .find(|one| one.as_str() == word)
        .ok_or_else(|| InvalidInput::new("reason", word))
    }
}
impl Criterion {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unplaced => "unplaced",
            Self::Parcels => "parcels",
            Self::Borders => "borders",
            Self::Distance => "distance",
            Self::Priority => "priority",
        }
    }
}
impl FromStr for Criterion {
    type Err = InvalidInput;
    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        [Self::Unplaced, Self::Parcels, Self::Borders, Self::Distance, Self::Priority]
            .into_iter()
            .find(|one| one.as_str() == word)
            .ok_or_else(|| InvalidInput::new("criterion", word))
    }
}
