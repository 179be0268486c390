//! The feed as server-sent events: all there is and what comes, until the client leaves.
//!
//! A stream reads on when its client has taken what it was given before, so a slow client holds a
//! page and no more, and one that takes nothing is cut off as any other.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    web::{Bytes, Data},
};
use futures_util::stream;
use orders_domain::{Order, OrderEvent, OrderService, User};
use tokio::time::{Instant, sleep_until};

use super::{
    body::{EventsSource, event_json},
    query::FeedQuery,
    stream::head,
    tail::{Piece, Tail},
};
use crate::{
    http::{accept::Media, error::ApiError, streaming::broken_off},
    server::{
        auth::{Auth, USER_ID},
        ending::Ending,
    },
};

/// How many clients may follow at once.
const MAX_STREAMS: usize = 1000;

/// How often something is sent when nothing happens, and how often it is asked whether the client may
/// still follow.
const BEAT: Duration = Duration::from_secs(15);

/// How long a stream rests once it has sent all there is, so that what comes close together goes together.
const REST: Duration = Duration::from_millis(4);

/// What a stream begins with: how long to wait, in milliseconds, before coming again.
const BEGIN: &[u8] = b"retry: 3000\n\n";

const COMMENT: &[u8] = b":\n\n";

/// Proxies are to pass on what comes as it comes.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Those who follow.
#[derive(Debug, Clone, Default)]
pub struct Streams(Arc<AtomicUsize>);

/// A place among those who follow, until it is dropped.
#[derive(Debug)]
pub struct Seat(Arc<AtomicUsize>);

impl Streams {
    /// A place, if there is one left.
    pub fn take(&self) -> Option<Seat> {
        let seat = Seat(Arc::clone(&self.0));
        // One too many is given back by the drop.
        (self.0.fetch_add(1, Ordering::Relaxed) < MAX_STREAMS).then_some(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One who follows.
pub struct Live {
    service: Arc<OrderService>,
    source: Data<EventsSource>,
    auth: Data<Auth>,
    /// What they showed, to be looked at again.
    credentials: HeaderMap,
    user: Option<User>,
    query: FeedQuery,
    tail: Data<Tail>,
    ending: Ending,
    beat: Instant,
    rested: Instant,
    _seat: Seat,
}

impl Live {
    /// From where the query says, for whoever has sent the request.
    ///
    /// # Errors
    ///
    /// [`ApiError::TooManyStreams`].
    pub fn new(
        service: Arc<OrderService>,
        source: Data<EventsSource>,
        http: &HttpRequest,
        query: FeedQuery,
    ) -> Result<Self, ApiError> {
        let auth = http.app_data::<Data<Auth>>().ok_or(ApiError::Internal(None))?.clone();
        let streams = http.app_data::<Data<Streams>>().ok_or(ApiError::Internal(None))?;
        let seat = streams.take().ok_or(ApiError::TooManyStreams)?;
        let tail = http.app_data::<Data<Tail>>().ok_or(ApiError::Internal(None))?.clone();
        let ending = http.app_data::<Ending>().cloned().unwrap_or_default();
        let headers = http.headers();
        let mut credentials = HeaderMap::with_capacity(1);
        for name in [header::AUTHORIZATION, USER_ID] {
            if let Some(value) = headers.get(&name) {
                credentials.insert(name, value.clone());
            }
        }
        let rested = Instant::now();
        let beat = rested + BEAT;
        Ok(Self {
            service,
            source,
            auth,
            credentials,
            user: None,
            query,
            tail,
            ending,
            beat,
            rested,
            _seat: seat,
        })
    }

    /// The stream as an answer.
    pub fn answer(self) -> HttpResponse {
        let begin = stream::iter([Ok(Bytes::from_static(BEGIN))]);
        let events = stream::unfold(Some(self), |live| async move {
            let mut live = live?;
            match live.next().await {
                Ok(Some(bytes)) => Some((Ok(bytes), Some(live))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        });
        head(Media::EventStream)
            .insert_header((ACCEL_BUFFERING, HeaderValue::from_static("no")))
            .streaming(futures_util::StreamExt::chain(begin, events))
    }

    /// The next bytes to send; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, Box<dyn std::error::Error>> {
        loop {
            tokio::select! {
                biased;
                () = self.ending.nears() => return Ok(None),
                () = sleep_until(self.rested) => {}
            }
            // A token ends, or is taken back, while its bearer follows.
            let is_due = Instant::now() >= self.beat;
            let user = match self.user {
                Some(user) if !is_due => user,
                _ => match self.auth.resolve(&self.credentials).await {
                    Ok(user) => *self.user.insert(user),
                    Err(_) => return Ok(None),
                },
            };
            let read = self.tail.read(&self.service, &self.source, user, &self.query).await;
            let Piece { bytes, cursor, more } = read.map_err(|error| broken_off("events", error))?;
            self.query.after = cursor;
            if is_due {
                self.beat = Instant::now() + BEAT;
            }
            if !bytes.is_empty() {
                if !more {
                    self.rested = Instant::now() + REST;
                }
                return Ok(Some(bytes));
            }
            if is_due {
                return Ok(Some(Bytes::from_static(COMMENT)));
            }
            if more {
                continue;
            }
            tokio::select! {
                () = self.ending.nears() => {}
                () = self.service.news(cursor) => {}
                () = sleep_until(self.beat) => {}
            }
        }
    }
}

/// Writes an event as it is sent.
pub fn write(out: &mut Vec<u8>, source: &EventsSource, event: &OrderEvent, order: Option<&Order>) {
    let id = itoa::Buffer::new().format(event.id.get()).to_owned();
    for part in ["id: ", &id, "\nevent: ", event.what.event_type().as_str(), "\ndata: "] {
        out.extend_from_slice(part.as_bytes());
    }
    event_json(out, source, event, order);
    out.extend_from_slice(b"\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_once_its_client_has_left() {
        let streams = Streams::default();
        let mut seats: Vec<_> = (0..MAX_STREAMS).map(|_| streams.take().unwrap()).collect();
        assert!(streams.take().is_none());
        seats.pop();
        assert!(streams.take().is_some());
    }
}
