//! What was counted, as it is stored together with how far that has come.

use std::time::Duration;

use super::progress::Holder;
use crate::{analytics::Rollups, id::EventId};

/// What was counted since the last time, by [`super::Consumer::Rollups`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Whose it is to work off. Nothing is stored if that is another one by now.
    pub holder: Holder,
    /// For how long it stays so, from now on.
    pub term: Duration,
    /// After this event. Nothing is stored if the consumer has come elsewhere, so that nothing is counted twice.
    pub after: Option<EventId>,
    /// Everything up to here is counted, with what is in this.
    pub until: Option<EventId>,
    /// What the events between count as.
    pub rollups: Rollups,
}
