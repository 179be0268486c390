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
    Wanted { line, quantity, weight: Grams::try_from(grams).ok(), size: None, counted: true }
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
