//! How far a consumer has come, and what it has done on the way: what is stored of it, in one commit each time.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{attempt::Attempt, consumer::Consumer, counted::Counted, log::DeliveryState};
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

impl Replaying {
    /// What is left once it is done up to an event; `None` once that is all.
    #[must_use]
    pub fn done(self, up_to: Option<EventId>) -> Option<Self> {
        let after = self.after.max(up_to);
        (after < Some(self.until)).then_some(Self { after, ..self })
    }
}

impl Leased {
    /// A consumer that begins after an event.
    #[must_use]
    pub fn beginning(cursor: Option<EventId>) -> Self {
        Self { cursor, replay: None, failing_since: None }
    }

    /// The same with what was done since: nothing goes back.
    #[must_use]
    pub fn advanced(self, progress: &Progress) -> Self {
        Self {
            cursor: self.cursor.max(progress.cursor),
            replay: self.replay.and_then(|replay| replay.done(progress.replayed)),
            failing_since: progress.failing_since,
        }
    }

    /// The same, which goes on after an event without what was not sent until then.
    #[must_use]
    pub fn skipped(self, to: EventId) -> Self {
        Self::beginning(self.cursor.max(Some(to)))
    }

    /// The same with some events once more, of those up to the event `now`, together with those that are left of an
    /// earlier time. What was not sent yet is left to the first time.
    #[must_use]
    pub fn replaying(self, after: Option<EventId>, until: Option<EventId>, now: EventId) -> Self {
        let until = until.map_or(now, |until| until.min(now));
        if after >= Some(until) {
            return self;
        }
        let replay = match self.replay {
            Some(left) => Replaying { after: left.after.min(after), until: left.until.max(until) },
            None => Replaying { after, until },
        };
        Self { replay: Some(replay), ..self }
    }
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

impl Settled {
    /// Since when this has been known of the event: since it was tried, if it was. If somebody has wanted it sent once
    /// more after that, only that it has arrived still counts.
    #[must_use]
    pub fn known_since(&self) -> DateTime<Utc> {
        self.attempt.as_ref().map_or(self.at, |attempt| attempt.at)
    }

    /// Whether the earliest that is pending of its subject may be one that waits for nothing any more: since this has
    /// ended, or waits itself, perhaps for what has ended in the meantime.
    #[must_use]
    pub fn may_release(&self) -> bool {
        self.state.is_final() || self.next_at.is_none()
    }
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
    /// Is somebody's to work off for a time, unless it is another one's. Where one process has the whole store, it is
    /// whose it was asked for last.
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
    /// Has counted so far.
    Count(Box<Counted>),
    /// Forgets all that was counted: it is counted anew from the first event on, by whoever works it off next.
    Recount,
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

impl Standing {
    /// How far an event is that is in the log already.
    #[must_use]
    pub fn state_of(&self, event: EventId) -> Option<DeliveryState> {
        self.known.iter().find(|(known, _)| *known == event).map(|(_, state)| *state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: i64) -> Option<EventId> {
        EventId::try_from(number).ok()
    }

    fn replay(after: i64, until: i64) -> Option<Replaying> {
        Some(Replaying { after: id(after), until: id(until)? })
    }

    fn progress(cursor: i64, replayed: i64) -> Progress {
        Progress {
            consumer: Consumer::Mail,
            holder: Holder::new("one").unwrap(),
            term: Duration::ZERO,
            cursor: id(cursor),
            replayed: id(replayed),
            failing_since: None,
            settled: Vec::new(),
        }
    }

    #[test]
    fn nothing_goes_back_and_what_is_sent_once_more_ends_with_its_last_event() {
        let leased = Leased { replay: replay(0, 5), ..Leased::beginning(id(9)) };
        let after = |cursor, replayed| leased.clone().advanced(&progress(cursor, replayed));
        assert_eq!((after(7, 0).cursor, after(12, 0).cursor), (id(9), id(12)));
        assert_eq!((after(9, 0).replay, after(9, 4).replay), (replay(0, 5), replay(4, 5)));
        assert_eq!((after(9, 5).replay, after(9, 8).replay), (None, None));
        assert_eq!(after(12, 4).advanced(&progress(9, 2)).replay, replay(4, 5));
    }

    #[test]
    fn what_is_sent_once_more_ends_now_and_two_wishes_become_one() {
        let leased = Leased::beginning(id(9));
        let now = id(12).unwrap();
        let asked = |after, until| leased.clone().replaying(id(after), id(until), now).replay;
        assert_eq!((asked(3, 0), asked(3, 20), asked(0, 4)), (replay(3, 12), replay(3, 12), replay(0, 4)));
        assert_eq!((asked(12, 0), asked(4, 4), asked(5, 4), asked(13, 20)), (None, None, None, None));
        let twice = |first: (i64, i64), second: (i64, i64)| {
            let once = leased.clone().replaying(id(first.0), id(first.1), now);
            once.replaying(id(second.0), id(second.1), now).replay
        };
        assert_eq!((twice((2, 4), (1, 3)), twice((1, 3), (6, 8))), (replay(1, 4), replay(1, 8)));
        assert_eq!(twice((1, 3), (12, 13)), replay(1, 3));
    }

    #[test]
    fn who_skips_goes_on_after_the_event_that_says_so() {
        let failing_since = DateTime::from_timestamp_millis(1);
        let leased = Leased { cursor: id(9), replay: replay(1, 5), failing_since };
        assert_eq!(leased.clone().skipped(id(12).unwrap()), Leased::beginning(id(12)));
        assert_eq!(leased.skipped(id(3).unwrap()), Leased::beginning(id(9)));
    }
}
