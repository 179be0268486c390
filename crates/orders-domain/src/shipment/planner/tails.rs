//! Parcels of a choice that are spared: what is in one goes into the room that others of the places have.

use super::{
    board::{Board, Choice},
    packing,
};

/// How many lines are packed, about: a few milliseconds' work.
const WORK: usize = 60_000;

/// The most pieces of a line of which any number is tried to go elsewhere; of more, as many as there are.
const FEW: u32 = 8;

/// A choice with fewer parcels than this one, if one is found.
pub fn spared(board: &Board, choice: &Choice) -> Option<Choice> {
    let mut search = Search { board, choice: choice.clone(), parcels: Vec::new(), work: WORK };
    for sender in 0..choice.len() {
        let parcels = search.count(sender);
        search.parcels.push(parcels);
    }
    let mut is_better = false;
    while search.spare_one() {
        is_better = true;
    }
    search.choice.retain(|(_, taken)| taken.iter().any(|pieces| *pieces > 0));
    is_better.then_some(search.choice)
}

struct Search<'a> {
    board: &'a Board,
    choice: Choice,
    /// Of each place that sends.
    parcels: Vec<u64>,
    work: usize,
}

impl Search<'_> {
    /// Into how many parcels goes what a place sends.
    fn count(&mut self, sender: usize) -> u64 {
        let (site, taken) = &self.choice[sender];
        self.work = self.work.saturating_sub(taken.len());
        packing::count(&self.board.pieces, self.board.sites[*site].limits, taken)
    }

    /// Empties one parcel into others, if that is possible: the lightest ones are tried first.
    fn spare_one(&mut self) -> bool {
        let mut all = Vec::new();
        for (sender, (site, taken)) in self.choice.iter().enumerate() {
            let limits = self.board.sites[*site].limits;
            for group in packing::pack(&self.board.pieces, limits, taken) {
                let pieces: u64 = group.lines.iter().map(|(_, pieces)| u64::from(*pieces)).sum();
                let grams = group
                    .lines
                    .iter()
                    .map(|(line, pieces)| self.board.pieces[*line].grams.saturating_mul((*pieces).into()));
                all.push((grams.fold(0, u64::saturating_add), pieces, sender, group.lines));
            }
        }
        all.sort_unstable();
        all.into_iter().any(|(_, _, sender, lines)| self.empty(sender, &lines))
    }

    /// Sends these pieces from other places that send anyway, if it takes no more parcels there and fewer here.
    fn empty(&mut self, sender: usize, lines: &[(usize, u32)]) -> bool {
        let (choice, parcels) = (self.choice.clone(), self.parcels.clone());
        for (line, pieces) in lines {
            self.choice[sender].1[*line] -= pieces;
        }
        let is_emptied = lines.iter().all(|(line, pieces)| self.give_away(sender, *line, *pieces)) && {
            self.parcels[sender] = self.count(sender);
            self.parcels[sender] < parcels[sender]
        };
        if !is_emptied {
            (self.choice, self.parcels) = (choice, parcels);
        }
        is_emptied
    }

    /// Whether others have room for so many pieces of a line; they send them then.
    fn give_away(&mut self, sender: usize, line: usize, mut pieces: u32) -> bool {
        for other in (0..self.choice.len()).filter(|other| *other != sender) {
            let (site, taken) = &self.choice[other];
            let before = taken[line];
            let most = (self.board.sites[*site].stock[line] - before).min(pieces);
            let least = if most > FEW { most } else { 1 };
            for more in (least..=most).rev() {
                if self.work == 0 {
                    return false;
                }
                self.choice[other].1[line] = before + more;
                if self.count(other) == self.parcels[other] {
                    pieces -= more;
                    break;
                }
                self.choice[other].1[line] = before;
            }
            if pieces == 0 {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::super::packing::{Limits, Piece};
    use super::*;
    use crate::shipment::planner::{board::Site, tests::random_problem};

    #[test]
    fn a_parcel_goes_into_the_room_of_others() {
        let mut board = Board::new(&random_problem(1, 1, 1, 1));
        let site = |candidate, stock: &[u32]| Site {
            candidate,
            metres: 0,
            foreign: false,
            rank: (0, i64::try_from(candidate).unwrap()),
            limits: Limits { grams: 10, mm3: u64::MAX, side: u64::MAX },
            stock: stock.to_vec(),
        };
        board.pieces = [4, 3, 7].map(|grams| Piece { grams, mm3: 0, side: 0 }).to_vec();
        board.need = vec![2, 2, 1];
        board.sites = vec![site(0, &[2, 2, 0]), site(1, &[0, 1, 1])];
        board.is_limited = true;
        // 4+4, 3+3 and 7; one 3 goes to the 7, the other does not go to 4+4.
        let wasteful: Choice = vec![(0, vec![2, 2, 0]), (1, vec![0, 0, 1])];
        assert_eq!(
            (board.cost(&wasteful).parcels, spared(&board, &wasteful)),
            (3 + board.fixed.parcels, None)
        );
        board.pieces[1].grams = 2;
        board.pieces[0].grams = 5;
        board.sites[1].stock[1] = 2;
        // 5+5, 2+2 and 7: there is room for one 2 beside the 7 only.
        assert_eq!(spared(&board, &wasteful), None);
        board.pieces[2].grams = 6;
        let filled = spared(&board, &wasteful).unwrap();
        assert_eq!(filled, [(0, vec![2, 0, 0]), (1, vec![0, 2, 1])]);
        assert_eq!(board.cost(&filled).parcels, 2 + board.fixed.parcels);
    }
}
