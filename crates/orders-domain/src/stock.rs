//! How many pieces there are, where, and for whom.

pub mod holding;
pub mod import;
pub mod keeping;
pub mod level;
pub mod location;
pub mod movement;
pub mod queue;
pub mod repository;
pub mod settling;
pub mod shelves;

pub use level::{Level, StockLevel};
pub use location::Location;
pub use movement::Movement;
