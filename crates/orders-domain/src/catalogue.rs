//! What is sold.

pub mod import;
pub mod product;
pub mod query;
pub mod repository;
pub mod size;

pub use product::Product;
