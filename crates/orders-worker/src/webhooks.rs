//! A courier for each webhook: one comes and goes with it, and begins anew when it changes.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use orders_domain::{
    EventId, EventType, Storage, Subject, Version, Webhook, WebhookId, WebhookService,
    delivery::{Schedule, WebhookState},
    page::PageLimit,
    ports::{Clock, EventFilter, EventLimit, PortError, WebhookSender},
};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    EventText,
    channel::{Channel, webhook::ToWebhook},
    courier::{Courier, Ended},
    metrics,
    stop::Stop,
    task::{Carrying, Task, supervise},
};

/// How long changes of webhooks gather.
const GATHER: Duration = Duration::from_millis(50);

/// How often all webhooks are looked at, should an event of one have been missed.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// What all webhooks have in common.
pub struct Webhooks {
    pub storage: Storage,
    pub clock: Arc<dyn Clock>,
    pub sender: Arc<dyn WebhookSender>,
    pub service: Arc<WebhookService>,
    pub text: EventText,
    pub schedule: Schedule,
    pub courier: Arc<Courier>,
}

/// A courier at work.
struct Running {
    /// Of the webhook, when it was looked at.
    version: Version,
    stop: watch::Sender<bool>,
}

#[async_trait]
impl Task for Webhooks {
    fn name(&self) -> &'static str {
        "webhooks"
    }

    /// Sends to all of them: until it is time to stop, or with couriers that go only once, until each has gone.
    async fn work(&self, stop: &Stop) -> Result<Ended, PortError> {
        let mut running: HashMap<WebhookId, Running> = HashMap::new();
        let mut tasks = JoinSet::new();
        let served = self.keep(stop, &mut running, &mut tasks).await;
        for courier in running.values() {
            courier.stop.send_replace(true);
        }
        while tasks.join_next().await.is_some() {}
        served
    }
}

impl Webhooks {
    async fn keep(
        &self,
        stop: &Stop,
        running: &mut HashMap<WebhookId, Running>,
        tasks: &mut JoinSet<(WebhookId, Ended)>,
    ) -> Result<Ended, PortError> {
        let mut once: Option<Vec<WebhookId>> = self.courier.terms.once.then(Vec::new);
        // What happens to webhooks from here on is seen, and what was before is in what is read now.
        let mut seen = self.newest().await?;
        let (mut changed, mut has_failed) = (Vec::new(), false);
        loop {
            let wanted = self.active().await?;
            for (id, courier) in running.iter() {
                let is_other =
                    changed.iter().any(|(other, version)| other == id && *version > courier.version);
                if is_other || !wanted.iter().any(|webhook| webhook.id == *id) {
                    courier.stop.send_replace(true);
                }
            }
            for webhook in wanted {
                let has_gone = once.as_ref().is_some_and(|gone| gone.contains(&webhook.id));
                if running.contains_key(&webhook.id) || has_gone {
                    continue;
                }
                let (id, version) = (webhook.id, webhook.version);
                let Some(channel) = self.channel(webhook).await? else { continue };
                let (told, heard) = Stop::new();
                let courier = Arc::clone(&self.courier);
                let is_once = once.is_some();
                tasks.spawn(async move {
                    (id, supervise(Box::new(Carrying { courier, channel }), heard, is_once).await)
                });
                running.insert(id, Running { version, stop: told });
                if let Some(gone) = &mut once {
                    gone.push(id);
                }
            }
            if once.is_some() && running.is_empty() {
                return Ok(if has_failed { Ended::Failed } else { Ended::Finished });
            }
            tokio::select! {
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                    if let Ok((id, ended)) = ended {
                        running.remove(&id);
                        has_failed |= ended == Ended::Failed;
                    }
                }
                news = self.changes(&mut seen), if once.is_none() => changed = news?,
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                () = stop.told() => return Ok(Ended::Finished),
            }
        }
    }

    async fn channel(&self, webhook: Webhook) -> Result<Option<Arc<dyn Channel>>, PortError> {
        let secrets = self.storage.deliveries.secrets(webhook.id).await?;
        // Whoever has the right key sends.
        let Some(secrets) = secrets.filter(|secrets| secrets.current.key() == self.sender.key()) else {
            metrics::failed("webhooks");
            tracing::error!(webhook = %webhook.id, "a webhook's secret was sealed with another SECRETS_KEY: nothing is sent");
            return Ok(None);
        };
        Ok(Some(Arc::new(ToWebhook {
            wanted: webhook.details.types.types(),
            webhook,
            secrets,
            sender: Arc::clone(&self.sender),
            service: Arc::clone(&self.service),
            clock: Arc::clone(&self.clock),
            text: Arc::clone(&self.text),
            schedule: self.schedule.clone(),
        })))
    }

    /// All webhooks to which events are sent.
    async fn active(&self) -> Result<Vec<Webhook>, PortError> {
        let (mut active, mut after) = (Vec::new(), None);
        loop {
            let page = self.storage.deliveries.webhooks(after, PageLimit::MAX).await?;
            let Some(last) = page.last() else { return Ok(active) };
            after = Some(last.id);
            active.extend(page.into_iter().filter(|webhook| webhook.details.state == WebhookState::Active));
        }
    }

    async fn newest(&self) -> Result<Option<EventId>, PortError> {
        let page =
            self.storage.feed.events(EventFilter::default(), Some(EventId::MAX), EventLimit::ONE).await?;
        Ok(page.last)
    }

    /// Returns once something has happened by which webhooks are others than they were: which, and since which version.
    async fn changes(&self, seen: &mut Option<EventId>) -> Result<Vec<(WebhookId, Version)>, PortError> {
        let is_change =
            |known: &EventType| known.parts().0 == "webhook" && *known != EventType::WebhookRetried;
        let types = EventType::ALL.into_iter().filter(is_change).collect();
        let filter = EventFilter { types, ..EventFilter::default() };
        loop {
            let page = self.storage.feed.events(filter.clone(), *seen, EventLimit::DEFAULT).await?;
            // It may begin anew between two pages: then all is read again, which is soon done.
            *seen = page.cursor;
            if !page.events.is_empty() {
                let changed = page.events.into_iter().filter_map(|event| match event.subject {
                    Subject::Webhook(id) => Some((id, event.version)),
                    _ => None,
                });
                return Ok(changed.collect());
            }
            if !page.more {
                tokio::time::sleep(GATHER).await;
                self.storage.feed.news(*seen).await;
            }
        }
    }
}
