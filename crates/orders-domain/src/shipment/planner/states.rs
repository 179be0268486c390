//! All that can be taken of a few pieces, numbered.
//!
//! The number of a state has a digit for each line: how many of its pieces are in it. A part of a state leaves the
//! state whose number is the difference of theirs.

use super::packing::{self, Limits, Piece};

/// All states of so many pieces of each line, at most 2^12 of them.
#[derive(Debug)]
pub struct States {
    /// How many numbers there are below the next digit, and the most that the digit can be.
    digits: Vec<(usize, u32)>,
    /// All pieces of each state, as if they were one.
    whole: Vec<Piece>,
    /// How many pieces those are.
    units: Vec<u32>,
    /// The parts of each state but the empty one, all in a row, and where those of each begin.
    parts: Vec<u16>,
    begins: Vec<usize>,
}

impl States {
    pub fn new(need: &[u32], pieces: &[Piece]) -> Self {
        let mut count = 1;
        let mut digits = Vec::new();
        for most in need {
            digits.push((count, *most));
            count *= *most as usize + 1;
        }
        let mut states =
            Self { digits, whole: Vec::new(), units: Vec::new(), parts: Vec::new(), begins: vec![0] };
        for state in 0..count {
            let taken = states.pieces(state);
            let first = states.parts.len();
            for (line, most) in taken.iter().enumerate() {
                let before = states.parts.len();
                for digit in 1..=*most as usize {
                    let Ok(more) = u16::try_from(digit * states.digits[line].0) else { break };
                    states.parts.push(more);
                    for index in first..before {
                        states.parts.push(states.parts[index] + more);
                    }
                }
            }
            states.whole.push(packing::together(pieces, &taken));
            states.units.push(taken.iter().sum());
            states.begins.push(states.parts.len());
        }
        states
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.whole.len()
    }

    /// The one with all pieces.
    pub fn all(&self) -> usize {
        self.count() - 1
    }

    /// How many pieces of each line are in one.
    pub fn pieces(&self, state: usize) -> Vec<u32> {
        let of_line =
            |(below, most): &(usize, u32)| u32::try_from(digit(state, *below, *most)).unwrap_or_default();
        self.digits.iter().map(of_line).collect()
    }

    /// What can be taken of one, that is not nothing; all of it is the last.
    pub fn parts(&self, state: usize) -> &[u16] {
        &self.parts[self.begins[state]..self.begins[state + 1]]
    }

    /// What one weighs.
    pub fn grams(&self, state: usize) -> u64 {
        self.whole[state].grams
    }

    /// Which of them have no more pieces of any line than these.
    pub fn within(&self, stock: &[u32]) -> Vec<bool> {
        let is_there = |state| {
            self.digits
                .iter()
                .zip(stock)
                .all(|((below, most), there)| digit(state, *below, *most) <= *there as usize)
        };
        (0..self.count()).map(is_there).collect()
    }

    /// The fewest parcels of each within these limits; where those are more than so many, some number above that. A
    /// piece that exceeds a limit goes alone.
    pub fn parcels(&self, limits: Limits, most: u8) -> Vec<u8> {
        let fits = |state: usize| self.units[state] == 1 || !limits.is_exceeded_by(self.whole[state]);
        let fitting: Vec<bool> = (0..self.count()).map(fits).collect();
        let mut parcels: Vec<u8> = vec![0];
        for state in 1..self.count() {
            if fitting[state] {
                parcels.push(1);
                continue;
            }
            // One piece less never takes more parcels. Some parcel has a piece of the first line.
            let mut there = self.digits.iter().filter(|(below, most)| digit(state, *below, *most) > 0);
            let least = there.clone().map(|(below, _)| parcels[state - below]).max();
            let floor = least.unwrap_or_default().max(2);
            let Some((below, first)) = there.next().filter(|_| floor <= most) else {
                parcels.push(floor);
                continue;
            };
            let mut fewest = u8::MAX;
            for part in self.parts(state).iter().rev().map(|part| usize::from(*part)) {
                if fitting[part] && 1 + parcels[state - part] < fewest && digit(part, *below, *first) > 0 {
                    fewest = 1 + parcels[state - part];
                    if fewest == floor {
                        break;
                    }
                }
            }
            parcels.push(fewest);
        }
        parcels
    }
}

/// How many pieces of a line are in a state, by how many numbers there are below its digit and the most of it.
fn digit(state: usize, below: usize, most: u32) -> usize {
    state / below % (most as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_state_are_all_that_can_be_taken_of_it() {
        let states = States::new(&[2, 0, 1], &[Piece::default(); 3]);
        assert_eq!((states.count(), states.pieces(states.all())), (6, vec![2, 0, 1]));
        let mut parts = states.parts(states.all()).to_vec();
        assert_eq!(parts.last(), Some(&5));
        parts.sort_unstable();
        assert_eq!(parts, [1, 2, 3, 4, 5]);
        assert_eq!(states.parts(0), [0_u16; 0]);
        assert_eq!(states.within(&[1, 9, 1]), [true, true, false, true, true, false]);
    }

    #[test]
    fn the_parcels_of_a_state_are_those_that_packing_finds() {
        let piece = |grams, mm3, side| Piece { grams, mm3, side };
        let pieces = [piece(6, 1, 1), piece(5, 9, 2), piece(3, 2, 3), piece(2, 5, 9), piece(0, 0, 0)];
        let states = States::new(&[2, 2, 3, 3, 2], &pieces);
        for grams in [2, 5, 8, 10, u64::MAX] {
            for (mm3, side) in [(7, 9), (12, 5), (u64::MAX, u64::MAX)] {
                let limits = Limits { grams, mm3, side };
                let parcels = states.parcels(limits, u8::MAX);
                for (state, parcels) in parcels.into_iter().enumerate() {
                    let packed = packing::count(&pieces, limits, &states.pieces(state));
                    assert_eq!(u64::from(parcels), packed, "{:?} {limits:?}", states.pieces(state));
                }
            }
        }
    }
}
