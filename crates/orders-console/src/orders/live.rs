//! What happens to orders, told to open pages as it happens: the numbers of the orders, and no more.

use std::{collections::BTreeSet, fmt::Write, time::Duration};

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderName, HeaderValue},
    web::Bytes,
};
use futures_util::stream;
use orders_domain::{
    Event, EventId, OrderService, Subject, User,
    ports::{EventFilter, EventLimit},
};
use tokio::{sync::OwnedSemaphorePermit, time::sleep};

use crate::http::{failure::Failure, frame::head, visit::Visit};

/// How often it is said that nothing happened, and looked whether the user is still signed in.
const BEAT: Duration = Duration::from_secs(15);

/// How long what comes close together is gathered.
const GATHER: Duration = Duration::from_millis(250);

/// Where a page that is made now begins to listen; `None` for a user who may not know what happens.
pub async fn since(visit: &Visit, user: User) -> Result<Option<String>, Failure> {
    if OrderService::may_follow(user).is_err() {
        return Ok(None);
    }
    let newest = newest(visit, user).await?;
    Ok(Some(visit.to(&format!("/live?since={}", newest.map_or(0, EventId::get)))))
}

/// The newest event that there is.
async fn newest(visit: &Visit, user: User) -> Result<Option<EventId>, Failure> {
    Ok(visit.desk.orders.events(user, EventFilter::default(), None, EventLimit::ONE).await?.last)
}

/// One page that listens.
struct Follower {
    visit: Visit,
    user: User,
    after: Option<EventId>,
    _seat: OwnedSemaphorePermit,
}

/// The stream (server-sent events, HTML 9.2).
pub async fn follow(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    OrderService::may_follow(user)?;
    let seat = visit.desk.followers.clone().try_acquire_owned();
    let seat = seat.map_err(|error| Failure::Unavailable("Too many pages listen already.", error.into()))?;
    // A browser that comes again says what it has heard last.
    let heard = visit.header("last-event-id").and_then(|id| id.to_str().ok().map(str::to_owned));
    let since = heard.unwrap_or_else(|| visit.query().text("since"));
    let after = match since.parse() {
        Ok(event) => Some(event),
        // Before the first event.
        Err(_) if since == "0" => None,
        Err(_) => newest(&visit, user).await?,
    };
    let follower = Follower { visit, user, after, _seat: seat };
    let first = stream::iter([Ok::<_, actix_web::Error>(Bytes::from_static(b"retry: 3000\n\n"))]);
    let events = stream::unfold(follower, |mut follower| async move {
        let said = follower.next().await?;
        Some((Ok(said), follower))
    });
    Ok(head(200)
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")))
        .insert_header((HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")))
        .streaming(futures_util::StreamExt::chain(first, events)))
}

impl Follower {
    /// What is said next; `None` once the user may not listen any more, or storage fails: the browser comes again.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let heard = tokio::select! {
                () = self.visit.desk.orders.news(self.after) => true,
                () = sleep(BEAT) => false,
            };
            let is_here = self.visit.user().await.is_ok_and(|user| user == self.user);
            if !is_here {
                return None;
            }
            if !heard {
                return Some(Bytes::from_static(b":\n\n"));
            }
            sleep(GATHER).await;
            let page =
                self.visit.desk.orders.events(self.user, EventFilter::default(), self.after, EventLimit::MAX);
            let page = page.await.ok()?;
            self.after = page.cursor.or(self.after);
            if let Some(said) = said(&page.events, self.after) {
                return Some(said.into());
            }
        }
    }
}

/// The orders to which something happened, each once, up to this event.
fn said(events: &[Event], cursor: Option<EventId>) -> Option<String> {
    let order = |event: &Event| match event.subject {
        Subject::Order(id) => Some(id),
        _ => None,
    };
    let orders: BTreeSet<_> = events.iter().filter_map(order).collect();
    if orders.is_empty() {
        return None;
    }
    let mut text = format!("id: {}\nevent: orders\ndata:", cursor.map_or(0, EventId::get));
    for id in orders {
        let _ = write!(text, " {id}");
    }
    text.push_str("\n\n");
    Some(text)
}
