//! Why there is no page, as people are told it.

use orders_domain::{
    AnalyticsError, InvalidInput, KeepingError, OrderError, Scope, WebhookError,
    ports::{Cause, PortError},
};

/// Why a request is not answered as it was meant.
#[derive(Debug)]
pub enum Failure {
    /// Nobody is signed in.
    SignIn,
    /// With this status, for this reason, which is a sentence.
    Refused(u16, String),
    /// The user may not, and would need one of these scopes.
    Scope(&'static [Scope]),
    /// Something does not work now; the cause is for the log.
    Unavailable(&'static str, Cause),
    /// A bug; the cause is for the log.
    Bug(Cause),
}

/// What the page about a failure says.
pub struct Said {
    /// The status of the answer.
    pub status: u16,
    /// What happened, as a heading.
    pub title: &'static str,
    /// What happened this time, as a sentence.
    pub detail: String,
    /// What is logged.
    pub cause: Option<Cause>,
}

impl Failure {
    /// There is no such thing.
    pub fn missing(what: impl Into<String>) -> Self {
        Self::Refused(404, what.into())
    }

    /// What it says.
    pub fn said(self) -> Said {
        let said = |status, title, detail: String| Said { status, title, detail, cause: None };
        match self {
            Self::SignIn => said(401, "Sign in", "Nobody is signed in.".to_owned()),
            Self::Refused(status, detail) => {
                let title = match status {
                    404 => "Not found",
                    403 => "Not allowed",
                    405 => "Not offered",
                    409 | 412 => "Not done",
                    _ => "Cannot be done",
                };
                said(status, title, detail)
            }
            Self::Scope(scopes) => {
                let detail =
                    format!("This needs the scope {}, which you do not have.", Scope::any_of(scopes));
                said(403, "Not allowed", detail)
            }
            Self::Unavailable(detail, cause) => Said {
                status: 503,
                title: "Not available now",
                detail: detail.to_owned(),
                cause: Some(cause),
            },
            Self::Bug(cause) => {
                let detail =
                    "The program has made a mistake. The log has more under the number of this request.";
                Said {
                    status: 500,
                    title: "A mistake of ours",
                    detail: detail.to_owned(),
                    cause: Some(cause),
                }
            }
        }
    }
}

/// A message of the domain as a sentence: it begins with a capital letter and ends with a full stop.
pub fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

impl From<InvalidInput> for Failure {
    fn from(reason: InvalidInput) -> Self {
        Self::Refused(422, sentence(&reason.to_string()))
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        match error {
            PortError::Busy => Self::Unavailable(
                "Too much is waiting at the moment. Nothing was changed; try again.",
                error.into(),
            ),
            PortError::Unavailable(_) => Self::Unavailable(
                "The storage does not answer. Nothing was changed; try again.",
                error.into(),
            ),
            PortError::Unknown(_) => Self::Unavailable(
                "The storage failed while it saved: look whether the change was made before you try again.",
                error.into(),
            ),
            PortError::Corrupt(_) => Self::Bug(error.into()),
        }
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Self::Bug(error.into())
    }
}

impl From<OrderError> for Failure {
    fn from(error: OrderError) -> Self {
        let text = sentence(&error.to_string());
        match error {
            OrderError::NotOwned => {
                Self::missing("There is no such order, or it is somebody else's and you may not see it.")
            }
            OrderError::MissingScope(scopes) => Self::Scope(scopes),
            OrderError::Unavailable(error) => error.into(),
            OrderError::NotAllowed(_) | OrderError::NotOnHand(_) | OrderError::OutOfStock(_) => {
                Self::Refused(409, text)
            }
            OrderError::Changed => Self::Refused(412, text),
            OrderError::NotOffered(_)
            | OrderError::Invalid(_)
            | OrderError::NotSoldHere(_)
            | OrderError::NotChosen(_)
            | OrderError::PriceChanged { .. }
            | OrderError::UnknownLocation(_)
            | OrderError::KeyReused => Self::Refused(422, text),
        }
    }
}

impl From<KeepingError> for Failure {
    fn from(error: KeepingError) -> Self {
        let text = sentence(&error.to_string());
        match error {
            KeepingError::MissingScope(scopes) => Self::Scope(scopes),
            KeepingError::Unavailable(error) => error.into(),
            KeepingError::UnknownProduct(_)
            | KeepingError::UnknownLocation(_)
            | KeepingError::UnknownMarketplace(_) => Self::Refused(404, text),
            KeepingError::Changed => Self::Refused(412, text),
            KeepingError::NotKept(_)
            | KeepingError::Fixed
            | KeepingError::Taken(_)
            | KeepingError::Priced
            | KeepingError::AlwaysActive
            | KeepingError::OwnPrices
            | KeepingError::NotSoldHere(_)
            | KeepingError::NotChosen(_) => Self::Refused(409, text),
            KeepingError::KeyReused => Self::Refused(422, text),
        }
    }
}

impl From<WebhookError> for Failure {
    fn from(error: WebhookError) -> Self {
        let text = sentence(&error.to_string());
        match error {
            WebhookError::MissingScope(scopes) => Self::Scope(scopes),
            WebhookError::Unavailable(error) => error.into(),
            WebhookError::Unknown(_) | WebhookError::UnknownDelivery(_) => Self::Refused(404, text),
            WebhookError::Changed => Self::Refused(412, text),
            WebhookError::Disabled
            | WebhookError::NotSending
            | WebhookError::OtherKey
            | WebhookError::TooMany => Self::Refused(409, text),
            WebhookError::Invalid(_) | WebhookError::KeyReused => Self::Refused(422, text),
        }
    }
}

impl From<AnalyticsError> for Failure {
    fn from(error: AnalyticsError) -> Self {
        match error {
            AnalyticsError::MissingScope(scopes) => Self::Scope(scopes),
            AnalyticsError::Unavailable(error) => error.into(),
            AnalyticsError::Invalid(reason) => reason.into(),
        }
    }
}
