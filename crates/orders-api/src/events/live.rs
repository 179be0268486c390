//! The feed as server-sent events: all there is and what comes, until the client leaves.
//!
//! A stream reads on when its client has taken what it was given before, so a slow client holds a
//! page and no more, and one that takes nothing is cut off as any other.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    web::{Bytes, Data},
};
use futures_util::{StreamExt, stream};
use orders_domain::{Event, Order, OrderError, OrderService, User};
use tokio::time::{Instant, sleep_until};

use super::{
    EventsSource,
    body::event_json,
    query::FeedQuery,
    seat::Seat,
    stream::head,
    tail::{Asked, Piece, Tail},
};
use crate::{
    http::{accept::Media, error::ApiError, streaming::broken_off},
    server::{
        auth::{Auth, USER_ID},
        connections::Client,
        ending::Ending,
    },
};

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

/// One who follows.
pub struct Live {
    service: Arc<OrderService>,
    source: Data<EventsSource>,
    auth: Data<Auth>,
    /// What they showed, to be looked at again.
    credentials: HeaderMap,
    user: User,
    query: FeedQuery,
    tail: Data<Tail>,
    ending: Ending,
    client: Client,
    beat: Instant,
    rested: Instant,
    /// Whether there is more already.
    more: bool,
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
        user: User,
        http: &HttpRequest,
        query: FeedQuery,
    ) -> Result<Self, ApiError> {
        let auth = http.app_data::<Data<Auth>>().ok_or(ApiError::Internal(None))?.clone();
        let seat = Seat::take(http)?;
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
            user,
            query,
            tail,
            ending,
            client: Client::of(http),
            beat,
            rested,
            more: true,
            _seat: seat,
        })
    }

    /// The stream as an answer, with what there is already of what is wanted.
    ///
    /// # Errors
    ///
    /// As [`Tail::read`].
    pub async fn answer(mut self) -> Result<HttpResponse, OrderError> {
        let first = self.tail.first(self.asked()).await?;
        let first = self.given(first);
        let begin = [Bytes::from_static(BEGIN), first.bytes].into_iter().filter(|bytes| !bytes.is_empty());
        let events = stream::unfold(Some(self), |live| async move {
            let mut live = live?;
            match live.next().await {
                Ok(Some(bytes)) => Some((Ok(bytes), Some(live))),
                Ok(None) => None,
                Err(error) => Some((Err(broken_off("events", error)), None)),
            }
        });
        Ok(head(Media::EventStream)
            .insert_header((ACCEL_BUFFERING, HeaderValue::from_static("no")))
            .streaming(stream::iter(begin.map(Ok)).chain(events)))
    }

    fn asked(&self) -> Asked<'_> {
        Asked { service: &self.service, source: &self.source, user: self.user, query: &self.query }
    }

    async fn read(&mut self) -> Result<Piece, OrderError> {
        let piece = self.tail.read(self.asked()).await?;
        Ok(self.given(piece))
    }

    fn given(&mut self, piece: Piece) -> Piece {
        (self.query.after, self.more) = (piece.cursor, piece.more);
        if !piece.bytes.is_empty() && !piece.more {
            self.rested = Instant::now() + REST;
        }
        piece
    }

    /// The next bytes to send; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, OrderError> {
        let (ending, client) = (self.ending.clone(), self.client.clone());
        tokio::select! {
            biased;
            () = ending.nears() => Ok(None),
            next = self.coming() => next,
            () = client.leaves() => Ok(None),
        }
    }

    async fn coming(&mut self) -> Result<Option<Bytes>, OrderError> {
        loop {
            sleep_until(self.rested).await;
            if !self.more {
                tokio::select! {
                    () = self.service.news(self.query.after) => {}
                    () = sleep_until(self.beat) => {}
                }
            }
            let is_due = Instant::now() >= self.beat;
            if is_due {
                // A token ends, or is taken back, while its bearer follows.
                let Ok(user) = self.auth.resolve(&self.credentials).await else { return Ok(None) };
                self.user = user;
                self.beat = Instant::now() + BEAT;
            }
            let piece = self.read().await?;
            if !piece.bytes.is_empty() {
                return Ok(Some(piece.bytes));
            }
            if is_due {
                return Ok(Some(Bytes::from_static(COMMENT)));
            }
        }
    }
}

/// Writes an event as it is sent.
pub fn write(out: &mut Vec<u8>, source: &EventsSource, event: &Event, order: Option<&Order>) {
    let id = itoa::Buffer::new().format(event.id.get()).to_owned();
    for part in ["id: ", &id, "\nevent: ", event.event_type().as_str(), "\ndata: "] {
        out.extend_from_slice(part.as_bytes());
    }
    event_json(out, source, event, order);
    out.extend_from_slice(b"\n\n");
}
