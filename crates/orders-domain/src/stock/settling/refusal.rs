//! Why what an order holds is not sent, or not held elsewhere.

use crate::{
    code::LocationCode,
    id::ProductId,
    plural::{Are, Counted},
};

/// What is not there to be sent, or to be held for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOnHand {
    /// It is not there at all.
    #[error(
        "product {product} has {} on hand at {location}, and {wanted} {} to be sent",
        Counted(*on_hand, "piece"),
        Are(*wanted)
    )]
    Missing {
        /// Of which product.
        product: ProductId,
        /// Where.
        location: LocationCode,
        /// How many are there.
        on_hand: i64,
        /// How many are to be sent from there.
        wanted: i64,
    },
    /// Others hold it, or it is not there.
    #[error(
        "product {product} has {} at {location} that no order holds, and {wanted} more {} to be sent from there",
        Counted(*unheld, "piece"),
        Are(*wanted)
    )]
    Held {
        /// Of which product.
        product: ProductId,
        /// Where.
        location: LocationCode,
        /// How many are there that no order holds.
        unheld: i64,
        /// How many more are to be sent from there.
        wanted: i64,
    },
    /// It is there, and for those who reserved it before.
    #[error(
        "product {product} has {} at {location} that nobody reserved before, and {wanted} {} to be sent from there",
        Counted(*backed, "piece"),
        Are(*wanted)
    )]
    Behind {
        /// Of which product.
        product: ProductId,
        /// Where.
        location: LocationCode,
        /// How many are there beside what is ahead.
        backed: i64,
        /// How many are to be sent from there.
        wanted: i64,
    },
    /// It lies in too many places for one event.
    #[error("the pieces lie in so many places that they cannot all be moved at once: ship fewer of them")]
    Scattered,
}
