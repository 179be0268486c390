//! The writer on a store that does nothing but what the test tells it to.

use std::{
    pin::Pin,
    sync::mpsc::{Receiver, Sender, TryRecvError, channel},
    task::{Context, Poll, Waker},
    time::Duration,
};

use super::*;
use crate::sample::{at, n, new_order, placing};

type Reaction = Box<dyn FnOnce(&[Write]) -> Result<Outcomes, BatchError> + Send>;

/// What the thread asks of its store.
#[derive(Debug, PartialEq, Eq)]
enum Call {
    Prepare,
    Apply(usize, Isolation),
    Reset,
}

/// Tells the test of each call; a batch then waits for the test to say what comes of it.
struct Puppet {
    calls: Sender<Call>,
    reactions: Receiver<Reaction>,
}

impl Store for Puppet {
    fn prepare(&mut self) {
        self.calls.send(Call::Prepare).unwrap();
    }

    fn apply(&mut self, batch: &[Write], isolation: Isolation) -> Result<Outcomes, BatchError> {
        self.calls.send(Call::Apply(batch.len(), isolation)).unwrap();
        self.reactions.recv().unwrap()(batch)
    }

    fn reset(&mut self) {
        self.calls.send(Call::Reset).unwrap();
    }
}

/// The test's end of a [`Puppet`].
struct Strings {
    calls: Receiver<Call>,
    reactions: Sender<Reaction>,
}

impl Strings {
    fn expect(&self, call: Call) {
        assert_eq!(self.calls.recv_timeout(Duration::from_mins(1)), Ok(call));
    }

    fn react(&self, reaction: impl FnOnce(&[Write]) -> Result<Outcomes, BatchError> + Send + 'static) {
        self.reactions.send(Box::new(reaction)).unwrap();
    }

    /// Has the next batch stored.
    fn store(&self) {
        self.react(|batch| Ok(stored(batch)));
    }
}

fn writer() -> (Writer, Strings) {
    let (calls, heard) = channel();
    let (told, reactions) = channel();
    let writer = Writer::start([Puppet { calls, reactions }]).unwrap();
    let strings = Strings { calls: heard, reactions: told };
    strings.expect(Call::Prepare);
    (writer, strings)
}

/// Says which write it was.
fn stored(batch: &[Write]) -> Outcomes {
    batch.iter().map(|write| Ok(Outcome::Placed(n(number(write)), at(0)))).collect()
}

fn insertion(number: i64) -> Write {
    Write::Commit(placing(new_order(number, at(0)), None))
}

fn number(write: &Write) -> i64 {
    match write {
        Write::Commit(Commit { change: Change::Place(order), .. }) => order.user().get(),
        other => panic!("{other:?} was never sent"),
    }
}

type Answer = Result<(Write, Outcome), PortError>;
type Waiting<'w> = Pin<Box<dyn Future<Output = Answer> + 'w>>;

fn poll(waiting: &mut Waiting<'_>) -> Poll<Answer> {
    waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Sends a write; it stands in the queue when this returns.
fn send(writer: &Writer, number: i64) -> Waiting<'_> {
    let mut waiting: Waiting<'_> = Box::pin(writer.write(insertion(number)));
    assert!(poll(&mut waiting).is_pending());
    waiting
}

/// Sends the write 1, which the store has in hand when this returns, and then the others up to `last`.
fn send_behind_a_busy_store<'w>(writer: &'w Writer, strings: &Strings, last: i64) -> Vec<Waiting<'w>> {
    let first = send(writer, 1);
    strings.expect(Call::Apply(1, Isolation::Together));
    std::iter::once(first).chain((2..=last).map(|number| send(writer, number))).collect()
}

fn assert_stored(answer: Answer, expected: i64) {
    match answer {
        Ok((write, Outcome::Placed(id, _))) => {
            assert_eq!((number(&write), id.get()), (expected, expected));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_waits_is_gathered_into_batches_of_at_most_256() {
    let (writer, strings) = writer();
    let waiting = send_behind_a_busy_store(&writer, &strings, 1 + 256 + 256 + 10);
    for size in [256, 256, 10] {
        strings.store();
        strings.expect(Call::Apply(size, Isolation::Together));
    }
    strings.store();
    for (expected, answer) in (1..).zip(waiting) {
        assert_stored(answer.await, expected);
    }
}

#[tokio::test]
async fn nobody_is_answered_before_the_commit() {
    let (writer, strings) = writer();
    let mut waiting = send_behind_a_busy_store(&writer, &strings, 2);
    assert!(waiting.iter_mut().all(|answer| poll(answer).is_pending()));
    strings.store();
    strings.expect(Call::Apply(1, Isolation::Together));
    assert!(poll(&mut waiting[0]).is_ready());
    assert!(poll(&mut waiting[1]).is_pending());
    strings.store();
    assert_stored(waiting.swap_remove(1).await, 2);
}

#[tokio::test]
async fn a_failing_batch_is_done_again_and_only_the_guilty_write_fails() {
    let (writer, strings) = writer();
    let mut waiting = send_behind_a_busy_store(&writer, &strings, 4);
    strings.store();
    strings.expect(Call::Apply(3, Isolation::Together));
    strings.react(|_| Err(BatchError::Statement("write 3".into())));
    strings.expect(Call::Apply(3, Isolation::Each));
    strings.react(|batch| {
        let mut outcomes = stored(batch);
        outcomes[1] = Err(PortError::Corrupt("write 3".into()));
        Ok(outcomes)
    });
    let guilty = waiting.remove(2).await;
    assert!(matches!(guilty, Err(PortError::Corrupt(_))), "{guilty:?}");
    for (expected, answer) in [1, 2, 4].into_iter().zip(waiting) {
        assert_stored(answer.await, expected);
    }
}

/// The batch fails thus, and once more thus if it is done again; everybody is told so.
async fn assert_all_fail(failures: Vec<BatchError>, is_expected: fn(&PortError) -> bool) {
    let (writer, strings) = writer();
    let mut waiting = send_behind_a_busy_store(&writer, &strings, 4);
    let first = waiting.remove(0);
    strings.store();
    assert_stored(first.await, 1);
    for (failure, isolation) in failures.into_iter().zip([Isolation::Together, Isolation::Each]) {
        strings.expect(Call::Apply(3, isolation));
        strings.react(|_| Err(failure));
    }
    for answer in waiting {
        let error = answer.await.unwrap_err();
        assert!(is_expected(&error), "{error:?}");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the reason");
    }
    // Whatever happened, the next write is a new beginning.
    let next = send(&writer, 5);
    strings.expect(Call::Apply(1, Isolation::Together));
    strings.store();
    assert_stored(next.await, 5);
}

#[tokio::test]
async fn after_a_failed_commit_nobody_knows() {
    let failures = vec![BatchError::Commit("the reason".into())];
    assert_all_fail(failures, |error| matches!(error, PortError::Unknown(_))).await;
}

#[tokio::test]
async fn after_a_failed_commit_of_the_second_try_nobody_knows() {
    let failures = vec![BatchError::Statement("write 3".into()), BatchError::Commit("the reason".into())];
    assert_all_fail(failures, |error| matches!(error, PortError::Unknown(_))).await;
}

#[tokio::test]
async fn a_batch_that_cannot_begin_is_unavailable_and_not_tried_again() {
    let failures = vec![BatchError::Begin("the reason".into())];
    assert_all_fail(failures, |error| matches!(error, PortError::Unavailable(_))).await;
}

#[tokio::test]
async fn a_batch_that_fails_as_a_whole_twice_is_unavailable() {
    let failures = vec![BatchError::Statement("write 3".into()), BatchError::Statement("the reason".into())];
    assert_all_fail(failures, |error| matches!(error, PortError::Unavailable(_))).await;
}

#[tokio::test]
async fn a_full_queue_is_busy_at_once_and_has_room_again_later() {
    let (writer, strings) = writer();
    let full = i64::try_from(1 + QUEUE).unwrap();
    let waiting = send_behind_a_busy_store(&writer, &strings, full);
    for _ in 0..2 {
        let mut refused: Waiting<'_> = Box::pin(writer.write(insertion(9999)));
        let answer = poll(&mut refused);
        assert!(matches!(answer, Poll::Ready(Err(PortError::Busy))), "{answer:?}");
    }
    for _ in 0..=QUEUE / BATCH {
        strings.store();
    }
    for (expected, answer) in (1..).zip(waiting) {
        assert_stored(answer.await, expected);
    }
    strings.store();
    assert_stored(writer.write(insertion(7)).await, 7);
}

#[tokio::test]
async fn a_panic_in_the_store_is_answered_and_the_thread_lives_on() {
    let (writer, strings) = writer();
    for number in 1..=2 {
        let waiting = send(&writer, number);
        strings.expect(Call::Apply(1, Isolation::Together));
        strings.react(|_| panic!("a bug"));
        let answer = waiting.await;
        assert!(matches!(answer, Err(PortError::Unknown(_))), "{answer:?}");
        strings.expect(Call::Reset);
    }
    strings.store();
    assert_stored(writer.write(insertion(3)).await, 3);
}

#[tokio::test]
async fn a_write_that_the_store_says_nothing_of_is_unknown() {
    let (writer, strings) = writer();
    let waiting = send(&writer, 1);
    strings.react(|_| Ok(Outcomes::new()));
    let answer = waiting.await;
    assert!(matches!(answer, Err(PortError::Unknown(_))), "{answer:?}");
    strings.store();
    assert_stored(writer.write(insertion(2)).await, 2);
}

#[test]
fn dropping_the_writer_finishes_what_waits_even_if_nobody_waits_for_it() {
    let (writer, strings) = writer();
    drop(send_behind_a_busy_store(&writer, &strings, 4));
    let (done, finished) = channel();
    for _ in 0..2 {
        let done = done.clone();
        strings.react(move |batch| {
            for write in batch {
                done.send(number(write)).unwrap();
            }
            Ok(stored(batch))
        });
    }
    drop((writer, done));
    assert_eq!(finished.try_iter().collect::<Vec<_>>(), [1, 2, 3, 4]);
    // The thread has ended and taken its store with it.
    assert_eq!(strings.calls.try_iter().collect::<Vec<_>>(), [Call::Apply(3, Isolation::Together)]);
    assert_eq!(strings.calls.try_recv(), Err(TryRecvError::Disconnected));
}
