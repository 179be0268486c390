//! What a port may say instead of an answer.

use thiserror::Error;

use crate::invalid::InvalidInput;

/// A boxed cause, for logs only.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a store or another port may say instead of an answer.
#[derive(Debug, Error)]
pub enum PortError {
    /// Too much is waiting already. Nothing was changed.
    #[error("too many requests are waiting for storage")]
    Busy,
    /// It does not work now. Nothing was changed.
    #[error("storage is unavailable")]
    Unavailable(#[source] Cause),
    /// The commit failed, so whether the change was made is not known.
    #[error("storage failed during the commit")]
    Unknown(#[source] Cause),
    /// What is stored breaks a rule of orders.
    #[error("a stored order is corrupt")]
    Corrupt(#[source] Cause),
}

impl PortError {
    /// What is stored makes no value of the domain.
    #[must_use]
    pub fn corrupt(error: InvalidInput) -> Self {
        Self::Corrupt(error.into())
    }
}
