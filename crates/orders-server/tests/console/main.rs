//! The pages for the shop's staff over a real socket: as HTTP has them, and as a browser shows them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

#[cfg(feature = "jwt")]
#[path = "../../../orders-adapters/tests/common/issuer.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod issuer;
#[path = "../support/mod.rs"]
mod support;

mod desk;
mod figures;
mod finding;
mod frames;
mod live;
mod orders;
#[cfg(feature = "jwt")]
mod provider;
mod races;
mod refusals;
mod sign_in;
#[cfg(feature = "jwt")]
mod sign_in_provider;
mod stock;
mod webhooks;

mod browser;
