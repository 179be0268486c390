//! A plain search through all ways to send something, written without the planner's means.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// How many random problems of each kind are tried. `PLANNER_CASES` says another number.
#[expect(clippy::disallowed_methods, reason = "how long it runs is for who runs it to say")]
fn cases() -> u32 {
    std::env::var("PLANNER_CASES").map_or(300, |cases| cases.parse().unwrap())
}

/// All ways to take so many pieces from places that have so many.
fn splits(left: u32, stock: &[u32]) -> Vec<Vec<u32>> {
    let Some((first, rest)) = stock.split_first() else {
        return if left == 0 { vec![Vec::new()] } else { Vec::new() };
    };
    let mut all = Vec::new();
    for taken in 0..=left.min(*first) {
        for mut split in splits(left - taken, rest) {
            split.insert(0, taken);
            all.push(split);
        }
    }
    all
}

/// Grams, volume and longest side of a piece.
type Unit = (i64, i64, i64);

fn unit(wanted: &Wanted) -> Unit {
    let sides = wanted.size.map(|size| [size.length.get(), size.width.get(), size.height.get()]);
    let volume = sides.map_or(0, |sides| sides.iter().product());
    (wanted.weight.map_or(0, Grams::get), volume, sides.map_or(0, |sides| sides.into_iter().max().unwrap()))
}

/// The fewest parcels of these units: each goes into one of the parcels before, or into a new one.
fn fewest(units: &[Unit], limits: &ParcelLimits, open: &mut Vec<(i64, i64)>) -> usize {
    let Some(((grams, volume, _), rest)) = units.split_first() else { return open.len() };
    let fits = |(full, taken): (i64, i64)| {
        limits.weight.is_none_or(|most| full + grams <= most.get())
            && limits.volume.is_none_or(|most| taken + volume <= most.get())
    };
    let mut least = usize::MAX;
    for index in 0..open.len() {
        if fits(open[index]) {
            let before = open[index];
            open[index] = (before.0 + grams, before.1 + volume);
            least = least.min(fewest(rest, limits, open));
            open[index] = before;
        }
    }
    open.push((*grams, *volume));
    least = least.min(fewest(rest, limits, open));
    open.pop();
    least
}

fn parcels(problem: &Problem, place: &Candidate, taken: &[u32]) -> i64 {
    let mut units = Vec::new();
    let mut alone = 0;
    for (wanted, taken) in problem.wanted.iter().zip(taken) {
        let unit = unit(wanted);
        let exceeds = place.parcel.weight.is_some_and(|most| unit.0 > most.get())
            || place.parcel.volume.is_some_and(|most| unit.1 > most.get())
            || place.parcel.side.is_some_and(|most| unit.2 > most.get());
        for _ in 0..*taken {
            if exceeds { alone += 1 } else { units.push(unit) }
        }
    }
    let together = if units.is_empty() { 0 } else { fewest(&units, &place.parcel, &mut Vec::new()) };
    alone + i64::try_from(together).unwrap()
}

/// The ranks of the places that send, the first in front.
type Ranks = BTreeSet<(i64, i64)>;

/// The least cost of all ways, and of those that cost so much the first places; `None` if there are too many ways.
fn least(problem: &Problem, most: usize) -> Option<(Cost, Ranks)> {
    let all = by_places(problem, most)?.into_iter().map(|(places, cost)| (cost, places));
    all.min()
}

/// The least cost of the ways from each set of places; `None` if there are too many ways.
fn by_places(problem: &Problem, most: usize) -> Option<BTreeMap<Ranks, Cost>> {
    let mut ways: Vec<Vec<Vec<u32>>> = Vec::new();
    let mut unplaced = 0;
    for (line, wanted) in problem.wanted.iter().enumerate() {
        let stock: Vec<u32> =
            problem.places.iter().map(|place| place.stock[line].min(wanted.quantity)).collect();
        let there: u32 = stock.iter().sum();
        let placed = if wanted.counted { wanted.quantity.min(there) } else { 0 };
        if wanted.counted {
            unplaced += i64::from(wanted.quantity - placed);
        }
        ways.push(splits(placed, &stock));
    }
    if ways
        .iter()
        .try_fold(1_usize, |product, ways| product.checked_mul(ways.len()))
        .is_none_or(|all| all > most)
    {
        return None;
    }
    let uncounted = i64::from(problem.wanted.iter().any(|wanted| !wanted.counted));
    let mut best = BTreeMap::new();
    let mut taken = vec![vec![0; problem.wanted.len()]; problem.places.len()];
    try_all(problem, &ways, &mut taken, &mut |taken| {
        let mut cost = Cost { unplaced, parcels: uncounted, borders: 0, gram_metres: 0 };
        for (place, taken) in problem.places.iter().zip(taken) {
            let count = parcels(problem, place, taken);
            cost.parcels += count;
            if problem.destination.as_ref().is_some_and(|to| to.country != place.country) {
                cost.borders += count;
            }
            let grams =
                problem.wanted.iter().zip(taken).map(|(wanted, taken)| unit(wanted).0 * i64::from(*taken));
            let metres = distance::metres(place, problem.destination.as_ref());
            cost.gram_metres += grams.sum::<i64>() * i64::try_from(metres).unwrap();
        }
        let sends =
            problem.places.iter().zip(taken).filter(|(_, taken)| taken.iter().any(|pieces| *pieces > 0));
        let ranks: Ranks = sends.map(|(place, _)| (place.priority.get(), place.id.get())).collect();
        let known = best.entry(ranks).or_insert(cost);
        *known = cost.min(*known);
    });
    Some(best)
}

fn try_all(
    problem: &Problem,
    ways: &[Vec<Vec<u32>>],
    taken: &mut Vec<Vec<u32>>,
    seen: &mut impl FnMut(&[Vec<u32>]),
) {
    let line = problem.wanted.len() - ways.len();
    let Some((first, rest)) = ways.split_first() else { return seen(taken) };
    for way in first {
        for (place, pieces) in way.iter().enumerate() {
            taken[place][line] = *pieces;
        }
        try_all(problem, rest, taken, seen);
    }
}

/// What a plan costs and which places send, to be compared with the least.
fn told(problem: &Problem, plan: &Plan) -> (Cost, Ranks) {
    let sends = |place: &&Candidate| {
        plan.parcels.iter().any(|parcel| parcel.location.as_ref().is_some_and(|(id, _)| *id == place.id))
    };
    let sending = problem.places.iter().filter(sends);
    (plan.cost, sending.map(|place| (place.priority.get(), place.id.get())).collect())
}

/// Whether the plan sends what it says it does, from where there is so much, within the limits.
fn assert_sound(problem: &Problem, plan: &Plan) {
    if plan.cost.parcels > i64::try_from(MOST_PARCELS).unwrap() {
        assert_eq!(plan.parcels.len(), MOST_PARCELS + 1);
        return;
    }
    let mut borders = 0;
    for (index, wanted) in problem.wanted.iter().enumerate() {
        let pieces = |lines: &[(u8, u32)]| {
            lines.iter().filter(|(line, _)| *line == wanted.line).map(|(_, pieces)| pieces).sum::<u32>()
        };
        let sent: u32 = plan.parcels.iter().map(|parcel| pieces(&parcel.lines)).sum();
        assert_eq!(sent + pieces(&plan.unplaced), wanted.quantity, "{problem:?}\n{plan:?}");
        for place in &problem.places {
            let from_here =
                |parcel: &&PlannedParcel| parcel.location.as_ref().is_some_and(|(id, _)| *id == place.id);
            let sent: u32 = plan.parcels.iter().filter(from_here).map(|parcel| pieces(&parcel.lines)).sum();
            assert!(sent <= place.stock[index], "{problem:?}\n{plan:?}");
        }
    }
    for parcel in &plan.parcels {
        let Some((id, _)) = &parcel.location else { continue };
        let place = problem.places.iter().find(|place| place.id == *id).unwrap();
        borders += i64::from(problem.destination.as_ref().is_some_and(|to| to.country != place.country));
        let units: Vec<Unit> = parcel
            .lines
            .iter()
            .flat_map(|(line, pieces)| {
                let wanted = problem.wanted.iter().find(|wanted| wanted.line == *line).unwrap();
                (0..*pieces).map(move |_| unit(wanted))
            })
            .collect();
        let sums = units.iter().fold((0, 0), |sum, unit| (sum.0 + unit.0, sum.1 + unit.1));
        assert_eq!(parcel.weight, sums.0);
        let over = place.parcel.weight.is_some_and(|most| sums.0 > most.get())
            || place.parcel.volume.is_some_and(|most| sums.1 > most.get())
            || place.parcel.side.is_some_and(|most| units.iter().any(|unit| unit.2 > most.get()));
        assert!(!over || units.len() == 1, "{problem:?}\n{plan:?}");
        assert!(!parcel.reasons.is_empty());
    }
    assert_eq!((plan.cost.parcels, plan.cost.borders), (i64::try_from(plan.parcels.len()).unwrap(), borders));
}

#[test]
fn every_small_problem_is_planned_as_well_as_can_be() {
    // Up to three places, two lines and two pieces, every stock of them, with and without limits and an address.
    let mut count = 0;
    for places in 1..=3_u32 {
        for quantities in [[1, 1], [2, 1], [2, 2]] {
            let cells = places * 2;
            for stocks in 0..3_u32.pow(cells) {
                for kind in 0..4 {
                    let stock = |place: u32, line: u32| (stocks / 3_u32.pow(place * 2 + line)) % 3;
                    let limit =
                        ParcelLimits { weight: (kind % 2 == 1).then(|| n(6)), ..ParcelLimits::default() };
                    let at = |place: u32| Candidate {
                        country: if place == 1 { "FR" } else { "DE" }.parse().unwrap(),
                        parcel: limit,
                        ..self::place(
                            i64::from(place) + 1,
                            i64::from(2 - place),
                            &[stock(place, 0), stock(place, 1)],
                        )
                    };
                    let problem = Problem {
                        wanted: vec![wanted(0, quantities[0], 3), wanted(1, quantities[1], 5)],
                        places: (0..places).map(at).collect(),
                        destination: if kind < 2 { Some(germany()) } else { None },
                    };
                    let found = plan(&problem);
                    assert_sound(&problem, &found);
                    let expected = least(&problem, usize::MAX);
                    assert_eq!(Some(told(&problem, &found)), expected, "{problem:?}\n{found:?}");
                    assert!(found.exact);
                    count += 1;
                }
            }
        }
    }
    assert_eq!(count, (9 + 81 + 729) * 3 * 4);
}

/// Random problems of a kind are planned as well as can be; those with too many ways are passed over.
fn assert_best(seed: u64, cases: u32, most: usize, (places, lines, pieces): (u32, u32, u32)) {
    let mut dice = Dice(seed);
    let mut compared = 0;
    while compared < cases {
        let problem = random(&mut dice, places, lines, pieces);
        let Some(expected) = least(&problem, most) else { continue };
        let found = plan(&problem);
        assert_sound(&problem, &found);
        assert_eq!(told(&problem, &found), expected, "{problem:?}\n{found:?}");
        assert!(found.exact, "{problem:?}");
        compared += 1;
    }
}

#[test]
fn problems_of_up_to_6_places_4_lines_and_3_pieces_are_planned_as_well_as_can_be() {
    assert_best(1, cases(), 2_000, (6, 4, 3));
}

#[test]
fn problems_of_up_to_12_places_are_planned_as_well_as_can_be() {
    assert_best(2, cases(), 2_000, (12, 3, 3));
}

#[test]
fn problems_with_very_many_ways_are_planned_as_well_as_can_be() {
    assert_best(4, cases() / 100, 200_000, (12, 4, 3));
}

#[test]
fn the_alternatives_are_the_next_best_places_where_all_ways_are_looked_at() {
    let (mut dice, mut compared) = (Dice(5), 0);
    while compared < cases() / 3 {
        let problem = random(&mut dice, 6, 3, 3);
        let is_limited = Board::new(&problem).is_limited;
        let Some(all) = by_places(&problem, 2_000).filter(|_| is_limited) else { continue };
        let mut costs: Vec<_> = all.into_iter().map(|(places, cost)| (cost, places)).collect();
        costs.sort();
        let plan = plan(&problem);
        let told = |cost: &Cost| (cost.unplaced, cost.parcels, cost.borders, plan.cost.lost_by(cost));
        let next: Vec<_> = costs.iter().skip(1).take(MOST_ALTERNATIVES).map(|(cost, _)| told(cost)).collect();
        let found = |other: &Alternative| (other.unplaced, other.parcels, other.borders, other.lost_by);
        let found: Vec<_> = plan.alternatives.iter().map(found).collect();
        assert_eq!(found, next, "{problem:?}\n{plan:?}");
        compared += 1;
    }
}

#[test]
fn larger_problems_are_planned_soundly() {
    let mut dice = Dice(3);
    for _ in 0..cases() / 3 {
        let problem = random(&mut dice, 40, 12, 6);
        assert_sound(&problem, &plan(&problem));
    }
}
