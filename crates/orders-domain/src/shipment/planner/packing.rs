//! Into how many parcels what leaves a place goes.
//!
//! A piece that exceeds a limit by itself goes alone. The others go first-fit in descending order, or exactly where
//! they are few. Pieces are counted, not listed: an order may have millions of them.

use super::Wanted;
use crate::stock::location::ParcelLimits;

/// The most pieces that are packed exactly.
pub const EXACT_UNITS: u32 = 12;

/// What a piece weighs and takes up: what is not known is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Piece {
    pub grams: u64,
    pub mm3: u64,
    pub side: u64,
}

impl Piece {
    /// A piece of this line.
    pub fn of(wanted: &Wanted) -> Self {
        let number = |number: i64| u64::try_from(number).unwrap_or_default();
        let sides =
            wanted.size.map(|size| [size.length, size.width, size.height].map(|side| number(side.get())));
        Self {
            grams: wanted.weight.map_or(0, |weight| number(weight.get())),
            mm3: sides.map_or(0, |sides| sides.iter().fold(1, |volume, side| volume.saturating_mul(*side))),
            side: sides.map_or(0, |sides| sides.into_iter().max().unwrap_or_default()),
        }
    }
}

/// What a parcel can be at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub grams: u64,
    pub mm3: u64,
    pub side: u64,
}

impl Limits {
    /// Those of a place.
    pub fn of(parcel: &ParcelLimits) -> Self {
        let number = |number: i64| u64::try_from(number).unwrap_or(u64::MAX);
        Self {
            grams: parcel.weight.map_or(u64::MAX, |limit| number(limit.get())),
            mm3: parcel.volume.map_or(u64::MAX, |limit| number(limit.get())),
            side: parcel.side.map_or(u64::MAX, |limit| number(limit.get())),
        }
    }

    /// Whether a piece exceeds one by itself.
    pub fn is_exceeded_by(&self, piece: Piece) -> bool {
        piece.grams > self.grams || piece.mm3 > self.mm3 || piece.side > self.side
    }
}

/// Parcels that are packed alike: how many, what room each has left, and how many pieces of which lines are in
/// each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub count: u64,
    grams: u64,
    mm3: u64,
    pub lines: Vec<(usize, u32)>,
    /// Whether there is one piece in each, which exceeds a limit.
    pub oversize: bool,
}

impl Group {
    fn empty(limits: Limits, count: u64) -> Self {
        Self { count, grams: limits.grams, mm3: limits.mm3, lines: Vec::new(), oversize: false }
    }

    /// How many more pieces go into each.
    fn room_for(&self, piece: Piece) -> u64 {
        let by = |room: u64, need: u64| room.checked_div(need).unwrap_or(u64::MAX);
        by(self.grams, piece.grams).min(by(self.mm3, piece.mm3))
    }

    fn put(&mut self, line: usize, piece: Piece, pieces: u64) {
        self.grams -= piece.grams * pieces;
        self.mm3 -= piece.mm3 * pieces;
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        match self.lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, held)) => *held += pieces,
            None => self.lines.push((line, pieces)),
        }
    }
}

/// So many pieces of each line as if they were one.
pub fn together(pieces: &[Piece], taken: &[u32]) -> Piece {
    pieces.iter().zip(taken).filter(|(_, taken)| **taken > 0).fold(Piece::default(), |all, (piece, taken)| {
        let count = u64::from(*taken);
        Piece {
            grams: all.grams.saturating_add(piece.grams.saturating_mul(count)),
            mm3: all.mm3.saturating_add(piece.mm3.saturating_mul(count)),
            side: all.side.max(piece.side),
        }
    })
}

/// Into how many parcels so many pieces of each line go.
pub fn count(pieces: &[Piece], limits: Limits, taken: &[u32]) -> u64 {
    pack(pieces, limits, taken).iter().map(|group| group.count).sum()
}

/// The parcels into which so many pieces of each line go.
pub fn pack(pieces: &[Piece], limits: Limits, taken: &[u32]) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut fitting: Vec<(usize, u32)> = Vec::new();
    for (line, count) in taken.iter().enumerate().filter(|(_, count)| **count > 0) {
        if limits.is_exceeded_by(pieces[line]) {
            let alone =
                Group { lines: vec![(line, 1)], oversize: true, ..Group::empty(limits, (*count).into()) };
            groups.push(alone);
        } else {
            fitting.push((line, *count));
        }
    }
    if fitting.is_empty() {
        return groups;
    }
    fitting.sort_by_key(|(line, _)| {
        let Piece { grams, mm3, side } = pieces[*line];
        (std::cmp::Reverse((grams, mm3, side)), *line)
    });
    let mut fitted = first_fit(pieces, limits, &fitting);
    let units: u32 = fitting.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count));
    let parcels: u64 = fitted.iter().map(|group| group.count).sum();
    if units <= EXACT_UNITS && parcels > 1 {
        fitted = exact(pieces, limits, &fitting, parcels).unwrap_or(fitted);
    }
    groups.extend(fitted);
    for group in &mut groups {
        group.lines.sort_unstable();
    }
    groups
}

fn first_fit(pieces: &[Piece], limits: Limits, fitting: &[(usize, u32)]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (line, count) in fitting {
        let (piece, mut left) = (pieces[*line], u64::from(*count));
        let mut index = 0;
        while left > 0 {
            if index == groups.len() {
                let room = Group::empty(limits, 1).room_for(piece).clamp(1, left);
                let whole = left / room;
                groups.push(Group::empty(limits, whole));
                groups[index].put(*line, piece, room);
                left -= whole * room;
                index += 1;
                continue;
            }
            let room = groups[index].room_for(piece).min(left);
            // As many of these as are filled to the last piece; one may be filled in part.
            if let Some(whole) = left.checked_div(room) {
                let whole = whole.min(groups[index].count);
                if whole < groups[index].count {
                    let rest = Group { count: groups[index].count - whole, ..groups[index].clone() };
                    groups.insert(index + 1, rest);
                    groups[index].count = whole;
                }
                groups[index].put(*line, piece, room);
                left -= whole * room;
            }
            index += 1;
        }
    }
    groups
}

/// Fewer parcels than so many, if that is possible; the fewest.
fn exact(pieces: &[Piece], limits: Limits, fitting: &[(usize, u32)], parcels: u64) -> Option<Vec<Group>> {
    let units: Vec<usize> = fitting.iter().flat_map(|(line, count)| (0..*count).map(|_| *line)).collect();
    let sum = |need: fn(Piece) -> u64, limit: u64| {
        let total: u64 = units.iter().fold(0, |sum, line| sum.saturating_add(need(pieces[*line])));
        if limit == u64::MAX || limit == 0 { 1 } else { total.div_ceil(limit) }
    };
    let least = sum(|piece| piece.grams, limits.grams).max(sum(|piece| piece.mm3, limits.mm3)).max(1);
    (least..parcels).find_map(|bins| {
        let mut open = vec![Group::empty(limits, 1); usize::try_from(bins).ok()?];
        place(pieces, &units, &mut open).then_some(open)
    })
}

/// Puts the units, which are in descending order, into these parcels.
fn place(pieces: &[Piece], units: &[usize], open: &mut [Group]) -> bool {
    let Some((line, rest)) = units.split_first() else { return true };
    let piece = pieces[*line];
    for index in 0..open.len() {
        // Parcels with the same room are the same.
        let is_new = |before: &Group| (before.grams, before.mm3) != (open[index].grams, open[index].mm3);
        if open[index].room_for(piece) == 0 || !open[..index].iter().all(is_new) {
            continue;
        }
        let before = open[index].clone();
        open[index].put(*line, piece, 1);
        if place(pieces, rest, open) {
            return true;
        }
        open[index] = before;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Limits = Limits { grams: u64::MAX, mm3: u64::MAX, side: u64::MAX };

    fn piece(grams: u64, mm3: u64) -> Piece {
        Piece { grams, mm3, side: 0 }
    }

    #[test]
    fn what_fits_goes_together_and_what_exceeds_a_limit_alone() {
        let pieces = [piece(4, 1), piece(3, 1), piece(30, 1), Piece { side: 9, ..piece(1, 1) }];
        let limits = Limits { grams: 10, side: 8, ..NONE };
        assert_eq!(count(&pieces, NONE, &[100_000, 100_000, 100_000, 7]), 1);
        assert_eq!(count(&pieces, limits, &[1, 2, 0, 0]), 1);
        assert_eq!(count(&pieces, limits, &[2, 1, 0, 0]), 2);
        assert_eq!(count(&pieces, limits, &[1, 0, 2, 2]), 5);
        assert_eq!(pack(&pieces, limits, &[0; 4]), []);
    }

    #[test]
    fn few_pieces_are_packed_into_the_fewest_parcels() {
        // First-fit descending takes 3: 6+3, 5+2+2, 2; the fewest are 6+2+2 and 5+3+2.
        let pieces = [piece(6, 0), piece(5, 0), piece(3, 0), piece(2, 0)];
        let limits = Limits { grams: 10, ..NONE };
        assert_eq!(count(&pieces, limits, &[1, 1, 1, 3]), 2);
    }

    #[test]
    fn millions_of_pieces_are_counted_not_listed() {
        let pieces = [piece(7, 0), piece(5, 0), piece(3, 0)];
        let limits = Limits { grams: 10, ..NONE };
        let groups = pack(&pieces, limits, &[100_000, 100_000, 100_000]);
        assert!(groups.len() < 10, "{groups:?}");
        let held = |line: usize| -> u64 {
            let of = |group: &Group| {
                let held = group.lines.iter().find(|(known, _)| *known == line);
                group.count * u64::from(held.map_or(0, |(_, held)| *held))
            };
            groups.iter().map(of).sum()
        };
        assert_eq!([held(0), held(1), held(2)], [100_000; 3]);
        assert_eq!(groups.iter().map(|group| group.count).sum::<u64>(), 150_000);
    }
}
