//! What a crash leaves behind: everything that was acknowledged, nothing twice, nothing by halves.
//!
//! `TORTURE_KILLS` sets how often the server is killed (20 unless told, 5 on PostgreSQL), `TORTURE_SEED` repeats the
//! choices of an earlier run. `TORTURE_BACKUPS` sets how many backups are taken meanwhile (6).

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]
#![expect(clippy::print_stdout, reason = "a run says its seed and what it did")]

#[path = "../support/mod.rs"]
mod support;

mod backups;
#[allow(dead_code, reason = "each test binary uses its own part")]
mod client;
mod deliveries;
mod flush;
mod follower;
mod order;
mod sound;
mod stored;
mod torture;
