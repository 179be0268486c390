//! What comes into a window, and what becomes of it.

use chrono::{DateTime, Utc};
use orders_domain::{
    Event, EventId,
    delivery::{Attempt, DeliveryState, Settled},
};

/// From where an event came into the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// From the log: it was tried before, or waited for an earlier one.
    Log,
    /// From the feed, for the first time.
    Feed,
    /// From the feed, once more.
    Replay,
}

/// An event to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The event.
    pub event: Event,
    /// How often it was tried since it was to be sent.
    pub tries: u32,
    /// From where it came.
    pub source: Source,
}

/// What becomes of a job that was tried, or was not to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// How far it is.
    pub state: DeliveryState,
    /// When it is tried next, if it is pending.
    pub next_at: Option<DateTime<Utc>>,
    /// What was tried.
    pub attempt: Option<Attempt>,
    /// Whether it goes into the log.
    pub logged: bool,
}

/// What is to be stored at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Everything up to here is settled.
    pub cursor: Option<EventId>,
    /// The same of what is sent once more.
    pub replayed: Option<EventId>,
    /// What became of events.
    pub settled: Vec<Settled>,
}

/// An event that waits for an earlier one.
pub fn waiting(event: &Event, tries: u32, now: DateTime<Utc>) -> Settled {
    Settled {
        event: event.id,
        subject: event.subject.clone(),
        state: DeliveryState::Pending,
        next_at: None,
        tries,
        attempt: None,
        at: now,
    }
}
