//! The seam for PostgreSQL: the connection type, the migrations, the database, and the ports over it.

use diesel::{
    dsl::sql,
    pg::Pg,
    prelude::*,
    sql_types::{BigInt, Bool, Nullable, Text},
};
use diesel_async::{AsyncPgConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::schema::{events as events_table, products};

mod alone;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "analytics.rs"]
mod analytics;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "arriving.rs"]
mod arriving;
mod audit;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "auditing.rs"]
mod auditing;
mod batch;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "belonging.rs"]
mod belonging;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "catalogue.rs"]
mod catalogue;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "catalogued.rs"]
mod catalogued;
mod changes;
mod changing;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "checking.rs"]
mod checking;
mod complete;
mod connection;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "consumers.rs"]
mod consumers;
mod copy;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "copying.rs"]
mod copying;
mod counted;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "counting.rs"]
mod counting;
mod database;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "deliveries.rs"]
mod deliveries;
mod events;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "exporting.rs"]
mod exporting;
mod filling;
mod finder;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "forgetting.rs"]
mod forgetting;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "founding.rs"]
mod founding;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "held.rs"]
mod held;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "history.rs"]
mod history;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "importing.rs"]
mod importing;
mod inbox;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "keeping.rs"]
mod keeping;
mod keys;
mod leases;
mod levels;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "listed.rs"]
mod listed;
mod listing;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "lists.rs"]
mod lists;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "marketing.rs"]
mod marketing;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "markets.rs"]
mod markets;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "mending.rs"]
mod mending;
mod migrate;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "migrations.rs"]
mod migrations;
mod news;
mod orders;
mod parts;
mod pieces;
mod pool;
mod ports;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "pruning.rs"]
mod pruning;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "recounting.rs"]
mod recounting;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "redoing.rs"]
mod redoing;
mod replica;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "resummed.rs"]
mod resummed;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "revocations.rs"]
mod revocations;
mod said;
mod selling;
mod settled;
mod settling;
mod shipments;
mod steps;
mod stock;
mod store;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "tallying.rs"]
mod tallying;
mod telling;
mod tls;
mod url;
mod waiting;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "webhooks.rs"]
mod webhooks;
mod writing;

pub use audit::{PostgresAudit, PostgresMend};
pub use connection::PostgresOptions;
pub use copy::PostgresCopy;
pub use database::PostgresDatabase;
pub use migrate::{counted, forget, migrate, recount, revert, revoke, status};
pub use url::PostgresUrl;

type Conn = AsyncConnectionWrapper<AsyncPgConnection, connection::Parked>;
type Bulk = PostgresCopy;

/// A condition on the table of events.
type OfEvents = Box<dyn BoxableExpression<events_table::table, Pg, SqlType = Nullable<Bool>>>;

/// That an event is of a marketplace, with a number between two: as a row of values it is found by the index of
/// marketplaces only, which is of events that have one: that a row of values says so PostgreSQL does not know.
fn in_marketplace(code: String, (after, last): (i64, i64)) -> OfEvents {
    let behind = sql::<Nullable<Bool>>("(events.marketplace, events.id) > (").bind::<Text, _>(code.clone());
    let until = behind.sql(", ").bind::<BigInt, _>(after).sql(") AND (events.marketplace, events.id) <= (");
    Box::new(
        until
            .bind::<Text, _>(code)
            .sql(", ")
            .bind::<BigInt, _>(last)
            .sql(") AND events.marketplace IS NOT NULL"),
    )
}

/// A condition on the table of products.
type OfProducts = Box<dyn BoxableExpression<products::table, Pg, SqlType = Bool>>;

/// That a product is for sale, or that it is not: in the statement's text, or the plan that is made once for both
/// walks through all products for a few that are not.
fn is_active(active: bool) -> OfProducts {
    Box::new(sql::<Bool>(if active { "products.active = TRUE" } else { "products.active = FALSE" }))
}

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
