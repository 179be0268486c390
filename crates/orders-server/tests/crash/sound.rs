//! The database of a server that is gone.

use std::{
    ffi::OsString,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use diesel::{Connection, RunQueryDsl, SqliteConnection, dsl::sql, sql_types::Text};
use tempfile::TempDir;

use crate::support::{
    Place,
    postgres::{Database, try_execute},
};

/// What is wrong with the file, by the one query that looks for it.
const FAULTS: [(&str, &str); 6] = [
    ("SELECT group_concat(integrity_check) FROM pragma_integrity_check", "ok"),
    ("SELECT count(*) || '' FROM pragma_foreign_key_check", "0"),
    ("SELECT count(*) || '' FROM orders WHERE id NOT IN (SELECT order_id FROM order_products)", "0"),
    (
        "SELECT count(*) - count(DISTINCT actor || ' ' || idempotency_key) || '' FROM events
         WHERE idempotency_key IS NOT NULL",
        "0",
    ),
    (
        "SELECT count(*) || '' FROM orders WHERE version <> (SELECT count(*) FROM events
         WHERE subject = orders.id AND kind = 'order')",
        "0",
    ),
    ("SELECT count(*) || '' FROM events WHERE subject NOT IN (SELECT id FROM orders)", "0"),
];

pub fn assert_sound(place: &Place) {
    match place {
        Place::File(_) => assert_file_is_sound(&place.file().unwrap()),
        Place::Postgres(database) => {
            wait_until_alone(database);
            assert_nothing_by_halves(database);
        }
    }
}

/// Waits until PostgreSQL has done, or given up, all that servers that are gone have sent it.
fn wait_until_alone(database: &Database) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while try_execute(
        &database.url(),
        "DO $$ BEGIN ASSERT (SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()) = 0; END $$",
    )
    .is_err()
    {
        assert!(Instant::now() < deadline, "somebody is still connected");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn assert_nothing_by_halves(database: &Database) {
    let queries = [
        "SELECT FROM orders WHERE id NOT IN (SELECT order_id FROM order_products)",
        "SELECT FROM orders WHERE version <> (SELECT count(*) FROM events WHERE subject = orders.id AND kind = 'order')",
        "SELECT FROM events WHERE subject NOT IN (SELECT id FROM orders)",
    ];
    for query in queries {
        // The server may have been killed before there was a table.
        database.execute(&format!(
            "DO $$ BEGIN IF to_regclass('events') IS NOT NULL THEN ASSERT NOT EXISTS ({query}); END IF; END $$"
        ));
    }
}

/// Looks at a copy, so that it is the next server that recovers the file itself.
fn assert_file_is_sound(database: &Path) {
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("copy.sqlite");
    for suffix in ["", "-wal"] {
        let with_suffix = |path: &Path| [path.as_os_str(), suffix.as_ref()].into_iter().collect::<OsString>();
        if fs::exists(with_suffix(database)).unwrap() {
            fs::copy(with_suffix(database), with_suffix(&copy)).unwrap();
        }
    }
    let mut conn = SqliteConnection::establish(copy.to_str().unwrap()).unwrap();
    for (query, expected) in FAULTS {
        let found: String = diesel::select(sql::<Text>(&format!("({query})"))).get_result(&mut conn).unwrap();
        assert_eq!(found, expected, "{query}");
    }
}
