use chrono::TimeDelta;
use diesel::{connection::SimpleConnection, prelude::*};
use orders_domain::{
    Idempotency, IdempotencyKey, Step,
    ports::{Made, PortError},
};
use tempfile::TempDir;

use super::{super::tests::database, *};
use crate::{
    SystemClock,
    sample::{at, changing, key, n, new_order, parcel, placing},
    sql::{
        schema::{events, order_products, orders},
        writer::Outcome,
    },
};

mod statements;
mod stock;

/// A store on a new database.
fn store() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    database(folder.path());
    let store = open_store(&folder);
    (folder, store)
}

/// The store on the database in this folder, whose news nobody hears.
fn open_store(folder: &TempDir) -> SqliteStore {
    let path = folder.path().join("orders.sqlite");
    SqliteStore::open(path, Arc::new(SystemClock), watch::Sender::default())
}

/// The same moment for all that a test does: one that goes on would now and then tell a change before
/// its order.
fn now() -> DateTime<Utc> {
    at(0)
}

fn insertion(user: i64, asked: Option<Idempotency>) -> Write {
    Write::Commit(placing(new_order(user, now()), asked))
}

fn change(step: Step) -> Write {
    Write::Commit(changing(step, None))
}

/// Each outcome in a word.
fn words(outcomes: Outcomes) -> Vec<String> {
    let word = |outcome| match outcome {
        Ok(Outcome::Placed(id, _)) => format!("inserted {id}"),
        Ok(Outcome::Known(Made::Order(order))) => format!("replayed {}", order.id()),
        Ok(Outcome::Refused(refused)) => format!("{refused:?}"),
        Ok(other) => format!("{other:?}"),
        Err(PortError::Unavailable(_)) => "unavailable".to_owned(),
        Err(other) => panic!("{other:?}"),
    };
    outcomes.into_iter().map(word).collect()
}

fn together(store: &mut SqliteStore, batch: &[Write]) -> Vec<String> {
    words(store.apply(batch, Isolation::Together).unwrap())
}

fn each(store: &mut SqliteStore, batch: &[Write]) -> Vec<String> {
    words(store.apply(batch, Isolation::Each).unwrap())
}

/// Another connection has these statements run.
fn outside(folder: &TempDir, sql: &str) {
    database(folder.path()).batch_execute(sql).unwrap();
}

/// From now on the database refuses orders of user 13.
fn refuse_13(folder: &TempDir) {
    outside(
        folder,
        "CREATE TRIGGER refuse BEFORE INSERT ON orders WHEN NEW.user_id = 13
         BEGIN SELECT RAISE(ABORT, 'no orders of 13'); END",
    );
}

/// From now on each commit of a new order fails, by a reference that is checked only then.
fn fail_commits(folder: &TempDir) {
    outside(
        folder,
        "CREATE TABLE parents (id INTEGER PRIMARY KEY);
         CREATE TABLE late (id INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER fail AFTER INSERT ON orders BEGIN INSERT INTO late VALUES (1); END",
    );
}

#[test]
fn a_batch_sees_its_own_writes() {
    let (_folder, mut store) = store();
    let first = new_order(1, now()).with_id(n(1));
    let tracked = first.track(parcel("1"), now()).unwrap();
    let batch = [
        insertion(1, Some(key("a", 1))),
        insertion(1, Some(key("a", 1))),
        insertion(1, Some(key("a", 2))),
        change(tracked.clone()),
        change(tracked),
        insertion(1, None),
        Write::Recall { user: n(1), idempotency: key("a", 1), now: now() },
        Write::Recall { user: n(1), idempotency: key("b", 1), now: now() },
        Write::Probe,
    ];
    let expected = [
        "inserted 1",
        "replayed 1",
        "KeyReused",
        "Changed",
        "Stale",
        "inserted 2",
        "replayed 1",
        "Nothing",
        "Nothing",
    ];
    assert_eq!(together(&mut store, &batch), expected);
}

#[test]
fn a_refused_write_fails_alone_and_leaves_no_trace() {
    let (folder, mut store) = store();
    refuse_13(&folder);
    assert_eq!(together(&mut store, &[insertion(1, None)]), ["inserted 1"]);
    let batch = [
        insertion(1, Some(key("a", 1))),
        insertion(13, Some(key("b", 1))),
        insertion(1, Some(key("a", 1))),
        insertion(1, None),
    ];
    let failed = store.apply(&batch, Isolation::Together);
    assert!(matches!(failed, Err(BatchError::Statement(_))), "{failed:?}");
    assert_eq!(each(&mut store, &batch), ["inserted 2", "unavailable", "replayed 2", "inserted 3"]);

    outside(&folder, "DROP TRIGGER refuse");
    assert_eq!(together(&mut store, &[insertion(13, Some(key("b", 1)))]), ["inserted 4"]);
}

#[test]
fn of_an_order_whose_second_line_is_refused_nothing_stays() {
    let (folder, mut store) = store();
    outside(
        &folder,
        "CREATE TRIGGER refuse BEFORE INSERT ON order_products
         WHEN NEW.id = NEW.order_id * 100 - 98 AND (SELECT user_id FROM orders WHERE id = NEW.order_id) = 13
         BEGIN SELECT RAISE(ABORT, 'no second line for 13'); END",
    );
    let batch = [insertion(1, None), insertion(13, Some(key("a", 1))), insertion(2, None)];
    assert_eq!(each(&mut store, &batch), ["inserted 1", "unavailable", "inserted 2"]);
    // Refused as the last of its batch, it is not covered by what comes after it.
    assert_eq!(each(&mut store, &[insertion(13, None)]), ["unavailable"]);
    let conn = store.conn.as_mut().unwrap();
    let users: Vec<i64> = orders::table.select(orders::user_id).order(orders::id).load(conn).unwrap();
    let lines: Vec<i64> = order_products::table
        .select(order_products::order_id)
        .order(order_products::order_id)
        .load(conn)
        .unwrap();
    assert_eq!((users, lines), (vec![1, 2], vec![1, 1, 2, 2]));
}

#[test]
fn a_batch_that_was_rolled_back_is_forgotten() {
    let (folder, mut store) = store();
    refuse_13(&folder);
    assert_eq!(together(&mut store, &[insertion(1, Some(key("before", 1)))]), ["inserted 1"]);
    let batch = [insertion(1, None), insertion(1, Some(key("a", 1))), insertion(13, None)];
    store.apply(&batch, Isolation::Together).unwrap_err();
    let again = [insertion(1, Some(key("before", 1))), insertion(1, Some(key("a", 1)))];
    assert_eq!(together(&mut store, &again), ["replayed 1", "inserted 2"]);
}

#[test]
fn a_clock_that_jumped_ahead_for_a_while_has_forgotten_no_key() {
    let (folder, mut store) = store();
    let first = insertion(1, Some(key("a", 1)));
    assert_eq!(together(&mut store, &[first]), ["inserted 1"]);
    for number in 2..4 {
        let ahead = new_order(1, now() + IdempotencyKey::KEPT + TimeDelta::hours(1));
        let later = Write::Commit(placing(ahead, None));
        assert_eq!(together(&mut store, &[later]), [format!("inserted {number}")]);
    }
    let again = [insertion(1, Some(key("a", 1)))];
    assert_eq!(together(&mut store, &again), ["replayed 1"]);
    // Neither has a server that started while the clock was still ahead.
    drop(store);
    let mut store = open_store(&folder);
    let known = |store: &SqliteStore| store.keys.as_ref().unwrap().len();
    assert_eq!(known(&store), 0);
    assert_eq!(together(&mut store, &again), ["replayed 1"]);
    assert_eq!(known(&store), 1);
}

#[test]
fn a_jump_ahead_is_told_once_and_time_that_passes_is_not() {
    let mut watch = ClockWatch::default();
    let (start, hours) = (now(), Duration::from_hours);
    let mut told = |newest, run| watch.jumped(newest, run);
    assert!(!told(start, hours(1)));
    assert!(!told(start, hours(30)), "a probe");
    assert!(!told(start + TimeDelta::hours(30), hours(31)), "nobody ordered for a while");
    let ahead = start + TimeDelta::hours(60);
    assert_eq!(
        [told(ahead, hours(31)), told(ahead, hours(31)), told(ahead, hours(40))],
        [true, false, false]
    );
    assert!(!told(ahead + TimeDelta::hours(1), hours(62)));
}

#[test]
fn a_number_taken_by_an_outsider_is_passed_over() {
    let (folder, mut store) = store();
    assert_eq!(together(&mut store, &[insertion(1, None)]), ["inserted 1"]);
    outside(
        &folder,
        "INSERT INTO orders SELECT 2, user_id, order_date, updated_at, status, currency, 1, NULL, NULL, NULL, NULL, NULL,
         NULL, NULL, NULL, NULL FROM orders",
    );
    let batch = [insertion(1, Some(key("a", 1))), insertion(2, None)];
    let failed = store.apply(&batch, Isolation::Together);
    assert!(matches!(failed, Err(BatchError::Statement(_))), "{failed:?}");
    assert_eq!(each(&mut store, &batch), ["inserted 3", "inserted 4"]);
}

#[test]
fn a_failed_commit_is_told_from_other_failures_and_the_store_recovers() {
    let (folder, mut store) = store();
    fail_commits(&folder);
    for _ in 0..2 {
        let failed = store.apply(&[insertion(1, Some(key("a", 1)))], Isolation::Together);
        assert!(matches!(failed, Err(BatchError::Commit(_))), "{failed:?}");
    }
    outside(&folder, "DROP TRIGGER fail");
    let again = [insertion(1, Some(key("a", 1))), insertion(1, Some(key("a", 1)))];
    assert_eq!(together(&mut store, &again), ["inserted 1", "replayed 1"]);
}

#[test]
fn keys_are_known_again_after_a_failed_commit() {
    let (folder, mut store) = store();
    assert_eq!(together(&mut store, &[insertion(1, Some(key("a", 1)))]), ["inserted 1"]);
    fail_commits(&folder);
    store.apply(&[insertion(1, None)], Isolation::Together).unwrap_err();
    assert_eq!(together(&mut store, &[insertion(1, Some(key("a", 1)))]), ["replayed 1"]);
}

#[test]
fn the_first_key_after_a_long_silence_is_known() {
    let (_folder, mut store) = store();
    assert_eq!(together(&mut store, &[insertion(1, Some(key("a", 1)))]), ["inserted 1"]);
    store.remembered = Box::new(|| Duration::from_hours(47));
    assert_eq!(together(&mut store, &[insertion(1, Some(key("b", 1)))]), ["inserted 2"]);
    assert_eq!(together(&mut store, &[insertion(1, Some(key("b", 1)))]), ["replayed 2"]);
}

#[test]
fn a_locked_database_lets_no_batch_begin() {
    let (folder, mut store) = store();
    assert_eq!(together(&mut store, &[insertion(1, None)]), ["inserted 1"]);
    store.conn.as_mut().unwrap().batch_execute("PRAGMA busy_timeout = 0").unwrap();
    let mut outsider = database(folder.path());
    outsider.batch_execute("BEGIN IMMEDIATE").unwrap();
    let failed = store.apply(&[insertion(1, None)], Isolation::Together);
    assert!(matches!(failed, Err(BatchError::Begin(_))), "{failed:?}");
    outsider.batch_execute("COMMIT").unwrap();
    assert_eq!(together(&mut store, &[insertion(1, None)]), ["inserted 2"]);
}

#[test]
fn a_rehearsal_uses_up_no_number_and_no_key() {
    let (_folder, mut store) = store();
    let dry = || Write::Rehearse(placing(new_order(1, now()), Some(key("a", 1))));
    let batch = [insertion(1, None), dry(), dry(), insertion(1, Some(key("a", 2))), dry()];
    let expected = ["inserted 1", "inserted 2", "inserted 2", "inserted 2", "KeyReused"];
    assert_eq!(together(&mut store, &batch), expected);
    let ids: Vec<i64> =
        events::table.select(events::id).order(events::id).load(store.conn.as_mut().unwrap()).unwrap();
    assert_eq!(ids, [1, 2]);
}
