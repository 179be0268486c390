//! The feed as newline-delimited JSON: all there is, one event a line, and then the end.

use std::sync::Arc;

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    web::{Bytes, Data},
};
use futures_util::{StreamExt, stream};
use orders_domain::{
    Event, EventId, Order, OrderError, OrderService, User,
    ports::{EventLimit, EventPage},
};

use super::{
    EventsSource,
    body::{EVENT_BYTES, event_json},
    query::FeedQuery,
    seat::Seat,
};
use crate::http::{
    accept::Media,
    streaming::{self, broken_off},
};

/// What of a request decides in which form the feed is answered, and when.
pub const VARY: &str = "accept, prefer";

/// The most text, in bytes, that is made at once: what a client that reads slowly holds. The last event of a
/// piece may go beyond it.
pub const PIECE: usize = 256 * 1024;

/// How many orders of events are held at once.
const ORDERS: usize = 64;

/// A walk through every wanted event up to now, a piece when the client has taken the one before.
struct Walk {
    service: Arc<OrderService>,
    source: Data<EventsSource>,
    user: User,
    query: FeedQuery,
    /// What was the newest event at the beginning.
    end: Option<EventId>,
    is_done: bool,
    _seat: Seat,
}

impl Walk {
    /// The next events; `None` after the last one.
    async fn next(&mut self) -> Result<Option<Bytes>, OrderError> {
        while !self.is_done {
            let query = &self.query;
            let mut page =
                self.service.events(self.user, query.filter.clone(), query.after, query.limit).await?;
            self.end = self.end.or(page.last);
            page.events.retain(|event| Some(event.id) <= self.end);
            // An empty piece would be the end of the body.
            let lines = rendered(&self.service, &self.source, query, &mut page, write_line).await?;
            self.query.after = page.cursor;
            self.is_done = !page.more || page.cursor >= self.end;
            if !lines.is_empty() {
                return Ok(Some(lines));
            }
        }
        Ok(None)
    }
}

/// Every event that is wanted, up to now.
///
/// # Errors
///
/// As [`OrderService::events`], of the first piece.
pub async fn lines(
    service: Arc<OrderService>,
    source: Data<EventsSource>,
    user: User,
    query: FeedQuery,
    seat: Seat,
) -> Result<HttpResponse, OrderError> {
    let query = FeedQuery { limit: EventLimit::PIECE, ..query };
    let mut walk = Walk { service, source, user, query, end: None, is_done: false, _seat: seat };
    let first = walk.next().await?;
    let rest = stream::unfold(Some(walk), |walk| async move {
        let mut walk = walk?;
        match walk.next().await {
            Ok(lines) => lines.map(|lines| (Ok(lines), Some(walk))),
            Err(error) => Some((Err(broken_off("events", error)), None)),
        }
    });
    Ok(head(Media::NdJson).streaming(stream::iter(first.map(Ok)).chain(rest)))
}

/// The events of a page as they are sent, with their orders if they are wanted: as many as go into a piece,
/// after which the page ends.
pub async fn rendered(
    service: &OrderService,
    source: &EventsSource,
    query: &FeedQuery,
    page: &mut EventPage,
    write: impl Fn(&mut Vec<u8>, &EventsSource, &Event, Option<&Order>),
) -> Result<Bytes, OrderError> {
    let mut out = Vec::with_capacity(PIECE.min(page.events.len() * EVENT_BYTES));
    let mut written = 0;
    'piece: for some in page.events.chunks(ORDERS) {
        let orders = query.orders_of(service, some).await?;
        for (index, event) in some.iter().enumerate() {
            write(&mut out, source, event, orders.get(index).and_then(Option::as_ref));
            written += 1;
            if out.len() >= PIECE {
                break 'piece;
            }
        }
    }
    if written < page.events.len() {
        page.events.truncate(written);
        (page.cursor, page.more) = (page.events.last().map(|event| event.id), true);
    }
    Ok(out.into())
}

fn write_line(out: &mut Vec<u8>, source: &EventsSource, event: &Event, order: Option<&Order>) {
    event_json(out, source, event, order);
    out.push(b'\n');
}

/// The head of such an answer alone.
pub fn head(media: Media) -> HttpResponseBuilder {
    streaming::head(media, VARY)
}
