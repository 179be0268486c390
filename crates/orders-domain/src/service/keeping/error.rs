//! What a use case of products, places or stock can fail with.

use thiserror::Error;

use crate::{
    failure::PortError,
    identity::{Refusal, Scope},
    invalid::InvalidInput,
    ledger::{Refused, Taken},
    market::choice::NotChosen,
    stock::keeping::NotKept,
};

/// A use case of products, places or stock failed.
#[derive(Debug, Error)]
pub enum KeepingError {
    /// The asker's token does not allow it.
    #[error("the token lacks the scope {}", Scope::any_of(.0))]
    MissingScope(&'static [Scope]),
    /// There is no such product.
    #[error("{0}")]
    UnknownProduct(InvalidInput),
    /// There is no such place.
    #[error("{0}")]
    UnknownLocation(InvalidInput),
    /// There is no such marketplace.
    #[error("{0}")]
    UnknownMarketplace(InvalidInput),
    /// A marketplace is named in which nothing is sold.
    #[error("{}", .0.reason)]
    NotChosen(NotChosen),
    /// The product is not sold in the marketplace.
    #[error("{0}")]
    NotSoldHere(InvalidInput),
    /// The default marketplace is always active.
    #[error("the default marketplace is always active: what leads nowhere leads to it")]
    AlwaysActive,
    /// The default marketplace has no listings.
    #[error("the prices of the default marketplace are the products' own")]
    OwnPrices,
    /// A marketplace has prices, or orders, in another currency.
    #[error("the currency stays once there are prices or orders in it")]
    Priced,
    /// The products are a list that does not change.
    #[error("the products are a list that is fixed: CATALOGUE=static")]
    Fixed,
    /// A new thing has a name that another one has.
    #[error("the name is taken")]
    Taken(Taken),
    /// Stock cannot be changed so: there is not so much, or there would be too much.
    #[error("{0}")]
    NotKept(NotKept),
    /// The thing is not at a version that the asker expects; nothing was changed.
    #[error("it has changed since")]
    Changed,
    /// The idempotency key stands for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A port could not do its part now; nothing was changed unless it says otherwise.
    #[error(transparent)]
    Unavailable(PortError),
}

impl From<PortError> for KeepingError {
    fn from(error: PortError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<Refused> for KeepingError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::KeyReused => Self::KeyReused,
            Refused::Stale | Refused::NotKept(NotKept::Stale) => Self::Changed,
            Refused::NotKept(NotKept::UnknownProduct(reason)) => Self::UnknownProduct(reason),
            Refused::NotKept(NotKept::UnknownLocation(reason)) => Self::UnknownLocation(reason),
            Refused::NotKept(not_kept) => Self::NotKept(not_kept),
            Refused::Taken(taken) => Self::Taken(taken),
            Refused::Priced => Self::Priced,
            // Of orders, and what only a message does.
            Refused::NotSold(_) | Refused::NotOnHand(_) | Refused::Handled | Refused::OtherKey => {
                Self::Unavailable(PortError::Corrupt("the ledger has refused another change".into()))
            }
            Refused::Failed(error) => Self::Unavailable(error),
        }
    }
}

impl From<Refusal> for KeepingError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::MissingScope(scopes) => Self::MissingScope(scopes),
            // Products and places are nobody's in particular.
            Refusal::NotOwned => Self::Unavailable(PortError::Corrupt("a product has no owner".into())),
        }
    }
}
