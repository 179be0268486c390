//! How far a reading of the feed is.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use orders_domain::EventId;

/// How far one reading of the feed is.
#[derive(Debug, Default)]
pub struct Reading {
    /// Up to here events came in.
    pub head: Option<EventId>,
    /// Those of them that are not stored as settled.
    pub open: BTreeMap<EventId, DateTime<Utc>>,
}

impl Reading {
    /// Goes on from here.
    pub fn at(head: Option<EventId>) -> Self {
        Self { head, open: BTreeMap::new() }
    }

    /// Everything up to here is settled, when `settled` is stored.
    pub fn settled(&self, settled: &HashSet<EventId>) -> Option<EventId> {
        match self.open.keys().find(|event| !settled.contains(event)) {
            Some(first) => first.before(),
            None => self.head,
        }
    }
}
