//! The ports over the database, a file each.

mod analytics;
mod catalogue;
mod deliveries;
mod feed;
mod ledger;
mod markets;
mod orders;
mod revocations;
