//! Batches of writes on PostgreSQL. Each batch is one statement; dry runs, probes and keys that are to be
//! looked at take more.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use backon::{BlockingRetryable, ExponentialBuilder};
use diesel::result::{DatabaseErrorKind, Error};
use orders_domain::ports::{Cause, PortError};

use super::{
    super::writer::{BatchError, Isolation, Outcomes, Store, Write},
    Conn,
    connection::{Connector, Purpose, Standing, is_lost},
    writing,
};

/// How long a batch is tried again: longer than a deadlock takes to be found.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the writes of a batch are tried one by one. Others wait behind it.
const PATIENCE_ONE_BY_ONE: Duration = Duration::from_secs(5);

/// How a batch that met another server's is tried again: soon, but not when the other one is.
fn again() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(2))
        .with_max_delay(Duration::from_millis(50))
        .with_max_times(3)
        .with_jitter()
}

/// The database as the writer thread holds it.
pub struct PostgresStore(Standing);

/// Why nothing of a batch was written, as far as is known.
enum Failure {
    /// The database was lost; it may have been written.
    Lost(Cause),
    /// The database refused, for now: a deadlock, a lock not had in time.
    Passing(Cause),
    /// The database refused.
    Refused(Cause),
    /// The database takes no writes; another one may have become the primary.
    ReadOnly(Cause),
}

impl Failure {
    fn of(conn: &mut Conn, error: Error) -> Self {
        use DatabaseErrorKind::{ReadOnlyTransaction, SerializationFailure, Unknown};

        let refusal: fn(Cause) -> Self = match &error {
            // The database has done it, and its answer makes no sense.
            Error::DeserializationError(_) => Self::Lost,
            error if is_lost(conn, error) => Self::Lost,
            Error::DatabaseError(SerializationFailure | Unknown, _) => Self::Passing,
            Error::DatabaseError(ReadOnlyTransaction, _) => Self::ReadOnly,
            _ => Self::Refused,
        };
        refusal(error.into())
    }

    fn may_pass(&self) -> bool {
        matches!(self, Self::Passing(_))
    }
}

impl PostgresStore {
    /// The database behind this connector, connected to when it is needed.
    pub fn new(connector: Arc<Connector>) -> Self {
        Self(Standing::new(connector, Purpose::Write))
    }

    /// As one statement, which is tried again only `until` a moment.
    fn together(&mut self, batch: &[Write], until: Instant) -> Result<Outcomes, BatchError> {
        let conn = self.0.get().map_err(|error| BatchError::Begin(error.into()))?;
        let attempt = || writing::write(conn, batch).map_err(|error| Failure::of(conn, error));
        let may_pass = |failure: &Failure| failure.may_pass() && Instant::now() < until;
        let done = attempt.retry(again()).when(may_pass).call();
        done.map_err(|failure| match failure {
            Failure::Passing(cause) | Failure::Refused(cause) => BatchError::Statement(cause),
            Failure::ReadOnly(cause) => {
                self.reset();
                BatchError::Begin(cause)
            }
            Failure::Lost(cause) => {
                self.reset();
                BatchError::Commit(cause)
            }
        })
    }

    /// One by one. Once the database is lost, or has taken too long, the rest is not tried.
    fn each(&mut self, batch: &[Write]) -> Outcomes {
        let started = Instant::now();
        let mut outcomes = Outcomes::with_capacity(batch.len());
        for asked in batch {
            let (outcome, go_on) = match self.together(std::slice::from_ref(asked), started) {
                Ok(mut outcomes) => (outcomes.pop(), true),
                Err(BatchError::Statement(cause)) => (Some(Err(PortError::Unavailable(cause))), true),
                Err(BatchError::Begin(cause)) => (Some(Err(PortError::Unavailable(cause))), false),
                Err(BatchError::Commit(cause)) => (Some(Err(PortError::Unknown(cause))), false),
            };
            outcomes.extend(outcome);
            if !go_on || started.elapsed() > PATIENCE_ONE_BY_ONE {
                break;
            }
        }
        outcomes.resize_with(batch.len(), || Err(PortError::Unavailable("the database is too slow".into())));
        outcomes
    }
}

impl Store for PostgresStore {
    fn prepare(&mut self) {
        // A failure here comes again, and is reported, with the first batch.
        let _ = self.0.get();
    }

    fn apply(&mut self, batch: &[Write], isolation: Isolation) -> Result<Outcomes, BatchError> {
        match isolation {
            Isolation::Together => self.together(batch, Instant::now() + PATIENCE),
            Isolation::Each => Ok(self.each(batch)),
        }
    }

    fn reset(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests;
