//! The database of a server that is gone.

use std::{
    ffi::OsString,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use diesel::{
    Connection, RunQueryDsl, SqliteConnection,
    dsl::sql,
    sql_types::{Bool, Text},
};
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
    (
        "SELECT count(*) || '' FROM events WHERE kind = 'order' AND subject NOT IN (SELECT id FROM orders)",
        "0",
    ),
];

/// Levels that are not what their movements add up to, or what the last one says.
const LEVELS_ASTRAY: &str = "SELECT 1 FROM stock_levels AS level JOIN \
    (SELECT product_id, location_id, max(id) AS last, \
    sum(CASE WHEN kind IN ('received', 'added', 'returned', 'moved_in') THEN quantity \
    WHEN kind IN ('removed', 'shipped', 'moved_out') THEN -quantity ELSE 0 END) AS on_hand, \
    sum(CASE WHEN kind = 'reserved' THEN quantity WHEN kind IN ('released', 'shipped') THEN -quantity ELSE 0 END) AS reserved \
    FROM stock_movements GROUP BY product_id, location_id) AS moved \
    ON moved.product_id = level.product_id AND moved.location_id = level.location_id \
    JOIN stock_movements AS last ON last.id = moved.last \
    WHERE level.on_hand <> moved.on_hand OR level.reserved <> moved.reserved \
    OR level.on_hand <> last.on_hand_after OR level.reserved <> last.reserved_after";

/// Lines, of orders of what is counted, that hold something else than what of them is not out and not cancelled.
const LINES_ASTRAY: &str = "SELECT 1 FROM order_products AS line JOIN orders ON orders.id = line.order_id LEFT JOIN \
    (SELECT line, sum(CASE WHEN kind = 'reserved' THEN quantity ELSE -quantity END) AS held \
    FROM stock_movements WHERE line IS NOT NULL GROUP BY line) AS moved ON moved.line = line.id \
    WHERE EXISTS (SELECT 1 FROM stock_levels) AND coalesce(moved.held, 0) <> \
    CASE WHEN orders.status = 'cancelled' THEN 0 ELSE line.quantity \
    - coalesce((SELECT sum(part.quantity) FROM order_shipment_products AS part JOIN order_shipments AS parcel \
    ON parcel.id = part.shipment_id WHERE part.line = line.id AND parcel.status IN ('shipped', 'delivered')), 0) \
    - coalesce((SELECT sum(unwanted.quantity) FROM order_cancelled_products AS unwanted \
    WHERE unwanted.line = line.id), 0) END";

/// Orders whose columns say something else of their parcels than the parcels do.
const PARCELS_ASTRAY: &str = "SELECT 1 FROM orders LEFT JOIN (SELECT order_id, count(*) AS parcels, \
    sum(CASE WHEN status IN ('shipped', 'delivered') THEN 1 ELSE 0 END) AS away FROM order_shipments \
    GROUP BY order_id) AS parcel ON parcel.order_id = orders.id \
    WHERE (orders.fulfillment IS NULL) <> (parcel.parcels IS NULL) \
    OR (coalesce(orders.fulfillment, 'unfulfilled') = 'unfulfilled') <> (coalesce(parcel.away, 0) = 0)";

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
        "SELECT FROM events WHERE kind = 'order' AND subject NOT IN (SELECT id FROM orders)",
        LEVELS_ASTRAY,
        LINES_ASTRAY,
        PARCELS_ASTRAY,
    ];
    for query in queries {
        // The server may have been killed before there was a table.
        database.execute(&format!(
            "DO $$ BEGIN IF to_regclass('order_shipment_products') IS NOT NULL THEN ASSERT NOT EXISTS ({query}); END IF; END $$"
        ));
    }
}

/// Looks at a copy, so that it is the next server that recovers the file itself.
pub fn assert_file_is_sound(database: &Path) {
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
    for query in [LEVELS_ASTRAY, LINES_ASTRAY, PARCELS_ASTRAY] {
        let found: bool =
            diesel::select(sql::<Bool>(&format!("EXISTS ({query})"))).get_result(&mut conn).unwrap();
        assert!(!found, "{query}");
    }
}
