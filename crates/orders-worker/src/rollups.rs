//! Counts what happens to orders.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use orders_domain::{
    Consumer, EventId,
    analytics::{Rollups, UncountedPage},
    delivery::{Counted, DeliveryState, Step, Stepped},
    ports::PortError,
};

use crate::{
    courier::Ended,
    metrics::CourierMetrics,
    paging::{Pages, Reader},
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
    /// Of how many events the keys are few enough, as far as is known.
    most: AtomicUsize,
}

impl Default for Counting {
    fn default() -> Self {
        Self { most: AtomicUsize::new(AT_ONCE) }
    }
}

#[async_trait]
impl Pages for Counting {
    fn consumer(&self) -> Consumer {
        Consumer::Rollups
    }

    fn gathering(&self) -> Duration {
        GATHERING
    }

    async fn next(
        &self,
        Reader { storage, clock, holder, terms }: &Reader,
        cursor: &mut Option<EventId>,
        metrics: &CourierMetrics,
    ) -> Result<Option<Ended>, PortError> {
        let mut most = self.most.load(Ordering::Relaxed);
        let page = storage.analytics.uncounted(*cursor, most).await?;
        let rollups = count(&page);
        let fits = fit(&mut most, rollups.len());
        self.most.store(most, Ordering::Relaxed);
        if !fits {
            return Ok(None);
        }
        let oldest = page.oldest.map(|oldest| clock.now() - oldest);
        metrics.at(*cursor, page.last, oldest);
        let counted = Counted {
            holder: holder.clone(),
            term: terms.lease,
            after: *cursor,
            until: page.cursor,
            rollups,
        };
        if storage.ledger.step(Step::Count(Box::new(counted))).await? == Stepped::Others {
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
