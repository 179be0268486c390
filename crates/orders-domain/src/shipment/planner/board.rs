//! A problem as the search sees it: numbers only, places in the order in which they are preferred.

use super::{
    Cost, MOST_ALTERNATIVES, Problem, Wanted,
    distance::metres,
    packing::{self, Limits, Piece},
};

/// A place.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its index among the candidates.
    pub candidate: usize,
    pub metres: u64,
    pub foreign: bool,
    /// Priority and number: what decides between places where all else is equal.
    pub rank: (i64, i64),
    pub limits: Limits,
    /// How many pieces of each line could leave, no more than are wanted.
    pub stock: Vec<u32>,
}

/// What is to be placed, and where it could be. Only places that have something are there, the nearest first, then by
/// priority and age.
#[derive(Debug)]
pub struct Board {
    /// The indices of the wanted lines that are counted.
    pub lines: Vec<usize>,
    pub pieces: Vec<Piece>,
    /// How many pieces of each line are placed in any good plan: all for which there is a place.
    pub need: Vec<u32>,
    pub sites: Vec<Site>,
    /// Parcels of what nobody counts, and pieces without a place, whatever is chosen.
    pub fixed: Cost,
    /// Whether limits can matter.
    pub is_limited: bool,
}

/// Who sends what: places with how many pieces of each line, those that send nothing left out.
pub type Choice = Vec<(usize, Vec<u32>)>;

impl Board {
    pub fn new(problem: &Problem) -> Self {
        let counted = |(index, wanted): (usize, &Wanted)| wanted.counted.then_some(index);
        let lines: Vec<usize> = problem.wanted.iter().enumerate().filter_map(counted).collect();
        let pieces: Vec<_> = lines.iter().map(|line| Piece::of(&problem.wanted[*line])).collect();
        let wanted: Vec<u32> = lines.iter().map(|line| problem.wanted[*line].quantity).collect();
        let sites = problem.places.iter().enumerate().map(|(candidate, place)| Site {
            candidate,
            metres: metres(place, problem.destination.as_ref()),
            foreign: problem.destination.as_ref().is_some_and(|to| to.country != place.country),
            rank: (place.priority.get(), place.id.get()),
            limits: Limits::of(&place.parcel),
            stock: lines
                .iter()
                .zip(&wanted)
                .map(|(line, wanted)| place.stock.get(*line).copied().unwrap_or_default().min(*wanted))
                .collect(),
        });
        let mut sites: Vec<_> = sites.filter(|site| site.stock.iter().any(|there| *there > 0)).collect();
        sites.sort_by_key(|site| (site.metres, site.rank));
        let there = |line: usize| sites.iter().fold(0_u32, |sum, site| sum.saturating_add(site.stock[line]));
        let need: Vec<u32> =
            wanted.iter().enumerate().map(|(line, wanted)| there(line).min(*wanted)).collect();
        let unplaced = wanted.iter().zip(&need).map(|(wanted, need)| i64::from(wanted - need)).sum();
        let uncounted = i64::from(problem.wanted.iter().any(|wanted| !wanted.counted));
        let fixed = Cost { unplaced, parcels: uncounted, borders: 0, gram_metres: 0 };
        let is_limited = sites.iter().any(|site| packing::count(&pieces, site.limits, &need) > 1);
        Self { lines, pieces, need, sites, fixed, is_limited }
    }

    /// Each piece from the nearest of these places, which are in order; `None` if they have not all of them.
    pub fn nearest(&self, places: &[usize]) -> Option<Choice> {
        let mut choice: Choice = places.iter().map(|site| (*site, vec![0; self.need.len()])).collect();
        for (line, need) in self.need.iter().enumerate() {
            let mut left = *need;
            for (site, taken) in &mut choice {
                taken[line] = self.sites[*site].stock[line].min(left);
                left -= taken[line];
            }
            if left > 0 {
                return None;
            }
        }
        choice.retain(|(_, taken)| taken.iter().any(|pieces| *pieces > 0));
        Some(choice)
    }

    /// What a choice costs.
    pub fn cost(&self, choice: &Choice) -> Cost {
        let mut cost = self.fixed;
        let mut gram_metres: u128 = 0;
        for (index, taken) in choice {
            let site = &self.sites[*index];
            let parcels = if self.is_limited { packing::count(&self.pieces, site.limits, taken) } else { 1 };
            let parcels = i64::try_from(parcels).unwrap_or(i64::MAX);
            cost.parcels = cost.parcels.saturating_add(parcels);
            if site.foreign {
                cost.borders = cost.borders.saturating_add(parcels);
            }
            let grams = self
                .pieces
                .iter()
                .zip(taken)
                .map(|(piece, count)| u128::from(piece.grams) * u128::from(*count));
            gram_metres += grams.sum::<u128>() * u128::from(site.metres);
        }
        cost.gram_metres = i64::try_from(gram_metres).unwrap_or(i64::MAX);
        cost
    }

    /// What decides between choices that cost the same: the ranks of their places.
    pub fn ranks(&self, choice: &Choice) -> Vec<(i64, i64)> {
        let mut ranks: Vec<_> = choice.iter().map(|(site, _)| self.sites[*site].rank).collect();
        ranks.sort_unstable();
        ranks
    }
}

/// A choice that was looked at, with what it is compared by, in this order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub cost: Cost,
    pub ranks: Vec<(i64, i64)>,
    pub choice: Choice,
}

/// The best choices so far, each of other places than the others.
#[derive(Debug, Default)]
pub struct Best(Vec<Found>);

impl Best {
    /// Takes a choice, if it is among the best.
    pub fn offer(&mut self, board: &Board, choice: Choice) {
        let found = Found { cost: board.cost(&choice), ranks: board.ranks(&choice), choice };
        if let Some(same) = self.0.iter_mut().find(|known| known.ranks == found.ranks) {
            if found < *same {
                *same = found;
            }
        } else {
            self.0.push(found);
        }
        self.0.sort();
        self.0.truncate(1 + MOST_ALTERNATIVES);
    }

    /// The best one.
    pub fn first(&self) -> Option<&Found> {
        self.0.first()
    }

    /// Whether there are as many as are told, and all have fewer parcels than this.
    pub fn is_full_below(&self, parcels: i64) -> bool {
        self.0.len() > MOST_ALTERNATIVES && self.0.iter().all(|found| found.cost.parcels < parcels)
    }

    /// All of them, the best first.
    pub fn choices(&self) -> Vec<Choice> {
        self.0.iter().map(|found| found.choice.clone()).collect()
    }

    /// The most parcels of any, if there are as many as are told.
    pub fn most_parcels(&self) -> Option<i64> {
        (self.0.len() > MOST_ALTERNATIVES).then(|| self.0.iter().map(|found| found.cost.parcels).max())?
    }

    /// The best one, and the others.
    pub fn split(self) -> (Option<Found>, Vec<Found>) {
        let mut all = self.0.into_iter();
        (all.next(), all.collect())
    }
}
