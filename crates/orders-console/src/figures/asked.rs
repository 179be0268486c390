//! Of which days figures are asked, as the address says.

use chrono::{DateTime, Utc};
use orders_domain::{
    InvalidInput, Quoted,
    analytics::{Every, Quarter, Timespan},
    market::time_zone::TimeZone,
};

use crate::http::query::Query;

/// The periods that can be chosen, in days.
pub const DAYS: [i64; 4] = [7, 30, 90, 365];

/// That of who has chosen none.
const USUAL: i64 = 30;

/// The first quarter of an hour that is counted, with which 1972 begins.
const FIRST: i64 = 70_080;

/// Of which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// How many, today among them.
    pub days: i64,
    /// The zone whose days they are.
    pub zone: TimeZone,
}

impl Default for Asked {
    fn default() -> Self {
        Self { days: USUAL, zone: TimeZone::UTC }
    }
}

impl Asked {
    /// What an address asks for.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] about `days` for a period that cannot be chosen, about the time zone for none that is known.
    pub fn of(query: &Query) -> Result<Self, InvalidInput> {
        let mut asked = Self::default();
        if let Some(text) = query.get("days") {
            let found = DAYS.into_iter().find(|days| days.to_string() == text);
            asked.days = found.ok_or_else(|| {
                InvalidInput::new("days", format!("{} is not one of 7, 30, 90, 365", Quoted(text)))
            })?;
        }
        if let Some(text) = query.get("tz") {
            asked.zone =
                text.parse().map_err(|reason: InvalidInput| InvalidInput::new("time zone", reason.reason))?;
        }
        Ok(asked)
    }

    /// The time from the first of the days, as the clocks of the zone have it, to the end of the quarter of an hour that is
    /// now.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for a moment that no calendar has.
    pub fn time(self, now: DateTime<Utc>) -> Result<Timespan, InvalidInput> {
        let end = end(now);
        // So much earlier begins a day before the first of them in every zone, also when a date was left out.
        let early = Quarter::new(end.get() - (self.days + 2) * 96);
        let days = Timespan::new(moment(early)?, moment(end)?, self.zone)?.periods(Every::Day)?;
        let count = usize::try_from(self.days).unwrap_or_default();
        let first = days.iter().rev().take(count).next_back().map_or(early, |day| day.first);
        Timespan::new(moment(first)?, moment(end)?, self.zone)
    }
}

/// All the time in which orders are counted.
///
/// # Errors
///
/// As [`Asked::time`].
pub fn ever(now: DateTime<Utc>) -> Result<Timespan, InvalidInput> {
    Timespan::new(moment(Quarter::new(FIRST))?, moment(end(now))?, TimeZone::UTC)
}

/// The end of the quarter of an hour in which a moment is.
fn end(now: DateTime<Utc>) -> Quarter {
    Quarter::new(Quarter::of(now).get() + 1)
}

fn moment(quarter: Quarter) -> Result<DateTime<Utc>, InvalidInput> {
    let reason = || InvalidInput::new("from", "is in no calendar");
    DateTime::from_timestamp(quarter.seconds(), 0).ok_or_else(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_read_and_named_if_it_cannot_be() {
        let asked = |text: &str| Asked::of(&Query::of(text)).map_err(|reason| reason.to_string());
        assert_eq!(asked("").unwrap(), Asked::default());
        let found = asked("days=7&tz=Asia/Kathmandu").unwrap();
        assert_eq!((found.days, found.zone.as_str()), (7, "Asia/Kathmandu"));
        for (text, said) in [
            ("days=8", "days \"8\" is not one of 7, 30, 90, 365"),
            ("days=07", "days \"07\" is not one of 7, 30, 90, 365"),
            ("tz=Mars", "time zone \"Mars\" is not a time zone's name such as Europe/Berlin or UTC"),
        ] {
            assert_eq!(asked(text).unwrap_err(), said);
        }
    }

    #[test]
    fn so_many_days_are_told_the_last_of_which_is_today() {
        let now = "2026-03-29T22:10:00Z".parse().unwrap();
        for (zone, first) in
            [("UTC", "2026-03-23T00:00:00+00:00"), ("Europe/Berlin", "2026-03-24T00:00:00+01:00")]
        {
            for days in DAYS {
                let asked = Asked { days, zone: zone.parse().unwrap() };
                let time = asked.time(now).unwrap();
                let periods = time.periods(Every::Day).unwrap();
                assert_eq!(periods.len(), usize::try_from(days).unwrap(), "{zone}");
                assert_eq!(periods.last().unwrap().end.seconds(), now.timestamp() + 300);
                let local = time.local([periods[0].first]).unwrap();
                assert!(days > 7 || local[0].to_rfc3339() == first, "{local:?}");
            }
        }
    }
}
