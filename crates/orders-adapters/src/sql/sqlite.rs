//! The seam for SQLite: the connection type, the migrations, the database, and the ports over it.

use diesel::{
    prelude::*,
    sql_types::{Bool, Nullable},
    sqlite::{Sqlite, SqliteConnection},
};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::schema::{events as events_table, products};

#[path = "analytics.rs"]
mod analytics;
#[path = "arriving.rs"]
mod arriving;
mod audit;
#[path = "auditing.rs"]
mod auditing;
mod backup;
#[path = "belonging.rs"]
mod belonging;
#[path = "catalogue.rs"]
mod catalogue;
#[path = "catalogued.rs"]
mod catalogued;
mod changing;
#[path = "checking.rs"]
mod checking;
mod commit;
mod connection;
#[path = "consumers.rs"]
mod consumers;
mod copy;
#[path = "copying.rs"]
mod copying;
mod counted;
#[path = "counting.rs"]
mod counting;
mod database;
#[path = "deliveries.rs"]
mod deliveries;
mod events;
#[path = "exporting.rs"]
mod exporting;
mod filling;
#[path = "forgetting.rs"]
mod forgetting;
#[path = "founding.rs"]
mod founding;
#[path = "held.rs"]
mod held;
#[path = "history.rs"]
mod history;
#[path = "importing.rs"]
mod importing;
mod inbox;
#[path = "keeping.rs"]
mod keeping;
mod keys;
mod leases;
#[path = "listed.rs"]
mod listed;
mod listing;
#[path = "lists.rs"]
mod lists;
mod lock;
#[path = "marketing.rs"]
mod marketing;
#[path = "markets.rs"]
mod markets;
#[path = "mending.rs"]
mod mending;
mod migrate;
#[path = "migrations.rs"]
mod migrations;
mod ports;
#[path = "pruning.rs"]
mod pruning;
mod queries;
mod readers;
#[path = "recounting.rs"]
mod recounting;
#[path = "redoing.rs"]
mod redoing;
#[path = "resummed.rs"]
mod resummed;
#[path = "revocations.rs"]
mod revocations;
mod said;
mod settling;
mod shipments;
mod sound;
mod steps;
mod stock;
mod store;
#[path = "tallying.rs"]
mod tallying;
mod telling;
mod waiting;
mod wal;
#[path = "webhooks.rs"]
mod webhooks;

pub use audit::{SqliteAudit, SqliteMend};
pub use backup::{BackupError, Contents, SqliteSnapshot};
pub use copy::SqliteCopy;
pub use database::SqliteDatabase;
pub use migrate::{counted, forget, migrate, recount, revert, revoke, status};
pub use sound::{SchemaAge, faults, schema_age};

type Conn = SqliteConnection;

/// A condition on the table of products.
type OfProducts = Box<dyn BoxableExpression<products::table, Sqlite, SqlType = Bool>>;

/// A condition on the table of events.
type OfEvents = Box<dyn BoxableExpression<events_table::table, Sqlite, SqlType = Nullable<Bool>>>;

/// That an event is of a marketplace, with a number between two: by the index of marketplaces.
fn in_marketplace(code: String, _: (i64, i64)) -> OfEvents {
    Box::new(events_table::marketplace.eq(code))
}

/// That a product is for sale, or that it is not.
fn is_active(active: bool) -> OfProducts {
    Box::new(products::active.eq(active))
}
type Bulk = SqliteCopy;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

#[cfg(test)]
mod tests;
