//! One time of carrying, from taking the lease to letting go of it.

use std::{pin::Pin, sync::Arc, time::Duration};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use futures_util::{StreamExt, stream::FuturesUnordered};
use orders_domain::{
    Consumer, EventId,
    delivery::{DeliveryState, DisabledFor, Leased, Outcome, Progress, Replaying, Step, Stepped, Verdict},
    ports::{EventFilter, PortError},
};
use tokio::{
    task::yield_now,
    time::{Instant, sleep_until},
};

use super::{
    Courier, Ended,
    gate::Gate,
    window::{Ending, Job, Window},
};
use crate::{channel::Channel, metrics::CourierMetrics, stop::Stop};

mod intake;

/// How many outcomes are stored at once at most.
const BATCH: usize = 256;

/// How long outcomes gather while others come.
const GATHER: Duration = Duration::from_millis(20);

/// How long a courier may still send once it is told to stop.
const LAST_SENDS: Duration = Duration::from_secs(4);

type Sending = Pin<Box<dyn Future<Output = (Job, Outcome)> + Send>>;
type Saving = Pin<Box<dyn Future<Output = Result<Stepped, PortError>> + Send>>;
type News = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What a future comes to, if there is one.
async fn of<T>(future: &mut Option<Pin<Box<dyn Future<Output = T> + Send>>>) -> T {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

/// One time of carrying, from taking the lease to letting go of it.
pub struct Trip<'a> {
    courier: &'a Courier,
    channel: &'a Arc<dyn Channel>,
    consumer: Consumer,
    filter: EventFilter,
    window: Window,
    gate: Gate,
    flight: FuturesUnordered<Sending>,
    saving: Option<Saving>,
    news: Option<News>,
    pub metrics: CourierMetrics,
    failing_since: Option<DateTime<Utc>>,
    /// The lease is held until then.
    leased_until: Instant,
    /// When the lease was asked for that is being asked for.
    asked: Instant,
    last_saved: Instant,
    /// How far everything and what is sent once more is stored as settled.
    stored: (Option<EventId>, Option<EventId>),
    /// The newest event, whoever wants it.
    last: Option<EventId>,
    /// When the log is to be looked at.
    look_at: Instant,
    /// Whether the feed has been read to its end.
    is_at_end: bool,
    /// Where what is sent once more has come to the end of the feed.
    replay_end: Option<Replaying>,
    /// When the event happened that was read last, whoever wants it.
    read_of: Option<DateTime<Utc>>,
    /// What comes next is another one's.
    is_over: bool,
    gave_up: bool,
}

impl<'a> Trip<'a> {
    /// Begins with what the lease came with, which was asked for then.
    pub fn new(courier: &'a Courier, channel: &'a Arc<dyn Channel>, leased: Leased, asked: Instant) -> Self {
        let Leased { cursor, replay, failing_since } = leased;
        let consumer = channel.consumer();
        Self {
            courier,
            channel,
            consumer,
            filter: EventFilter { types: channel.types(), ..EventFilter::default() },
            window: Window::new(cursor, replay),
            gate: courier.remembered(&channel.receiver()),
            flight: FuturesUnordered::new(),
            saving: None,
            news: None,
            metrics: CourierMetrics::of(consumer),
            failing_since,
            leased_until: asked + courier.terms.lease,
            asked,
            last_saved: asked,
            stored: (cursor, replay.and_then(|replay| replay.after)),
            last: None,
            look_at: asked,
            is_at_end: false,
            replay_end: None,
            read_of: None,
            is_over: false,
            gave_up: false,
        }
    }

    /// What is known of the receiver, for the next time.
    pub fn into_gate(self) -> Gate {
        self.gate
    }

    /// Carries until the end.
    ///
    /// # Errors
    ///
    /// [`PortError`] of the storage.
    pub async fn go(&mut self, stop: &Stop) -> Result<Ended, PortError> {
        let mut stopping: Option<Instant> = None;
        loop {
            if stopping.is_none() && (stop.is_told() || self.is_over || self.gave_up) {
                stopping = Some(Instant::now() + self.courier.terms.longest_send);
            }
            if self.courier.process.is_told() {
                // The process does not wait as long as a receiver may take.
                stopping = stopping.map(|until| until.min(Instant::now() + LAST_SENDS));
            }
            if stopping.is_none() {
                self.fill().await?;
                self.start();
            }
            if stopping.is_some_and(|until| until <= Instant::now()) {
                // What did not come back in time is sent again by the next one.
                self.flight.clear();
            }
            let is_last = self.flight.is_empty() && (stopping.is_some() || self.is_done());
            self.save(is_last);
            if is_last && self.saving.is_none() {
                return Ok(if self.gave_up { Ended::GaveUp } else { Ended::Finished });
            }
            let timer = match stopping {
                // Only what is being stored is waited for.
                Some(_) if self.flight.is_empty() => Instant::now() + LAST_SENDS,
                Some(until) => until,
                None => self.next_look(),
            };
            let reads_on = stopping.is_none() && self.reads_on();
            tokio::select! {
                Some((job, outcome)) = self.flight.next(), if !self.flight.is_empty() => {
                    self.came_back(job, outcome).await;
                }
                saved = of(&mut self.saving) => {
                    self.saving = None;
                    match saved? {
                        Stepped::Others => return Ok(Ended::Others),
                        _ => self.saved(),
                    }
                }
                () = of(&mut self.news) => {
                    self.news = None;
                    self.is_at_end = false;
                    self.replay_end = None;
                }
                // One page a turn, so that it hears of everything else in between.
                () = yield_now(), if reads_on => {}
                () = sleep_until(timer) => {}
                () = stop.told(), if stopping.is_none() => {}
                () = self.courier.process.told(), if !self.courier.process.is_told() => {}
            }
        }
    }

    /// Whether nothing is to be done now, if that is an end.
    fn is_done(&self) -> bool {
        let now = Instant::now();
        let can_send = self.gate.is_open(now) && self.window.is_ready(self.gate.is_open_to_all(now));
        let is_held_back = self.window.is_ready(true) && !can_send;
        let is_through = self.is_at_end && self.window.len() == 0 && self.window.replaying().is_none();
        self.courier.terms.once && (is_held_back || is_through && self.look_at > now)
    }

    fn now(&self) -> DateTime<Utc> {
        self.courier.clock.now().trunc_subsecs(3)
    }

    /// Sends what may be sent.
    fn start(&mut self) {
        let now = Instant::now();
        if now + self.courier.terms.longest_send > self.leased_until {
            return;
        }
        while self.flight.len() < self.gate.width().min(self.channel.at_once()) && self.gate.is_open(now) {
            let to_all = self.gate.is_open_to_all(now);
            let Some(job) = self.window.next(to_all) else { break };
            if job.tries == 0 {
                self.gate.probes(now, self.courier.terms.probe);
            }
            let channel = Arc::clone(self.channel);
            self.flight.push(Box::pin(async move {
                let outcome = channel.send(&job.event).await;
                (job, outcome)
            }));
        }
    }

    /// What was sent has an outcome.
    async fn came_back(&mut self, job: Job, Outcome { attempt, verdict }: Outcome) {
        let (at, now) = (Instant::now(), self.now());
        let schedule = self.channel.schedule();
        let next =
            |retry_after| schedule.next(job.tries.saturating_add(1), now, fastrand::f64(), retry_after);
        let (state, next_at) = match verdict {
            Verdict::Done => (DeliveryState::Done, None),
            Verdict::Skipped => (DeliveryState::Skipped, None),
            Verdict::Never => (DeliveryState::Dead, None),
            Verdict::Gone => (DeliveryState::Pending, next(None).or(Some(now))),
            Verdict::Again { retry_after, .. } => match next(retry_after) {
                Some(next) => (DeliveryState::Pending, Some(next)),
                None => (DeliveryState::Dead, None),
            },
        };
        match verdict {
            Verdict::Done => {
                let took = attempt.as_ref().map(|attempt| attempt.took).unwrap_or_default();
                self.gate.succeeded(took, self.channel.at_once());
                self.failing_since = None;
            }
            Verdict::Again { retry_after, overloaded } => {
                self.gate.failed(at, self.courier.terms.probe);
                if overloaded {
                    self.gate.overloaded(at, retry_after);
                }
                let since = *self.failing_since.get_or_insert(now);
                let is_too_long = (now - since).to_std().is_ok_and(|failing| failing >= schedule.patience);
                if is_too_long && !self.gave_up {
                    self.gave_up = self.channel.give_up(DisabledFor::Failing).await;
                }
            }
            Verdict::Gone if !self.gave_up => self.gave_up = self.channel.give_up(DisabledFor::Gone).await,
            Verdict::Gone | Verdict::Skipped | Verdict::Never => {}
        }
        self.metrics.tried(state, attempt.as_ref());
        let logged = self.channel.logs_done();
        self.window.end(job, Ending { state, next_at, attempt, logged }, now);
    }

    /// Begins to store what became of events, if there is something, or if the lease is to be renewed.
    fn save(&mut self, is_last: bool) {
        if self.saving.is_some() {
            return;
        }
        let now = Instant::now();
        let is_old = now >= self.leased_until - self.courier.terms.lease * 3 / 4;
        let unsaved = self.window.unsaved();
        let is_time = unsaved >= BATCH || self.flight.is_empty() || now >= self.last_saved + GATHER;
        let is_due = unsaved > 0 && is_time;
        if !is_old && !is_due && !is_last {
            return;
        }
        let batch = self.window.batch(BATCH);
        let reached = (batch.cursor, batch.replayed);
        if is_last && batch.settled.is_empty() && reached == self.stored {
            return;
        }
        self.stored = reached;
        (self.asked, self.last_saved) = (now, now);
        let progress = Progress {
            consumer: self.consumer,
            holder: self.courier.holder.clone(),
            term: self.courier.terms.lease,
            cursor: batch.cursor,
            replayed: batch.replayed,
            failing_since: self.failing_since,
            settled: batch.settled,
        };
        let ledger = Arc::clone(&self.courier.storage.ledger);
        self.saving = Some(Box::pin(async move { ledger.step(Step::Progress(Box::new(progress))).await }));
    }

    fn saved(&mut self) {
        self.leased_until = self.asked + self.courier.terms.lease;
        if self.window.saved() {
            // What waited for it may be due, and what failed says when it is.
            self.look_at = Instant::now();
        }
        let now = self.now();
        // Where nothing is in hand, what is still to be read may be as old as what was read last.
        let behind = || (!self.is_at_end).then(|| self.read_of.map_or(TimeDelta::zero(), |at| now - at));
        let oldest = self.window.oldest().map(|oldest| now - oldest).or_else(behind);
        self.metrics.at(self.stored.0, self.last, oldest);
    }
}
