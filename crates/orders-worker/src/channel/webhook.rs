//! To a webhook.

use std::sync::Arc;

use async_trait::async_trait;
use orders_domain::{
    Consumer, Event, EventType, Subject, Webhook, WebhookService,
    delivery::{
        DisabledFor, Outcome, Schedule, SigningSecrets,
        endpoint::{Endpoint, Message},
    },
    ports::{Clock, WebhookSender},
};

use super::Channel;
use crate::EventText;

/// How many messages are on their way to one receiver at once.
const AT_ONCE: usize = 32;

/// Sends events to a webhook.
pub struct ToWebhook {
    pub webhook: Webhook,
    /// What of all that happens.
    pub wanted: Vec<EventType>,
    pub secrets: SigningSecrets,
    pub sender: Arc<dyn WebhookSender>,
    pub service: Arc<WebhookService>,
    pub clock: Arc<dyn Clock>,
    pub text: EventText,
    pub schedule: Schedule,
}

impl ToWebhook {
    /// Whether an event says that something has happened to the webhook since it was looked at.
    fn is_about_it(&self, event: &Event) -> bool {
        event.subject == Subject::Webhook(self.webhook.id) && event.version > self.webhook.version
    }
}

#[async_trait]
impl Channel for ToWebhook {
    fn consumer(&self) -> Consumer {
        Consumer::Webhook(self.webhook.id)
    }

    fn receiver(&self) -> String {
        format!("{} {}", self.webhook.id, self.webhook.details.url.as_str())
    }

    /// Those that are wanted, and those that say that the webhook was changed.
    fn types(&self) -> Vec<EventType> {
        let is_meant = |known: &EventType| known.parts().0 == "webhook" || self.wanted.contains(known);
        EventType::ALL.into_iter().filter(is_meant).collect()
    }

    fn wants(&self, event: &Event) -> bool {
        self.wanted.contains(&event.event_type()) && !event.is_history()
    }

    /// What happens after a change goes by what the webhook has become, or waits if that is what it became.
    fn ends_at(&self, event: &Event) -> bool {
        self.is_about_it(event) && event.event_type() != EventType::WebhookRetried
    }

    fn is_due_by(&self, event: &Event) -> bool {
        self.is_about_it(event) && event.event_type() == EventType::WebhookRetried
    }

    fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    fn logs_done(&self) -> bool {
        true
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }

    async fn send(&self, event: &Event) -> Outcome {
        let at = self.clock.now();
        let secrets = self.secrets.signing(at).cloned().collect();
        let to = Endpoint { url: self.webhook.details.url.clone(), secrets };
        let (id, trace) = (event.id.to_string(), event.origin.trace);
        let message = Message { id, at, body: (self.text)(event), trace };
        self.sender.send(&to, &message).await
    }

    async fn give_up(&self, reason: DisabledFor) -> bool {
        let id = self.webhook.id;
        match self.service.give_up(id, &self.webhook.details.url, reason).await {
            Ok(false) => false,
            Ok(true) => {
                tracing::warn!(webhook = %id, reason = reason.as_str(), "nothing is sent to a webhook any more");
                true
            }
            // It is tried again with the next failure.
            Err(error) => {
                tracing::error!(webhook = %id, %error, "a webhook could not be disabled");
                false
            }
        }
    }
}
