//! A thread, or a few, that work for everybody: whichever is free gathers what waits and does it
//! together.
//!
//! There is no timer: while one batch is being done the next one gathers, and a lone request is
//! done at once.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
};

use tokio::sync::oneshot;

/// Why a request has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// It was not taken: too much waits already.
    Full,
    /// It was not taken: the threads have ended.
    Gone,
    /// It was taken, and then nothing was said of it.
    Dropped,
}

/// How much is gathered.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most requests that are done together.
    pub batch: usize,
    /// How many may wait. Beyond it a quick refusal serves the client better.
    pub queue: usize,
}

type Job<Q, A> = (Q, oneshot::Sender<A>);

/// The handle on the threads. Dropping it ends them once everything that waited is done.
#[derive(Debug)]
pub struct Gather<Q, A> {
    queue: Option<SyncSender<Job<Q, A>>>,
    threads: Vec<JoinHandle<()>>,
}

impl<Q: Send + 'static, A: Send + 'static> Gather<Q, A> {
    /// Starts a thread for each of `workers`, which makes, there, what answers the requests of a
    /// batch, in their order.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start<W, F>(name: &str, limits: Limits, workers: impl IntoIterator<Item = W>) -> io::Result<Self>
    where
        W: FnOnce() -> F + Send + 'static,
        F: FnMut(Vec<Q>) -> Vec<A>,
    {
        let (queue, jobs) = sync_channel(limits.queue);
        let jobs = Arc::new(Mutex::new(jobs));
        let mut gather = Self { queue: Some(queue), threads: Vec::new() };
        for worker in workers {
            let jobs = Arc::clone(&jobs);
            let thread = thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || answer_all(&jobs, limits.batch, worker()))?;
            gather.threads.push(thread);
        }
        Ok(gather)
    }

    /// Has it done.
    ///
    /// # Errors
    ///
    /// [`Unanswered`]; it is [`Unanswered::Full`] at once.
    pub async fn ask(&self, request: Q) -> Result<A, Unanswered> {
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or(Unanswered::Gone)?;
        queue.try_send((request, reply)).map_err(|error| match error {
            TrySendError::Full(_) => Unanswered::Full,
            TrySendError::Disconnected(_) => Unanswered::Gone,
        })?;
        answer.await.map_err(|_| Unanswered::Dropped)
    }
}

fn answer_all<Q, A>(
    jobs: &Mutex<Receiver<Job<Q, A>>>,
    most: usize,
    mut answer: impl FnMut(Vec<Q>) -> Vec<A>,
) {
    while let Some((requests, replies)) = next_batch(jobs, most) {
        // A panic is a bug, but the thread lives on: without it nothing would be answered any more.
        let answers = catch_unwind(AssertUnwindSafe(|| answer(requests))).unwrap_or_default();
        for (reply, answer) in replies.into_iter().zip(answers) {
            // A client that has gone does not hear of it.
            let _ = reply.send(answer);
        }
    }
}

/// Waits for a request and takes what waits beside it; `None` when nobody can send any more.
fn next_batch<Q, A>(
    jobs: &Mutex<Receiver<Job<Q, A>>>,
    most: usize,
) -> Option<(Vec<Q>, Vec<oneshot::Sender<A>>)> {
    let jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
    let first = jobs.recv().ok()?;
    Some(std::iter::once(first).chain(jobs.try_iter().take(most - 1)).unzip())
}

impl<Q, A> Drop for Gather<Q, A> {
    fn drop(&mut self) {
        self.queue.take();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
