//! Closes connections whose next request does not come.
//!
//! The HTTP library's timers cover the head of a connection's first request and the pause before
//! the first byte of the next; a client that then sends a head byte by byte would hold its
//! connection for ever. So every connection tells when it last served a request, and one that has
//! waited longer than the pause and a head may take is answered 408 and shut. One that was told its
//! end is shut soon after: the library would go on reading a chunked body that nobody wants. One whose
//! client takes nothing of its answer is cut off.

use std::{
    any::Any,
    convert::Infallible,
    future::pending,
    io::Write,
    net::{Shutdown, TcpStream},
    os::fd::AsFd,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest,
    body::{BodySize, MessageBody},
    dev::Extensions,
    rt::net::TcpStream as ServedStream,
    web::Bytes,
};
use tokio::time::sleep;

/// How long a head may take.
pub const HEAD_PATIENCE: Duration = Duration::from_secs(5);

/// Slack for the library's own timers to come first.
const SLACK: Duration = Duration::from_millis(500);

/// How long a connection stays after its last answer, so that the client can read it.
const LINGER: Duration = Duration::from_secs(1);

const TOO_SLOW: &[u8] = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// How long a client may take none of an answer.
pub const READ_PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked whether a client who waits is still there.
const LOOK: Duration = Duration::from_secs(5);

/// The most of an answer, in bytes, that is handed to a connection at once: what a client that does
/// not read costs, and how much it must read to be seen to.
const PIECE: usize = 32 * 1024;

/// While a request is being served, in place of the time since when none is.
const SERVING: u64 = u64::MAX;

/// A connection as the watch sees it.
#[derive(Debug)]
pub struct Watched {
    /// A second handle on the socket.
    socket: TcpStream,
    opened: Instant,
    /// Milliseconds from `opened` to the end of the last request, or [`SERVING`].
    waiting_since: AtomicU64,
    /// Milliseconds from `opened` to when the client was last given a piece of an answer, or is to take
    /// one; [`SERVING`] while it is not the client who is waited for.
    given: AtomicU64,
    /// Whether the last answer said that it is the last.
    ending: AtomicBool,
}

/// A request being served, until its answer's body is dropped.
#[derive(Debug)]
pub struct Serving(Arc<Watched>);

impl Watched {
    /// A request has come.
    pub fn serve(self: Arc<Self>) -> Serving {
        self.waiting_since.store(SERVING, Ordering::Relaxed);
        Serving(self)
    }

    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.opened).as_millis()).unwrap_or(SERVING - 1)
    }

    fn has_waited(&self, limit: Duration, now: Instant) -> bool {
        let limit = if self.ending.load(Ordering::Relaxed) { LINGER } else { limit };
        let since = self.waiting_since.load(Ordering::Relaxed);
        since != SERVING && Duration::from_millis(self.millis(now).saturating_sub(since)) > limit
    }

    /// Whether a piece of an answer has been waiting for so long that nobody reads.
    fn is_unread(&self, now: Instant) -> bool {
        let given = self.given.load(Ordering::Relaxed);
        given != SERVING && Duration::from_millis(self.millis(now).saturating_sub(given)) > READ_PATIENCE
    }

    fn cut_off(&self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    fn shut(&self) {
        if !self.ending.load(Ordering::Relaxed) {
            // If the client reads nothing there is nobody to tell.
            let _ = (&self.socket).write(TOO_SLOW);
        }
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// A client who waits for what may come, and may leave without a word.
#[derive(Debug, Clone)]
pub struct Client(Option<Arc<Watched>>);

impl Client {
    /// Who has sent the request.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        Self(request.conn_data::<Arc<Watched>>().cloned())
    }

    /// Returns once the client has closed its side of the connection and a while has passed: a write would
    /// fail only the second time after that.
    pub async fn leaves(&self) {
        let Some(Watched { socket, .. }) = self.0.as_deref() else { return pending().await };
        sleep(LOOK).await;
        while !matches!(socket.peek(&mut [0]), Ok(0)) {
            sleep(LOOK).await;
        }
    }
}

impl Serving {
    /// The answer says that it is the connection's last.
    pub fn ends_connection(&self) {
        self.0.ending.store(true, Ordering::Relaxed);
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.given.store(SERVING, Ordering::Relaxed);
        self.0.waiting_since.store(self.0.millis(Instant::now()), Ordering::Relaxed);
    }
}

/// All connections of a server.
#[derive(Debug, Clone, Default)]
pub struct Watch(Arc<Mutex<Vec<Weak<Watched>>>>);

impl Watch {
    /// To be called for each new connection.
    pub fn connected(&self, stream: &dyn Any, data: &mut Extensions) {
        let Some(socket) = stream.downcast_ref::<ServedStream>() else { return };
        // Without a second handle (no descriptors left) the connection goes unwatched.
        let Ok(handle) = socket.as_fd().try_clone_to_owned() else { return };
        let watched = Arc::new(Watched {
            socket: handle.into(),
            opened: Instant::now(),
            waiting_since: AtomicU64::new(0),
            given: AtomicU64::new(SERVING),
            ending: AtomicBool::new(false),
        });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&watched));
        data.insert(watched);
    }

    /// Shuts connections that go without serving a request for longer than a rest between two
    /// requests and a head may take, for as long as it is polled.
    pub async fn run(self, keep_alive: Duration) -> Infallible {
        let limit = keep_alive + HEAD_PATIENCE + SLACK;
        let mut ticks = tokio::time::interval(Duration::from_millis(500));
        loop {
            ticks.tick().await;
            self.shut_the_slow(limit, Instant::now());
        }
    }

    fn shut_the_slow(&self, limit: Duration, now: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|watched| match watched.upgrade() {
            Some(watched) if watched.is_unread(now) => {
                watched.cut_off();
                false
            }
            Some(watched) if watched.has_waited(limit, now) => {
                watched.shut();
                false
            }
            Some(_) => true,
            None => false,
        });
    }
}

/// A body whose end is the end of serving. It is given in pieces, each when the client has taken
/// most of the one before.
#[derive(Debug)]
pub struct ServedBody<B> {
    body: B,
    /// What the body has given and nobody has taken.
    rest: Bytes,
    /// Whether all of it is one piece.
    is_short: bool,
    serving: Option<Serving>,
}

impl<B> ServedBody<B> {
    /// The body, with the request it answers. It waits for the client from the beginning, who may not
    /// have read the answers before.
    pub fn new(body: B, serving: Option<Serving>, now: Instant) -> Self
    where
        B: MessageBody,
    {
        let is_short = matches!(body.size(), BodySize::Sized(bytes) if bytes <= PIECE as u64);
        let body = Self { body, rest: Bytes::new(), is_short, serving };
        body.waits_for_the_client_since(now);
        body
    }

    fn waits_for_the_client_since(&self, now: Instant) {
        if let Some(Serving(watched)) = &self.serving {
            watched.given.store(watched.millis(now), Ordering::Relaxed);
        }
    }

    fn waits_for_us(&self) {
        if let Some(Serving(watched)) = &self.serving {
            watched.given.store(SERVING, Ordering::Relaxed);
        }
    }
}

impl<B: MessageBody + Unpin> MessageBody for ServedBody<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.rest.is_empty() {
            match Pin::new(&mut self.body).poll_next(context) {
                Poll::Ready(Some(Ok(piece))) if piece.len() <= PIECE => {
                    // What is all of it needs no look at the clock: nothing comes after it.
                    if !self.is_short {
                        self.waits_for_the_client_since(Instant::now());
                    }
                    return Poll::Ready(Some(Ok(piece)));
                }
                Poll::Ready(Some(Ok(large))) => self.rest = large,
                other => {
                    self.waits_for_us();
                    return other;
                }
            }
        }
        let piece = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(piece);
        self.waits_for_the_client_since(Instant::now());
        Poll::Ready(Some(Ok(piece)))
    }
}
