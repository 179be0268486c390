//! What a chart's axis says: where its lines are, and how their values are written.

use orders_domain::{Currency, Money};

use crate::words::took;

/// Of what the values of a chart are. None of them is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Things that are counted.
    Count,
    /// Amounts in the minor unit of a currency.
    Amount(Currency),
    /// Seconds.
    Time,
}

/// Into how many steps an axis is cut at most.
const MOST_STEPS: i128 = 4;

/// The steps of an axis of time up to a day, in seconds; behind that they are decimal in days.
const TIMES: [i128; 18] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400];

impl Scale {
    /// A value as it stands at the axis and in the table.
    pub fn written(self, value: i64) -> String {
        match self {
            Self::Count => value.to_string(),
            Self::Amount(currency) => {
                Money::try_from(value).map_or_else(|_| value.to_string(), |money| money.decimal(currency))
            }
            Self::Time => took(value),
        }
    }

    /// The values at which an axis has lines, ascending from 0: the last is no less than the largest that is shown, and no more than
    /// a value can be.
    pub fn lines(self, largest: i64) -> Vec<i128> {
        let largest = i128::from(largest).max(1);
        let step = match self {
            Self::Count | Self::Amount(_) => decimal(largest),
            Self::Time => {
                let short = TIMES.into_iter().find(|step| step * MOST_STEPS >= largest);
                short.unwrap_or_else(|| 86_400 * decimal(rounded_up(largest, 86_400)))
            }
        };
        (0..=rounded_up(largest, step)).map(|line| (line * step).min(i64::MAX.into())).collect()
    }
}

/// The least of 1, 2, 5, 10, 20, 50 … with which few enough steps reach a value.
fn decimal(largest: i128) -> i128 {
    let mut ten = 1;
    loop {
        if let Some(step) = [ten, 2 * ten, 5 * ten].into_iter().find(|step| step * MOST_STEPS >= largest) {
            return step;
        }
        ten *= 10;
    }
}

/// A division that rounds up.
fn rounded_up(value: i128, by: i128) -> i128 {
    (value + by - 1) / by
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_few_round_lines_and_reaches_the_largest_value() {
        for (scale, largest, expected) in [
            (Scale::Count, 0, vec![0, 1]),
            (Scale::Count, 1, vec![0, 1]),
            (Scale::Count, 4, vec![0, 1, 2, 3, 4]),
            (Scale::Count, 5, vec![0, 2, 4, 6]),
            (Scale::Amount(Currency::USD), 19_900, vec![0, 5_000, 10_000, 15_000, 20_000]),
            (Scale::Time, 90, vec![0, 30, 60, 90]),
            (Scale::Time, 8 * 86_400, vec![0, 172_800, 345_600, 518_400, 691_200]),
        ] {
            assert_eq!(scale.lines(largest), expected, "{scale:?} {largest}");
        }
        for scale in [Scale::Count, Scale::Time] {
            let lines = scale.lines(i64::MAX);
            assert!(lines.len() <= 5 && *lines.last().unwrap() >= i128::from(i64::MAX), "{lines:?}");
        }
    }

    #[test]
    fn values_are_written_with_the_digits_of_their_currency() {
        assert_eq!(Scale::Amount(Currency::USD).written(15_392), "153.92");
        assert_eq!(Scale::Amount(Currency::of_prices("JPY").unwrap()).written(1_980), "1980");
        assert_eq!((Scale::Count.written(7), Scale::Time.written(5_400)), ("7".into(), "1 h 30 min".into()));
    }
}
