//! Webhooks, and what was sent, to read.

use std::ops::Bound;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use orders_domain::{
    Consumer, EventId, PageLimit, Subject, Webhook, WebhookId,
    delivery::{
        Backlog, Delivery, DeliveryQuery, DeliveryState, Due, KeyId, LogPosition, SigningSecrets, Standing,
    },
    ports::{Deliveries, PortError},
};

use super::MemoryDatabase;

/// Whether a place in the log was seen.
fn is_seen(seen: LogPosition, event: EventId, consumer: Consumer) -> bool {
    match seen.consumer {
        Some(last) if seen.event == Some(event) => consumer.to_string() <= last.to_string(),
        _ => Some(event) <= seen.event,
    }
}

#[async_trait]
impl Deliveries for MemoryDatabase {
    async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, PortError> {
        Ok(self.state().webhooks.get(&id).map(|(webhook, _)| webhook.clone()))
    }

    async fn webhooks(&self, after: Option<WebhookId>, limit: PageLimit) -> Result<Vec<Webhook>, PortError> {
        let state = self.state();
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let page = state.webhooks.range((start, Bound::Unbounded)).take(limit.get());
        Ok(page.map(|(_, (webhook, _))| webhook.clone()).collect())
    }

    async fn secrets(&self, id: WebhookId) -> Result<Option<SigningSecrets>, PortError> {
        Ok(self.state().webhooks.get(&id).map(|(_, secrets)| secrets.clone()))
    }

    async fn key(&self) -> Result<Option<KeyId>, PortError> {
        Ok(self.state().secrets_key)
    }

    async fn log(&self, query: DeliveryQuery) -> Result<Vec<Delivery>, PortError> {
        let DeliveryQuery { filter, after, limit } = query;
        let state = self.state();
        let wanted = state.deliveries.iter().filter(|((consumer, event), sent)| {
            filter.consumer.is_none_or(|wanted| *consumer == wanted)
                && filter.state.is_none_or(|wanted| sent.state == wanted)
                && after.is_none_or(|seen| !is_seen(seen, *event, *consumer))
        });
        let mut found: Vec<_> = wanted
            .map(|((consumer, event), sent)| Delivery {
                event: *event,
                consumer: *consumer,
                state: sent.state,
                next_at: sent.next_at,
                attempts: sent.attempts.clone(),
            })
            .collect();
        found.sort_by_cached_key(|delivery| (delivery.event, delivery.consumer.to_string()));
        found.truncate(limit.get());
        Ok(found)
    }

    async fn backlog(
        &self,
        consumer: Consumer,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Backlog, PortError> {
        let state = self.state();
        let pending = state.sent_to(consumer).filter(|(_, sent)| sent.state == DeliveryState::Pending);
        let mut waiting: Vec<_> =
            pending.filter_map(|(event, sent)| Some((sent.next_at?, event, sent.tries))).collect();
        waiting.sort_unstable();
        let count = waiting.iter().take(limit).take_while(|(next_at, ..)| *next_at <= now).count();
        let next_at = waiting.get(count).map(|(next_at, ..)| *next_at);
        let due = waiting
            .into_iter()
            .take(count)
            .filter_map(|(_, event, tries)| Some(Due { event: state.events.get(&event)?.clone(), tries }));
        Ok(Backlog { due: due.collect(), next_at })
    }

    async fn standing(
        &self,
        consumer: Consumer,
        events: &[(EventId, Subject)],
    ) -> Result<Standing, PortError> {
        let state = self.state();
        let sent = |event: &EventId| state.deliveries.get(&(consumer, *event));
        let known = events.iter().filter_map(|(event, _)| Some((*event, sent(event)?.state))).collect();
        let pending = state.sent_to(consumer).filter(|(_, sent)| sent.state == DeliveryState::Pending);
        let wanted = |subject: &&Subject| events.iter().any(|(_, asked)| asked == *subject);
        let mut waiting: Vec<_> = pending.map(|(_, sent)| &sent.subject).filter(wanted).cloned().collect();
        waiting.sort();
        waiting.dedup();
        Ok(Standing { known, waiting })
    }

    async fn cursor(&self, consumer: Consumer) -> Result<Option<Option<EventId>>, PortError> {
        Ok(self.state().consumers.get(&consumer).map(|(leased, _)| leased.cursor))
    }
}
