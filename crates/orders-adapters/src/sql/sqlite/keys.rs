//! The idempotency keys that still count, in the writer's memory.
//!
//! The keys themselves are stored with their events, in the same row; this map only finds the
//! event of a key. A random key in an index of its own would dirty a page for itself: measured,
//! four times the cost of the order.
//!
//! Whether a key still counts is judged by the date of its event. What is forgotten goes by the time
//! that the process has run, never by a date: a clock that jumped ahead once has forgotten nothing.

use std::{array, mem, time::Duration};

use chrono::{DateTime, Utc};
use diesel::QueryResult;
use orders_domain::{IdempotencyKey, UserId};
use sha2::{Digest, Sha256};

use super::{super::rows::millis, Conn, events};

/// How many keys one read brings in while starting.
const LOAD: i64 = 10_000;

/// How long a generation takes keys in.
const TURN: Duration = Duration::from_hours(12);

/// How many generations are remembered: the one that takes keys in, and as many before as a key of
/// its last moment needs to stay for 24 hours.
const GENERATIONS: usize = 3;

/// Into how many parts a generation is split: when one of them grows, that is all that is moved.
const PARTS: usize = 1 << 14;

/// How many parts of what was forgotten are given back to the system after a commit.
const GIVEN_BACK: usize = 64;

/// The digest that stands for a user's key: no two keys are expected to share one before 2⁶⁴.
type KeyDigest = [u64; 2];

fn digest(user: i64, key: &str) -> KeyDigest {
    let hash = Sha256::new().chain_update(user.to_le_bytes()).chain_update(key).finalize();
    let half = |start: usize| {
        hash.iter().skip(start).take(8).fold(0, |half: u64, byte| half << 8 | u64::from(*byte))
    };
    [half(0), half(8)]
}

/// Some keys, ascending. A table of hashes would keep up to half of its places free, and leave as much
/// again behind when it doubles.
#[derive(Debug, Clone, Default)]
struct Part(Vec<(KeyDigest, i64)>);

impl Part {
    fn place(&self, digest: &KeyDigest) -> Result<usize, usize> {
        self.0.binary_search_by_key(digest, |(digest, _)| *digest)
    }

    fn get(&self, digest: &KeyDigest) -> Option<i64> {
        self.place(digest).ok().map(|place| self.0[place].1)
    }

    /// The event that the key stood for before.
    fn insert(&mut self, digest: KeyDigest, event: i64) -> Option<i64> {
        match self.place(&digest) {
            Ok(place) => Some(mem::replace(&mut self.0[place].1, event)),
            Err(place) => {
                if self.0.len() == self.0.capacity() {
                    self.0.reserve_exact(4 + self.0.len() / 16);
                }
                self.0.insert(place, (digest, event));
                None
            }
        }
    }

    fn remove(&mut self, digest: &KeyDigest) {
        if let Ok(place) = self.place(digest) {
            self.0.remove(place);
        }
    }
}

/// The keys of half a day.
#[derive(Debug)]
struct Generation(Box<[Part]>);

impl Default for Generation {
    fn default() -> Self {
        Self(vec![Part::default(); PARTS].into())
    }
}

impl Generation {
    fn part(&self, digest: &KeyDigest) -> &Part {
        &self.0[Self::index(digest)]
    }

    fn part_mut(&mut self, digest: &KeyDigest) -> &mut Part {
        &mut self.0[Self::index(digest)]
    }

    #[expect(clippy::cast_possible_truncation, reason = "less than the number of parts")]
    fn index(digest: &KeyDigest) -> usize {
        (digest[1] % PARTS as u64) as usize
    }
}

/// The event (by id) that each key made.
#[derive(Debug)]
pub struct Keys {
    /// The newest first.
    generations: [Generation; GENERATIONS],
    /// How many half days of the process have passed.
    turns: u64,
    /// The newest event whose key is in.
    seen: i64,
    /// The date since which every key is in.
    since: i64,
    /// What was forgotten, given back to the system in small parts.
    leaving: Vec<Part>,
    /// What to put back if the transaction fails.
    undo: Vec<(KeyDigest, Option<i64>)>,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            generations: array::from_fn(|_| Generation::default()),
            turns: 0,
            seen: 0,
            since: i64::MIN,
            leaving: Vec::new(),
            undo: Vec::new(),
        }
    }
}

impl Keys {
    /// Reads the keys of events that were less than a day old at `now`; `last` is the newest event.
    pub fn load(conn: &mut Conn, now: DateTime<Utc>, last: i64) -> QueryResult<Self> {
        let since = millis(now - IdempotencyKey::KEPT);
        let mut keys = Self { seen: last, since, ..Self::default() };
        let mut after = (since, i64::MAX);
        loop {
            let rows = events::keys_after(conn, after, LOAD)?;
            let Some((date, id, ..)) = rows.last() else { return Ok(keys) };
            after = (*date, *id);
            for (_, id, user, key) in &rows {
                keys.take_in(digest(*user, key), *id);
            }
        }
    }

    /// Reads the keys of events that were stored since, by whomever.
    pub fn catch_up(&mut self, conn: &mut Conn) -> QueryResult<()> {
        for (_, id, user, key) in events::keys_since(conn, self.seen)? {
            self.take_in(digest(user, &key), id);
            self.seen = id;
        }
        Ok(())
    }

    /// Of two events with one key the later one counts.
    fn take_in(&mut self, digest: KeyDigest, event: i64) {
        if self.find(&digest).is_none_or(|known| known < event) {
            self.generations[0].part_mut(&digest).insert(digest, event);
        }
    }

    /// Reads the keys that count at `now` and did not when they were loaded, since the clock was
    /// ahead then. To be called before the keys are asked at `now`.
    pub fn cover(&mut self, conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<()> {
        let since = millis(now - IdempotencyKey::KEPT);
        let mut after = (since, i64::MAX);
        let known_since = self.since;
        while after.0 < known_since {
            let rows = events::keys_after(conn, after, LOAD)?;
            let Some((date, id, ..)) = rows.last() else { break };
            after = (*date, *id);
            for (_, id, user, key) in rows.iter().take_while(|(date, ..)| *date <= known_since) {
                self.take_in(digest(*user, key), *id);
            }
        }
        self.since = self.since.min(since);
        Ok(())
    }

    fn find(&self, digest: &KeyDigest) -> Option<i64> {
        self.generations.iter().find_map(|generation| generation.part(digest).get(digest))
    }

    /// The event that a user's key made.
    pub fn event(&self, user: UserId, key: &IdempotencyKey) -> Option<i64> {
        self.find(&digest(user.get(), key.as_str()))
    }

    /// Remembers that the key made the event, once [`Self::committed`] says so.
    pub fn insert(&mut self, user: UserId, key: &IdempotencyKey, event: i64) {
        let digest = digest(user.get(), key.as_str());
        let before = self.generations[0].part_mut(&digest).insert(digest, event);
        self.undo.push((digest, before));
    }

    /// The transaction of the last insertions is on disk, with this event as the newest.
    pub fn committed(&mut self, newest: i64) {
        self.undo.clear();
        self.seen = newest;
    }

    /// The transaction of the last insertions is not: forget the ones after the first `kept`.
    pub fn roll_back_to(&mut self, kept: usize) {
        while self.undo.len() > kept {
            let Some((digest, before)) = self.undo.pop() else { return };
            let part = self.generations[0].part_mut(&digest);
            match before {
                Some(before) => {
                    part.insert(digest, before);
                }
                None => part.remove(&digest),
            }
        }
    }

    /// How many insertions are not committed yet.
    pub fn uncommitted(&self) -> usize {
        self.undo.len()
    }

    /// Forgets what has been remembered for longer than a day, once the process has run for so long.
    pub fn turn(&mut self, run: Duration) {
        self.leaving.truncate(self.leaving.len().saturating_sub(GIVEN_BACK));
        let due = run.as_secs() / TURN.as_secs();
        while self.turns < due {
            self.turns += 1;
            self.generations.rotate_right(1);
            self.leaving.extend(mem::take(&mut self.generations[0]).0);
            if due - self.turns > GENERATIONS as u64 {
                self.turns = due - GENERATIONS as u64;
            }
        }
    }

    /// How many keys are remembered.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.generations.iter().flat_map(|generation| &generation.0).map(|part| part.0.len()).sum()
    }
}

#[cfg(test)]
mod tests;
