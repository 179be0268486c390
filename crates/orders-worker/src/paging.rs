//! Consumers that work off the events page by page, under their lease.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use orders_domain::{
    Consumer, EventId, Storage,
    delivery::{Holder, Leased, Step, Stepped},
    ports::{Clock, PortError},
};
use tokio::time::sleep;

use crate::{
    courier::{Ended, Terms},
    metrics::CourierMetrics,
    stop::Stop,
    task::{Task, rest},
};

/// Who reads the events, and on which terms.
pub struct Reader {
    pub storage: Storage,
    pub clock: Arc<dyn Clock>,
    pub holder: Holder,
    pub terms: Terms,
}

/// What is done with pages of events.
#[async_trait]
pub trait Pages: Send + Sync {
    /// Whose cursor goes on.
    fn consumer(&self) -> Consumer;

    /// How long events gather once all are worked off, so that many are worked off together.
    fn gathering(&self) -> Duration {
        Duration::ZERO
    }

    /// Works off the next events; whether those were all, or the consumer is another one's.
    ///
    /// # Errors
    ///
    /// [`PortError`]: what is not stored is done again.
    async fn next(
        &self,
        reader: &Reader,
        cursor: &mut Option<EventId>,
        metrics: &CourierMetrics,
    ) -> Result<Option<Ended>, PortError>;
}

/// Works off page after page.
pub struct Paging<P> {
    pub pages: P,
    pub reader: Reader,
}

#[async_trait]
impl<P: Pages> Task for Paging<P> {
    fn name(&self) -> &'static str {
        self.pages.consumer().kind()
    }

    /// Goes on until it is time to stop, or if it is to go only once, until all is worked off.
    async fn work(&self, stop: &Stop) -> Result<Ended, PortError> {
        let Reader { storage, holder, terms, .. } = &self.reader;
        let consumer = self.pages.consumer();
        let lease = Step::Lease { consumer, holder: holder.clone(), term: terms.lease };
        let Stepped::Leased(Leased { mut cursor, .. }) = storage.ledger.step(lease).await? else {
            return Ok(Ended::Others.unless_once(terms.once));
        };
        let metrics = CourierMetrics::of(consumer);
        let ended = loop {
            let done = tokio::select! {
                biased;
                // What is not known to be done is done again.
                () = stop.told() => break Ok(Ended::Finished),
                done = self.pages.next(&self.reader, &mut cursor, &metrics) => done,
            };
            match done {
                Ok(Some(Ended::Finished)) if !terms.once => {}
                Ok(Some(ended)) => break Ok(ended),
                Ok(None) => continue,
                Err(error) => break Err(error),
            }
            rest(self.pages.gathering(), stop).await;
            tokio::select! {
                () = storage.feed.news(cursor) => {}
                // The lease is renewed with each look.
                () = sleep(terms.lease / 4) => {}
                () = stop.told() => {}
            }
        };
        metrics.ended();
        // Whoever dies says nothing, and its lease runs out.
        let release = Step::Release { consumer, holder: holder.clone() };
        let released = storage.ledger.step(release).await;
        let ended = ended?;
        released.map(|_| ended)
    }
}
