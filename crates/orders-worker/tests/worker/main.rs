//! The worker over real stores, with receivers that do as they are told.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod carrying;
mod failing;
mod fulfilling;
mod history;
mod mailing;
mod queueing;
mod receiver;
mod shop;
