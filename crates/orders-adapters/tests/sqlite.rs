//! What is SQLite's own: files, locks, outsiders, corruption.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::path::PathBuf;

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use orders_adapters::SqliteDatabase;
use tempfile::TempDir;

#[path = "common/orders.rs"]
mod common;
#[path = "sqlite/corruption.rs"]
mod corruption;
#[path = "sqlite/counting.rs"]
mod counting;
#[path = "sqlite/importing.rs"]
mod importing;
#[path = "sqlite/opening.rs"]
mod opening;
#[path = "sqlite/outsiders.rs"]
mod outsiders;
#[path = "common/placing.rs"]
mod placing;
#[path = "sqlite/reading.rs"]
mod reading;
#[path = "sqlite/reopening.rs"]
mod reopening;
#[path = "sqlite/reverting.rs"]
mod reverting;
#[expect(dead_code, reason = "other tests need more of it")]
#[path = "common/shop.rs"]
mod shop;
#[path = "sqlite/shops.rs"]
mod shops;

/// A folder for one database, removed at the end.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Where the database is or will be.
    fn file(&self) -> PathBuf {
        self.0.path().join("orders.sqlite")
    }

    fn open(&self) -> SqliteDatabase {
        SqliteDatabase::open(&self.file()).unwrap()
    }

    /// Another process, as good as.
    fn outsider(&self) -> SqliteConnection {
        let mut outsider = SqliteConnection::establish(self.file().to_str().unwrap()).unwrap();
        outsider.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
        outsider
    }
}
