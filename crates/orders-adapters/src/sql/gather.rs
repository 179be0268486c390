//! One thread that works for everybody: it gathers what waits and does it together.
//!
//! There is no timer: while one batch is being done the next one gathers, and a lone request is
//! done at once.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    thread::{self, JoinHandle},
};

use tokio::sync::oneshot;

/// Why a request has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// It was not taken: too much waits already.
    Full,
    /// It was not taken: the thread has ended.
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

/// The handle on the thread. Dropping it ends the thread once everything that waited is done.
#[derive(Debug)]
pub struct Gather<Q, A> {
    queue: Option<SyncSender<Job<Q, A>>>,
    thread: Option<JoinHandle<()>>,
}

impl<Q: Send + 'static, A: Send + 'static> Gather<Q, A> {
    /// Starts the thread. There `prepare` makes what answers the requests of a batch, in their order.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start<F>(
        name: &str,
        limits: Limits,
        prepare: impl FnOnce() -> F + Send + 'static,
    ) -> io::Result<Self>
    where
        F: FnMut(Vec<Q>) -> Vec<A>,
    {
        let (queue, jobs) = sync_channel(limits.queue);
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || answer_all(&jobs, limits.batch, prepare()))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
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

fn answer_all<Q, A>(jobs: &Receiver<Job<Q, A>>, most: usize, mut answer: impl FnMut(Vec<Q>) -> Vec<A>) {
    while let Ok(first) = jobs.recv() {
        let (requests, replies): (Vec<_>, Vec<_>) =
            std::iter::once(first).chain(jobs.try_iter().take(most - 1)).unzip();
        // A panic is a bug, but the thread lives on: without it nothing would be answered any more.
        let answers = catch_unwind(AssertUnwindSafe(|| answer(requests))).unwrap_or_default();
        for (reply, answer) in replies.into_iter().zip(answers) {
            // A client that has gone does not hear of it.
            let _ = reply.send(answer);
        }
    }
}

impl<Q, A> Drop for Gather<Q, A> {
    fn drop(&mut self) {
        self.queue.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
