//! The idempotency keys that still count, in the writer's memory.
//!
//! The keys themselves are stored with their orders, in the same row; this map only finds the
//! order of a key. A random key in an index of its own would dirty a page for itself: measured,
//! four times the cost of the order.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::QueryResult;
use orders_domain::{IdempotencyKey, UserId};
use sha2::{Digest, Sha256};

use super::{super::rows::millis, Conn, queries};

/// How many keys one look at the table forgets at most.
const SWEEP: i64 = 512;

/// How many keys one read brings in while starting.
const LOAD: i64 = 10_000;

/// The digest that stands for a user's key: no two keys are expected to share one before 2⁶⁴.
type KeyDigest = u128;

/// The order (by id) that each key made.
#[derive(Debug, Default)]
pub struct Keys {
    orders: HashMap<KeyDigest, i64>,
    /// The newest order (date and id) whose key is forgotten.
    forgotten: (i64, i64),
    /// What to put back if the transaction fails.
    undo: Vec<(KeyDigest, Option<i64>)>,
}

fn digest(user: i64, key: &str) -> KeyDigest {
    let hash = Sha256::new().chain_update(user.to_le_bytes()).chain_update(key).finalize();
    hash.iter().take(16).fold(0, |digest, byte| digest << 8 | KeyDigest::from(*byte))
}

/// The date before which keys no longer count.
fn cutoff(now: DateTime<Utc>) -> i64 {
    millis(now - IdempotencyKey::KEPT)
}

impl Keys {
    /// Reads the keys that still count at `now`.
    pub fn load(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<Self> {
        let mut keys = Self { forgotten: (cutoff(now), i64::MAX), ..Self::default() };
        let mut after = keys.forgotten;
        loop {
            let rows = queries::keys_after(conn, after, LOAD)?;
            let Some((date, id, ..)) = rows.last() else { return Ok(keys) };
            after = (*date, *id);
            keys.orders.extend(rows.iter().map(|(_, id, user, key)| (digest(*user, key), *id)));
        }
    }

    /// The order that a user's key made.
    pub fn order(&self, user: UserId, key: &IdempotencyKey) -> Option<i64> {
        if self.orders.is_empty() {
            return None;
        }
        self.orders.get(&digest(user.get(), key.as_str())).copied()
    }

    /// Remembers that the key made the order, once [`Self::committed`] says so.
    pub fn insert(&mut self, user: UserId, key: &IdempotencyKey, order: i64) {
        let digest = digest(user.get(), key.as_str());
        let before = self.orders.insert(digest, order);
        self.undo.push((digest, before));
    }

    /// The transaction of the last insertions is on disk.
    pub fn committed(&mut self) {
        self.undo.clear();
    }

    /// The transaction of the last insertions is not: forget the ones after the first `kept`.
    pub fn roll_back_to(&mut self, kept: usize) {
        while self.undo.len() > kept {
            match self.undo.pop() {
                Some((digest, Some(before))) => self.orders.insert(digest, before),
                Some((digest, None)) => self.orders.remove(&digest),
                None => None,
            };
        }
    }

    /// How many insertions are not committed yet.
    pub fn uncommitted(&self) -> usize {
        self.undo.len()
    }

    /// Forgets some of the keys that no longer count, at most [`SWEEP`] and only once a second of
    /// them has gathered.
    pub fn sweep(&mut self, conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<()> {
        let cutoff = cutoff(now);
        if self.orders.is_empty() || cutoff - self.forgotten.0 < 1000 {
            return Ok(());
        }
        let rows = queries::keys_after(conn, self.forgotten, SWEEP)?;
        let expired = rows.iter().take_while(|(date, ..)| *date <= cutoff);
        let mut last = None;
        for (date, id, user, key) in expired {
            last = Some((*date, *id));
            let digest = digest(*user, key);
            // A later order may have taken the key since.
            if self.orders.get(&digest) == Some(id) {
                self.orders.remove(&digest);
            }
        }
        let all_swept = rows.len() < usize::try_from(SWEEP).unwrap_or(usize::MAX)
            || rows.last().is_some_and(|(date, ..)| *date > cutoff);
        self.forgotten = if all_swept { (cutoff, i64::MAX) } else { last.unwrap_or(self.forgotten) };
        Ok(())
    }
}

#[cfg(test)]
mod tests;
