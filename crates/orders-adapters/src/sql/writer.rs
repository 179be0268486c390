//! One thread that writes for everybody: it gathers what waits into one transaction, commits once,
//! and only then answers.
//!
//! A batch that fails is done again with each write by itself, so that only the guilty one fails.
//! The thread knows no backend; a [`Store`] does the work.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use chrono::{DateTime, Utc};
use metrics::{Gauge, Histogram, gauge, histogram};
use orders_domain::{
    Idempotency, OrderId, UserId,
    delivery::{Step, Stepped},
    ports::{Cause, Change, Commit, Committed, Made, PortError, Refused},
};

use super::gather::{Gather, Limits, Unanswered};

/// The most writes in one transaction.
const BATCH: usize = 256;

/// How many writes may wait. At 10,000 a second this is a tenth of a second of waiting; beyond it
/// a quick refusal serves the client better.
const QUEUE: usize = 1024;

/// How many writes wait before a second store begins while the first one is busy.
const PILE: usize = 16;

/// A write that somebody waits for.
#[derive(Debug)]
pub enum Write {
    /// Store a change with its event, unless its key is known.
    Commit(Commit),
    /// The same, and take it back.
    Rehearse(Commit),
    /// Say what a commit with this key would say.
    Recall {
        /// Whose key.
        user: UserId,
        /// The key.
        idempotency: Idempotency,
        /// The present moment, by which a key may be too old.
        now: DateTime<Utc>,
    },
    /// Store how far a consumer has come, or whose it is.
    Step(Step),
    /// Write something that changes nothing, to see whether writing works.
    Probe,
}

/// What came of a write.
#[derive(Debug)]
pub enum Outcome {
    /// The new order is stored under this number and date.
    Placed(OrderId, DateTime<Utc>),
    /// The changed order is stored.
    Changed,
    /// This is stored.
    Made(Made),
    /// It is so already; nothing was written.
    Same(Made),
    /// The key was known: the thing is as it was then.
    Known(Made),
    /// Nothing was written, for this reason.
    Refused(Refused),
    /// What came of a step.
    Stepped(Stepped),
    /// Nothing was to be written, or for a recall: the key is not known.
    Nothing,
}

/// Why a batch as a whole was not stored.
#[derive(Debug)]
pub enum BatchError {
    /// Nothing was written: the transaction did not begin.
    Begin(Cause),
    /// A statement failed and everything was rolled back.
    Statement(Cause),
    /// The commit failed, so it is not known whether anything was written.
    Commit(Cause),
}

/// How the writes of a batch stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// One failing statement fails the batch.
    Together,
    /// Each by itself: one failing statement fails its own write.
    Each,
}

/// What was made of each write of a batch, in their order.
pub type Outcomes = Vec<Result<Outcome, PortError>>;

/// A database that can apply many writes in one transaction.
pub trait Store: Send + 'static {
    /// Gets ready for the first batch, at the start of the thread.
    fn prepare(&mut self);

    /// Applies the writes and commits them. On an error nothing of the batch stays, neither in the
    /// database nor in the store's own memory.
    ///
    /// # Errors
    ///
    /// [`BatchError`].
    fn apply(&mut self, batch: &[Write], isolation: Isolation) -> Result<Outcomes, BatchError>;

    /// Forgets everything in memory and the connection, for it is not known what they are worth.
    fn reset(&mut self);
}

type Answer = (Write, Result<Outcome, PortError>);

/// The handle on the writer threads. Dropping it ends them once everything that waited is done.
#[derive(Debug)]
pub struct Writer {
    gather: Gather<Write, Answer>,
    depth: Gauge,
}

impl Writer {
    /// Starts a thread on each store. Several must be of one database that bears several writers.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(stores: impl IntoIterator<Item = impl Store>) -> std::io::Result<Self> {
        let depth = gauge!("orders_write_queue_depth");
        let workers = stores.into_iter().map(|mut store| {
            let depth = depth.clone();
            move || {
                store.prepare();
                let mut thread = Thread { store, depth, metrics: BatchMetrics::register() };
                move |batch| thread.write(batch)
            }
        });
        let gather =
            Gather::start("orders-writer", Limits { batch: BATCH, queue: QUEUE, pile: PILE }, workers)?;
        Ok(Self { gather, depth })
    }

    /// Takes no more writes, and waits until those that waited are done and the stores are closed.
    pub fn close(&self) {
        self.gather.close();
    }

    /// Has it written, and gives it back with what came of it.
    ///
    /// # Errors
    ///
    /// [`PortError::Busy`] at once when too much waits already; otherwise the store's.
    pub async fn write(&self, write: Write) -> Result<(Write, Outcome), PortError> {
        self.depth.increment(1);
        match self.gather.ask(write).await {
            Ok((write, outcome)) => Ok((write, outcome?)),
            Err(Unanswered::Dropped) => Err(PortError::Unknown("the writer dropped the request".into())),
            Err(Unanswered::Full) => {
                self.depth.decrement(1);
                Err(PortError::Busy)
            }
        }
    }
}

/// What the ledger is asked for, in its words.
impl Writer {
    /// Has a commit stored, or taken back.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    pub async fn commit(&self, write: Write) -> Result<Committed, Refused> {
        match self.write(write).await? {
            (Write::Commit(work) | Write::Rehearse(work), outcome) => match (work.change, outcome) {
                (Change::Place(order), Outcome::Placed(id, date)) => {
                    Ok(Committed::Now(Made::Order(order.not_before(date).with_id(id))))
                }
                (Change::Order(changed), Outcome::Changed) => {
                    Ok(Committed::Now(Made::Order(changed.into_order())))
                }
                (_, Outcome::Made(made) | Outcome::Same(made)) => Ok(Committed::Now(made)),
                (_, Outcome::Known(made)) => Ok(Committed::Before(made)),
                (_, Outcome::Refused(refused)) => Err(refused),
                (_, outcome) => Err(mismatch(&outcome).into()),
            },
            (_, outcome) => Err(mismatch(&outcome).into()),
        }
    }

    /// Says what the key has done.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    pub async fn recall(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Made>, Refused> {
        match self.write(Write::Recall { user, idempotency, now }).await?.1 {
            Outcome::Known(made) => Ok(Some(made)),
            Outcome::Refused(refused) => Err(refused),
            Outcome::Nothing => Ok(None),
            outcome => Err(mismatch(&outcome).into()),
        }
    }

    /// Has it stored how far a consumer has come, or whose it is.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn step(&self, step: Step) -> Result<Stepped, PortError> {
        match self.write(Write::Step(step)).await?.1 {
            Outcome::Stepped(stepped) => Ok(stepped),
            outcome => Err(mismatch(&outcome)),
        }
    }
}

fn mismatch(outcome: &Outcome) -> PortError {
    PortError::Corrupt(format!("the store answered {outcome:?}").into())
}

#[derive(Debug)]
struct BatchMetrics {
    size: Histogram,
    seconds: Histogram,
}

impl BatchMetrics {
    fn register() -> Self {
        Self {
            size: histogram!("orders_write_batch_size"),
            seconds: histogram!("orders_write_commit_seconds"),
        }
    }
}

struct Thread<S> {
    store: S,
    depth: Gauge,
    metrics: BatchMetrics,
}

impl<S: Store> Thread<S> {
    fn write(&mut self, batch: Vec<Write>) -> Vec<Answer> {
        #[expect(clippy::cast_precision_loss, reason = "a batch has at most 256 writes")]
        let size = batch.len() as f64;
        self.depth.decrement(size);
        self.metrics.size.record(size);
        let started = Instant::now();
        let outcomes = self.commit(&batch);
        self.metrics.seconds.record(started.elapsed());
        batch.into_iter().zip(outcomes).collect()
    }

    fn commit(&mut self, batch: &[Write]) -> Outcomes {
        let done = match self.apply(batch, Isolation::Together) {
            Err(BatchError::Statement(_)) => self.apply(batch, Isolation::Each),
            done => done,
        };
        done.unwrap_or_else(|error| refuse(batch.len(), error))
    }

    /// A panic is a bug, but the thread lives on: without it nobody could write any more.
    fn apply(&mut self, batch: &[Write], isolation: Isolation) -> Result<Outcomes, BatchError> {
        catch_unwind(AssertUnwindSafe(|| self.store.apply(batch, isolation))).unwrap_or_else(|_| {
            self.store.reset();
            Err(BatchError::Commit("the store panicked".into()))
        })
    }
}

fn refuse(writes: usize, error: BatchError) -> Outcomes {
    let (error, kind): (Cause, fn(Cause) -> PortError) = match error {
        BatchError::Begin(error) | BatchError::Statement(error) => (error, PortError::Unavailable),
        BatchError::Commit(error) => (error, PortError::Unknown),
    };
    let reason = error.to_string();
    (0..writes).map(|_| Err(kind(reason.as_str().into()))).collect()
}

#[cfg(test)]
mod tests;
