//! How many orders there were, of what worth, and what became of them: counted once, by quarters of an hour, and
//! added up for whatever time somebody asks about.
//!
//! It knows orders and their events, and nobody who counts or asks.

mod counting;
mod figures;
mod periods;
mod ports;
mod quarter;
mod report;

pub use counting::{CountedOrder, Uncounted};
pub use figures::{Figures, Of, RollupKey, Rollups};
pub use periods::{Every, Period, Timespan};
#[cfg(any(test, feature = "mocks"))]
pub use ports::MockAnalytics;
pub use ports::{Analytics, UncountedPage};
pub use quarter::{Quarter, SPANS, Stretch, cover};
pub use report::{By, Grouping, Report, ReportQuery, ReportRow, Top};
