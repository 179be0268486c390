//! What is counted of the work.

use chrono::TimeDelta;
use metrics::{Counter, Gauge, counter, gauge, histogram};
use orders_domain::{
    Consumer, EventId,
    delivery::{Attempt, DeliveryState},
};

/// The numbers of a consumer.
pub struct CourierMetrics {
    consumer: Consumer,
    lag_events: Gauge,
    lag_seconds: Gauge,
    outcomes: [(DeliveryState, Counter); 4],
}

impl CourierMetrics {
    /// Those of this one.
    pub fn of(consumer: Consumer) -> Self {
        let name = consumer.to_string();
        let outcome = |state: DeliveryState| {
            (
                state,
                counter!("orders_delivery_outcomes_total", "consumer" => name.clone(), "state" => state.as_str()),
            )
        };
        Self {
            consumer,
            lag_events: gauge!("orders_delivery_lag_events", "consumer" => name.clone()),
            lag_seconds: gauge!("orders_delivery_lag_seconds", "consumer" => name.clone()),
            outcomes: [
                DeliveryState::Pending,
                DeliveryState::Done,
                DeliveryState::Dead,
                DeliveryState::Skipped,
            ]
            .map(outcome),
        }
    }

    /// So many have come so far.
    pub fn came_to(&self, state: DeliveryState, count: usize) {
        if let Some((_, counter)) = self.outcomes.iter().find(|(known, _)| *known == state) {
            counter.increment(count as u64);
        }
    }

    /// Something was tried, and this is how far it is.
    pub fn tried(&self, state: DeliveryState, attempt: Option<&Attempt>) {
        self.came_to(state, 1);
        if let Some(attempt) = attempt {
            histogram!("orders_delivery_attempt_seconds", "consumer" => self.consumer.kind())
                .record(attempt.took);
        }
    }

    /// It has come up to here of what there is; the oldest event that was not tried is so old.
    pub fn at(&self, cursor: Option<EventId>, last: Option<EventId>, oldest: Option<TimeDelta>) {
        let id = |event: Option<EventId>| event.map_or(0, EventId::get);
        let seconds = oldest.map_or(0.0, |oldest| oldest.as_seconds_f64().max(0.0));
        let behind = if oldest.is_none() { 0 } else { (id(last) - id(cursor)).max(0) };
        #[expect(clippy::cast_precision_loss, reason = "a number to look at")]
        self.lag_events.set(behind as f64);
        self.lag_seconds.set(seconds);
    }

    /// It is not this one's to work off any more.
    pub fn ended(&self) {
        self.lag_events.set(0.0);
        self.lag_seconds.set(0.0);
    }
}

/// A task has panicked, and is begun again.
pub fn panicked(task: &'static str) {
    counter!("orders_worker_panics_total", "task" => task).increment(1);
}

/// A task has failed, and goes on.
pub fn failed(task: &'static str) {
    counter!("orders_worker_failures_total", "task" => task).increment(1);
}

/// So many rows of the log were forgotten.
pub fn pruned(rows: usize) {
    counter!("orders_delivery_pruned_total").increment(rows as u64);
}
