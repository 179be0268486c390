//! What was sent to webhooks, and what is to be sent once more.

use chrono::TimeDelta;

use super::{WebhookError, WebhookService, may};
use crate::{
    delivery::{
        attempt::Attempt,
        consumer::{Consumer, Reached},
        endpoint::{Endpoint, Message},
        log::{Delivery, DeliveryFilter, DeliveryPage, DeliveryQuery, LogPosition, not_delivered},
        webhook::Webhook,
    },
    failure::PortError,
    feed::{EventFilter, EventLimit},
    id::{EventId, WebhookId},
    identity::User,
    order::request::Request,
    page::PageLimit,
    service::storage::Done,
    version::Expected,
};

impl WebhookService {
    /// Sends an event to it once more, whatever became of it.
    ///
    /// # Errors
    ///
    /// As [`Self::change`]; [`WebhookError::UnknownDelivery`] for an event that was not sent to it.
    pub async fn retry(
        &self,
        asker: User,
        id: WebhookId,
        event: EventId,
        request: Request,
    ) -> Result<Done<Webhook>, WebhookError> {
        may(asker)?;
        self.known(id).await?;
        if self.delivery(Consumer::Webhook(id), event).await?.is_none() {
            return Err(WebhookError::UnknownDelivery(not_delivered(id, event)));
        }
        let retried = |webhook: &Webhook| webhook.retried(event).map(Some);
        self.step((id, &Expected::Any), asker, retried, request).await
    }

    /// Sends the events after one to it once more, up to another one or to all that were sent.
    ///
    /// # Errors
    ///
    /// As [`Self::change`].
    pub async fn replay(
        &self,
        asker: User,
        id: WebhookId,
        (after, until): (Option<EventId>, Option<EventId>),
        request: Request,
    ) -> Result<Done<Webhook>, WebhookError> {
        may(asker)?;
        let replayed = |webhook: &Webhook| webhook.replayed(after, until).map(Some);
        self.step((id, &Expected::Any), asker, replayed, request).await
    }

    /// Sends a message that is no event to it now, once. In a rehearsal nothing is sent.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingScope`], [`WebhookError::NotSending`], [`WebhookError::Unknown`],
    /// [`WebhookError::Disabled`], [`WebhookError::Unavailable`].
    pub async fn test(
        &self,
        asker: User,
        id: WebhookId,
        message: impl FnOnce(&Webhook, chrono::DateTime<chrono::Utc>) -> Message,
        rehearsal: bool,
    ) -> Result<Option<Attempt>, WebhookError> {
        may(asker)?;
        let sender = self.sender()?;
        let webhook = self.known(id).await?;
        if webhook.is_deleted() {
            return Err(WebhookError::Disabled);
        }
        let lost = || PortError::Corrupt(format!("webhook {id} has no secret").into());
        let secrets = self.storage.deliveries.secrets(id).await?.ok_or_else(lost)?;
        if rehearsal {
            return Ok(None);
        }
        let now = self.clock.now();
        let message = message(&webhook, now);
        let secrets = secrets.signing(now).cloned().collect();
        let outcome = sender.send(&Endpoint { url: webhook.details.url, secrets }, &message).await;
        Ok(outcome.attempt)
    }

    /// Some of the log.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingScope`], [`WebhookError::Unknown`] for a webhook that is not there,
    /// [`WebhookError::Unavailable`].
    pub async fn log(&self, asker: User, query: DeliveryQuery) -> Result<DeliveryPage, WebhookError> {
        may(asker)?;
        if let Some(Consumer::Webhook(id)) = query.filter.consumer {
            self.known(id).await?;
        }
        let wanted = query.limit.get();
        let limit = query.limit.and_one_more();
        let mut deliveries = self.storage.deliveries.log(DeliveryQuery { limit, ..query }).await?;
        let more = deliveries.len() > wanted;
        deliveries.truncate(wanted);
        Ok(DeliveryPage { deliveries, more })
    }

    /// How far everybody has come who reads the events.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingScope`], [`WebhookError::Unavailable`].
    pub async fn reached(&self, asker: User) -> Result<Vec<Reached>, WebhookError> {
        may(asker)?;
        let now = self.clock.now();
        let webhooks = self.storage.deliveries.webhooks(None, PageLimit::DEFAULT).await?;
        let webhooks = webhooks.iter().filter(|webhook| !webhook.is_deleted());
        let webhooks = webhooks.map(|webhook| Consumer::Webhook(webhook.id));
        let mut reached = Vec::new();
        for consumer in [Consumer::Fulfilment, Consumer::Mail, Consumer::Queue].into_iter().chain(webhooks) {
            let Some(cursor) = self.storage.deliveries.cursor(consumer).await? else { continue };
            let next = self.storage.feed.events(EventFilter::default(), cursor, EventLimit::ONE).await?;
            let ahead = |last: EventId| last.get() - cursor.map_or(0, EventId::get);
            let waits_since = next.events.first().map(|event| (now - event.at).max(TimeDelta::zero()));
            reached.push(Reached {
                consumer,
                events: if waits_since.is_some() { next.last.map_or(0, ahead).max(0) } else { 0 },
                lag: waits_since.unwrap_or_default(),
            });
        }
        Ok(reached)
    }

    /// What became of an event at a consumer, if it was ever to be sent to it.
    async fn delivery(&self, consumer: Consumer, event: EventId) -> Result<Option<Delivery>, WebhookError> {
        let query = DeliveryQuery {
            filter: DeliveryFilter { consumer: Some(consumer), state: None },
            after: event.before().map(|event| LogPosition { event: Some(event), consumer: None }),
            limit: PageLimit::ONE,
        };
        let found = self.storage.deliveries.log(query).await?;
        Ok(found.into_iter().find(|delivery| delivery.event == event))
    }
}
