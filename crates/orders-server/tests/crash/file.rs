//! The database file of a server that is gone.

use std::{ffi::OsString, fs, path::Path};

use diesel::{Connection, RunQueryDsl, SqliteConnection, dsl::sql, sql_types::Text};
use tempfile::TempDir;

/// What is wrong with the file, by the one query that looks for it.
const FAULTS: [(&str, &str); 4] = [
    ("SELECT group_concat(integrity_check) FROM pragma_integrity_check", "ok"),
    ("SELECT count(*) || '' FROM pragma_foreign_key_check", "0"),
    ("SELECT count(*) || '' FROM orders WHERE id NOT IN (SELECT order_id FROM order_products)", "0"),
    (
        "SELECT count(*) - count(DISTINCT user_id || ' ' || idempotency_key) || '' FROM orders
         WHERE idempotency_key IS NOT NULL",
        "0",
    ),
];

/// Looks at a copy, so that it is the next server that recovers the file itself.
pub fn assert_sound(database: &Path) {
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
