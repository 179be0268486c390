//! What a use case of webhooks can fail with.

use thiserror::Error;

use crate::{
    delivery::webhook::Webhook,
    failure::PortError,
    identity::{Refusal, Scope},
    invalid::InvalidInput,
    ledger::{Refused, Taken},
};

/// A use case of webhooks failed.
#[derive(Debug, Error)]
pub enum WebhookError {
    /// The asker's token does not allow it.
    #[error("the token lacks the scope {}", Scope::any_of(.0))]
    MissingScope(&'static [Scope]),
    /// There is no such webhook, or no such delivery.
    #[error("{0}")]
    Unknown(InvalidInput),
    /// An event was not sent to the webhook.
    #[error("{0}")]
    UnknownDelivery(InvalidInput),
    /// The secrets that are there were sealed with another key than this server's.
    #[error("the secrets of webhooks are sealed with another SECRETS_KEY than this server's")]
    OtherKey,
    /// What was given cannot be.
    #[error("{0}")]
    Invalid(InvalidInput),
    /// The webhook is disabled for good.
    #[error("the webhook is disabled for good")]
    Disabled,
    /// There are as many webhooks as there can be.
    #[error("there are {} webhooks already", Webhook::MOST)]
    TooMany,
    /// This server sends to no webhook.
    #[error("this server has no SECRETS_KEY, so it sends to no webhook")]
    NotSending,
    /// The webhook is not at a version that the asker expects; nothing was changed.
    #[error("it has changed since")]
    Changed,
    /// The idempotency key stands for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A port could not do its part now; nothing was changed unless it says otherwise.
    #[error(transparent)]
    Unavailable(PortError),
}

impl From<PortError> for WebhookError {
    fn from(error: PortError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<Refused> for WebhookError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::KeyReused => Self::KeyReused,
            Refused::Stale => Self::Changed,
            Refused::Taken(Taken::Webhooks) => Self::TooMany,
            Refused::OtherKey => Self::OtherKey,
            // Of other things.
            Refused::NotSold(_)
            | Refused::NotOnHand(_)
            | Refused::NotKept(_)
            | Refused::Taken(_)
            | Refused::Priced
            | Refused::Handled => {
                Self::Unavailable(PortError::Corrupt("the ledger has refused another change".into()))
            }
            Refused::Failed(error) => Self::Unavailable(error),
        }
    }
}

impl From<Refusal> for WebhookError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::MissingScope(scope) => Self::MissingScope(scope),
            // Webhooks are nobody's in particular.
            Refusal::NotOwned => Self::Unavailable(PortError::Corrupt("a webhook has no owner".into())),
        }
    }
}
