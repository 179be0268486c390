//! Carries events to where they are wanted.
//!
//! A courier holds the lease of its consumer, reads the feed from the consumer's cursor on, and stores what became of
//! each event together with the cursor. Whatever ends it in between, the next one goes on from what is stored: what
//! was sent and not stored is sent again, with the same id.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use orders_domain::{
    Consumer, Event, Storage,
    delivery::{Holder, Standing, Step, Stepped},
    ports::{Clock, PortError},
};
use tokio::time::Instant;

use crate::{channel::Channel, stop::Stop};
pub use gate::Gate;
use trip::Trip;

mod gate;
mod trip;
mod window;

/// How couriers work.
#[derive(Debug, Clone)]
pub struct Terms {
    /// For how long a consumer is one's own without a word.
    pub lease: Duration,
    /// How long sending takes at most: with less time left of its lease a courier begins nothing.
    pub longest_send: Duration,
    /// How long after something was sent in vain to a receiver that is away something new is tried.
    pub probe: Duration,
    /// Whether to end when nothing is to be done now.
    pub once: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(40),
            longest_send: Duration::from_secs(16),
            probe: Duration::from_secs(30),
            once: false,
        }
    }
}

/// Why a courier has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to, or there was nothing more to do.
    Finished,
    /// The consumer is another one's to work off.
    Others,
    /// Nothing is to be sent any more.
    GaveUp,
    /// It has failed too often for one that is to end.
    Failed,
}

impl Ended {
    /// The same for one that goes only once: what is another one's to work off is not waited for.
    pub fn unless_once(self, once: bool) -> Self {
        if once && self == Self::Others { Self::Finished } else { self }
    }
}

/// Carries the events of one consumer.
pub struct Courier {
    pub storage: Storage,
    pub clock: Arc<dyn Clock>,
    pub holder: Holder,
    pub terms: Terms,
    /// Told when the process ends.
    pub process: Stop,
    /// What is known of receivers that are not well, so that whoever sends to one next knows it too.
    pub gates: Mutex<HashMap<String, Gate>>,
}

impl Courier {
    /// Carries events until it is told to stop, there is nothing more to do, or somebody else does it.
    ///
    /// # Errors
    ///
    /// [`PortError`] of the storage: what is not stored is done again by the next one.
    pub async fn carry(&self, channel: &Arc<dyn Channel>, stop: &Stop) -> Result<Ended, PortError> {
        let consumer = channel.consumer();
        let asked = Instant::now();
        let (holder, term) = (self.holder.clone(), self.terms.lease);
        let lease = Step::Lease { consumer, holder, term };
        let Stepped::Leased(leased) = self.storage.ledger.step(lease).await? else {
            return Ok(Ended::Others);
        };
        let mut trip = Trip::new(self, channel, leased, asked);
        let ended = trip.go(stop).await;
        // Whoever dies says nothing, and its lease runs out.
        let release = Step::Release { consumer, holder: self.holder.clone() };
        let released = self.storage.ledger.step(release).await;
        trip.metrics.ended();
        self.remember(channel.receiver(), trip.into_gate());
        let ended = ended?;
        released.map(|_| ended)
    }

    fn gates(&self) -> MutexGuard<'_, HashMap<String, Gate>> {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remembered(&self, receiver: &str) -> Gate {
        self.gates().remove(receiver).unwrap_or_default()
    }

    fn remember(&self, receiver: String, gate: Gate) {
        if !gate.is_fresh(Instant::now()) {
            self.gates().insert(receiver, gate);
        }
    }

    async fn standing(&self, consumer: Consumer, events: &[Event]) -> Result<Standing, PortError> {
        if events.is_empty() {
            return Ok(Standing::default());
        }
        let asked: Vec<_> = events.iter().map(|event| (event.id, event.subject.clone())).collect();
        self.storage.deliveries.standing(consumer, &asked).await
    }
}
