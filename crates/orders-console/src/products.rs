//! Products, and what there is of them.

pub mod list;
pub mod one;
pub mod stock;
