//! `orders backup`, `orders restore` and `orders digest`: copies of a database, and whether two hold the same.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]
#![expect(clippy::print_stdout, reason = "a test that cannot be run here says why")]

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code, reason = "each test binary uses its own part")]
mod kept;

mod backing_up;
mod damaged;
mod digests;
mod interrupted;
mod missing;
mod restoring;
mod series;
