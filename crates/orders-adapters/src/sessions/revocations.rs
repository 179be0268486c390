//! Which users' tokens no longer count, in a file with a line for each revocation: the user's id and
//! the moment in milliseconds since 1970.

use std::{
    collections::HashMap,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::PathBuf,
    sync::{PoisonError, RwLock},
    time::SystemTime,
};

use chrono::{DateTime, Utc};
use orders_domain::UserId;

/// The revocations of a file.
#[derive(Debug)]
pub struct Revocations {
    path: PathBuf,
    read: RwLock<Read>,
}

#[derive(Debug, Default)]
struct Read {
    /// What the file looked like when it was read.
    seen: Option<(SystemTime, u64)>,
    latest: HashMap<UserId, DateTime<Utc>>,
}

impl Revocations {
    /// Those of this file, which need not be there yet.
    #[must_use]
    pub fn of_file(path: PathBuf) -> Self {
        Self { path, read: RwLock::default() }
    }

    /// The latest revocation of a user, as of the last reading.
    pub(super) fn known(&self, user: UserId) -> Option<DateTime<Utc>> {
        self.read.read().unwrap_or_else(PoisonError::into_inner).latest.get(&user).copied()
    }

    /// Reads the file again if it has changed. A file that cannot be read leaves what is known.
    pub(super) fn read_again(&self) {
        let Ok(found) = fs::metadata(&self.path) else { return };
        let Ok(modified) = found.modified() else { return };
        let seen = Some((modified, found.len()));
        if self.read.read().unwrap_or_else(PoisonError::into_inner).seen == seen {
            return;
        }
        match fs::read(&self.path) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let mut read = self.read.write().unwrap_or_else(PoisonError::into_inner);
                for (user, at) in text.lines().filter_map(parse) {
                    let latest = read.latest.entry(user).or_insert(at);
                    *latest = at.max(*latest);
                }
                read.seen = seen;
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "revocations cannot be read");
            }
        }
    }

    /// Adds a line.
    pub(super) fn add(&self, user: UserId, at: DateTime<Utc>) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().append(true).create(true).open(&self.path)?;
        // In one write, so that lines of several processes do not mix; on a line of its own even if
        // what stands before it was cut short.
        file.write_all(format!("\n{user} {}\n", at.timestamp_millis()).as_bytes())?;
        file.sync_all()
    }
}

fn parse(line: &str) -> Option<(UserId, DateTime<Utc>)> {
    let (user, millis) = line.split_once(' ')?;
    Some((user.parse().ok()?, DateTime::from_timestamp_millis(millis.parse().ok()?)?))
}
