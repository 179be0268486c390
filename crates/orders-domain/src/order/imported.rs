//! From where an order comes that was placed in another system.

use chrono::{DateTime, Utc};

use crate::text::short_text;

short_text! {
    /// What the system in which an order was placed calls it: 1 to 100 characters.
    ExternalId, "externalId", 100
}

/// What is kept of an order from another system beside what every order has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What it is called there. No two orders of a shop have the same.
    pub external_id: ExternalId,
    /// When it was placed there, in whole milliseconds.
    pub placed_at: DateTime<Utc>,
}
