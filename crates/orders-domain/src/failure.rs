//! What a port may say instead of an answer.

use thiserror::Error;

use crate::invalid::InvalidInput;

/// An error and what caused it, in a line; what is in the text already is not said again.
#[must_use]
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_with_its_causes_and_each_once() {
        let refused = InvalidInput::new("event", "7 is of another order".to_owned());
        let error = PortError::corrupt(refused);
        assert_eq!(with_causes(&error), "a stored order is corrupt: event 7 is of another order");
        let again = PortError::Unavailable("storage is unavailable".into());
        assert_eq!(with_causes(&again), "storage is unavailable");
    }
}
