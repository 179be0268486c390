//! The ports over the database, a file each.

mod feed;
mod ledger;
mod orders;
mod revocations;
