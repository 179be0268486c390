//! Counts what is committed.

use metrics::{Counter, counter};
use orders_domain::{OrderStatus, ports::Observer};

/// The metric `orders_status_reached_total`: orders that came to a status.
pub struct StatusCounter([Counter; OrderStatus::ALL.len()]);

impl Default for StatusCounter {
    /// Counters of the recorder that is installed now.
    fn default() -> Self {
        Self(
            OrderStatus::ALL
                .map(|status| counter!("orders_status_reached_total", "status" => status.as_str())),
        )
    }
}

impl Observer for StatusCounter {
    fn status_reached(&self, status: OrderStatus) {
        self.0[status as usize].increment(1);
    }
}
