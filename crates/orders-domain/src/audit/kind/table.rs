//! What is said of each kind of difference.

use super::{DifferenceKind, Remedy};

mod orders;
mod others;

use orders::ORDERS;
use others::OTHERS;

/// A kind, the word for it, what it means, and what is done about it.
pub(super) type Row = (DifferenceKind, &'static str, &'static str, Remedy);

/// All rows, in the order of the kinds.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    ORDERS.iter().chain(&OTHERS)
}

/// The row of a kind.
pub(super) fn row(kind: DifferenceKind) -> &'static Row {
    let index = kind as usize;
    ORDERS.get(index).unwrap_or_else(|| &OTHERS[index - ORDERS.len()])
}
