//! Bringing a database to this program's schema, against the seam's connection (`super::Conn`) and
//! its migrations (`super::MIGRATIONS`).

use diesel::{
    Connection, QueryResult, RunQueryDsl,
    dsl::sql,
    migration::{Migration, MigrationName, MigrationSource, MigrationVersion, Result},
    sql_types::Bool,
};
use diesel_migrations::MigrationHarness;

use super::{
    super::{Applied, MigrationState, OpenError},
    Conn, MIGRATIONS,
    migrate::has_table,
};

/// What taking a migration back loses.
struct Loss {
    /// The migration's name.
    migration: &'static str,
    /// What is in the tables, in words.
    what: &'static str,
    /// The tables that are dropped, and which of their rows are lost; nothing is while there are none.
    rows: &'static [(&'static str, &'static str)],
}

/// One for each migration: a migration without one is not taken back unless losses are allowed.
const LOSSES: [Loss; 11] = [
    Loss {
        migration: "2026-11-22-000001_orders",
        what: "the orders",
        rows: &[("orders", "TRUE"), ("order_products", "TRUE")],
    },
    Loss {
        migration: "2026-11-26-000002_revocations",
        what: "the revocations of tokens",
        rows: &[("revocations", "TRUE")],
    },
    Loss {
        migration: "2026-11-27-000003_events",
        what: "the events",
        // Those that it has made itself it makes again.
        rows: &[(
            "events",
            "NOT (type = 'migrated' OR type = 'placed' AND request_id IS NULL AND actor_kind = 'user')",
        )],
    },
    Loss {
        migration: "2026-11-27-000004_catalogue",
        what: "the products, the places and their stock",
        // The products with which a database begins are made again.
        rows: &[
            ("products", "version > 1 OR id > 10"),
            ("locations", "TRUE"),
            ("stock_movements", "TRUE"),
            ("events", "kind <> 'order'"),
        ],
    },
    Loss {
        migration: "2026-11-28-000005_shipments",
        what: "the shipments beyond an order's first, what is in them, cancellations and contacts",
        // A parcel that was tracked or sent as before is made again.
        rows: &[
            (
                "order_shipments",
                "number > 1 OR location_id IS NOT NULL OR weight_g IS NOT NULL OR reasons IS NOT NULL",
            ),
            ("order_cancellations", "TRUE"),
            ("orders", "email IS NOT NULL OR ship_to IS NOT NULL"),
            (
                "events",
                "kind = 'order' AND type IN ('planned', 'shipment_created', 'shipment_changed', \
                 'partially_cancelled', 'contact_changed')",
            ),
        ],
    },
    Loss {
        migration: "2026-11-28-000006_deliveries",
        what: "the webhooks and the log of what was sent",
        // Who reads the events begins anew where they end then, so nothing is done twice.
        rows: &[("webhooks", "TRUE"), ("deliveries", "TRUE"), ("events", "kind = 'webhook'")],
    },
    // By what rows are found, and no rows.
    Loss { migration: "2026-11-28-000007_lists", what: "nothing", rows: &[] },
    Loss {
        migration: "2026-11-28-000008_marketplaces",
        what: "the marketplaces, the listings and texts of products, and the names on the lines of orders",
        rows: &[
            ("marketplaces", "version > 1 OR code <> 'default'"),
            ("listings", "TRUE"),
            ("product_texts", "TRUE"),
            ("order_products", "name IS NOT NULL"),
            ("orders", "marketplace IS NOT NULL OR locale IS NOT NULL"),
        ],
    },
    Loss {
        migration: "2026-11-29-000009_imports",
        what: "what imported orders are called elsewhere and when they were placed there",
        rows: &[("orders", "external_id IS NOT NULL")],
    },
    Loss {
        migration: "2026-11-29-000010_traces",
        what: "of which traces events are a part",
        rows: &[("events", "trace_context IS NOT NULL")],
    },
    // They are counted again.
    Loss { migration: "2026-11-30-000011_rollups", what: "nothing", rows: &[] },
];

type Known = Vec<Box<dyn Migration<<Conn as Connection>::Backend>>>;

/// Applies what is missing; refuses a database that has more than this program knows.
pub fn run(conn: &mut Conn) -> std::result::Result<Applied, OpenError> {
    refuse_newer(conn)?;
    let done = conn.run_pending_migrations(MIGRATIONS).map_err(failed)?;
    done.iter().map(name).collect()
}

/// Each migration that this program knows, and whether the database has it.
pub fn status(conn: &mut Conn) -> std::result::Result<Vec<MigrationState>, OpenError> {
    refuse_newer(conn)?;
    let (applied, known) = (applied(conn)?, known().map_err(failed)?);
    let names = known.iter().map(Migration::name);
    let state = |name: &dyn MigrationName| MigrationState {
        name: name.to_string(),
        applied: applied.contains(&name.version().as_owned()),
    };
    Ok(names.map(state).collect())
}

/// Refuses a database that has another schema than this program's.
pub fn refuse_other(conn: &mut Conn) -> std::result::Result<(), OpenError> {
    refuse_newer(conn)?;
    let (applied, known) = (applied(conn)?, known().map_err(failed)?);
    if known.iter().any(|known| !applied.contains(&known.name().version().as_owned())) {
        return Err(OpenError::OlderDatabase);
    }
    Ok(())
}

/// The name of the newest migration that the database has, whether this program knows it or not.
pub fn newest(conn: &mut Conn) -> std::result::Result<Option<String>, OpenError> {
    applied(conn)?.iter().max().map(name).transpose()
}

/// Takes the newest migration back; its name, or `None` when there is none. Unless losses are
/// allowed it is refused if anything would be lost, and if that cannot be told.
///
/// To be called in a transaction; after `lock` nothing is added to a table before its end.
pub fn revert(
    conn: &mut Conn,
    lose: bool,
    lock: impl Fn(&mut Conn, &str) -> QueryResult<()>,
) -> std::result::Result<Option<String>, OpenError> {
    refuse_newer(conn)?;
    let Some(newest) = newest(conn)? else { return Ok(None) };
    if !lose {
        refuse_loss(conn, &newest, lock)?;
    }
    let reverted = conn.revert_last_migration(MIGRATIONS).map_err(failed)?;
    name(&reverted).map(Some)
}

fn refuse_loss(
    conn: &mut Conn,
    migration: &str,
    lock: impl Fn(&mut Conn, &str) -> QueryResult<()>,
) -> std::result::Result<(), OpenError> {
    let unknown = |reason: String| OpenError::LossUnknown { migration: migration.to_owned(), reason };
    let loss = LOSSES.iter().find(|loss| loss.migration == migration);
    let loss = loss.ok_or_else(|| unknown("nothing is said of it".to_owned()))?;
    for (table, lost) in loss.rows {
        let filled = lock(conn, table).and_then(|()| {
            diesel::select(sql::<Bool>(&format!("EXISTS (SELECT 1 FROM {table} WHERE {lost})")))
                .get_result::<bool>(conn)
        });
        if filled.map_err(|error| unknown(error.to_string()))? {
            return Err(OpenError::WouldLose { migration: migration.to_owned(), what: loss.what });
        }
    }
    Ok(())
}

/// The name of the migration of this version.
fn name(version: &MigrationVersion<'_>) -> std::result::Result<String, OpenError> {
    let known = known().map_err(failed)?;
    let named = known.iter().map(Migration::name).find(|name| name.version() == *version);
    Ok(named.map_or_else(|| version.to_string(), ToString::to_string))
}

/// The migrations that the database has. Diesel itself makes the table in which they stand, if it is not there.
fn applied(conn: &mut Conn) -> std::result::Result<Vec<MigrationVersion<'static>>, OpenError> {
    if !has_table(conn, "__diesel_schema_migrations")? {
        return Ok(Vec::new());
    }
    conn.applied_migrations().map_err(failed)
}

fn known() -> Result<Known> {
    MIGRATIONS.migrations()
}

fn refuse_newer(conn: &mut Conn) -> std::result::Result<(), OpenError> {
    let (applied, known) = (applied(conn)?, known().map_err(failed)?);
    let is_known = |version: &str| known.iter().any(|known| known.name().version().to_string() == version);
    match applied.iter().map(ToString::to_string).find(|version| !is_known(version)) {
        Some(unknown) => Err(OpenError::NewerDatabase(unknown)),
        None => Ok(()),
    }
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> OpenError {
    OpenError::Migration(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_says_what_it_loses() {
        let names: Vec<_> = known().unwrap().iter().map(|known| known.name().to_string()).collect();
        assert_eq!(names, LOSSES.map(|loss| loss.migration));
    }
}
