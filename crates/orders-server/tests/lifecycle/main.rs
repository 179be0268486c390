//! How the server starts, runs short of things, and stops.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]
#![expect(clippy::print_stdout, reason = "a test that cannot be run here says why")]

#[path = "../support/mod.rs"]
mod support;

mod broken_stream;
mod catalogue;
mod commands;
mod connections;
mod descriptors;
mod disk_full;
mod draining;
mod health;
mod locked;
mod log;
mod namespace;
mod numbers;
mod rare_events;
mod rate_limit;
mod recovery;
mod refusals;
mod serving;
mod slow_clients;
mod streaming;
mod tools;
#[cfg(feature = "otlp")]
mod traces;
mod version;
mod whole_file;
mod wire;
