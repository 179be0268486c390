//! Forgets what was sent long ago.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::TimeDelta;
use orders_domain::{
    Storage,
    delivery::{Step, Stepped},
    ports::{Clock, PortError},
};

use crate::{
    courier::Ended,
    metrics,
    stop::Stop,
    task::{Task, rest},
};

/// How often.
const EVERY: Duration = Duration::from_hours(1);

/// How many rows at once: nobody else's write waits for longer than these take.
const ROWS: usize = 500;

/// How long others may write in between.
const BETWEEN: Duration = Duration::from_millis(100);

/// Forgets deliveries that have ended, and messages that were handled.
pub struct Pruning {
    pub storage: Storage,
    pub clock: Arc<dyn Clock>,
    /// After so long.
    pub kept: TimeDelta,
    pub once: bool,
}

#[async_trait]
impl Task for Pruning {
    fn name(&self) -> &'static str {
        "pruning"
    }

    /// Forgets every now and then, until it is time to stop.
    async fn work(&self, stop: &Stop) -> Result<Ended, PortError> {
        loop {
            let before = self.clock.now() - self.kept;
            while !stop.is_told() {
                let prune = Step::Prune { before, most: ROWS };
                let Stepped::Pruned(rows) = self.storage.ledger.step(prune).await? else { break };
                metrics::pruned(rows);
                if rows < ROWS {
                    break;
                }
                rest(BETWEEN, stop).await;
            }
            if self.once || stop.is_told() {
                return Ok(Ended::Finished);
            }
            rest(EVERY, stop).await;
        }
    }
}
