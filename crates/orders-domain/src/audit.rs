//! Whether what is stored agrees with itself: facts in, differences out.
//!
//! Events and movements are the record, which nothing edits; everything else is recomputed from them and compared.
//! It reads nothing by itself and names no store.

pub mod difference;
mod folding;
pub mod held;
pub mod kind;
pub mod levels;
pub mod order;
pub mod report;
pub mod things;

pub use difference::{Difference, Place};
pub use kind::{DifferenceKind, Remedy};
pub use report::Findings;
