//! The newest events as they are sent to those who follow: read and written once, whoever many they are.
//!
//! Who has come as far as this goes on from here; who is behind reads for themselves until they have.

use std::{collections::VecDeque, mem, time::Duration};

use actix_web::web::Bytes;
use orders_domain::{
    Event, EventId, OrderError, OrderService, User,
    ports::{EventFilter, EventLimit, EventPage},
};
use tokio::{
    sync::{Mutex, MutexGuard},
    time::timeout,
};

use super::{
    EventsSource, live,
    query::FeedQuery,
    stream::{PIECE, rendered},
};

/// How much text is kept for those who are a little behind.
const KEPT_BYTES: usize = 256 * 1024;

/// How long somebody waits for what another one reads, before reading for themselves.
const PATIENCE: Duration = Duration::from_secs(1);

/// What somebody who follows asks for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Where it is read.
    pub service: &'a OrderService,
    /// From where the events say that they come.
    pub source: &'a EventsSource,
    /// Who asks.
    pub user: User,
    /// What is wanted, from where on.
    pub query: &'a FeedQuery,
}

/// What there is for somebody who follows.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    /// The events that are wanted, as they are sent.
    pub bytes: Bytes,
    /// Up to where all wanted events are in it.
    pub cursor: Option<EventId>,
    /// Whether there is more already.
    pub more: bool,
}

/// The end of the feed.
#[derive(Debug, Default)]
pub struct Tail(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// Ascending, each from where the one before ends.
    blocks: VecDeque<Block>,
    /// Up to where everything was read.
    cursor: Option<EventId>,
    /// Whether there was more then.
    more: bool,
    bytes: usize,
}

/// What was read at once.
#[derive(Debug)]
struct Block {
    after: Option<EventId>,
    cursor: Option<EventId>,
    /// Each with where its text ends.
    events: Vec<(Event, usize)>,
    bytes: Bytes,
}

impl Tail {
    /// What is kept; `None` if another one reads for long.
    async fn kept(&self) -> Option<MutexGuard<'_, Kept>> {
        timeout(PATIENCE, self.0.lock()).await.ok()
    }

    /// What comes first of what is wanted: whoever begins, or begins again, is told what is in the database
    /// now.
    ///
    /// # Errors
    ///
    /// As [`OrderService::events`].
    pub async fn first(&self, asked: Asked<'_>) -> Result<Piece, OrderError> {
        let known = self.kept().await.and_then(|kept| kept.cursor);
        self.alone(asked, known).await
    }

    /// What comes next of what is wanted.
    ///
    /// # Errors
    ///
    /// As [`OrderService::events`].
    pub async fn read(&self, asked: Asked<'_>) -> Result<Piece, OrderError> {
        OrderService::may_follow(asked.user)?;
        let mut known = None;
        if !asked.query.with_orders {
            match self.shared(asked).await? {
                Ok(piece) => return Ok(piece),
                Err(cursor) => known = cursor,
            }
        }
        self.alone(asked, known).await
    }

    /// The same, read for nobody else.
    async fn alone(&self, asked: Asked<'_>, known: Option<EventId>) -> Result<Piece, OrderError> {
        let Asked { service, source, user, query } = asked;
        let mut page = service.events(user, query.filter.clone(), query.after, query.limit).await?;
        if !query.with_orders {
            self.meet(query.after, known, &mut page).await;
        }
        let bytes = rendered(service, source, query, &mut page, live::write).await?;
        Ok(Piece { bytes, cursor: page.cursor, more: page.more })
    }

    /// The same from here; for somebody who has not come as far, how far this is.
    async fn shared(&self, asked: Asked<'_>) -> Result<Result<Piece, Option<EventId>>, OrderError> {
        let Asked { service, source, user, query } = asked;
        // One reads, and who comes meanwhile takes what was read.
        let Some(mut kept) = self.kept().await else { return Ok(Err(None)) };
        if query.after.is_some() && query.after == kept.cursor {
            let page = service.events(user, EventFilter::default(), query.after, EventLimit::PIECE).await?;
            if page.last < kept.cursor {
                // Another database has taken the place of the one that was read, and has fewer events.
                *kept = Kept::default();
                return Ok(Err(None));
            }
            kept.add(query.after, page, source);
        }
        Ok(kept.piece(&query.filter, query.after).ok_or(kept.cursor))
    }

    /// Has somebody who read for themselves go no further than here; or begins where they are, if they
    /// are ahead. `known` is how far this was before they read.
    async fn meet(&self, after: Option<EventId>, known: Option<EventId>, page: &mut EventPage) {
        let Some(mut kept) = self.kept().await else { return };
        if page.last < known {
            *kept = Kept::default();
        }
        if after < kept.cursor {
            if page.cursor > kept.cursor {
                page.events.retain(|event| Some(event.id) <= kept.cursor);
                (page.cursor, page.more) = (kept.cursor, true);
            }
        } else if !page.events.is_empty() && !page.more {
            *kept = Kept { cursor: page.cursor, ..Kept::default() };
        }
    }
}

impl Kept {
    fn add(&mut self, after: Option<EventId>, page: EventPage, source: &EventsSource) {
        (self.cursor, self.more) = (page.cursor, page.more);
        if page.events.is_empty() {
            // Nothing that anybody wants lies between.
            if let Some(last) = self.blocks.back_mut() {
                last.cursor = page.cursor;
            }
            return;
        }
        let newest = page.events.last().map(|event| event.id);
        let (mut start, mut bytes, mut events) = (after, Vec::new(), Vec::new());
        for event in page.events {
            let id = Some(event.id);
            live::write(&mut bytes, source, &event, None);
            events.push((event, bytes.len()));
            if bytes.len() >= PIECE || id == newest {
                let cursor = if id == newest { page.cursor } else { id };
                let (events, bytes) = (mem::take(&mut events), Bytes::from(mem::take(&mut bytes)));
                self.bytes += bytes.len();
                self.blocks.push_back(Block { after: start, cursor, events, bytes });
                start = cursor;
            }
        }
        while self.bytes > KEPT_BYTES && self.blocks.len() > 1 {
            self.bytes -= self.blocks.pop_front().map_or(0, |block| block.bytes.len());
        }
    }

    fn piece(&self, filter: &EventFilter, after: Option<EventId>) -> Option<Piece> {
        if after.is_some() && after == self.cursor {
            return Some(Piece { bytes: Bytes::new(), cursor: after, more: self.more });
        }
        let block = self.blocks.iter().find(|block| block.after <= after && after < block.cursor)?;
        let first = block.events.partition_point(|(event, _)| Some(event.id) <= after);
        let start = first.checked_sub(1).map_or(0, |before| block.events[before].1);
        let bytes = if *filter == EventFilter::default() {
            block.bytes.slice(start..)
        } else {
            let mut wanted = Vec::new();
            let mut start = start;
            for (event, end) in &block.events[first..] {
                if filter.admits(event) {
                    wanted.extend_from_slice(&block.bytes[start..*end]);
                }
                start = *end;
            }
            wanted.into()
        };
        Some(Piece { bytes, cursor: block.cursor, more: block.cursor < self.cursor || self.more })
    }
}

#[cfg(test)]
mod tests;
