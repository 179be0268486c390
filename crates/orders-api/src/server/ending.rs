//! The end of the process, as those learn of it who still wait for an answer.

use std::{cell::Cell, pin::Pin, rc::Rc, task::Poll, time::Duration};

use futures_util::future::poll_fn;
use tokio::sync::{Notify, watch};

/// How long after the server is told to stop requests may still wait for their answer. Then they are
/// told that nobody waits any longer, while there is time to say so.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Whoever brings the end about. Dropped, it never comes.
#[derive(Debug)]
pub struct Stop(watch::Sender<Phase>);

/// Where each worker hears of the end.
#[derive(Debug, Clone)]
pub struct Endings(watch::Receiver<Phase>);

/// How far the end is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Nobody knows.
    #[default]
    Far,
    /// The server was told to stop: who waits for what may come is told that there is nothing.
    Near,
    /// Nobody is waited for any longer.
    Here,
}

/// Tells a worker's requests when waiting ends. Each worker has its own, so that requests of two
/// workers never meet at it.
#[derive(Debug, Clone, Default)]
pub struct Ending(Rc<Told>);

#[derive(Debug, Default)]
struct Told {
    phase: Cell<Phase>,
    waiting: Notify,
}

impl Stop {
    /// An end that has not come, and where it is heard of.
    pub fn new() -> (Self, Endings) {
        let (sender, receiver) = watch::channel(Phase::Far);
        (Self(sender), Endings(receiver))
    }

    /// The server was told to stop.
    pub fn nears(&self) {
        self.0.send_replace(Phase::Near);
    }

    /// The end comes a while after it has become near.
    pub async fn after_a_while(self) {
        tokio::time::sleep(LAST_ANSWERS).await;
        self.0.send_replace(Phase::Here);
    }
}

impl Endings {
    /// The worker's own, to be asked for on its thread.
    pub fn of_this_worker(&self) -> Ending {
        let (ending, Self(mut told)) = (Ending::default(), self.clone());
        let worker = ending.clone();
        actix_web::rt::spawn(async move {
            while told.changed().await.is_ok() {
                let phase = *told.borrow_and_update();
                worker.has_come_to(phase);
            }
        });
        ending
    }
}

impl Ending {
    fn has_come_to(&self, phase: Phase) {
        self.0.phase.set(phase);
        self.0.waiting.notify_waiters();
    }

    /// Whether the server was told to stop.
    pub fn is_near(&self) -> bool {
        self.0.phase.get() >= Phase::Near
    }

    /// Returns once the server was told to stop.
    pub async fn nears(&self) {
        while !self.is_near() {
            self.0.waiting.notified().await;
        }
    }

    async fn comes(&self) {
        while self.0.phase.get() < Phase::Here {
            self.0.waiting.notified().await;
        }
    }

    /// What comes of the future, or nothing when the end comes first. One that is ready at once, as
    /// most reads are, costs nothing more.
    pub async fn race<F: Future>(&self, mut future: Pin<&mut F>) -> Option<F::Output> {
        if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
            return Some(output);
        }
        tokio::select! {
            biased;
            output = future => Some(output),
            () = self.comes() => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::{FutureExt, future::pending};

    use super::*;

    #[actix_web::test]
    async fn who_waits_when_the_end_comes_is_told() {
        let (stop, endings) = Stop::new();
        let ending = endings.of_this_worker();
        assert_eq!(ending.race(pin!(async { 7 })).await, Some(7));
        let mut waits = pin!(pending::<u8>());
        let mut waiting = pin!(ending.race(waits.as_mut()));
        assert_eq!(waiting.as_mut().now_or_never(), None);
        stop.nears();
        ending.nears().await;
        assert_eq!(waiting.as_mut().now_or_never(), None);
        stop.0.send_replace(Phase::Here);
        assert_eq!(waiting.await, None);
        assert_eq!(ending.race(pin!(pending::<u8>())).await, None);
        assert_eq!(ending.race(pin!(async { 7 })).await, Some(7));
    }
}
