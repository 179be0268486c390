//! A thread, or a few, that work for everybody: whichever is free gathers what waits and does it
//! together.
//!
//! There is no timer: while one batch is being done the next one gathers, and a lone request is
//! done at once. While a thread works, another one begins only once a pile waits: small batches cost
//! more a request than large ones.

use std::{
    collections::VecDeque,
    io, mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use tokio::sync::oneshot;

/// Why a request has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// It was not taken: too much waits already.
    Full,
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
    /// How many must wait for a second thread to begin while the first one works.
    pub pile: usize,
}

type Job<Q, A> = (Q, oneshot::Sender<A>);

/// What waits, and who works.
#[derive(Debug)]
struct State<Q, A> {
    waiting: VecDeque<Job<Q, A>>,
    /// How many threads are doing a batch.
    working: usize,
    /// Nobody can ask any more: the threads end once nothing waits.
    closed: bool,
}

#[derive(Debug)]
struct Queue<Q, A> {
    limits: Limits,
    state: Mutex<State<Q, A>>,
    changed: Condvar,
}

/// The handle on the threads. Dropping it ends them once everything that waited is done.
#[derive(Debug)]
pub struct Gather<Q, A> {
    queue: Arc<Queue<Q, A>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
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
        let state = State { waiting: VecDeque::with_capacity(limits.queue), working: 0, closed: false };
        let queue = Arc::new(Queue { limits, state: Mutex::new(state), changed: Condvar::new() });
        let gather = Self { queue: Arc::clone(&queue), threads: Mutex::default() };
        for worker in workers {
            let queue = Arc::clone(&queue);
            let work = move || {
                let prepared = catch_unwind(AssertUnwindSafe(worker));
                prepared.map_or_else(|_| queue.give_up(), |answer| queue.answer_all(answer));
            };
            gather.threads().push(thread::Builder::new().name(name.to_owned()).spawn(work)?);
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
        self.queue.push((request, reply))?;
        answer.await.map_err(|_| Unanswered::Dropped)
    }
}

impl<Q, A> Gather<Q, A> {
    /// Takes no more, and waits until what was taken is done and the threads have ended.
    pub fn close(&self) {
        self.queue.lock().closed = true;
        self.queue.changed.notify_all();
        let threads = mem::take(&mut *self.threads());
        for thread in threads {
            let _ = thread.join();
        }
    }

    fn threads(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Q, A> Queue<Q, A> {
    fn lock(&self) -> MutexGuard<'_, State<Q, A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, job: Job<Q, A>) -> Result<(), Unanswered> {
        let mut state = self.lock();
        if state.closed {
            return Err(Unanswered::Dropped);
        }
        if state.waiting.len() >= self.limits.queue {
            return Err(Unanswered::Full);
        }
        state.waiting.push_back(job);
        let wanted = self.may_begin(&state);
        drop(state);
        if wanted {
            self.changed.notify_one();
        }
        Ok(())
    }

    /// Whether a thread that rests may take what waits.
    fn may_begin(&self, state: &State<Q, A>) -> bool {
        let enough = if state.working == 0 || state.closed { 1 } else { self.limits.pile };
        state.waiting.len() >= enough
    }

    /// A thread that could not begin would leave its part undone for ever: nobody is to wait for it.
    fn give_up(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
    }

    fn answer_all(&self, mut answer: impl FnMut(Vec<Q>) -> Vec<A>) {
        while let Some((requests, replies)) = self.next_batch() {
            // A panic is a bug, but the thread lives on: without it nothing would be answered any more.
            let answers = catch_unwind(AssertUnwindSafe(|| answer(requests))).unwrap_or_default();
            self.lock().working -= 1;
            for (reply, answer) in replies.into_iter().zip(answers) {
                // A client that has gone does not hear of it.
                let _ = reply.send(answer);
            }
        }
    }

    /// Waits for its turn and takes a batch; `None` when nobody can ask any more.
    fn next_batch(&self) -> Option<(Vec<Q>, Vec<oneshot::Sender<A>>)> {
        let mut state = self.lock();
        while !self.may_begin(&state) {
            if state.closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let size = state.waiting.len().min(self.limits.batch);
        let batch = state.waiting.drain(..size).unzip();
        state.working += 1;
        let wanted = self.may_begin(&state);
        drop(state);
        if wanted {
            self.changed.notify_one();
        }
        Some(batch)
    }
}

impl<Q, A> Drop for Gather<Q, A> {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// A gather whose threads tell of each batch, and do it when they are told to.
    fn gather(threads: usize, pile: usize) -> (Gather<u8, u8>, Receiver<Vec<u8>>, Sender<()>) {
        let (begun, batches) = channel();
        let (go, told) = channel();
        let told = Arc::new(Mutex::new(told));
        let workers = (0..threads).map(|_| {
            let (begun, told) = (begun.clone(), Arc::clone(&told));
            move || {
                move |batch: Vec<u8>| {
                    begun.send(batch.clone()).unwrap();
                    told.lock().unwrap().recv().unwrap();
                    batch
                }
            }
        });
        (Gather::start("test", Limits { batch: 8, queue: 8, pile }, workers).unwrap(), batches, go)
    }

    fn waits(gather: &Gather<u8, u8>, request: u8) -> oneshot::Receiver<u8> {
        let (reply, answer) = oneshot::channel();
        gather.queue.push((request, reply)).unwrap();
        answer
    }

    #[test]
    fn a_second_thread_begins_only_once_a_pile_waits() {
        let (gather, batches, go) = gather(2, 3);
        let mut answers = vec![waits(&gather, 0)];
        assert_eq!(batches.recv(), Ok(vec![0]));
        answers.extend((1..=3).map(|request| waits(&gather, request)));
        // Had it begun before, it would have found fewer.
        assert_eq!(batches.recv(), Ok(vec![1, 2, 3]));
        go.send(()).unwrap();
        go.send(()).unwrap();
        for (request, answer) in (0..).zip(answers) {
            assert_eq!(answer.blocking_recv(), Ok(request));
        }
    }

    #[test]
    fn what_is_less_than_a_pile_is_done_once_nobody_works() {
        let (gather, batches, go) = gather(2, 3);
        let first = waits(&gather, 0);
        assert_eq!(batches.recv(), Ok(vec![0]));
        let second = waits(&gather, 1);
        go.send(()).unwrap();
        assert_eq!(batches.recv(), Ok(vec![1]));
        go.send(()).unwrap();
        assert_eq!((first.blocking_recv(), second.blocking_recv()), (Ok(0), Ok(1)));
    }

    #[tokio::test]
    async fn a_thread_that_cannot_begin_leaves_nobody_waiting() {
        let worker = || -> fn(Vec<u8>) -> Vec<u8> { panic!("a bug") };
        let gather = Gather::start("test", Limits { batch: 8, queue: 8, pile: 1 }, [worker]).unwrap();
        // Before the thread has failed, and after.
        for request in 0..2 {
            assert_eq!(gather.ask(request).await, Err(Unanswered::Dropped));
        }
    }
}
