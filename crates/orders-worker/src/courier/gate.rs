//! When a receiver is left alone.

use std::time::Duration;

use tokio::time::Instant;

/// After so many failures in a row a receiver is taken to be away.
const AWAY: u32 = 10;

/// The longest that a receiver is left alone that is overloaded and does not say for how long.
const LONGEST: Duration = Duration::from_mins(1);

/// The longest that it is left alone if it says so.
const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// How much is on its way to a receiver at once, of which nothing is known yet.
const FIRST_WIDTH: usize = 4;

/// How much always may be.
const LEAST_WIDTH: usize = 2;

/// An answer that takes longer than this is slow.
const SLOW: Duration = Duration::from_secs(5);

/// Whether something may be sent to a receiver now.
///
/// What one bears too much of holds for all that is sent to it. To one that is away only what was tried before is
/// sent, and every now and then something else to see whether it is back: otherwise each event of an outage
/// would become a row in the log. To one that answers soon ever more is sent at once, and little to one that does not:
/// it would keep connections that others need.
#[derive(Debug)]
pub struct Gate {
    width: usize,
    /// Nothing before this.
    shut_until: Option<Instant>,
    /// Nothing that was not tried before, before this.
    away_until: Option<Instant>,
    failures: u32,
    overloads: u32,
}

impl Default for Gate {
    fn default() -> Self {
        Self { width: FIRST_WIDTH, shut_until: None, away_until: None, failures: 0, overloads: 0 }
    }
}

impl Gate {
    /// How much may be on its way at once.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether there is anything to remember of the receiver.
    pub fn is_fresh(&self, now: Instant) -> bool {
        self.failures == 0 && self.is_open_to_all(now)
    }

    /// Whether anything may be sent.
    pub fn is_open(&self, now: Instant) -> bool {
        self.shut_until.is_none_or(|until| until <= now)
    }

    /// Whether something may be sent that was not tried before.
    pub fn is_open_to_all(&self, now: Instant) -> bool {
        self.is_open(now) && self.away_until.is_none_or(|until| until <= now)
    }

    /// When it opens further, if it does.
    pub fn opens_at(&self, now: Instant) -> Option<Instant> {
        self.shut_until.into_iter().chain(self.away_until).filter(|until| *until > now).min()
    }

    /// Something that was not tried before is sent now: while the receiver is away, nothing else for a while.
    pub fn probes(&mut self, now: Instant, probe: Duration) {
        if self.failures >= AWAY {
            self.away_until = Some(now + probe);
        }
    }

    /// Something has arrived, after so long; `most` may be on its way at once.
    pub fn succeeded(&mut self, took: Duration, most: usize) {
        (self.failures, self.overloads, self.away_until) = (0, 0, None);
        if took < SLOW {
            self.width = (self.width + 1).min(most);
        } else {
            self.narrow();
        }
    }

    fn narrow(&mut self) {
        self.width = (self.width / 2).max(LEAST_WIDTH);
    }

    /// Something has not.
    pub fn failed(&mut self, now: Instant, probe: Duration) {
        self.failures = self.failures.saturating_add(1);
        self.narrow();
        self.probes(now, probe);
    }

    /// The receiver bears no more, for this long if it says so.
    pub fn overloaded(&mut self, now: Instant, retry_after: Option<Duration>) {
        self.overloads = self.overloads.saturating_add(1);
        let pause = Duration::from_secs(1 << self.overloads.min(6)).min(LONGEST);
        let pause = pause.max(retry_after.unwrap_or_default().min(LONGEST_ASKED));
        self.shut_until = self.shut_until.max(Some(now + pause));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROBE: Duration = Duration::from_secs(30);

    #[test]
    fn to_a_receiver_that_is_away_something_new_is_sent_now_and_then() {
        let (mut gate, now) = (Gate::default(), Instant::now());
        for _ in 1..AWAY {
            gate.failed(now, PROBE);
        }
        assert!(gate.is_open_to_all(now));
        gate.failed(now, PROBE);
        assert!(gate.is_open(now) && !gate.is_open_to_all(now));
        assert_eq!(gate.opens_at(now), Some(now + PROBE));
        let later = now + PROBE;
        assert!(gate.is_open_to_all(later));
        gate.probes(later, PROBE);
        assert!(!gate.is_open_to_all(later));
        gate.succeeded(Duration::ZERO, 32);
        assert!(gate.is_open_to_all(later));
        gate.probes(later, PROBE);
        assert!(gate.is_open_to_all(later));
    }

    #[test]
    fn much_is_sent_at_once_to_a_receiver_that_answers_soon_and_little_to_one_that_does_not() {
        let (mut gate, now) = (Gate::default(), Instant::now());
        assert_eq!(gate.width(), FIRST_WIDTH);
        for _ in 0..100 {
            gate.succeeded(Duration::from_millis(200), 32);
        }
        assert_eq!(gate.width(), 32);
        gate.succeeded(Duration::from_secs(10), 32);
        assert_eq!(gate.width(), 16);
        for _ in 0..10 {
            gate.failed(now, PROBE);
        }
        assert_eq!(gate.width(), LEAST_WIDTH);
    }

    #[test]
    fn a_receiver_that_is_overloaded_is_left_alone_for_as_long_as_it_says_or_ever_longer() {
        let (mut gate, now) = (Gate::default(), Instant::now());
        let pause = |gate: &Gate| gate.opens_at(now).unwrap() - now;
        gate.overloaded(now, None);
        assert!(!gate.is_open(now));
        assert_eq!(pause(&gate), Duration::from_secs(2));
        for _ in 0..100 {
            gate.overloaded(now, None);
        }
        assert_eq!(pause(&gate), LONGEST);
        gate.overloaded(now, Some(Duration::from_mins(5)));
        assert_eq!(pause(&gate), Duration::from_mins(5));
        // Another answer that asks for less does not open it sooner.
        gate.overloaded(now, None);
        assert_eq!(pause(&gate), Duration::from_mins(5));
        gate.overloaded(now, Some(Duration::MAX));
        assert_eq!(pause(&gate), LONGEST_ASKED);
    }
}
