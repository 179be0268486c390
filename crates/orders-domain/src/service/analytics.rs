//! What was counted: how many orders there were, of what worth, and what became of them.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, TimeDelta};
use futures_util::lock::Mutex;
use thiserror::Error;

use super::Storage;
use crate::{
    analytics::{Every, Grouping, Period, Report, ReportQuery, Timespan},
    clock::Clock,
    failure::PortError,
    identity::{Ownership, Refusal, Scope, UseCase, User},
    invalid::InvalidInput,
};

/// Of what figures are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedReport {
    /// Of which time.
    pub time: Timespan,
    /// Into what it is cut; not at all if nothing is said.
    pub every: Option<Every>,
    /// What is counted, and by what it is told apart.
    pub grouping: Grouping,
}

/// The figures that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredReport {
    /// Where the periods begin and end, on the clocks of the zone.
    pub periods: Vec<(DateTime<FixedOffset>, DateTime<FixedOffset>)>,
    /// The rows, each of one of them.
    pub report: Report,
    /// How old the oldest event is that is not counted; nothing if all are.
    pub lag: TimeDelta,
}

/// Why there are no figures.
#[derive(Debug, Error)]
pub enum AnalyticsError {
    /// The asker's token does not allow it.
    #[error("the token lacks the scope {}", Scope::any_of(.0))]
    MissingScope(&'static [Scope]),
    /// Figures cannot be asked for so; it is about the parameter that is named.
    #[error("{0}")]
    Invalid(InvalidInput),
    /// A port could not do its part now.
    #[error(transparent)]
    Unavailable(PortError),
}

impl From<PortError> for AnalyticsError {
    fn from(error: PortError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<Refusal> for AnalyticsError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::MissingScope(scopes) => Self::MissingScope(scopes),
            // Figures are nobody's in particular.
            Refusal::NotOwned => Self::Unavailable(PortError::Corrupt("figures have no owner".into())),
        }
    }
}

/// The use cases of what was counted.
pub struct AnalyticsService {
    storage: Storage,
    clock: Arc<dyn Clock>,
    /// Figures are read one after the other, so that whoever asks for many leaves the other connections to those who
    /// ask for orders.
    reading: Mutex<()>,
}

impl AnalyticsService {
    /// The use cases over these ports.
    #[must_use]
    pub fn new(storage: Storage, clock: Arc<dyn Clock>) -> Self {
        Self { storage, clock, reading: Mutex::new(()) }
    }

    /// Figures of a time.
    ///
    /// # Errors
    ///
    /// [`AnalyticsError::MissingScope`]; [`AnalyticsError::Invalid`] about `to` for more periods than
    /// [`Timespan::MOST_PERIODS`] and for more rows than [`ReportQuery::MOST_ROWS`], about `tz` where periods of it do not
    /// begin on quarters of an hour; [`AnalyticsError::Unavailable`].
    pub async fn report(
        &self,
        asker: User,
        AskedReport { time, every, grouping }: AskedReport,
    ) -> Result<AnsweredReport, AnalyticsError> {
        UseCase::Analyse.check(asker, Ownership::Own)?;
        let periods = match every {
            Some(every) => time.periods(every).map_err(AnalyticsError::Invalid)?,
            None => vec![time.whole()],
        };
        let local = |quarter: fn(&Period) -> _| {
            time.local(periods.iter().map(quarter)).map_err(AnalyticsError::Invalid)
        };
        let (begin, end) = (local(|period| period.first)?, local(|period| period.end)?);
        let report = {
            let _alone = self.reading.lock().await;
            self.storage.analytics.report(ReportQuery { periods, grouping }).await?
        };
        if report.rows.len() > ReportQuery::MOST_ROWS {
            let most = ReportQuery::MOST_ROWS;
            let reason = format!("is so far from `from` that there are more than {most} rows");
            return Err(AnalyticsError::Invalid(InvalidInput::new("to", reason)));
        }
        let lag = report.uncounted_since.map_or(TimeDelta::zero(), |since| self.clock.now() - since);
        Ok(AnsweredReport {
            periods: begin.into_iter().zip(end).collect(),
            report,
            lag: lag.max(TimeDelta::zero()),
        })
    }
}
