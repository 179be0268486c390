//! Batches of writes on PostgreSQL. Each batch is one statement; only keys that are known already,
//! or too old, take more.

use std::{sync::Arc, time::Duration};

use backon::{BlockingRetryable, ExponentialBuilder};
use diesel::result::{DatabaseErrorKind, Error};
use orders_domain::ports::{Cause, PortError};

use super::{
    super::writer::{BatchError, Isolation, Outcomes, Store, Write},
    Conn,
    connection::{Connector, Purpose, Standing, is_lost},
    writing,
};

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
    /// The database refused. Whether that may pass: a deadlock, a lock not had in time.
    Refused { cause: Cause, may_pass: bool },
}

impl Failure {
    fn of(conn: &mut Conn, error: Error) -> Self {
        let cause = |error: Error| error.into();
        match error {
            // The database has done it, and its answer makes no sense.
            Error::DeserializationError(_) => Self::Lost(cause(error)),
            error if is_lost(conn, &error) => Self::Lost(cause(error)),
            Error::DatabaseError(kind, _) => {
                use DatabaseErrorKind::{SerializationFailure, Unknown};
                let may_pass = matches!(kind, SerializationFailure | Unknown);
                Self::Refused { cause: cause(error), may_pass }
            }
            error => Self::Refused { cause: cause(error), may_pass: false },
        }
    }

    fn may_pass(&self) -> bool {
        matches!(self, Self::Refused { may_pass: true, .. })
    }
}

impl PostgresStore {
    /// The database behind this connector, connected to when it is needed.
    pub fn new(connector: Arc<Connector>) -> Self {
        Self(Standing::new(connector, Purpose::Write))
    }

    fn together(&mut self, batch: &[Write]) -> Result<Outcomes, BatchError> {
        let writes: Vec<_> = batch.iter().collect();
        let conn = self.0.get().map_err(|error| BatchError::Begin(error.into()))?;
        let attempt = || writing::write(conn, &writes).map_err(|error| Failure::of(conn, error));
        let done = attempt.retry(again()).when(Failure::may_pass).call();
        done.map_err(|failure| match failure {
            Failure::Refused { cause, .. } => BatchError::Statement(cause),
            Failure::Lost(cause) => {
                self.reset();
                BatchError::Commit(cause)
            }
        })
    }

    /// One by one. Once the database is lost, it is not waited for again with each.
    fn each(&mut self, batch: &[Write]) -> Outcomes {
        let mut outcomes = Outcomes::with_capacity(batch.len());
        for asked in batch {
            match self.together(std::slice::from_ref(asked)) {
                Ok(outcome) => outcomes.extend(outcome),
                Err(BatchError::Statement(cause)) => outcomes.push(Err(PortError::Unavailable(cause))),
                Err(BatchError::Commit(cause)) => {
                    outcomes.push(Err(PortError::Unknown(cause)));
                    break;
                }
                Err(BatchError::Begin(cause)) => {
                    outcomes.push(Err(PortError::Unavailable(cause)));
                    break;
                }
            }
        }
        outcomes.resize_with(batch.len(), || Err(PortError::Unavailable("the database was lost".into())));
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
            Isolation::Together => self.together(batch),
            Isolation::Each => Ok(self.each(batch)),
        }
    }

    fn reset(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests;
