//! A streaming replica, from which lists are read.
//!
//! A list shows what its asker was told before, whichever server said it: the primary is asked how
//! far its log has come, and the replica is read once it has come as far. If it does not within a
//! moment, or is not there, the list comes from the primary.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use diesel::QueryResult;
use metrics::counter;
use orders_domain::OrderList;

use super::{
    super::{OpenError, rows::order::JoinedRow},
    Conn,
    connection::{Connector, PostgresOptions},
    lists,
    pool::Readers,
    settled,
    url::PostgresUrl,
};

/// How long a connection to the replica may take while a list waits for it.
const CONNECT: Duration = Duration::from_millis(250);

/// How long a list waits for the replica to come as far as the primary.
const CATCH_UP: Duration = Duration::from_millis(50);

/// How long a replica that failed is left alone.
const REST: Duration = Duration::from_secs(5);

/// The replica.
#[derive(Debug, Clone)]
pub struct Replica {
    readers: Readers,
    started: Instant,
    /// Until when it is left alone, in milliseconds since `started`.
    resting_until: Arc<AtomicU64>,
}

impl Replica {
    /// The replica behind this URL; it is connected to when it is used first.
    ///
    /// # Errors
    ///
    /// [`OpenError`] when the certificates to trust cannot be read.
    pub fn new(url: &PostgresUrl, options: PostgresOptions) -> Result<Self, OpenError> {
        let connector = Arc::new(Connector::new(url, options)?);
        let resting_until = Arc::default();
        Ok(Self { readers: Readers::new(connector, CONNECT), started: Instant::now(), resting_until })
    }

    /// A page, read here; `None` when it has to be read from the primary.
    pub fn page(&self, primary: &Readers, listing: &OrderList) -> Option<Vec<JoinedRow>> {
        if self.millis() < self.resting_until.load(Ordering::Relaxed) {
            counter!("orders_replica_reads_total", "outcome" => "resting").increment(1);
            return None;
        }
        let read = |(last, position)| {
            self.readers.read(|conn| {
                if caught_up(conn, position)? { lists::page(conn, listing, last).map(Some) } else { Ok(None) }
            })
        };
        let page =
            primary.read(|conn| Ok((settled::orders(conn)?, settled::log_position(conn)?))).and_then(read);
        let (outcome, page) = match page {
            Ok(Some(page)) => ("read", Some(page)),
            Ok(None) => ("behind", None),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the replica fails; lists come from the primary");
                self.resting_until.store(self.millis() + millis(REST), Ordering::Relaxed);
                ("failed", None)
            }
        };
        counter!("orders_replica_reads_total", "outcome" => outcome).increment(1);
        page
    }

    fn millis(&self) -> u64 {
        millis(self.started.elapsed())
    }
}

fn millis(time: Duration) -> u64 {
    time.as_millis().try_into().unwrap_or(u64::MAX)
}

/// Waits for the replica to come as far as this position in the log. Whether it has.
fn caught_up(conn: &mut Conn, position: i64) -> QueryResult<bool> {
    let deadline = Instant::now() + CATCH_UP;
    let mut pause = Duration::from_micros(500);
    loop {
        match settled::replayed(conn)? {
            None => return Ok(false),
            Some(replayed) if replayed >= position => return Ok(true),
            Some(_) if Instant::now() > deadline => return Ok(false),
            Some(_) => thread::sleep(pause),
        }
        pause *= 2;
    }
}
