//! The best of all ways to split a few pieces among a few places, where limits make packing matter.
//!
//! What is left to send is a state: how many pieces of each line. Place by place, from the last in rank to the first,
//! the best ways to send each state from this place and those behind it are made of those behind it. Each state is
//! looked at once a place, so the time has a bound, and what is found is the best there is. Pieces of one product are
//! alike, so that bound lets through all but ten and more different ones at many places.

use super::{
    EXACT_PLACES,
    board::{Best, Board, Choice},
    packing::{EXACT_UNITS, Limits},
    split,
    states::States,
};

/// How many ways are kept of each state: the best and the alternatives, each of other places.
const KEPT: usize = 1 + super::MOST_ALTERNATIVES;

/// How many steps are taken at most: some 15 ms' work. A step looks at a part of a state at a place.
const STEPS: usize = 2_200_000;

/// How many bits the number of a place takes in [`Way::places`].
const BITS: u32 = 4;

/// Where the first place stands there.
const FIRST: u32 = 11 * BITS;
const _: () = assert!(EXACT_PLACES == 12, "the first of 12 places stands above 11 others");

/// A way to send a state, compared as costs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    parcels: u8,
    borders: u8,
    gram_metres: u64,
    /// The places that send, by their positions in rank from 1, the first in the highest bits.
    places: u64,
    /// What the first of them sends.
    taken: u16,
}

impl Way {
    const NOTHING: Self = Self { parcels: 0, borders: 0, gram_metres: 0, places: 0, taken: 0 };
    const NONE: Self = Self { parcels: u8::MAX, ..Self::NOTHING };
}

/// The best ways of a state, the best first; [`Way::NONE`] where there are no more.
type Ways = [Way; KEPT];

/// Finds the best ways, if there are few pieces and places. Whether they are known to be the best since.
pub fn improve(board: &Board, best: &mut Best) -> bool {
    let units = board.need.iter().fold(0_u32, |sum, need| sum.saturating_add(*need));
    if units > EXACT_UNITS || board.sites.len() > EXACT_PLACES || steps(board) > STEPS {
        return false;
    }
    let states = States::new(&board.need, &board.pieces);
    let mut ranked: Vec<usize> = (0..board.sites.len()).collect();
    ranked.sort_by_key(|site| board.sites[*site].rank);
    // Ways that are found quickly bound those that are worth looking at.
    split::some_choices(board, best);
    let most = best.most_parcels().map(|most| most - board.fixed.parcels);
    let most = most.and_then(|most| u8::try_from(most).ok()).unwrap_or(u8::MAX - 1);
    let tables = tables(board, &states, &ranked, most);
    for way in tables[0][states.all()] {
        if way.parcels < u8::MAX {
            best.offer(board, choice(&states, &ranked, &tables, way.places));
        }
    }
    true
}

/// How many parts all states have at all places.
fn steps(board: &Board) -> usize {
    let parts = |need: &u32| {
        let need = usize::try_from(*need).unwrap_or(usize::MAX);
        (need + 1) * (need + 2) / 2
    };
    board.need.iter().map(parts).product::<usize>() * board.sites.len()
}

/// The ways of all states from each place on, in the order of their ranks, that can be part of one with no more than
/// so many parcels; behind the last place, nothing is sent.
fn tables(board: &Board, states: &States, ranked: &[usize], most: u8) -> Vec<Vec<Ways>> {
    let mut last = vec![[Way::NONE; KEPT]; states.count()];
    last[0][0] = Way::NOTHING;
    let mut tables = vec![last];
    let mut packed: Vec<(Limits, Vec<u8>)> = Vec::new();
    for (position, site) in ranked.iter().enumerate().rev() {
        let site = &board.sites[*site];
        let known = packed.iter().position(|(limits, _)| *limits == site.limits).unwrap_or_else(|| {
            packed.push((site.limits, states.parcels(site.limits, most)));
            packed.len() - 1
        });
        let parcels = &packed[known].1;
        let mut there = states.within(&site.stock);
        for (is_there, parcels) in there.iter_mut().zip(parcels) {
            *is_there &= *parcels <= most;
        }
        let behind = &tables[tables.len() - 1];
        let mut here = behind.clone();
        // From the first place on, nothing but all that is wanted is asked for.
        for state in if position == 0 { states.all() } else { 0 }..states.count() {
            // What a state leaves to the places before takes one parcel at least.
            let most = if state == states.all() { most } else { most.saturating_sub(1) };
            for taken in states.parts(state).iter().filter(|taken| there[usize::from(**taken)]) {
                let part = usize::from(*taken);
                let borders = if site.foreign { parcels[part] } else { 0 };
                for rest in behind[state - part].iter().take_while(|rest| rest.parcels < u8::MAX) {
                    if rest.parcels + parcels[part] > most.min(here[state][KEPT - 1].parcels) {
                        break;
                    }
                    let way = Way {
                        parcels: rest.parcels + parcels[part],
                        borders: rest.borders + borders,
                        gram_metres: rest.gram_metres + states.grams(part) * site.metres,
                        places: (position as u64 + 1) << FIRST | rest.places >> BITS,
                        taken: *taken,
                    };
                    if way >= here[state][KEPT - 1] {
                        break;
                    }
                    keep(&mut here[state], way);
                }
            }
        }
        tables.push(here);
    }
    tables.reverse();
    tables
}

/// Keeps a way in its place among the best, and of the same places only the best.
fn keep(ways: &mut Ways, way: Way) {
    let mut index = ways.iter().position(|known| known.places == way.places).unwrap_or(KEPT - 1);
    if ways[index] <= way {
        return;
    }
    ways[index] = way;
    while index > 0 && ways[index] < ways[index - 1] {
        ways.swap(index, index - 1);
        index -= 1;
    }
}

/// What each place sends in the way of these places.
fn choice(states: &States, ranked: &[usize], tables: &[Vec<Ways>], mut places: u64) -> Choice {
    let (mut state, mut choice) = (states.all(), Choice::new());
    for (position, site) in ranked.iter().enumerate() {
        if places >> FIRST != position as u64 + 1 {
            continue;
        }
        let way = tables[position][state].iter().find(|way| way.places == places);
        let taken = way.map_or(0, |way| usize::from(way.taken));
        choice.push((*site, states.pieces(taken)));
        state -= taken;
        places = places << BITS & ((1 << (FIRST + BITS)) - 1);
    }
    choice.sort_unstable();
    choice
}
