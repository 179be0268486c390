//! Whether something has happened, asked on behalf of all who wait to know.
//!
//! One of those who wait asks the database and tells the others; when it goes, another one asks. So a
//! server asks at most once at a time, and not at all while nobody listens. The database is not asked
//! to tell by itself: `NOTIFY` takes a global lock in the commit of each writer.

use std::time::Duration;

use tokio::{
    sync::{Mutex, watch},
    time::{Instant, sleep_until},
};

use super::{pool::Readers, settled};

/// How long after news it is asked again.
const SOONEST: Duration = Duration::from_millis(20);

/// How long at most, once nothing has happened for a while.
const LATEST: Duration = Duration::from_millis(200);

/// Knows the newest event that can be read.
#[derive(Debug)]
pub struct News {
    readers: Readers,
    newest: watch::Sender<i64>,
    /// Whoever holds it asks.
    asking: Mutex<Pace>,
}

/// When the database is asked.
#[derive(Debug)]
struct Pace {
    /// Not before this.
    next: Instant,
    /// After this from the last time.
    pause: Duration,
}

impl News {
    /// Of the database that these connections read.
    pub fn new(readers: Readers) -> Self {
        let pace = Pace { next: Instant::now(), pause: SOONEST };
        Self { readers, newest: watch::Sender::default(), asking: Mutex::new(pace) }
    }

    /// Returns once there is an event after this one.
    pub async fn after(&self, seen: i64) {
        let mut told = self.newest.subscribe();
        tokio::select! {
            biased;
            // The sender lives as long as this does.
            _ = told.wait_for(|newest| *newest > seen) => {}
            () = self.ask_until(seen) => {}
        }
    }

    /// What was read ends here. It is no news, but if it is less than what is known, another database has
    /// taken the place of that one: who waits for its later events is to ask.
    pub fn ends_at(&self, last: i64) {
        self.newest.send_if_modified(|known| {
            *known = last.min(*known);
            false
        });
    }

    async fn ask_until(&self, seen: i64) {
        let mut pace = self.asking.lock().await;
        loop {
            sleep_until(pace.next).await;
            let readers = self.readers.clone();
            let looking = tokio::task::spawn_blocking(move || readers.read(settled::events));
            // A database that is away has no news; those who read it find out. One that was put in its
            // place may have fewer events.
            let is_news = if let Ok(Ok(newest)) = looking.await {
                self.newest.send_if_modified(|known| newest != std::mem::replace(known, newest))
            } else {
                false
            };
            pace.pause = if is_news { SOONEST } else { LATEST.min(pace.pause * 2) };
            pace.next = Instant::now() + pace.pause;
            if *self.newest.borrow() > seen {
                return;
            }
        }
    }
}
