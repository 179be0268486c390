//! Tasks that go on whatever happens.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::FutureExt;
use orders_domain::{failure::with_causes, ports::PortError};
use tokio::time::{Instant, sleep, timeout};

use crate::{
    channel::Channel,
    courier::{Courier, Ended},
    metrics,
    stop::Stop,
};

/// How long after a failure a task goes on, at first and at last.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));

/// How often it is looked whether another one has let go of a consumer.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// Something that is done again and again.
#[async_trait]
pub trait Task: Send + Sync {
    /// What it is called in logs and metrics.
    fn name(&self) -> &'static str;

    /// Does it until it is time to stop, or there is nothing more to do.
    ///
    /// # Errors
    ///
    /// [`PortError`]: it is begun again.
    async fn work(&self, stop: &Stop) -> Result<Ended, PortError>;
}

/// How long a task that fails is left alone.
#[derive(Debug)]
pub struct Patience(Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(PAUSES.0)
    }
}

impl Patience {
    /// Waits after a failure, longer each time, or until it is time to stop.
    pub async fn wait(&mut self, stop: &Stop) {
        let _ = timeout(self.0, stop.told()).await;
        self.0 = (self.0 * 2).min(PAUSES.1);
    }
}

/// How often a task that is to end is tried.
const TRIES: u32 = 5;

/// Has a task done until it says that it has ended, or it is time to stop; one that is done `once`, no more often than
/// makes sense. A failure is counted and logged, the first of several in a row as such; a panic too.
pub async fn supervise(task: Box<dyn Task>, stop: Stop, once: bool) -> Ended {
    let name = task.name();
    let mut patience = Patience::default();
    let mut is_failing = false;
    let mut tries = 0;
    loop {
        let began = Instant::now();
        tries += 1;
        match AssertUnwindSafe(task.work(&stop)).catch_unwind().await {
            Ok(Ok(Ended::Others)) => {
                (is_failing, patience) = (false, Patience::default());
                let _ = timeout(ASK_AGAIN, stop.told()).await;
            }
            Ok(Ok(ended)) => return ended,
            Ok(Err(error)) => {
                if began.elapsed() > PAUSES.1 {
                    (is_failing, patience) = (false, Patience::default());
                }
                metrics::failed(name);
                if is_failing {
                    tracing::debug!(task = name, error = with_causes(&error), "a task fails again");
                } else {
                    tracing::warn!(
                        task = name,
                        error = with_causes(&error),
                        "a task fails, and is tried again"
                    );
                }
                is_failing = true;
                patience.wait(&stop).await;
            }
            Err(panic) => {
                metrics::panicked(name);
                tracing::error!(
                    task = name,
                    panic = said(panic.as_ref()),
                    "a task has panicked, and is begun again"
                );
                patience.wait(&stop).await;
            }
        }
        if stop.is_told() {
            return Ended::Finished;
        }
        if once && tries == TRIES {
            return Ended::Failed;
        }
    }
}

/// Carries a consumer's events for as long as there are any.
pub struct Carrying {
    pub courier: Arc<Courier>,
    pub channel: Arc<dyn Channel>,
}

#[async_trait]
impl Task for Carrying {
    fn name(&self) -> &'static str {
        self.channel.consumer().kind()
    }

    async fn work(&self, stop: &Stop) -> Result<Ended, PortError> {
        let ended = self.courier.carry(&self.channel, stop).await?;
        Ok(ended.unless_once(self.courier.terms.once))
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

/// Returns after a while, or once it is time to stop.
pub async fn rest(pause: Duration, stop: &Stop) {
    tokio::select! {
        () = sleep(pause) => {}
        () = stop.told() => {}
    }
}
