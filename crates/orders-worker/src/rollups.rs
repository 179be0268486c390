//! Counts what happens to orders.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use orders_domain::{
    Consumer, EventId, Storage,
    analytics::{Rollups, UncountedPage},
    delivery::{Counted, DeliveryState, Holder, Leased, Step, Stepped},
    ports::{Clock, PortError},
};

use crate::{
    courier::{Ended, Terms},
    metrics::CourierMetrics,
    stop::Stop,
    task::{Task, rest},
};

/// Events that are counted at once, at most.
const AT_ONCE: usize = 1_000;

/// Keys of figures that are stored at once: nobody else's write waits for longer than that takes. What a single event counts
/// as has fewer.
const KEYS: usize = 500;

/// How long events gather once all are counted, so that many become few changes of the same rows.
const GATHERING: Duration = Duration::from_millis(100);

/// Counts events, and stores what they count as together with how far it has come.
pub struct Counting {
    pub storage: Storage,
    pub clock: Arc<dyn Clock>,
    pub holder: Holder,
    pub terms: Terms,
}

#[async_trait]
impl Task for Counting {
    fn name(&self) -> &'static str {
        Consumer::Rollups.kind()
    }

    /// Counts until it is time to stop, or if it is to go only once, until all is counted.
    async fn work(&self, stop: &Stop) -> Result<Ended, PortError> {
        let consumer = Consumer::Rollups;
        let lease = Step::Lease { consumer, holder: self.holder.clone(), term: self.terms.lease };
        let Stepped::Leased(Leased { mut cursor, .. }) = self.storage.ledger.step(lease).await? else {
            return Ok(Ended::Others.unless_once(self.terms.once));
        };
        let metrics = CourierMetrics::of(consumer);
        let mut most = AT_ONCE;
        let ended = loop {
            let counted = tokio::select! {
                biased;
                () = stop.told() => break Ok(Ended::Finished),
                counted = self.count_some(&mut cursor, &mut most, &metrics) => counted,
            };
            match counted {
                Ok(Some(Ended::Finished)) if !self.terms.once => {}
                Ok(Some(ended)) => break Ok(ended),
                Ok(None) => continue,
                Err(error) => break Err(error),
            }
            rest(GATHERING, stop).await;
            tokio::select! {
                () = self.storage.feed.news(cursor) => {}
                // The lease is renewed with each look.
                () = tokio::time::sleep(self.terms.lease / 4) => {}
                () = stop.told() => {}
            }
        };
        metrics.ended();
        let release = Step::Release { consumer, holder: self.holder.clone() };
        let released = self.storage.ledger.step(release).await;
        let ended = ended?;
        released.map(|_| ended)
    }
}

impl Counting {
    /// Counts the next events, of which `most` have few enough keys as far as is known; whether those were all, or the consumer
    /// is another one's.
    async fn count_some(
        &self,
        cursor: &mut Option<EventId>,
        most: &mut usize,
        metrics: &CourierMetrics,
    ) -> Result<Option<Ended>, PortError> {
        let page = self.storage.analytics.uncounted(*cursor, *most).await?;
        let rollups = count(&page);
        if !fit(most, rollups.len()) {
            return Ok(None);
        }
        let oldest = page.oldest.map(|oldest| self.clock.now() - oldest);
        metrics.at(*cursor, page.last, oldest);
        let counted = Counted {
            holder: self.holder.clone(),
            term: self.terms.lease,
            after: *cursor,
            until: page.cursor,
            rollups,
        };
        if self.storage.ledger.step(Step::Count(Box::new(counted))).await? == Stepped::Others {
            return Ok(Some(Ended::Others));
        }
        metrics.came_to(DeliveryState::Done, page.events);
        *cursor = page.cursor;
        metrics.at(page.cursor, page.last, if page.more { oldest } else { None });
        Ok(if page.more { None } else { Some(Ended::Finished) })
    }
}

/// Whether so many keys are few enough to be stored at once. If not, half as many events are to be counted, and if they are
/// few, twice as many the next time.
fn fit(most: &mut usize, keys: usize) -> bool {
    if keys > KEYS && *most > 1 {
        *most /= 2;
        return false;
    }
    if keys < KEYS / 2 {
        *most = (*most * 2).min(AT_ONCE);
    }
    true
}

/// What the events of a page count as. What cannot be counted is passed over, as whoever counts anew passes over it.
fn count(page: &UncountedPage) -> Rollups {
    let mut rollups = Rollups::default();
    for order in &page.orders {
        if let Err(error) = order.count(&mut rollups) {
            let event = order.events.first().map_or(0, |event| event.id.get());
            tracing::warn!(event, %error, "events of an order cannot be counted");
        }
    }
    rollups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_events_are_counted_at_once_until_their_keys_are_few_enough() {
        // Each has so many of its own.
        for (each, expected) in [(1, 500), (3, 125), (100, 3), (1_000, 1)] {
            let mut most = AT_ONCE;
            let mut tries = 0;
            loop {
                let keys = most * each;
                if fit(&mut most, keys) {
                    break;
                }
                tries += 1;
                assert!(tries < 20, "{each}");
            }
            assert_eq!(most, expected, "{each}");
            // It stays there.
            let keys = most * each;
            assert!(fit(&mut most, keys) && most == expected, "{each}");
        }
        let mut most = 1;
        for _ in 0..20 {
            assert!(fit(&mut most, 12));
        }
        assert_eq!(most, AT_ONCE);
    }
}
