//! A choice as parcels, with why.

use super::{
    Alternative, Cost, MOST_PARCELS, Plan, PlannedParcel, Problem, Reason, ReasonCode,
    board::{Best, Board, Found, Site},
    packing::{self, Group},
};
use crate::{invalid::list, plural::Counted};

/// The plan that comes of the best choices.
pub fn told(problem: &Problem, board: &Board, best: Best, exact: bool) -> Plan {
    let (first, others) = best.split();
    let cost = first.as_ref().map_or(board.fixed, |first| first.cost);
    let mut parcels = Vec::new();
    for (site, taken) in first.iter().flat_map(|first| &first.choice) {
        let room = (MOST_PARCELS + 1).saturating_sub(parcels.len());
        parcels.extend(parcels_of(problem, board, &board.sites[*site], taken, (cost, exact)).take(room));
    }
    let uncounted: Vec<_> = problem.wanted.iter().filter(|wanted| !wanted.counted).collect();
    if !uncounted.is_empty() && parcels.len() <= MOST_PARCELS {
        let weight = uncounted.iter().filter_map(|wanted| {
            wanted.weight.map(|weight| weight.get().saturating_mul(wanted.quantity.into()))
        });
        parcels.push(PlannedParcel {
            location: None,
            weight: weight.fold(0, i64::saturating_add),
            lines: uncounted.iter().map(|wanted| (wanted.line, wanted.quantity)).collect(),
            reasons: Vec::new(),
        });
    }
    let wanted = board.lines.iter().zip(&board.need);
    let unplaced = wanted.filter_map(|(line, need)| {
        let wanted = &problem.wanted[*line];
        (wanted.quantity > *need).then(|| (wanted.line, wanted.quantity - need))
    });
    let unplaced = unplaced.collect();
    let places = |found: &Found| {
        let code = |(site, _): &(usize, Vec<u32>)| problem.places[board.sites[*site].candidate].code.clone();
        found.choice.iter().map(code).collect()
    };
    let alternatives = others.iter().map(|other| Alternative {
        places: places(other),
        unplaced: other.cost.unplaced,
        parcels: other.cost.parcels,
        borders: other.cost.borders,
        lost_by: cost.lost_by(&other.cost),
    });
    Plan { parcels, unplaced, exact, alternatives: alternatives.collect(), cost }
}

/// The parcels that leave a place.
fn parcels_of<'a>(
    problem: &'a Problem,
    board: &'a Board,
    site: &'a Site,
    taken: &'a [u32],
    cost: (Cost, bool),
) -> impl Iterator<Item = PlannedParcel> + 'a {
    let groups = packing::pack(&board.pieces, site.limits, taken);
    let fitting = groups.iter().filter(|group| !group.oversize).map(|group| group.count).sum::<u64>();
    let each = groups.into_iter().flat_map(|group| {
        let count = usize::try_from(group.count).unwrap_or(usize::MAX);
        std::iter::repeat_n(group, count)
    });
    each.map(move |group| {
        let place = &problem.places[site.candidate];
        let lines =
            group.lines.iter().map(|(line, pieces)| (problem.wanted[board.lines[*line]].line, *pieces));
        let mut reasons = vec![why_from_here(problem, board, site, &group, cost)];
        reasons.extend(why_alone(board, site, &group));
        if !group.oversize && fitting > 1 {
            reasons.extend(why_split(board, site, taken));
        }
        PlannedParcel {
            location: Some((place.id, place.code.clone())),
            lines: lines.collect(),
            weight: weight(board, &group),
            reasons,
        }
    })
}

fn weight(board: &Board, group: &Group) -> i64 {
    let grams =
        group.lines.iter().map(|(line, pieces)| board.pieces[*line].grams.saturating_mul((*pieces).into()));
    i64::try_from(grams.fold(0, u64::saturating_add)).unwrap_or(i64::MAX)
}

fn reason(code: ReasonCode, detail: String, limit: Option<u64>, value: Option<u64>) -> Reason {
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    Reason { code, detail, limit: limit.map(signed), value: value.map(signed) }
}

/// Why this place sends a parcel. Of the cost it is said whether it is known to be the least.
fn why_from_here(
    problem: &Problem,
    board: &Board,
    site: &Site,
    group: &Group,
    (cost, exact): (Cost, bool),
) -> Reason {
    let code = &problem.places[site.candidate].code;
    let others = || board.sites.iter().filter(|other| other.candidate != site.candidate);
    let has = |other: &&Site, line: usize| other.stock[line] > 0;
    let only_here = group.lines.iter().filter(|(line, _)| !others().any(|other| has(&other, *line)));
    let only_here: Vec<_> = only_here.map(|(line, _)| problem.wanted[board.lines[*line]].id).collect();
    if !only_here.is_empty() {
        let lines = if only_here.len() == 1 { "line" } else { "lines" };
        let is = if only_here.len() == 1 { "is" } else { "are" };
        let detail = format!("{lines} {} {is} only at {code}", list(&only_here));
        return reason(ReasonCode::OnlyPlaceWithStock, detail, None, None);
    }
    let has_any = |other: &&Site| group.lines.iter().any(|(line, _)| has(other, *line));
    let nearer = others().filter(has_any).find(|other| other.metres < site.metres);
    match nearer {
        None if problem.destination.is_some() => {
            let detail = format!("no place that has it is nearer than {code}");
            reason(ReasonCode::Nearest, detail, None, None)
        }
        _ => {
            let parcels = u64::try_from(cost.parcels).unwrap_or_default();
            let fewest = if exact { ", and in no fewer" } else { "" };
            let detail = format!(
                "with {code} the order leaves in {}{fewest}",
                Counted(i64::try_from(parcels).unwrap_or(i64::MAX), "parcel")
            );
            reason(ReasonCode::FewestParcels, detail, None, Some(parcels))
        }
    }
}

/// Which limit a piece that goes alone exceeds.
fn why_alone(board: &Board, site: &Site, group: &Group) -> Option<Reason> {
    let (line, _) = group.lines.first().filter(|_| group.oversize)?;
    let (piece, limits) = (board.pieces[*line], site.limits);
    let over = [
        ("weighs", "g", piece.grams, limits.grams),
        ("takes up", "mm³", piece.mm3, limits.mm3),
        ("is long", "mm", piece.side, limits.side),
    ];
    let (how, unit, value, limit) = over.into_iter().find(|(_, _, value, limit)| value > limit)?;
    let detail = format!("a piece {how} {value} {unit}, and a parcel at most {limit} {unit}");
    Some(reason(ReasonCode::Oversize, detail, Some(limit), Some(value)))
}

/// Which limit all that leaves a place together exceeds.
fn why_split(board: &Board, site: &Site, taken: &[u32]) -> Option<Reason> {
    let fitting = || board.pieces.iter().zip(taken).filter(|(piece, _)| !site.limits.is_exceeded_by(**piece));
    let sum = |of: fn(&packing::Piece) -> u64| {
        fitting().fold(0_u64, |sum, (piece, pieces)| {
            sum.saturating_add(of(piece).saturating_mul((*pieces).into()))
        })
    };
    let (grams, mm3) = (sum(|piece| piece.grams), sum(|piece| piece.mm3));
    if grams > site.limits.grams {
        let detail = format!("all of it weighs {grams} g, and a parcel at most {} g", site.limits.grams);
        return Some(reason(ReasonCode::WeightLimit, detail, Some(site.limits.grams), Some(grams)));
    }
    let detail = format!("all of it takes up {mm3} mm³, and a parcel at most {} mm³", site.limits.mm3);
    (mm3 > site.limits.mm3).then(|| reason(ReasonCode::SizeLimit, detail, Some(site.limits.mm3), Some(mm3)))
}
