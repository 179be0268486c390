//! Who reads what is to be counted, and what was.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    counting::Uncounted,
    report::{Report, ReportQuery},
};
use crate::{failure::PortError, id::EventId};

/// Some events that are to be counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UncountedPage {
    /// Those of orders, by order.
    pub orders: Vec<Uncounted>,
    /// When the first event was, of whatever.
    pub oldest: Option<DateTime<Utc>>,
    /// How many events there are, of whatever.
    pub events: usize,
    /// Up to here they go: the next page begins after it.
    pub cursor: Option<EventId>,
    /// Whether more may be there already.
    pub more: bool,
    /// The newest event that could be read.
    pub last: Option<EventId>,
}

/// Reads what is to be counted, and what was.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Analytics: Send + Sync {
    /// The next events after one, so many at most, with what they are counted by. As the feed: what was passed has no
    /// event that comes later.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn uncounted(&self, after: Option<EventId>, most: usize) -> Result<UncountedPage, PortError>;

    /// What somebody asks, with [`ReportQuery::MOST_ROWS`] rows and one more at most.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn report(&self, query: ReportQuery) -> Result<Report, PortError>;
}
