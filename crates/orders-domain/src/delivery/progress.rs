//! How far a consumer has come, and what it has done on the way: what is stored of it, in one commit each time.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{attempt::Attempt, consumer::Consumer, log::DeliveryState};
use crate::{event::Subject, feed::Event, id::EventId, invalid::InvalidInput};

/// One of those who work, for as long as its process lives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Holder(Box<str>);

impl Holder {
    /// A name that nobody else has: 1 to 64 characters.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for a longer one, and for none.
    pub fn new(name: &str) -> Result<Self, InvalidInput> {
        if (1..=64).contains(&name.chars().count()) {
            return Ok(Self(name.into()));
        }
        Err(InvalidInput::new("holder", "is not 1 to 64 characters"))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Events that are sent once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaying {
    /// Up to here it is done; `None` is the beginning.
    pub after: Option<EventId>,
    /// The last one.
    pub until: EventId,
}

/// How far a consumer had come when its events became somebody's to work off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// Everything up to here is settled; `None` is the beginning.
    pub cursor: Option<EventId>,
    /// What is sent once more.
    pub replay: Option<Replaying>,
    /// Since when everything failed.
    pub failing_since: Option<DateTime<Utc>>,
}

/// What became of an event at a consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Which event.
    pub event: EventId,
    /// To what it happened: the next one of it may follow.
    pub subject: Subject,
    /// How far it is.
    pub state: DeliveryState,
    /// When it is tried next. `None` of what is pending: it waits for an earlier one of its subject.
    pub next_at: Option<DateTime<Utc>>,
    /// How often it was tried since it was to be sent.
    pub tries: u32,
    /// What was tried now.
    pub attempt: Option<Attempt>,
    /// When this was decided, in whole milliseconds.
    pub at: DateTime<Utc>,
}

/// What a consumer has done since the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Who.
    pub consumer: Consumer,
    /// Whose it is to work off. Nothing is stored if that is another one by now.
    pub holder: Holder,
    /// For how long it stays so, from now on.
    pub term: Duration,
    /// Everything up to here is settled, with what is in this; `None` is the beginning. What is stored never goes
    /// back.
    pub cursor: Option<EventId>,
    /// How far what is sent once more has come; nothing if there is none.
    pub replayed: Option<EventId>,
    /// Since when everything failed.
    pub failing_since: Option<DateTime<Utc>>,
    /// What became of events, each once.
    pub settled: Vec<Settled>,
}

/// What is stored of consumers beside what they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Reads from now on, unless it does so already.
    Open(Consumer),
    /// Is somebody's to work off for a time, unless it is another one's.
    Lease {
        /// What.
        consumer: Consumer,
        /// Whose.
        holder: Holder,
        /// For how long, from now on.
        term: Duration,
    },
    /// Is nobody's any more, if it was this one's.
    Release {
        /// What.
        consumer: Consumer,
        /// Whose.
        holder: Holder,
    },
    /// Has come so far.
    Progress(Box<Progress>),
    /// Forgets what has ended before a moment, so many rows at most.
    Prune {
        /// The moment.
        before: DateTime<Utc>,
        /// How many.
        most: usize,
    },
}

/// What came of a [`Step`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stepped {
    /// It is stored.
    Done,
    /// It is this one's to work off.
    Leased(Leased),
    /// It is another one's, or nothing that anybody works off: nothing was stored.
    Others,
    /// So many rows were forgotten.
    Pruned(usize),
}

/// An event that was tried before, or waited for an earlier one, and is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The event.
    pub event: Event,
    /// How often it was tried since it was to be sent.
    pub tries: u32,
}

/// What waits at a consumer to be tried again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// What is to be sent now, the longest due first.
    pub due: Vec<Due>,
    /// When the next of the others is due, if any is.
    pub next_at: Option<DateTime<Utc>>,
}

/// What is known of some events at a consumer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Those of the events that are in the log already, and how far they are.
    pub known: Vec<(EventId, DeliveryState)>,
    /// Those of their subjects of which something is pending.
    pub waiting: Vec<Subject>,
}
