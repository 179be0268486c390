//! `orders doctor`: on SQLite, and on PostgreSQL where there is one.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

#[path = "../support/mod.rs"]
mod support;

mod clean;
mod faults;
mod looking;
mod page;
mod planting;
mod repairing;
mod shop;
