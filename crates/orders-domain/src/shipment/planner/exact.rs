//! The best of all ways to split a few pieces among a few places, where limits make packing matter: branch and bound
//! over who sends how many pieces of a line.

use super::{
    Cost,
    board::{Best, Board, Choice},
    packing::{self, EXACT_UNITS},
};

/// How many steps are taken before it gives up: some milliseconds' work.
const STEPS: usize = 400_000;

/// How many steps looking at a whole way costs.
const OFFER: usize = 40;

/// Finds the best way, if there are few pieces. Whether it is known to be the best since.
pub fn improve(board: &Board, best: &mut Best) -> bool {
    let units = board.need.iter().fold(0_u32, |sum, need| sum.saturating_add(*need));
    if units > EXACT_UNITS {
        return false;
    }
    let sites = board.sites.len();
    let mut nearest = vec![0; board.need.len() + 1];
    for line in (0..board.need.len()).rev() {
        let grams = u128::from(board.pieces[line].grams);
        let (mut left, mut sum) = (board.need[line], nearest[line + 1]);
        for site in &board.sites {
            let taken = site.stock[line].min(left);
            left -= taken;
            sum += grams * u128::from(taken) * u128::from(site.metres);
        }
        nearest[line] = sum;
    }
    let taken = vec![vec![0; board.need.len()]; sites];
    let states = board.need.iter().map(|need| *need as usize + 1).product();
    let counted = vec![vec![None; states]; sites];
    let parcels = vec![0; sites];
    let mut search = Search { board, best, nearest, taken, parcels, sum: (0, 0, 0), counted, steps: STEPS };
    search.line(0);
    search.steps > 0
}

struct Search<'a> {
    board: &'a Board,
    best: &'a mut Best,
    /// The least Σ grams × metres of each line and all after it.
    nearest: Vec<u128>,
    /// What each place sends so far.
    taken: Vec<Vec<u32>>,
    /// Into how many parcels that goes.
    parcels: Vec<u64>,
    /// All of them, those that cross a border, and Σ grams × metres.
    sum: (u64, u64, u128),
    /// The same for all that a place could send, as far as it was counted.
    counted: Vec<Vec<Option<u64>>>,
    steps: usize,
}

impl Search<'_> {
    /// Splits this line and those after it.
    fn line(&mut self, line: usize) {
        if self.is_worse(line) {
            return;
        }
        match self.board.need.get(line) {
            None => {
                self.steps = self.steps.saturating_sub(OFFER);
                let choice: Choice = self.taken.iter().cloned().enumerate().collect();
                let sends = |(_, taken): &(usize, Vec<u32>)| taken.iter().any(|pieces| *pieces > 0);
                self.best.offer(self.board, choice.into_iter().filter(sends).collect());
            }
            Some(need) => self.split(line, 0, *need),
        }
    }

    /// Splits what is left of this line among the places from this one on.
    fn split(&mut self, line: usize, site: usize, left: u32) {
        self.steps = self.steps.saturating_sub(1);
        if self.steps == 0 {
            return;
        }
        if left == 0 {
            return self.line(line + 1);
        }
        let Some(place) = self.board.sites.get(site) else { return };
        let behind = &self.board.sites[site + 1..];
        let there = behind.iter().fold(0_u32, |sum, place| sum.saturating_add(place.stock[line]));
        let least = left.saturating_sub(there);
        let before = self.parcels[site];
        for taken in (least..=place.stock[line].min(left)).rev() {
            self.taken[site][line] = taken;
            let parcels = if taken > 0 { self.parcels_of(site) } else { before };
            let sum = self.sum;
            let grams = u128::from(self.board.pieces[line].grams) * u128::from(taken);
            self.parcels[site] = parcels;
            self.sum.0 = self.sum.0 + parcels - before;
            if place.foreign {
                self.sum.1 = self.sum.1 + parcels - before;
            }
            self.sum.2 += grams * u128::from(place.metres);
            self.split(line, site + 1, left - taken);
            self.sum = sum;
        }
        self.taken[site][line] = 0;
        self.parcels[site] = before;
    }

    /// Into how many parcels goes what a place sends so far.
    fn parcels_of(&mut self, site: usize) -> u64 {
        let (board, taken) = (self.board, &self.taken[site]);
        let state = taken
            .iter()
            .zip(&board.need)
            .fold(0, |state, (taken, need)| state * (*need as usize + 1) + *taken as usize);
        let limits = board.sites[site].limits;
        *self.counted[site][state].get_or_insert_with(|| packing::count(&board.pieces, limits, taken))
    }

    /// Whether what is split so far costs more than the best way that is known, whatever follows. More pieces never
    /// take fewer parcels.
    fn is_worse(&self, line: usize) -> bool {
        let Some(known) = self.best.first() else { return false };
        let (parcels, borders, sent) = self.sum;
        let gram_metres = sent + self.nearest[line];
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let fixed = self.board.fixed;
        let least = Cost {
            parcels: fixed.parcels.saturating_add(signed(parcels)),
            borders: signed(borders),
            gram_metres: i64::try_from(gram_metres).unwrap_or(i64::MAX),
            ..fixed
        };
        least > known.cost
    }
}
