//! What a consumer has in hand: pure, so that its order can be proven.
//!
//! Events come in, in the order of their ids. Of one subject one is sent at a time; subjects do not wait for each
//! other. What was tried in vain goes into the log with what waits behind it, so that the cursor, below which
//! everything is settled, never has to wait for a receiver.

use std::collections::{HashMap, HashSet, VecDeque};

use chrono::{DateTime, Utc};
use orders_domain::{
    Event, EventId, Subject,
    delivery::{DeliveryState, Due, Replaying, Settled, Standing},
};

use job::waiting;
pub use job::{Batch, Ending, Job, Source};
use reading::Reading;

mod job;
mod reading;

/// What may be sent, by where it came from: each is taken before those that come after it.
type Ready = [VecDeque<Job>; 3];

/// What is being stored.
#[derive(Debug, Default)]
struct Saving {
    events: Vec<EventId>,
    /// The subjects of which something is pending by it.
    pending: HashSet<Subject>,
    /// Whether what is pending in the log becomes another.
    changes_log: bool,
}

/// What a consumer has in hand.
#[derive(Debug)]
pub struct Window {
    feed: Reading,
    replay: Option<(Reading, EventId)>,
    /// What waits for an earlier one of its subject, which is in hand.
    queues: HashMap<Subject, VecDeque<Job>>,
    /// What may be sent: from the log, for the first time, once more.
    ready: Ready,
    /// All that is in hand until it is stored what became of it, so that nothing is twice.
    held: HashSet<EventId>,
    unsaved: Vec<(Source, Settled)>,
    /// What was given to be stored.
    saving: Saving,
}

impl Window {
    /// Nothing is in hand; this is where the readings go on.
    pub fn new(cursor: Option<EventId>, replay: Option<Replaying>) -> Self {
        Self {
            feed: Reading::at(cursor),
            replay: replay.map(|Replaying { after, until }| (Reading::at(after), until)),
            queues: HashMap::new(),
            ready: Ready::default(),
            held: HashSet::new(),
            unsaved: Vec::new(),
            saving: Saving::default(),
        }
    }

    /// How many events are in hand.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Up to here events were taken in.
    pub fn head(&self) -> Option<EventId> {
        self.feed.head
    }

    /// Where what is sent once more goes on, and where it ends, if it has not.
    pub fn replaying(&self) -> Option<Replaying> {
        let (reading, until) = self.replay.as_ref()?;
        (reading.head < Some(*until)).then_some(Replaying { after: reading.head, until: *until })
    }

    /// When the oldest event happened that was not tried yet.
    pub fn oldest(&self) -> Option<DateTime<Utc>> {
        self.feed.open.first_key_value().map(|(_, at)| *at)
    }

    /// Of how many events it is not stored what became of them.
    pub fn unsaved(&self) -> usize {
        self.unsaved.len()
    }

    /// Takes in events that were read for the first time, up to `head`: but for those in the log already. What
    /// waits for an earlier one in the log goes there too. Nothing may have ended since `standing` was asked for.
    pub fn admit(
        &mut self,
        events: Vec<Event>,
        head: Option<EventId>,
        standing: &Standing,
        now: DateTime<Utc>,
    ) {
        for event in events {
            if standing.state_of(event.id).is_none() {
                self.take_in(Job { event, tries: 0, source: Source::Feed }, standing, now);
            }
        }
        self.feed.head = self.feed.head.max(head);
    }

    /// Takes in events that were read once more, up to `head`: but for those that are on their way anyway, or will be
    /// for the first time. What waits for an earlier one in the log does so again. Nothing may have ended since
    /// `standing` was asked for.
    pub fn admit_again(
        &mut self,
        events: Vec<Event>,
        head: Option<EventId>,
        standing: &Standing,
        now: DateTime<Utc>,
    ) {
        let first_time = self.feed.settled(&HashSet::new());
        let Some(until) = self.replay.as_ref().map(|(_, until)| *until) else { return };
        for event in events.into_iter().filter(|event| event.id <= until) {
            let known = standing.state_of(event.id);
            let comes_first = known.is_none() && Some(event.id) > first_time;
            if known != Some(DeliveryState::Pending) && !comes_first && !self.held.contains(&event.id) {
                self.take_in(Job { event, tries: 0, source: Source::Replay }, standing, now);
            }
        }
        if let Some((reading, until)) = &mut self.replay {
            reading.head = reading.head.max(head.min(Some(*until)));
        }
    }

    /// Takes in an event that was read, to be sent or to wait in the log.
    fn take_in(&mut self, job: Job, standing: &Standing, now: DateTime<Utc>) {
        let Job { event, source, .. } = &job;
        let waits = standing.waiting.contains(&event.subject) || self.is_pending(&event.subject);
        if let Some(reading) = self.reading(*source) {
            reading.open.insert(event.id, event.at);
        }
        if waits {
            self.held.insert(event.id);
            self.unsaved.push((*source, waiting(event, job.tries, now)));
        } else {
            self.hold(job);
        }
    }

    /// Takes in what is due again.
    pub fn admit_due(&mut self, due: Vec<Due>) {
        for Due { event, tries } in due {
            if !self.held.contains(&event.id) {
                self.hold(Job { event, tries, source: Source::Log });
            }
        }
    }

    /// Whether something of a subject is pending that the log may not know yet.
    fn is_pending(&self, subject: &Subject) -> bool {
        let pending =
            |settled: &Settled| settled.state == DeliveryState::Pending && settled.subject == *subject;
        self.saving.pending.contains(subject) || self.unsaved.iter().any(|(_, settled)| pending(settled))
    }

    /// Has it in hand, behind what is of its subject.
    fn hold(&mut self, job: Job) {
        self.held.insert(job.event.id);
        if let Some(queue) = self.queues.get_mut(&job.event.subject) {
            queue.push_back(job);
        } else {
            self.queues.insert(job.event.subject.clone(), VecDeque::new());
            self.ready[job.source as usize].push_back(job);
        }
    }

    /// How many wait to be sent that were tried before.
    pub fn tried_before(&self) -> usize {
        self.ready[Source::Log as usize].len()
    }

    /// The next event to send: one that was tried before, or if `others` may be sent too, any.
    pub fn next(&mut self, others: bool) -> Option<Job> {
        let [from_log, first, again] = &mut self.ready;
        let mut rest = || first.pop_front().or_else(|| again.pop_front());
        from_log.pop_front().or_else(|| if others { rest() } else { None })
    }

    /// Whether something could be sent.
    pub fn is_ready(&self, others: bool) -> bool {
        let [from_log, first, again] = &self.ready;
        !from_log.is_empty() || others && !(first.is_empty() && again.is_empty())
    }

    /// What became of a job that [`Self::next`] gave.
    pub fn end(&mut self, job: Job, ending: Ending, now: DateTime<Utc>) {
        let Job { event, tries, source } = job;
        let Ending { state, next_at, attempt, logged } = ending;
        let tries = if state == DeliveryState::Skipped { tries } else { tries.saturating_add(1) };
        if logged || source == Source::Log || state == DeliveryState::Pending {
            let subject = event.subject.clone();
            let settled = Settled { event: event.id, subject, state, next_at, tries, attempt, at: now };
            self.unsaved.push((source, settled));
        } else {
            self.held.remove(&event.id);
            self.reading(source).map(|reading| reading.open.remove(&event.id));
        }
        let Some(queue) = self.queues.get_mut(&event.subject) else { return };
        if state == DeliveryState::Pending {
            // Whatever waits behind it waits in the log.
            let behind = std::mem::take(queue);
            self.queues.remove(&event.subject);
            self.unsaved
                .extend(behind.into_iter().map(|job| (job.source, waiting(&job.event, job.tries, now))));
        } else if let Some(next) = queue.pop_front() {
            self.ready[next.source as usize].push_back(next);
        } else {
            self.queues.remove(&event.subject);
        }
    }

    fn reading(&mut self, source: Source) -> Option<&mut Reading> {
        match source {
            Source::Feed => Some(&mut self.feed),
            Source::Replay => self.replay.as_mut().map(|(reading, _)| reading),
            Source::Log => None,
        }
    }

    /// What is to be stored now, of `most` events at most. [`Self::saved`] is to be told once it is; whoever does
    /// not get it stored begins anew.
    pub fn batch(&mut self, most: usize) -> Batch {
        let count = self.unsaved.len().min(most);
        let now: Vec<_> = self.unsaved.drain(..count).collect();
        let of = |source| {
            let events = now.iter().filter(move |(of, _)| *of == source);
            events.map(|(_, settled)| settled.event).collect::<HashSet<_>>()
        };
        let (fed, replayed) = (of(Source::Feed), of(Source::Replay));
        let changes_log = now
            .iter()
            .any(|(source, settled)| *source == Source::Log || settled.state == DeliveryState::Pending);
        let batch = Batch {
            cursor: self.feed.settled(&fed),
            replayed: self.replay.as_ref().and_then(|(reading, _)| reading.settled(&replayed)),
            settled: now.into_iter().map(|(_, settled)| settled).collect(),
        };
        let pending = batch.settled.iter().filter(|settled| settled.state == DeliveryState::Pending);
        self.saving.pending.extend(pending.map(|settled| settled.subject.clone()));
        self.saving.events.extend(batch.settled.iter().map(|settled| settled.event));
        self.saving.changes_log |= changes_log;
        self.feed.open.retain(|event, _| !fed.contains(event));
        if let Some((reading, _)) = &mut self.replay {
            reading.open.retain(|event, _| !replayed.contains(event));
        }
        batch
    }

    /// What [`Self::batch`] gave is stored. Whether something else may be due in the log by it.
    pub fn saved(&mut self) -> bool {
        let Saving { events, changes_log, .. } = std::mem::take(&mut self.saving);
        for event in events {
            self.held.remove(&event);
        }
        changes_log
    }
}

#[cfg(test)]
mod tests;
