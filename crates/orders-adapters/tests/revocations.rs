//! Whose tokens were revoked: told by another process, known to a store that is open.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;

use chrono::{DateTime, Utc};
use orders_adapters::{OpenError, SqliteDatabase, sql::sqlite};
use orders_domain::{UserId, ports::Revocations};

#[cfg(feature = "postgres")]
#[path = "common/postgres.rs"]
mod postgres_server;

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap()
}

fn user(id: i64) -> UserId {
    id.try_into().unwrap()
}

/// The latest counts, whatever comes after it, and for its user only.
async fn the_latest_revocation_counts(
    store: Arc<dyn Revocations>,
    revoke: impl Fn(UserId, DateTime<Utc>) -> Result<(), OpenError> + Send + Sync + 'static,
) {
    let revoke = Arc::new(revoke);
    let tell = |id, millis| {
        let revoke = Arc::clone(&revoke);
        // As another process does, where blocking is allowed.
        std::thread::spawn(move || revoke(user(id), at(millis))).join().unwrap().unwrap();
    };
    assert_eq!(store.revoked_at(user(7)).await.unwrap(), None);
    tell(7, 2_000);
    assert_eq!(store.revoked_at(user(7)).await.unwrap(), Some(at(2_000)));
    tell(7, 1_000);
    assert_eq!(store.revoked_at(user(7)).await.unwrap(), Some(at(2_000)), "what was revoked stays so");
    tell(7, 3_000);
    tell(i64::MAX, -1);
    assert_eq!(store.revoked_at(user(7)).await.unwrap(), Some(at(3_000)));
    assert_eq!(store.revoked_at(user(i64::MAX)).await.unwrap(), Some(at(-1)));
    assert_eq!(store.revoked_at(user(8)).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_the_latest_revocation_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.sqlite");
    let store = Arc::new(SqliteDatabase::open(&path).unwrap());
    the_latest_revocation_counts(store, move |user, at| sqlite::revoke(&path, user, at)).await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_the_latest_revocation_counts() {
    use orders_adapters::{PostgresDatabase, sql::postgres};

    let Some(database) = postgres_server::database() else { return };
    let url: postgres::PostgresUrl = database.url().parse().unwrap();
    let (options, opened) = (postgres::PostgresOptions::default(), url.clone());
    let open = std::thread::spawn(move || PostgresDatabase::open(&opened, None, options));
    let store = Arc::new(open.join().unwrap().unwrap());
    the_latest_revocation_counts(store, move |user, at| postgres::revoke(&url, options, user, at)).await;
}

#[test]
fn nothing_is_revoked_in_a_file_that_is_not_there_or_has_another_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.sqlite");
    let missing = sqlite::revoke(&path, user(7), at(0));
    assert!(matches!(missing, Err(OpenError::Open { .. })), "{missing:?}");
    assert!(!path.exists(), "a file was made");
    sqlite::migrate(&path).unwrap();
    sqlite::revert(&path, false).unwrap();
    let older = sqlite::revoke(&path, user(7), at(0));
    assert!(matches!(older, Err(OpenError::OlderDatabase)), "{older:?}");
}

#[test]
fn revocations_are_not_lost_unless_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.sqlite");
    sqlite::migrate(&path).unwrap();
    sqlite::revoke(&path, user(7), at(0)).unwrap();
    for _ in 0..9 {
        assert!(sqlite::revert(&path, false).unwrap().is_some());
    }
    let refused = sqlite::revert(&path, false);
    assert!(matches!(refused, Err(OpenError::WouldLose { .. })), "{refused:?}");
    assert!(sqlite::revert(&path, true).unwrap().is_some());
}
