//! Who reads the events.

use std::{fmt, str::FromStr};

use chrono::TimeDelta;

use crate::{id::WebhookId, invalid::InvalidInput, quoted::Quoted};

/// Who reads the events, each behind a cursor of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consumer {
    /// Plans what was ordered.
    Fulfilment,
    /// Writes to customers.
    Mail,
    /// Publishes every event to a queue.
    Queue,
    /// Counts every event of orders.
    Rollups,
    /// Sends events to a webhook.
    Webhook(WebhookId),
}

/// How far a consumer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Who.
    pub consumer: Consumer,
    /// How many ids of events lie between its cursor and the newest event.
    pub events: i64,
    /// How old the oldest event behind its cursor is.
    pub lag: TimeDelta,
}

impl Consumer {
    /// Before the number of a webhook.
    const WEBHOOK: &'static str = "webhook:";

    /// The webhook, if it sends to one.
    #[must_use]
    pub fn webhook(self) -> Option<WebhookId> {
        match self {
            Self::Webhook(id) => Some(id),
            Self::Fulfilment | Self::Mail | Self::Queue | Self::Rollups => None,
        }
    }

    /// What kind of consumer it is: one word for all webhooks.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Fulfilment => "fulfilment",
            Self::Mail => "mail",
            Self::Queue => "queue",
            Self::Rollups => "rollups",
            Self::Webhook(_) => "webhook",
        }
    }
}

/// Its name, on the wire and in storage.
impl fmt::Display for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Webhook(id) => write!(f, "{}{id}", Self::WEBHOOK),
            other => f.write_str(other.kind()),
        }
    }
}

impl FromStr for Consumer {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let webhook = |text: &str| text.strip_prefix(Self::WEBHOOK)?.parse().ok().map(Self::Webhook);
        match text {
            "fulfilment" => Ok(Self::Fulfilment),
            "mail" => Ok(Self::Mail),
            "queue" => Ok(Self::Queue),
            "rollups" => Ok(Self::Rollups),
            other => webhook(other).ok_or_else(|| {
                let reason = format!(
                    "{} is not fulfilment, mail, queue, rollups or of the form webhook:7",
                    Quoted(text)
                );
                InvalidInput::new("consumer", reason)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consumer_has_one_name() {
        let webhook: WebhookId = 7.try_into().unwrap();
        for (consumer, name) in [
            (Consumer::Fulfilment, "fulfilment"),
            (Consumer::Mail, "mail"),
            (Consumer::Queue, "queue"),
            (Consumer::Rollups, "rollups"),
            (Consumer::Webhook(webhook), "webhook:7"),
        ] {
            assert_eq!(consumer.to_string(), name);
            assert_eq!(name.parse(), Ok(consumer));
        }
        for bad in ["", "Mail", "webhook", "webhook:", "webhook:0", "webhook:07", "webhook:7 "] {
            assert!(bad.parse::<Consumer>().is_err(), "{bad:?}");
        }
    }
}
