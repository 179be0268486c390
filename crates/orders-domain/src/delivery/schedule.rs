//! When a delivery is tried again.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// After how long a delivery is tried, each time counted from the try before.
///
/// The times are those of Svix and of the Standard Webhooks specification's example, drawn out to three days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Before the second try, the third, and so on; after the last one nothing is tried any more.
    pauses: Vec<Duration>,
    /// How long a receiver may fail with all that it is sent before nothing is sent to it any more.
    pub patience: Duration,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

impl Schedule {
    /// How far a pause may be off, in hundredths: so that what failed together does not come again together.
    pub const JITTER_PERCENT: u32 = 20;

    /// The longest that a receiver's `Retry-After` is heard.
    pub const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(24);

    /// Ten tries within about three days; five days of failure.
    #[must_use]
    pub fn standard() -> Self {
        let seconds =
            [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
        Self {
            pauses: seconds.into_iter().map(Duration::from_secs).collect(),
            patience: Duration::from_hours(5 * 24),
        }
    }

    /// Few tries within a minute, for what only this program can fail at.
    #[must_use]
    pub fn short() -> Self {
        Self { pauses: [1, 5, 15, 30].map(Duration::from_secs).to_vec(), ..Self::standard() }
    }

    /// The same, so many times as fast.
    #[must_use]
    pub fn faster(mut self, times: u32) -> Self {
        for pause in &mut self.pauses {
            *pause /= times;
        }
        self.patience /= times;
        self
    }

    /// How often something is tried.
    #[must_use]
    pub fn tries(&self) -> u32 {
        u32::try_from(self.pauses.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// When it is tried next after so many tries in vain, of which the last was at `at`; `None` if never.
    /// `chance` is anything from 0 to 1: where in the jitter the pause lies. A receiver may ask for later.
    #[must_use]
    pub fn next(
        &self,
        tries: u32,
        at: DateTime<Utc>,
        chance: f64,
        retry_after: Option<Duration>,
    ) -> Option<DateTime<Utc>> {
        let pause = self.pauses.get(usize::try_from(tries.checked_sub(1)?).ok()?)?;
        let off = f64::from(Self::JITTER_PERCENT) / 100.0;
        let pause = pause.mul_f64(1.0 - off + 2.0 * off * chance.clamp(0.0, 1.0));
        let asked = retry_after.unwrap_or_default().min(Self::LONGEST_RETRY_AFTER);
        TimeDelta::from_std(pause.max(asked)).ok().map(|pause| at + pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_tries_lie_as_far_apart_as_they_are_said_to() {
        let (schedule, at) = (Schedule::standard(), DateTime::UNIX_EPOCH);
        let pauses: Vec<_> = (1..).map_while(|tries| schedule.next(tries, at, 0.5, None)).collect();
        let seconds: Vec<_> = pauses.iter().map(|next| (*next - at).num_seconds()).collect();
        assert_eq!(seconds, [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
        assert_eq!(schedule.tries(), 10);
        assert_eq!(schedule.next(10, at, 0.5, None), None);
        assert_eq!(schedule.next(0, at, 0.5, None), None);
    }

    #[test]
    fn a_pause_is_at_most_a_fifth_off() {
        let (schedule, at) = (Schedule::standard(), DateTime::UNIX_EPOCH);
        let after = |chance| (schedule.next(2, at, chance, None).unwrap() - at).num_seconds();
        assert_eq!((after(0.0), after(1.0), after(7.0)), (240, 360, 360));
    }

    #[test]
    fn the_later_of_the_schedule_and_retry_after_counts() {
        let (schedule, at) = (Schedule::standard(), DateTime::UNIX_EPOCH);
        let after = |tries, asked| {
            (schedule.next(tries, at, 0.5, Some(Duration::from_secs(asked))).unwrap() - at).num_seconds()
        };
        assert_eq!((after(1, 60), after(3, 60)), (60, 1800));
        assert_eq!(after(1, 10_000_000), 86_400);
    }
}
