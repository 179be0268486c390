//! The HTTP contract over a real socket: one file a route group, each test on a fresh database.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

#[path = "../support/mod.rs"]
mod support;

mod answer;
mod bodies;
mod wire;

mod analytics;
mod cancelling;
mod catalogue;
mod contact;
mod cors;
mod csv;
mod docs;
mod errors;
mod events;
mod finding;
mod following;
mod health;
mod hostile;
mod idempotency;
mod listing;
mod marketplaces;
mod openapi;
mod ownership;
mod placing;
mod planning;
mod postgres;
mod preconditions;
mod products;
mod properties;
mod queueing;
mod races;
mod reading;
mod rehearsing;
mod selling;
mod shipping;
mod status;
mod stock;
mod streaming;
mod strict_ids;
mod traces;
mod tracking;
mod validation;
mod webhooks;
