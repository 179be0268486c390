//! What stands around the program: examples, clients, files for containers, papers.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

use std::path::Path;

#[path = "../support/mod.rs"]
mod support;

#[path = "../../../orders-adapters/tests/common/python.rs"]
mod python;
#[allow(dead_code, reason = "nothing here disturbs it")]
#[path = "../../../orders-adapters/tests/common/redis.rs"]
mod redis;

// The examples as they are, so that a test of this binary alone cannot meet older ones.
#[path = "../../examples/own_catalogue.rs"]
mod own_catalogue;
#[path = "../../examples/webhook_receiver.rs"]
mod webhook_receiver;

mod catalogue;
mod clients;
mod compose;
mod node;
mod papers;
mod receivers;

/// The project's root.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A file of the project.
fn file(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
