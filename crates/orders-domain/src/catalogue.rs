//! What is sold.

pub mod inventory;
pub mod product;

pub use product::Product;
