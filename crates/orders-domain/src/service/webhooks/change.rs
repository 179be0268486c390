//! What somebody wants changed of a webhook.

use crate::delivery::{
    patterns::TypePatterns,
    webhook::{WebhookDetails, WebhookState, WebhookUrl},
};

/// What is to change of a webhook; what is not said stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookChange {
    /// Where its events go.
    pub url: Option<WebhookUrl>,
    /// Which events.
    pub types: Option<TypePatterns>,
    /// Whether they go: `false` has them wait.
    pub active: Option<bool>,
    /// Whether what was not sent until now is left out.
    pub skip: bool,
}

impl WebhookChange {
    /// What a webhook with these details is to have.
    pub(super) fn of(&self, details: &WebhookDetails) -> WebhookDetails {
        let state = match self.active {
            Some(true) => WebhookState::Active,
            Some(false) => WebhookState::Paused,
            None => details.state,
        };
        WebhookDetails {
            url: self.url.as_ref().unwrap_or(&details.url).clone(),
            types: self.types.as_ref().unwrap_or(&details.types).clone(),
            state,
        }
    }
}
