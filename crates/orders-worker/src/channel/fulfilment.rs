//! What is to become of an order by itself.

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use orders_domain::{
    Consumer, Event, EventType, OrderService, Subject,
    delivery::{Attempt, Outcome, Schedule, Verdict},
    failure::with_causes,
    ports::Clock,
};

use super::Channel;

/// How many orders at once: what they write goes to disk together.
const AT_ONCE: usize = 32;

/// Plans what was ordered.
pub struct Fulfilment {
    pub service: Arc<OrderService>,
    pub clock: Arc<dyn Clock>,
    pub schedule: Schedule,
}

impl Fulfilment {
    /// Fulfils the order that was placed, if the event is one of that.
    pub async fn fulfil(&self, event: &Event) -> Outcome {
        let (Subject::Order(order), EventType::Placed) = (&event.subject, event.event_type()) else {
            return Outcome { attempt: None, verdict: Verdict::Skipped };
        };
        if event.is_history() {
            return Outcome { attempt: None, verdict: Verdict::Skipped };
        }
        let (at, began) = (self.clock.now(), Instant::now());
        let error = self.service.fulfil(*order, event).await.err();
        if let Some(error) = &error {
            tracing::warn!(%order, error = with_causes(error), "an order could not be fulfilled");
        }
        let verdict = match &error {
            None => Verdict::Done,
            Some(_) => Verdict::Again { retry_after: None, overloaded: false },
        };
        let error = error.map(|error| error.to_string());
        let attempt = Attempt { at, took: began.elapsed(), status: None, body: None, error };
        Outcome { attempt: Some(attempt), verdict }
    }
}

#[async_trait]
impl Channel for Fulfilment {
    fn consumer(&self) -> Consumer {
        Consumer::Fulfilment
    }

    fn types(&self) -> Vec<EventType> {
        vec![EventType::Placed]
    }

    /// Those of what was ordered here, not of what was brought in.
    fn wants(&self, event: &Event) -> bool {
        !event.is_history()
    }

    fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// The order's own events say it.
    fn logs_done(&self) -> bool {
        false
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }

    async fn send(&self, event: &Event) -> Outcome {
        self.fulfil(event).await
    }
}
