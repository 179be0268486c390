//! The feed as newline-delimited JSON: all there is, one event a line, and then the end.

use std::sync::Arc;

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    web::{Bytes, Data},
};
use futures_util::stream;
use orders_domain::{
    Order, OrderError, OrderEvent, OrderService, User,
    ports::{EventLimit, EventPage},
};

use super::{
    body::{EVENT_BYTES, EventsSource, event_json},
    query::FeedQuery,
};
use crate::http::{
    accept::Media,
    streaming::{self, broken_off},
};

/// What of a request decides in which form the feed is answered, and when.
pub const VARY: &str = "accept, prefer";

/// Every event that is wanted, up to now. Page by page, each when the client has taken the one before.
pub fn lines(
    service: Arc<OrderService>,
    source: Data<EventsSource>,
    user: User,
    query: FeedQuery,
) -> HttpResponse {
    let query = FeedQuery { limit: EventLimit::MAX, ..query };
    let pages = stream::unfold(Some(query), move |query| {
        let (service, source) = (Arc::clone(&service), source.clone());
        async move {
            let mut query = query?;
            loop {
                let (page, lines) = match page(&service, &source, user, &query).await {
                    Ok(page) => page,
                    Err(error) => return Some((Err(broken_off("events", error)), None)),
                };
                query.after = page.cursor;
                // An empty piece would be the end of the body.
                if !lines.is_empty() {
                    return Some((Ok(lines), page.more.then_some(query)));
                }
                if !page.more {
                    return None;
                }
            }
        }
    });
    head(Media::NdJson).streaming(pages)
}

/// Events as they are sent, with their orders if they are wanted.
pub async fn rendered(
    service: &OrderService,
    source: &EventsSource,
    query: &FeedQuery,
    events: &[OrderEvent],
    write: impl Fn(&mut Vec<u8>, &EventsSource, &OrderEvent, Option<&Order>),
) -> Result<Bytes, OrderError> {
    let orders = query.orders_of(service, events).await?;
    let mut out = Vec::with_capacity(events.len() * EVENT_BYTES);
    for (index, event) in events.iter().enumerate() {
        write(&mut out, source, event, orders.get(index));
    }
    Ok(out.into())
}

async fn page(
    service: &OrderService,
    source: &EventsSource,
    user: User,
    query: &FeedQuery,
) -> Result<(EventPage, Bytes), OrderError> {
    let page = service.events(user, query.filter.clone(), query.after, query.limit).await?;
    let lines = rendered(service, source, query, &page.events, write_line).await?;
    Ok((page, lines))
}

fn write_line(out: &mut Vec<u8>, source: &EventsSource, event: &OrderEvent, order: Option<&Order>) {
    event_json(out, source, event, order);
    out.push(b'\n');
}

/// The head of such an answer alone.
pub fn head(media: Media) -> HttpResponseBuilder {
    streaming::head(media, VARY)
}
