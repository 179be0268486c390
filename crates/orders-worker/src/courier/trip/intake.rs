//! What a trip takes in hand, and when.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use orders_domain::{
    Event, EventId,
    delivery::Backlog,
    ports::{EventLimit, PortError},
};
use tokio::time::Instant;

use super::{GATHER, Trip};

/// How many events are read at once, and may be in hand when they are: twice as many are in hand at most.
const PAGE: usize = 256;

/// The same of events that are sent once more: those of the first time do not wait for them.
const PAGE_AGAIN: usize = 128;

/// The same of what was tried before, whatever else is in hand.
const PAGE_OF_LOG: usize = 128;

/// How often what waits in the log is looked at, should nobody say that it is due.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// What was read.
struct Page {
    /// Those that are wanted.
    events: Vec<Event>,
    /// Up to here all were looked at.
    head: Option<EventId>,
    /// Whether there are more.
    more: bool,
    /// When the last one happened, whoever wants it.
    newest: Option<DateTime<Utc>>,
}

impl Trip<'_> {
    /// When there may be something to do without anybody saying so.
    pub(super) fn next_look(&self) -> Instant {
        let now = Instant::now();
        // What is being stored renews the lease.
        let renew = self.saving.is_none().then(|| self.leased_until - self.courier.terms.lease * 3 / 4);
        let gather = (self.window.unsaved() > 0).then_some(self.last_saved + GATHER);
        let opens = if self.window.is_ready(true) { self.gate.opens_at(now) } else { None };
        let look = if self.window.tried_before() < PAGE_OF_LOG { self.look_at } else { now + LOOK_AGAIN };
        renew.into_iter().chain(gather.filter(|at| *at > now)).chain(opens).fold(look, Instant::min)
    }

    /// Whether more can be read at once: what was read may hold nothing that is wanted.
    pub(super) fn reads_on(&self) -> bool {
        let feed = !self.is_at_end && self.window.len() < PAGE;
        let replaying = self.window.replaying();
        let again = replaying.is_some() && replaying != self.replay_end;
        feed || again && self.window.len() < PAGE_AGAIN
    }

    /// Takes in what is due in the log and what is new in the feed, as far as there is room.
    pub(super) async fn fill(&mut self) -> Result<(), PortError> {
        let deliveries = &self.courier.storage.deliveries;
        if self.look_at <= Instant::now() && self.window.tried_before() < PAGE_OF_LOG {
            let (before, now) = (self.window.len(), self.now());
            // What is in hand already may be among it.
            let most = PAGE_OF_LOG + self.window.tried_before() + self.flight.len();
            let Backlog { due, next_at } = deliveries.backlog(self.consumer, now, most).await?;
            self.window.admit_due(due);
            let wait = next_at.map(|next| (next - now).to_std().unwrap_or_default());
            // What is due and in hand already is due until it is stored what became of it, and that has it looked at.
            let is_stuck = wait.is_some_and(|wait| wait.is_zero()) && self.window.len() == before;
            let wait = if is_stuck { LOOK_AGAIN } else { wait.unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN) };
            self.look_at = Instant::now() + wait;
        }
        if !self.is_at_end && self.window.len() < PAGE {
            let Page { events, head, more, newest } = self.read(self.window.head(), PAGE).await?;
            self.read_of = newest.or(self.read_of);
            let standing = self.courier.standing(self.consumer, &events).await?;
            let now = self.now();
            self.window.admit(events, head, &standing, now);
            self.is_at_end = !more;
        }
        if let Some(replaying) = self.window.replaying()
            && self.window.len() < PAGE_AGAIN
        {
            let Page { events, head, more, .. } = self.read(replaying.after, PAGE_AGAIN).await?;
            let standing = self.courier.standing(self.consumer, &events).await?;
            let now = self.now();
            self.window.admit_again(events, head, &standing, now);
            self.replay_end = self.window.replaying().filter(|_| !more);
        }
        if self.is_at_end && self.news.is_none() && !self.courier.terms.once {
            let (feed, head) = (Arc::clone(&self.courier.storage.feed), self.window.head());
            self.news = Some(Box::pin(async move { feed.news(head).await }));
        }
        Ok(())
    }

    /// Some of the wanted events after one.
    async fn read(&mut self, after: Option<EventId>, most: usize) -> Result<Page, PortError> {
        let limit = EventLimit::try_from(i64::try_from(most).unwrap_or(i64::MAX));
        let limit = limit.unwrap_or(EventLimit::DEFAULT);
        let mut page = self.courier.storage.feed.events(self.filter.clone(), after, limit).await?;
        if let Some(end) = page.events.iter().position(|event| self.channel.ends_at(event)) {
            page.cursor = page.events[end].id.before();
            page.more = false;
            page.events.truncate(end);
            self.is_over = true;
        }
        if page.events.iter().any(|event| self.channel.is_due_by(event)) {
            self.look_at = Instant::now();
        }
        let newest = page.events.last().map(|event| event.at);
        page.events.retain(|event| self.channel.wants(event));
        self.last = page.last;
        Ok(Page { events: page.events, head: page.cursor, more: page.more, newest })
    }
}
