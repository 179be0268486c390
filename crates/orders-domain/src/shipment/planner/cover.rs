//! Which places send: every choice among a few, or few that have all among many.

use super::{
    MOST_PARCELS,
    board::{Best, Board},
    packing,
};

/// How many numbers are looked at, about, to find fewer places than the greedy cover has: a few milliseconds' work.
const WORK: usize = 4_000_000;

/// So many places are chosen one by one; an order has fewer parcels.
const MOST_PLACES: usize = 4 * MOST_PARCELS;

/// Looks at every place that can send all in one parcel. Whether there is one: no other way has fewer parcels then,
/// and none with as many is missed.
pub fn in_one_parcel(board: &Board, best: &mut Best) -> bool {
    let units: u64 = board.need.iter().map(|need| u64::from(*need)).sum();
    let whole = packing::together(&board.pieces, &board.need);
    for (index, site) in board.sites.iter().enumerate() {
        if site.stock == board.need && (units == 1 || !site.limits.is_exceeded_by(whole)) {
            best.offer(board, vec![(index, board.need.clone())]);
        }
    }
    best.first().is_some()
}

/// Looks at every choice of places. There are no more than [`super::EXACT_PLACES`].
pub fn every_choice(board: &Board, best: &mut Best) {
    let places = board.sites.len();
    let mut choices: Vec<u32> = (1..1_u32 << places).collect();
    choices.sort_by_key(|choice| (choice.count_ones(), *choice));
    for chosen in choices {
        // So many places are so many parcels at least.
        let parcels = board.fixed.parcels + i64::from(chosen.count_ones());
        if best.is_full_below(parcels) {
            return;
        }
        let chosen: Vec<usize> = (0..places).filter(|place| chosen & (1 << place) != 0).collect();
        if let Some(choice) = board.nearest(&chosen)
            && choice.len() == chosen.len()
        {
            best.offer(board, choice);
        }
    }
}

/// Places that have all, and few of them: a greedy cover, and where limits play no part, the fewest that are found
/// before the patience ends.
pub fn covering(board: &Board) -> Vec<usize> {
    let mut chosen = greedy(board);
    while !board.is_limited
        && let Some(fewer) = with_fewer(board, chosen.len())
    {
        chosen = fewer;
    }
    chosen
}

/// How many of the pieces that are left a place has.
fn covers(stock: &[u32], left: &[u32]) -> u64 {
    stock.iter().zip(left).map(|(there, left)| u64::from(*there.min(left))).sum()
}

/// One place after the other that has most of what is left, the first of those alike, and after [`MOST_PLACES`] all
/// others; then without those that are not needed.
fn greedy(board: &Board) -> Vec<usize> {
    let (mut chosen, mut open): (Vec<usize>, _) = (Vec::new(), board.need.clone());
    let mut free: Vec<usize> = (0..board.sites.len()).collect();
    while open.iter().any(|left| *left > 0) && chosen.len() < MOST_PLACES {
        let most = (0..free.len()).max_by_key(|index| {
            let place = &board.sites[free[*index]];
            (covers(&place.stock, &open), !place.foreign, std::cmp::Reverse(*index))
        });
        let Some(most) = most else { break };
        let most = free.remove(most);
        chosen.push(most);
        for (left, there) in open.iter_mut().zip(&board.sites[most].stock) {
            *left = left.saturating_sub(*there);
        }
    }
    if open.iter().any(|left| *left > 0) {
        chosen.append(&mut free);
    }
    let mut there = vec![0_u64; board.need.len()];
    for site in &chosen {
        for (there, stock) in there.iter_mut().zip(&board.sites[*site].stock) {
            *there += u64::from(*stock);
        }
    }
    for site in chosen.clone().into_iter().rev() {
        let stock = &board.sites[site].stock;
        let is_needed =
            |((there, stock), need): ((&u64, &u32), &u32)| there - u64::from(*stock) < u64::from(*need);
        if !there.iter().zip(stock).zip(&board.need).any(is_needed) {
            chosen.retain(|other| *other != site);
            for (there, stock) in there.iter_mut().zip(stock) {
                *there -= u64::from(*stock);
            }
        }
    }
    chosen
}

/// A cover with fewer places than so many, if one is found before the patience ends.
fn with_fewer(board: &Board, than: usize) -> Option<Vec<usize>> {
    let most = than.checked_sub(1).filter(|most| *most > 0)?;
    let nodes = (WORK / (board.sites.len() * board.need.len()).max(1)).min(2_000);
    let barred = vec![false; board.sites.len()];
    let mut search = Search { board, nodes, chosen: Vec::new(), barred };
    search.covers(most, &board.need).then_some(search.chosen)
}

struct Search<'a> {
    board: &'a Board,
    nodes: usize,
    chosen: Vec<usize>,
    /// Places with which all was looked at.
    barred: Vec<bool>,
}

impl Search<'_> {
    /// Whether so many more places cover what is left.
    fn covers(&mut self, more: usize, open: &[u32]) -> bool {
        let wanted: u64 = open.iter().map(|left| u64::from(*left)).sum();
        if wanted == 0 {
            return true;
        }
        if more == 0 || self.nodes == 0 {
            return false;
        }
        self.nodes -= 1;
        let board = self.board;
        let mut has: Vec<(u64, usize)> = (0..board.sites.len())
            .filter(|site| !self.barred[*site])
            .map(|site| (covers(&board.sites[site].stock, open), site))
            .filter(|(has, _)| *has > 0)
            .collect();
        has.sort_unstable_by_key(|(has, site)| (std::cmp::Reverse(*has), *site));
        if has.iter().take(more).map(|(has, _)| has).sum::<u64>() < wanted {
            return false;
        }
        // The line that fewest places have: one of them is in every cover.
        let rarest = (0..open.len())
            .filter(|line| open[*line] > 0)
            .min_by_key(|line| has.iter().filter(|(_, site)| board.sites[*site].stock[*line] > 0).count());
        let Some(rarest) = rarest else { return false };
        let mut tried = Vec::new();
        for (_, site) in has {
            let stock = &board.sites[site].stock;
            if stock[rarest] == 0 {
                continue;
            }
            let rest: Vec<u32> =
                open.iter().zip(stock).map(|(open, there)| open.saturating_sub(*there)).collect();
            self.barred[site] = true;
            tried.push(site);
            self.chosen.push(site);
            if self.covers(more - 1, &rest) {
                return true;
            }
            self.chosen.pop();
        }
        for site in tried {
            self.barred[site] = false;
        }
        false
    }
}
