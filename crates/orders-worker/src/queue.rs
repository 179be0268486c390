//! Every event into a queue, and what was ordered out of it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::future::join_all;
use orders_domain::{
    Consumer, Event, EventId, Storage,
    delivery::{
        DeliveryState, Progress, Step, Stepped, Verdict,
        endpoint::{QueueMessage, Received},
    },
    ports::{EventFilter, EventLimit, PortError, Queue},
};
use tokio::time::timeout;

use crate::{
    EventText,
    channel::fulfilment::Fulfilment,
    courier::{Ended, Terms},
    metrics::CourierMetrics,
    paging::{Pages, Reader},
    stop::Stop,
    task::Task,
};

/// How long the work for a message may take; the queue keeps it from others for six times as long.
const HANDLING: Duration = Duration::from_secs(30);

/// Puts every event into a queue.
pub struct Publisher {
    pub queue: Arc<dyn Queue>,
    pub text: EventText,
}

#[async_trait]
impl Pages for Publisher {
    fn consumer(&self) -> Consumer {
        Consumer::Queue
    }

    async fn next(
        &self,
        Reader { storage, clock, holder, terms }: &Reader,
        cursor: &mut Option<EventId>,
        metrics: &CourierMetrics,
    ) -> Result<Option<Ended>, PortError> {
        let page = storage.feed.events(EventFilter::default(), *cursor, EventLimit::DEFAULT).await?;
        let messages: Vec<_> = page.events.iter().map(|event| self.message(event)).collect();
        let oldest = page.events.first().map(|event| clock.now() - event.at);
        metrics.at(*cursor, page.last, oldest);
        if !messages.is_empty() {
            let published = self.queue.publish(&messages).await;
            let state = if published.is_ok() { DeliveryState::Done } else { DeliveryState::Pending };
            metrics.came_to(state, messages.len());
            published?;
        }
        let progress = Progress {
            consumer: Consumer::Queue,
            holder: holder.clone(),
            term: terms.lease,
            cursor: page.cursor,
            replayed: None,
            failing_since: None,
            settled: Vec::new(),
        };
        if storage.ledger.step(Step::Progress(Box::new(progress))).await? == Stepped::Others {
            return Ok(Some(Ended::Others));
        }
        *cursor = page.cursor;
        metrics.at(page.cursor, page.last, if page.more { oldest } else { None });
        Ok(if page.more { None } else { Some(Ended::Finished) })
    }
}

impl Publisher {
    fn message(&self, event: &Event) -> QueueMessage {
        let body = String::from_utf8_lossy(&(self.text)(event)).into_owned();
        QueueMessage { event: event.id, group: event.subject.to_string(), body }
    }
}

/// Takes what was ordered out of a queue.
pub struct Subscriber {
    pub storage: Storage,
    pub queue: Arc<dyn Queue>,
    pub fulfilment: Arc<Fulfilment>,
    pub terms: Terms,
}

#[async_trait]
impl Task for Subscriber {
    fn name(&self) -> &'static str {
        "fulfilment"
    }

    /// Works off messages until it is time to stop, or if it is to go only once, until there are none. What cannot be
    /// done stays in the queue, which gives it again, and puts it aside at last.
    async fn work(&self, stop: &Stop) -> Result<Ended, PortError> {
        loop {
            let received = tokio::select! {
                received = self.queue.receive() => received?,
                () = stop.told() => return Ok(Ended::Finished),
            };
            if received.is_empty() && self.terms.once {
                return Ok(Ended::Finished);
            }
            let handling = join_all(received.iter().map(|message| self.handle(message)));
            tokio::select! {
                done = handling => done.into_iter().collect::<Result<(), _>>()?,
                // What is not done the queue gives again.
                () = stop.told() => return Ok(Ended::Finished),
            }
        }
    }
}

impl Subscriber {
    async fn handle(&self, message: &Received) -> Result<(), PortError> {
        let Some(event) = message.event else {
            tracing::warn!("a message in the queue is about no event");
            return Ok(());
        };
        match timeout(HANDLING, self.fulfil(event)).await {
            Ok(true) => self.queue.forget(&message.receipt).await,
            Ok(false) => Ok(()),
            Err(_) => {
                tracing::warn!(%event, "the work for a message took too long");
                Ok(())
            }
        }
    }

    /// Whether nothing more is to be done about an event.
    async fn fulfil(&self, id: EventId) -> bool {
        match self.event(id).await {
            Ok(Some(event)) => {
                let verdict = self.fulfilment.fulfil(&event).await.verdict;
                matches!(verdict, Verdict::Done | Verdict::Skipped)
            }
            Ok(None) => {
                tracing::warn!(event = %id, "a message in the queue is about an event that is not there");
                false
            }
            Err(error) => {
                tracing::warn!(event = %id, error = orders_domain::failure::with_causes(&error), "an event could not be read");
                false
            }
        }
    }

    async fn event(&self, id: EventId) -> Result<Option<Event>, PortError> {
        let page = self.storage.feed.events(EventFilter::default(), id.before(), EventLimit::ONE).await?;
        Ok(page.events.into_iter().find(|event| event.id == id))
    }
}
