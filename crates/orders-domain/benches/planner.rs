//! How long planning takes, and how near it comes to the fewest places that there could be.
//!
//! Prints the middle and the 99th percentile of the times for problems of some sizes, with and without limits of
//! parcels, and for problems of many places the mean of the parcels of a plan to those that any plan needs.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program for who measures")]

use std::time::{Duration, Instant};

use orders_domain::{
    LocationId, OrderId, OrderProductId, Quantity,
    catalogue::size::Grams,
    shipment::planner::{Candidate, Destination, Problem, Wanted, plan},
    stock::location::{Latitude, Longitude, ParcelLimits, Point, Priority},
};

/// Numbers that look random and are the same each time (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn number(&mut self, sides: u64) -> i64 {
        i64::try_from(self.roll(sides)).unwrap()
    }
}

/// So many lines of 1 to 5 pieces, each at about one place of three.
fn problem(dice: &mut Dice, lines: u8, places: i64, limited: bool) -> Problem {
    let wanted: Vec<_> = (0..lines)
        .map(|line| Wanted {
            id: OrderProductId::of_line(OrderId::MIN, line.into()),
            line,
            quantity: Quantity::try_from(1 + dice.number(5)).unwrap().get(),
            weight: Grams::try_from(100 + dice.number(3_000)).ok(),
            size: None,
            counted: true,
        })
        .collect();
    let weight = limited.then(|| Grams::try_from(20_000).unwrap());
    let mut place = |id: i64| {
        let stock = wanted.iter().map(|wanted| if dice.roll(3) == 0 { wanted.quantity } else { 0 });
        let stock: Vec<u32> = stock.collect();
        Candidate {
            id: LocationId::try_from(id).unwrap(),
            code: format!("P{id}").parse().unwrap(),
            country: if dice.roll(3) == 0 { "FR" } else { "DE" }.parse().unwrap(),
            point: Some(Point {
                latitude: Latitude::try_from(45_000_000 + dice.number(10_000_000)).unwrap(),
                longitude: Longitude::try_from(dice.number(15_000_000)).unwrap(),
            }),
            priority: Priority::try_from(dice.number(3)).unwrap(),
            parcel: ParcelLimits { weight, ..ParcelLimits::default() },
            stock,
        }
    };
    let places = (1..=places).map(&mut place).collect();
    let destination = Some(Destination { country: "DE".parse().unwrap(), point: None });
    Problem { wanted, places, destination }
}

/// How many choices are looked at to prove that so many places are not enough.
const PATIENCE: usize = 100_000;

/// No plan has fewer parcels than this: with one place less, every choice was looked at, and all of it weighs more than
/// fewer parcels hold.
fn lower_bound(problem: &Problem) -> usize {
    let need = |line: usize| {
        let there: u32 = problem.places.iter().map(|place| place.stock[line]).sum();
        problem.wanted[line].quantity.min(there)
    };
    let needs: Vec<u32> = (0..problem.wanted.len()).map(need).collect();
    let grams = |(wanted, need): (&Wanted, &u32)| wanted.weight.map_or(0, Grams::get) * i64::from(*need);
    let weight: i64 = problem.wanted.iter().zip(&needs).map(grams).sum();
    let limit = problem.places.iter().filter_map(|place| place.parcel.weight).map(Grams::get).max();
    let by_weight =
        limit.map_or(1, |limit| usize::try_from(weight).unwrap().div_ceil(usize::try_from(limit).unwrap()));
    let mut least = by_weight.max(1);
    loop {
        let mut patience = PATIENCE;
        let all: Vec<usize> = (0..problem.places.len()).collect();
        if covers(problem, &all, least, &needs, &mut patience) || patience == 0 {
            return least;
        }
        least += 1;
    }
}

/// Whether so many of these places cover what is left.
fn covers(problem: &Problem, places: &[usize], more: usize, left: &[u32], patience: &mut usize) -> bool {
    let wanted: u32 = left.iter().sum();
    if wanted == 0 || *patience == 0 {
        return wanted == 0;
    }
    *patience -= 1;
    let has = |place: &usize| {
        problem.places[*place].stock.iter().zip(left).map(|(there, left)| *there.min(left)).sum()
    };
    let mut most: Vec<u32> = places.iter().map(has).collect();
    most.sort_unstable_by(|one, other| other.cmp(one));
    if most.iter().take(more).sum::<u32>() < wanted {
        return false;
    }
    let having = |line: usize| places.iter().filter(move |place| problem.places[**place].stock[line] > 0);
    let rarest =
        (0..left.len()).filter(|line| left[*line] > 0).min_by_key(|line| having(*line).count()).unwrap();
    let mut rest = places.to_vec();
    for place in having(rarest) {
        rest.retain(|other| other != place);
        let stock = &problem.places[*place].stock;
        let then: Vec<u32> =
            left.iter().zip(stock).map(|(left, there)| left.saturating_sub(*there)).collect();
        if covers(problem, &rest, more - 1, &then, patience) {
            return true;
        }
    }
    false
}

/// So many lines of so many pieces, of which each place has one; with limits no two fit into a parcel.
fn thin(lines: u8, places: i64, quantity: u32, limited: bool) -> Problem {
    let mut problem = problem(&mut Dice(7), lines, places, limited);
    problem.wanted.iter_mut().for_each(|wanted| wanted.quantity = quantity);
    for place in &mut problem.places {
        place.stock.fill(1);
        place.parcel.weight = limited.then(|| Grams::try_from(4_000).unwrap());
    }
    problem
}

fn main() {
    for (lines, places, quantity, limited) in [
        (1, 1_000, 30, false),
        (1, 1_000, 64, false),
        (100, 1_000, 1_000, false),
        (100, 1_000, 64, true),
        (100, 1_000, 5, true),
        (20, 100, 5, true),
        (4, 12, 3, true),
        (11, 12, 1, true),
        (12, 4, 1, true),
        (12, 12, 1, true),
    ] {
        let problem = thin(lines, places, quantity, limited);
        let begun = Instant::now();
        let plan = plan(&problem);
        let (took, parcels) = (begun.elapsed(), plan.cost.parcels);
        println!(
            "{lines} lines of {quantity} pieces, one at each of {places} places: {took:?}, {parcels} parcels"
        );
    }
    let mut dice = Dice(42);
    for (lines, places, rounds) in [(4, 12, 2_000), (10, 20, 2_000), (100, 200, 300)] {
        for limited in [false, true] {
            let mut times: Vec<Duration> = Vec::new();
            for _ in 0..rounds {
                let problem = problem(&mut dice, lines, places, limited);
                let begun = Instant::now();
                let plan = plan(&problem);
                times.push(begun.elapsed());
                assert!(!plan.parcels.is_empty());
            }
            times.sort_unstable();
            let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
            let limits = if limited { "with limits" } else { "without limits" };
            println!("{lines} lines x {places} places {limits}: p50 {:?}, p99 {:?}", at(50), at(99));
        }
    }
    for limited in [false, true] {
        let (mut ratios, mut plans) = (0.0, 0.0);
        for (lines, places) in [(5, 13), (10, 20), (20, 40), (40, 100), (100, 200)] {
            let (mut used, mut least) = (0, 0);
            for _ in 0..20 {
                let problem = problem(&mut dice, lines, places, limited);
                let parcels = plan(&problem).cost.parcels;
                let bound = i64::try_from(lower_bound(&problem)).unwrap();
                (used, least) = (used + parcels, least + bound);
                ratios +=
                    f64::from(i32::try_from(parcels).unwrap()) / f64::from(i32::try_from(bound).unwrap());
                plans += 1.0;
            }
            println!("{lines} lines x {places} places: {used} parcels in 20 plans, at least {least} in any");
        }
        let limits = if limited { "with limits" } else { "without limits" };
        println!(
            "beyond 12 places {limits}: {:.3} parcels for each of the lower bound, on average",
            ratios / plans
        );
    }
}
