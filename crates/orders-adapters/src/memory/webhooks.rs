//! What becomes of webhooks, and of what is sent to them.

use chrono::{DateTime, Utc};
use orders_domain::{
    Consumer, EventId, EventType, Subject, Version, Webhook, WebhookId,
    delivery::{ChangedWebhook, DeliveryState, KeyId, Leased, NewWebhook, Redo, SigningSecrets},
    ports::{Made, PortError, Refused, Taken},
};

use super::{State, committing::Told, steps::Sent};

impl State {
    pub(super) fn create_webhook(
        &mut self,
        new: NewWebhook,
        (event, at): (EventId, DateTime<Utc>),
    ) -> Result<Told, Refused> {
        let living = self.webhooks.values().filter(|(webhook, _)| !webhook.is_deleted());
        if living.count() >= Webhook::MOST {
            return Err(Refused::Taken(Taken::Webhooks));
        }
        self.seal_with(new.secret.key())?;
        let last = self.webhooks.last_key_value().map_or(0, |(id, _)| id.get());
        let id = WebhookId::try_from(last + 1).map_err(PortError::corrupt)?;
        let webhook = Webhook { id, details: new.details, created_at: at, version: Version::FIRST };
        self.webhooks.insert(id, (webhook.clone(), SigningSecrets::first(new.secret)));
        self.consumers.insert(Consumer::Webhook(id), (Leased::beginning(Some(event)), None));
        let said = (EventType::WebhookCreated, Webhook::said(&webhook.details));
        Ok(Told::of(Subject::Webhook(id), webhook.version, said, Made::Webhook(webhook)))
    }

    pub(super) fn change_webhook(
        &mut self,
        changed: &ChangedWebhook,
        (event, at): (EventId, DateTime<Utc>),
    ) -> Result<Told, Refused> {
        let webhook = changed.webhook().clone();
        let stored = self.webhooks.get(&webhook.id).filter(|(stored, _)| stored.version == changed.seen());
        let (_, mut secrets) = stored.cloned().ok_or(Refused::Stale)?;
        if let Some(secret) = changed.secret() {
            self.seal_with(secret.key())?;
            secrets = secrets.rotated(secret.clone(), at);
        }
        self.webhooks.insert(webhook.id, (webhook.clone(), secrets));
        let consumer = Consumer::Webhook(webhook.id);
        match changed.redo() {
            Some(Redo::SkipToNow | Redo::Drop) => self.skip(consumer, at),
            Some(Redo::Retry(retried)) => self.retry(consumer, retried, at),
            Some(Redo::Replay { .. }) | None => {}
        }
        if let Some((leased, holder)) = self.consumers.get_mut(&consumer)
            && let Some(moved) = changed.moves(leased, event)
        {
            (*leased, *holder) = (moved, None);
        }
        let said = (changed.event(), changed.said().clone());
        Ok(Told::of(Subject::Webhook(webhook.id), webhook.version, said, Made::Webhook(webhook)))
    }

    fn seal_with(&mut self, key: KeyId) -> Result<(), Refused> {
        if *self.secrets_key.get_or_insert(key) == key { Ok(()) } else { Err(Refused::OtherKey) }
    }

    fn skip(&mut self, consumer: Consumer, at: DateTime<Utc>) {
        for sent in self.sent_to_mut(consumer) {
            if sent.state == DeliveryState::Pending {
                (sent.state, sent.next_at, sent.updated_at) = (DeliveryState::Skipped, None, at);
            }
        }
    }

    fn retry(&mut self, consumer: Consumer, event: EventId, at: DateTime<Utc>) {
        let known = self.deliveries.remove(&(consumer, event));
        let has_passed =
            self.consumers.get(&consumer).is_some_and(|(leased, _)| leased.cursor >= Some(event));
        let happened = self.events.get(&event).filter(|_| has_passed);
        let sent = known.map(|sent| (sent.subject, sent.attempts));
        let sent = sent.or_else(|| happened.map(|happened| (happened.subject.clone(), Vec::new())));
        if let Some((subject, attempts)) = sent {
            let (of, state) = (subject.clone(), DeliveryState::Pending);
            let again = Sent { subject, state, next_at: None, tries: 0, updated_at: at, attempts };
            self.deliveries.insert((consumer, event), again);
            self.release(consumer, &of, at);
        }
    }
}
