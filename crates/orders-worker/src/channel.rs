//! What is done with events: each kind of receiver is a channel.

use async_trait::async_trait;
use orders_domain::{
    Consumer, Event, EventType,
    delivery::{DisabledFor, Outcome, Schedule},
};

pub mod fulfilment;
pub mod mail;
pub mod webhook;

/// Does something with events.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Under which name.
    fn consumer(&self) -> Consumer;

    /// Who gets what it does: two channels to one receiver share what is known of that.
    fn receiver(&self) -> String {
        self.consumer().to_string()
    }

    /// With which events.
    fn types(&self) -> Vec<EventType>;

    /// With which of the events of these types.
    fn wants(&self, _: &Event) -> bool {
        true
    }

    /// Whether an event has become another channel's affair, and all that come after it: since it changes what this
    /// one is.
    fn ends_at(&self, _: &Event) -> bool {
        false
    }

    /// Whether by an event something may be due in the log that was not.
    fn is_due_by(&self, _: &Event) -> bool {
        false
    }

    /// When it is tried again.
    fn schedule(&self) -> &Schedule;

    /// Whether what has arrived is logged.
    fn logs_done(&self) -> bool;

    /// How many events at once.
    fn at_once(&self) -> usize;

    /// Does it once. Whatever goes wrong is an outcome.
    async fn send(&self, event: &Event) -> Outcome;

    /// Nothing arrives any more, for this reason. Whether to stop for that.
    async fn give_up(&self, _: DisabledFor) -> bool {
        false
    }
}
