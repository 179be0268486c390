//! The HTTP contract over a real socket: one file a route group, each test on a fresh database.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

#[path = "../support/mod.rs"]
mod support;

mod placing;
