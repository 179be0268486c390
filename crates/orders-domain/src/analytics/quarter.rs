//! Quarters of an hour, and how a time is covered by few of the stretches that are counted.

use chrono::{DateTime, Utc};

/// A quarter of an hour of UTC: how many there were since 1970-01-01T00:00Z. Since 1979 all time zones are whole
/// quarters from UTC, so hours and days of each are whole numbers of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter(i64);

impl Quarter {
    /// How long it is, in seconds.
    pub const SECONDS: i64 = 900;

    /// The one in which a moment is.
    #[must_use]
    pub fn of(moment: DateTime<Utc>) -> Self {
        Self(moment.timestamp().div_euclid(Self::SECONDS))
    }

    /// The one that begins so many seconds after 1970; `None` if none does.
    #[must_use]
    pub fn beginning_at(seconds: i64) -> Option<Self> {
        (seconds.rem_euclid(Self::SECONDS) == 0).then(|| Self(seconds.div_euclid(Self::SECONDS)))
    }

    /// The one with this number.
    #[must_use]
    pub fn new(number: i64) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }

    /// When it begins, in seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.saturating_mul(Self::SECONDS)
    }

    /// The first quarter of the stretch of this length in which it is.
    #[must_use]
    pub fn first_of(self, span: i64) -> Self {
        Self(self.0.div_euclid(span) * span)
    }
}

/// How long the stretches are for which figures are kept, in quarters: a quarter, an hour, four hours and a day of
/// UTC. Each is a whole number of the one before, so that a long time is added up from few rows.
pub const SPANS: [i64; 4] = [1, 4, 16, 96];

/// Some stretches of one length, one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// How long each is, in quarters: one of [`SPANS`].
    pub span: i64,
    /// Where the first begins.
    pub first: Quarter,
    /// Where the last ends.
    pub end: Quarter,
}

/// The stretches that are together a time from one quarter to another, as few as there can be.
#[must_use]
pub fn cover(first: Quarter, end: Quarter) -> Vec<Stretch> {
    let (mut first, mut end, mut span) = (first.0, end.0, SPANS[0]);
    let mut cover = Vec::new();
    let mut add = |span, first, end| {
        if first < end {
            cover.push(Stretch { span, first: Quarter(first), end: Quarter(end) });
        }
    };
    for longer in &SPANS[1..] {
        // From the first that begins in the time to the last that ends in it.
        let (from, to) = (-(-first).div_euclid(*longer) * longer, end.div_euclid(*longer) * longer);
        if from >= to {
            break;
        }
        add(span, first, from);
        add(span, to, end);
        (first, end, span) = (from, to, *longer);
    }
    add(span, first, end);
    cover
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cover_has_each_quarter_of_a_time_once_and_no_other(first in -500_i64..500, length in 0_i64..700) {
            let end = first + length;
            let mut met = Vec::new();
            for stretch in cover(Quarter(first), Quarter(end)) {
                prop_assert!(SPANS.contains(&stretch.span));
                let Stretch { span, first: Quarter(first), end: Quarter(end) } = stretch;
                prop_assert!(first % span == 0 && end % span == 0 && first < end);
                met.extend(first..end);
            }
            met.sort_unstable();
            prop_assert!(met.into_iter().eq(first..end));
        }
    }

    #[test]
    fn a_day_of_any_zone_is_few_stretches_and_a_year_is_mostly_days() {
        let rows = |first: i64, end: i64| -> i64 {
            let of = |stretch: Stretch| (stretch.end.0 - stretch.first.0) / stretch.span;
            cover(Quarter(first), Quarter(end)).into_iter().map(of).sum()
        };
        // UTC, Berlin, Kathmandu (5:45).
        assert_eq!([rows(96, 192), rows(92, 188), rows(73, 169)], [1, 9, 12]);
        assert!(rows(73, 73 + 365 * 96) < 400);
    }

    #[test]
    fn a_moment_before_1970_is_in_the_quarter_that_it_is_in() {
        let of = |millis| Quarter::of(DateTime::from_timestamp_millis(millis).unwrap()).get();
        assert_eq!([of(-1), of(0), of(899_999), of(900_000)], [-1, 0, 0, 1]);
        assert_eq!(Quarter::beginning_at(-900), Some(Quarter(-1)));
        assert_eq!(Quarter::beginning_at(60), None);
    }
}
