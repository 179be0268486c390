//! The whole server on PostgreSQL: several servers on one database, and what may befall the database.
//!
//! Without a PostgreSQL on this machine each test says so and ends.

#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]
#![expect(clippy::print_stdout, reason = "a test that cannot be run here says why")]

#[path = "../crash/client.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod client;
#[path = "../crash/order.rs"]
mod order;
#[path = "../crash/stored.rs"]
mod stored;
#[path = "../support/mod.rs"]
mod support;
#[path = "../lifecycle/wire.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod wire;

mod together;

mod killed_server;
mod replica;
mod restart;
mod starting;
mod tls;
mod transfer;
mod transfer_catalogue;
mod two_servers;
mod walks;
