//! All marketplaces as they were last read, so that no request reads them.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use orders_domain::{Currency, Directory};

/// What was read, and whether it still counts.
#[derive(Debug)]
pub struct Remembered {
    state: RwLock<State>,
    /// Held by who reads, so that those who come meanwhile wait for one reading.
    one: tokio::sync::Mutex<()>,
    /// How many readings have begun.
    readings: AtomicU64,
    /// How long it counts where others may change it; `None` where nobody else does.
    counts_for: Option<Duration>,
}

#[derive(Debug)]
struct State {
    directory: Arc<Directory>,
    read_at: Instant,
    /// Of the reading that it is from.
    number: u64,
    counts: bool,
    /// How often it was forgotten: what began to be read before does not count after.
    generation: u64,
}

/// A reading that has begun.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    began: Instant,
    number: u64,
    generation: u64,
}

impl Remembered {
    /// What was read just now.
    pub fn new(directory: Directory, counts_for: Option<Duration>) -> Self {
        let directory = Arc::new(directory);
        let state = State { directory, read_at: Instant::now(), number: 0, counts: true, generation: 0 };
        Self {
            state: RwLock::new(state),
            one: tokio::sync::Mutex::default(),
            readings: AtomicU64::new(0),
            counts_for,
        }
    }

    /// What counts now; `None` if it is to be read again.
    pub fn get(&self) -> Option<Arc<Directory>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let is_young = self.counts_for.is_none_or(|limit| state.read_at.elapsed() < limit);
        (state.counts && is_young).then(|| Arc::clone(&state.directory))
    }

    /// What was read by somebody else, or is read now: in either case after this was asked. However many ask, one
    /// reads at a time.
    ///
    /// # Errors
    ///
    /// Those of the reading.
    pub async fn now<E>(
        &self,
        read: impl Future<Output = Result<Directory, E>>,
    ) -> Result<Arc<Directory>, E> {
        let asked = self.begin();
        let _one = self.one.lock().await;
        if let Some(read_since) = self.since(asked) {
            return Ok(read_since);
        }
        let reading = self.begin();
        Ok(self.keep(reading, read.await?))
    }

    /// What a later reading has found.
    fn since(&self, asked: Reading) -> Option<Arc<Directory>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        (state.counts && state.number > asked.number).then(|| Arc::clone(&state.directory))
    }

    /// The currency of the products' own prices, as it was last read.
    pub fn currency(&self) -> Currency {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.directory.default().marketplace.details.currency
    }

    /// Marketplaces were changed, or may have been.
    pub fn forget(&self) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.counts = false;
        state.generation += 1;
    }

    /// They are about to be read.
    pub fn begin(&self) -> Reading {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let number = self.readings.fetch_add(1, Ordering::Relaxed) + 1;
        Reading { began: Instant::now(), number, generation: state.generation }
    }

    /// They were read; it is remembered unless they were changed meanwhile.
    pub fn keep(&self, reading: Reading, directory: Directory) -> Arc<Directory> {
        let directory = Arc::new(directory);
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if reading.generation == state.generation && reading.number > state.number {
            state.directory = Arc::clone(&directory);
            (state.read_at, state.number, state.counts) = (reading.began, reading.number, true);
        }
        directory
    }
}

#[cfg(test)]
mod tests {
    use orders_domain::Marketplace;

    use super::*;

    fn priced_in(code: &str) -> Directory {
        Directory::new(Marketplace::first(code.parse().unwrap()), [])
    }

    #[test]
    fn what_was_read_before_a_change_does_not_count_after_it() {
        let remembered = Remembered::new(priced_in("USD"), None);
        let early = remembered.begin();
        remembered.forget();
        assert_eq!(remembered.get(), None);
        remembered.keep(early, priced_in("USD"));
        assert_eq!(remembered.get(), None);
        let late = remembered.begin();
        remembered.keep(late, priced_in("EUR"));
        assert_eq!(remembered.get().as_deref(), Some(&priced_in("EUR")));
        assert_eq!(remembered.currency().code(), "EUR");
    }

    #[test]
    fn what_others_may_change_counts_for_a_time_and_an_older_reading_does_not_replace_a_newer_one() {
        assert_eq!(Remembered::new(priced_in("USD"), Some(Duration::ZERO)).get(), None);
        let remembered = Remembered::new(priced_in("USD"), Some(Duration::from_hours(1)));
        let (older, newer) = (remembered.begin(), remembered.begin());
        remembered.keep(newer, priced_in("EUR"));
        remembered.keep(older, priced_in("USD"));
        assert_eq!(remembered.get().as_deref(), Some(&priced_in("EUR")));
    }
}
