//! The planner against a plain search through everything, and its rules one by one.

use super::*;
use crate::catalogue::size::{CubicMillimetres, Millimetres};

mod oracle;
mod rules;

/// Numbers that look random and are the same each time (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn number(&mut self, sides: u32) -> u32 {
        u32::try_from(self.roll(sides.into())).unwrap()
    }
}

fn n<T: TryFrom<i64, Error: fmt::Debug>>(number: i64) -> T {
    number.try_into().unwrap()
}

fn cube(side: i64) -> Option<Size> {
    let side = Millimetres::try_from(side).ok()?;
    Some(Size { length: side, width: side, height: side })
}

fn wanted(line: u8, quantity: u32, grams: i64) -> Wanted {
    // That of order 7.
    let id = n(601 + i64::from(line));
    Wanted { line, id, quantity, weight: Grams::try_from(grams).ok(), size: None, counted: true }
}

/// A place so many degrees east of the middle of Germany.
fn place(id: i64, east: i64, stock: &[u32]) -> Candidate {
    Candidate {
        id: n(id),
        code: format!("P{id}").parse().unwrap(),
        country: "DE".parse().unwrap(),
        point: Some(Point { latitude: n(51_000_000), longitude: n(9_000_000 + east * 1_000_000) }),
        priority: n(0),
        parcel: ParcelLimits::default(),
        stock: stock.to_vec(),
    }
}

fn germany() -> Destination {
    Destination { country: "DE".parse().unwrap(), point: None }
}

fn volume(limit: i64) -> Option<CubicMillimetres> {
    CubicMillimetres::try_from(limit).ok()
}

/// What leaves from where, in words.
fn said(plan: &Plan) -> Vec<String> {
    let parcel = |parcel: &PlannedParcel| {
        let from = parcel.location.as_ref().map_or("-", |(_, code)| code.as_str());
        let lines: Vec<_> = parcel.lines.iter().map(|(line, pieces)| format!("{pieces}x{line}")).collect();
        format!("{from}: {}", lines.join(" "))
    };
    plan.parcels.iter().map(parcel).collect()
}

fn codes(parcel: &PlannedParcel) -> Vec<&'static str> {
    parcel.reasons.iter().map(|reason| reason.code.as_str()).collect()
}

/// A problem at random: up to so many places, lines and pieces of each.
fn random(dice: &mut Dice, places: u32, lines: u32, pieces: u32) -> Problem {
    let lines = 1 + dice.number(lines);
    let countries = ["DE", "FR", "PL"];
    let limited = dice.roll(2) == 0;
    let wanted: Vec<_> = (0..lines)
        .map(|line| Wanted {
            id: n(601 + i64::from(line)),
            size: if dice.roll(2) == 0 { cube(1 + i64::from(dice.number(3))) } else { None },
            counted: dice.roll(12) > 0,
            ..wanted(u8::try_from(line).unwrap(), 1 + dice.number(pieces), i64::from(dice.number(6)))
        })
        .collect();
    let places = (0..=dice.number(places)).map(|id| {
        let mut stock = Vec::new();
        for wanted in &wanted {
            stock.push(if dice.roll(5) < 2 { 1 + dice.number(wanted.quantity) } else { 0 });
        }
        let limit = |dice: &mut Dice, most: u32| Some(1 + i64::from(dice.number(most)));
        let parcel = if limited && dice.roll(4) > 0 {
            ParcelLimits {
                weight: limit(dice, 12).filter(|_| dice.roll(2) == 0).map(n),
                volume: limit(dice, 40).filter(|_| dice.roll(2) == 0).map(n),
                side: limit(dice, 3).filter(|_| dice.roll(3) == 0).map(n),
            }
        } else {
            ParcelLimits::default()
        };
        Candidate {
            country: countries[usize::try_from(dice.roll(3)).unwrap()].parse().unwrap(),
            priority: n(i64::from(dice.number(2))),
            parcel,
            ..place(i64::from(id) + 1, i64::from(dice.number(4)), &stock)
        }
    });
    let places: Vec<_> = places.collect();
    let destination = if dice.roll(4) > 0 { Some(germany()) } else { None };
    Problem { wanted, places, destination }
}

/// A problem at random, the same for each seed.
pub fn random_problem(seed: u64, places: u32, lines: u32, pieces: u32) -> Problem {
    random(&mut Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)), places, lines, pieces)
}
