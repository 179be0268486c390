//! `orders import`, `orders products`, `orders stock` and what `orders seed` makes of both: on SQLite, and on PostgreSQL where
//! there is one.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

#[path = "../support/mod.rs"]
mod support;

mod marketplaces;
mod orders;
mod products;
mod seeding;
mod shop;
mod stock;
