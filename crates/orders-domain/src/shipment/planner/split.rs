//! Which places send what, where there are too many pieces or places to look at every way.
//!
//! A piece takes up a share of a parcel, which differs by place and is nothing where parcels have no limits. Each piece comes from the place among the chosen
//! ones where its share is the smallest; the parcels of a place are about the sum of the shares. Places are taken in,
//! dropped and swapped by that sum, and the best choices are packed.

use super::{
    MOST_PARCELS,
    board::{Best, Board, Choice, Site},
    cover,
    packing::Piece,
    tails,
};

/// How much one parcel is.
const PARCEL: u64 = 1 << 20;

/// How many numbers are looked at, about: a few milliseconds' work.
const WORK: usize = 1_500_000;

/// With more parcels than this, about, a choice is only packed, not improved further.
const MOST_PLACED: u64 = 4 * MOST_PARCELS as u64;

/// How many choices are packed.
const PACKED: usize = 6;

/// What a choice costs, about, compared as costs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Estimate {
    parcels: u64,
    borders: u64,
    gram_metres: u128,
}

/// What a place has of a line.
#[derive(Debug)]
struct Offer {
    site: usize,
    /// What one piece takes up of a parcel there.
    share: u64,
    stock: u32,
}

/// What one piece takes up of a parcel.
fn share(piece: Piece, site: &Site) -> u64 {
    if site.limits.is_exceeded_by(piece) {
        return PARCEL;
    }
    let of = |piece: u64, limit: u64| {
        if limit == u64::MAX {
            0
        } else {
            (u128::from(piece) * u128::from(PARCEL)).div_ceil(limit.max(1).into())
        }
    };
    let share = of(piece.grams, site.limits.grams).max(of(piece.mm3, site.limits.mm3));
    u64::try_from(share).unwrap_or(PARCEL)
}

/// Looks at some choices.
pub fn some_choices(board: &Board, best: &mut Best) {
    let mut search = Search::new(board);
    let mut covering = vec![false; board.sites.len()];
    for site in cover::covering(board) {
        covering[site] = true;
    }
    search.improve(covering);
    if board.is_limited {
        let by_parcel = search.by_parcel();
        search.improve(by_parcel);
    }
    // What has far too many parcels for an order is not worth more work.
    let is_large = search.seen.first().is_some_and(|(estimate, _)| estimate.parcels > MOST_PLACED);
    for (_, chosen) in search.seen.iter().take(if is_large { 1 } else { PACKED }) {
        let places: Vec<usize> = (0..chosen.len()).filter(|site| chosen[*site]).collect();
        best.offer(board, search.cheapest(chosen));
        if let Some(choice) = board.nearest(&places) {
            best.offer(board, choice);
        }
    }
    if !board.is_limited || is_large {
        return;
    }
    for choice in best.choices() {
        if let Some(choice) = tails::spared(board, &choice) {
            best.offer(board, choice);
        }
    }
}

struct Search<'a> {
    board: &'a Board,
    /// Who has each line: those where it takes up least first, then those that cross no border, then the nearest.
    offers: Vec<Vec<Offer>>,
    /// How much of parcels each place sends; `None` where it sends nothing.
    sent: Vec<Option<u64>>,
    work: usize,
    /// The best choices so far, the best first.
    seen: Vec<(Estimate, Vec<bool>)>,
}

impl<'a> Search<'a> {
    fn new(board: &'a Board) -> Self {
        let of_line = |(line, piece): (usize, &Piece)| {
            let offer = |(site, place): (usize, &Site)| {
                let stock = place.stock[line];
                (stock > 0).then(|| Offer { site, share: share(*piece, place), stock })
            };
            let mut offers: Vec<Offer> = board.sites.iter().enumerate().filter_map(offer).collect();
            offers.sort_by_key(|offer| (offer.share, board.sites[offer.site].foreign, offer.site));
            offers
        };
        let offers = board.pieces.iter().enumerate().map(of_line).collect();
        Self { board, offers, sent: vec![None; board.sites.len()], work: WORK, seen: Vec::new() }
    }

    /// Each piece from where it takes up least among the chosen places, which have all.
    fn cheapest(&self, chosen: &[bool]) -> Choice {
        let mut taken = vec![vec![0; self.offers.len()]; chosen.len()];
        for (line, (offers, need)) in self.offers.iter().zip(&self.board.need).enumerate() {
            let mut left = *need;
            for offer in offers.iter().filter(|offer| chosen[offer.site]) {
                let pieces = offer.stock.min(left);
                taken[offer.site][line] = pieces;
                left -= pieces;
            }
        }
        let sends = |(_, taken): &(usize, Vec<u32>)| taken.iter().any(|pieces| *pieces > 0);
        taken.into_iter().enumerate().filter(sends).collect()
    }

    /// What that costs, about; `None` if the places have not all.
    fn estimate(&mut self, chosen: &[bool]) -> Option<Estimate> {
        self.sent.fill(None);
        let mut gram_metres = 0;
        for ((offers, need), piece) in self.offers.iter().zip(&self.board.need).zip(&self.board.pieces) {
            let mut left = *need;
            for offer in offers {
                if left == 0 {
                    break;
                }
                self.work = self.work.saturating_sub(1);
                if chosen[offer.site] {
                    let pieces = offer.stock.min(left);
                    let sent = self.sent[offer.site].get_or_insert(0);
                    *sent = sent.saturating_add(offer.share.saturating_mul(pieces.into()));
                    let grams = u128::from(piece.grams) * u128::from(pieces);
                    gram_metres += grams * u128::from(self.board.sites[offer.site].metres);
                    left -= pieces;
                }
            }
            if left > 0 {
                return None;
            }
        }
        let mut estimate = Estimate { parcels: 0, borders: 0, gram_metres };
        for (site, sent) in self.board.sites.iter().zip(&self.sent) {
            let Some(sent) = sent else { continue };
            let parcels = sent.div_ceil(PARCEL).max(1);
            estimate.parcels += parcels;
            estimate.borders += if site.foreign { parcels } else { 0 };
        }
        Some(estimate)
    }

    /// Remembers a choice, if it is among the best.
    fn look_at(&mut self, chosen: &[bool]) -> Option<Estimate> {
        let estimate = self.estimate(chosen)?;
        let is_good = self.seen.len() < PACKED || self.seen.last().is_some_and(|(last, _)| estimate < *last);
        if is_good {
            let used: Vec<bool> = self.sent.iter().map(Option::is_some).collect();
            if self.seen.iter().all(|(_, known)| *known != used) {
                let index = self.seen.partition_point(|(known, _)| *known <= estimate);
                self.seen.insert(index, (estimate, used));
                self.seen.truncate(PACKED);
            }
        }
        Some(estimate)
    }

    /// Takes in, drops and swaps places, as long as that is better and there is time.
    fn improve(&mut self, mut chosen: Vec<bool>) {
        let Some(mut known) = self.look_at(&chosen) else { return };
        let places = chosen.len();
        let mut is_better = true;
        while is_better {
            is_better = false;
            for site in 0..places {
                is_better |= self.flip(&mut chosen, &mut known, &[site]);
            }
            if is_better {
                continue;
            }
            for out in 0..places {
                for other in 0..places {
                    if chosen[out] && !chosen[other] {
                        is_better |= self.flip(&mut chosen, &mut known, &[out, other]);
                    }
                }
            }
        }
    }

    /// Takes in or drops these places, if that is better.
    fn flip(&mut self, chosen: &mut [bool], known: &mut Estimate, sites: &[usize]) -> bool {
        if self.work == 0 {
            return false;
        }
        for site in sites {
            chosen[*site] = !chosen[*site];
        }
        match self.look_at(chosen) {
            Some(estimate) if estimate < *known => {
                *known = estimate;
                true
            }
            _ => {
                for site in sites {
                    chosen[*site] = !chosen[*site];
                }
                false
            }
        }
    }

    /// One place after the other that sends most pieces a parcel of what is left.
    fn by_parcel(&self) -> Vec<bool> {
        let (board, mut left) = (self.board, self.board.need.clone());
        let mut chosen = vec![false; board.sites.len()];
        let mut shares = vec![vec![0; self.offers.len()]; board.sites.len()];
        for (line, offers) in self.offers.iter().enumerate() {
            for offer in offers {
                shares[offer.site][line] = offer.share;
            }
        }
        while left.iter().any(|left| *left > 0) {
            if chosen.iter().filter(|chosen| **chosen).count() >= 4 * MOST_PARCELS {
                return vec![true; chosen.len()];
            }
            let rate = |site: &usize| {
                let taken = board.sites[*site].stock.iter().zip(&left).map(|(there, left)| there.min(left));
                let (mut pieces, mut sent) = (0_u64, 0_u64);
                for (taken, share) in taken.zip(&shares[*site]) {
                    pieces += u64::from(*taken);
                    sent = sent.saturating_add(share.saturating_mul((*taken).into()));
                }
                (pieces, sent.div_ceil(PARCEL).max(1))
            };
            let open = (0..board.sites.len()).filter(|site| !chosen[*site]);
            let better = |one: &(u64, u64), other: &(u64, u64)| {
                (u128::from(one.0) * u128::from(other.1)).cmp(&(u128::from(other.0) * u128::from(one.1)))
            };
            let most = open.map(|site| (rate(&site), site)).max_by(|(one, site), (other, than)| {
                better(one, other).then(one.0.cmp(&other.0)).then(than.cmp(site))
            });
            let Some((_, site)) = most else { break };
            chosen[site] = true;
            for (left, there) in left.iter_mut().zip(&board.sites[site].stock) {
                *left = left.saturating_sub(*there);
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipment::planner::{exact, tests::random_problem};

    #[test]
    fn choices_by_shares_have_hardly_more_parcels_than_the_best() {
        let (mut found, mut fewest) = (0, 0);
        for seed in 1..=300 {
            let board = Board::new(&random_problem(seed, 12, 4, 3));
            let (mut quick, mut best) = (Best::default(), Best::default());
            some_choices(&board, &mut quick);
            if !board.sites.is_empty() && exact::improve(&board, &mut best) {
                found += quick.first().map_or(0, |found| found.cost.parcels);
                fewest += best.first().map_or(0, |found| found.cost.parcels);
            }
        }
        assert!(fewest > 300 && found * 100 <= fewest * 105, "{found} parcels, where {fewest} are enough");
    }
}
