//! The end of the process, as those learn of it who still wait for an answer.

use std::{pin::pin, task::Poll, time::Duration};

use futures_util::future::poll_fn;
use tokio::sync::watch;

/// How long after the server is told to stop requests may still wait for their answer. Then they are
/// told that nobody waits any longer, while there is time to say so.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Tells when waiting ends.
#[derive(Debug, Clone)]
pub struct Ending(watch::Receiver<bool>);

/// Whoever brings the end about. Dropped, it never comes.
#[derive(Debug)]
pub struct Stop(watch::Sender<bool>);

impl Ending {
    /// An end that has not come, and the way to bring it about.
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(receiver), Stop(sender))
    }

    /// What comes of the future, or nothing when the end comes first. One that is ready at once, as
    /// most reads are, costs nothing more.
    pub async fn race<F: Future>(self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
            return Some(output);
        }
        let Self(mut ended) = self;
        let ended = async move {
            if ended.wait_for(|ended| *ended).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            output = future => Some(output),
            () = ended => None,
        }
    }
}

impl Stop {
    /// The server was told to stop: the end comes a while later.
    pub async fn after_a_while(self) {
        tokio::time::sleep(LAST_ANSWERS).await;
        self.0.send_replace(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn who_waits_when_the_end_comes_is_told() {
        let (ending, stop) = Ending::new();
        assert_eq!(ending.clone().race(async { 7 }).await, Some(7));
        stop.0.send_replace(true);
        assert_eq!(ending.clone().race(std::future::pending::<u8>()).await, None);
        assert_eq!(ending.race(async { 7 }).await, Some(7));
    }
}
