//! What is known of a customer is emptied in orders that have ended: on PostgreSQL while a store is open, on SQLite
//! once none is.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};
use orders_adapters::{
    OpenError, SqliteDatabase,
    sql::{Forgotten, sqlite},
};
use orders_domain::{
    IdempotencyKey, NewOrder, Order, UserId,
    order::contact::{Address, AddressLine, City, Contact, Email, Recipient},
    shipment::cancellation::{CancellationReason, Note},
};

#[path = "common/orders.rs"]
mod common;
#[path = "common/placing.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod placing;
#[cfg(feature = "postgres")]
#[path = "common/postgres.rs"]
mod postgres_server;

use common::{at, key, n, new_order};
use placing::{Database, Told, change, insert, told};

fn reached(user: i64) -> NewOrder {
    let contact = Contact { email: Email::parse("ada@example.org").ok(), ship_to: None };
    new_order(user, at(0)).of(contact)
}

async fn knows(orders: &dyn Database, order: &Order) -> bool {
    orders.find(order.id()).await.unwrap().unwrap().contact().email.is_some()
}

/// Beside others who write all the time, what has ended is emptied; keys stay as long as they count.
async fn what_has_ended_is_emptied(
    orders: Arc<dyn Database>,
    forget: impl Fn(UserId, DateTime<Utc>) -> Result<Forgotten, OpenError> + Send + Sync + 'static,
) {
    let forget = Arc::new(forget);
    let tell = |now: DateTime<Utc>| {
        let forget = Arc::clone(&forget);
        // As another process does, where blocking is allowed.
        tokio::task::spawn_blocking(move || forget(n(1), now))
    };
    let mut ended = Vec::new();
    for number in 0..20 {
        let Told::Now(order) = insert(&*orders, reached(1), Some(key(&format!("k{number}"), 1))).await else {
            panic!()
        };
        ended.push(change(&*orders, order.cancel(at(1)).unwrap()).await);
    }
    let Told::Now(open) = insert(&*orders, reached(1), None).await else { panic!() };
    let Told::Now(of_another) = insert(&*orders, reached(2), None).await else { panic!() };
    let of_another = change(&*orders, of_another.cancel(at(1)).unwrap()).await;

    let is_done = Arc::new(AtomicBool::new(false));
    let busy = tokio::spawn({
        let (orders, is_done) = (Arc::clone(&orders), Arc::clone(&is_done));
        async move {
            while !is_done.load(Ordering::Relaxed) {
                insert(&*orders, reached(3), None).await;
            }
        }
    });
    for emptied in [20, 0, 0] {
        let forgotten = tell(at(2)).await.unwrap().unwrap();
        assert_eq!(forgotten, Forgotten { emptied, left: 1 });
    }
    is_done.store(true, Ordering::Relaxed);
    busy.await.unwrap();
    for order in &ended {
        assert!(!knows(&*orders, order).await);
        assert_eq!(orders.find(order.id()).await.unwrap().unwrap().version(), order.version());
    }
    assert!(knows(&*orders, &open).await && knows(&*orders, &of_another).await);

    let again = |number: i64| common::placing(reached(1), Some(key(&format!("k{number}"), 1)));
    let before = told(orders.commit(again(0)).await).unwrap();
    assert_eq!(before, Told::Before(ended[0].clone().as_placed().without_contact()));
    // A day later the hash of what was sent is no use to anybody, and gone.
    let later = at(0) + IdempotencyKey::KEPT + TimeDelta::seconds(1);
    assert_eq!(tell(later).await.unwrap().unwrap().emptied, 0);
}

/// A customer with everything that is personal, under words that can be found in a file.
fn known(number: i64) -> Contact {
    let word = |what: &str| format!("secret-{what}-{number}");
    let address = Address {
        name: Recipient::parse(&word("name")).unwrap(),
        lines: vec![AddressLine::parse(&word("line")).unwrap()],
        city: City::parse(&word("city")).unwrap(),
        postal_code: None,
        region: None,
        country: "PL".parse().unwrap(),
        point: None,
    };
    let email = Email::parse(&format!("secret-{number}@example.org")).ok();
    Contact { email, ship_to: Some(Box::new(address)) }
}

/// In which files of a folder this text stands.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let has = |file: &PathBuf| {
        let bytes = fs::read(file).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    files.filter(has).map(|file| file.display().to_string()).collect()
}

/// Orders with all that is personal, which is replaced, taken away, spoken of in notes, and cancelled.
async fn live(orders: &dyn Database) {
    for number in 0..1000 {
        let placed = new_order(1, at(0)).of(known(number));
        let made_by = (number % 3 == 0).then(|| key(&format!("k{number}"), 1));
        let Told::Now(mut order) = insert(orders, placed, made_by).await else { panic!() };
        if number % 4 == 0 {
            order = change(orders, order.reach(known(number + 5000), at(1)).unwrap()).await;
        }
        if number % 5 == 0 {
            order = change(orders, order.reach(Contact::default(), at(2)).unwrap()).await;
        }
        if number % 2 == 0 {
            order = change(orders, order.track(common::parcel(&"7".repeat(90)), at(3)).unwrap()).await;
        }
        let note = Note::parse(&format!("secret-note-{number}")).ok();
        let all = order.open();
        let all = if all.is_empty() { order.shipments()[0].parts.clone() } else { all };
        let reason = CancellationReason::Customer;
        change(orders, order.cancel_parts(reason, all, note, at(4)).unwrap()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_what_has_ended_is_emptied_and_no_copy_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.sqlite");
    let store = SqliteDatabase::open(&path).unwrap();
    live(&store).await;
    let beside = sqlite::forget(&path, n(1), at(5)).unwrap_err();
    assert!(matches!(beside, OpenError::InUse(_)), "{beside:?}");
    drop(store);
    assert!(!files_with(folder.path(), "secret-").is_empty());
    let later = at(5) + IdempotencyKey::KEPT + TimeDelta::seconds(1);
    assert_eq!(sqlite::forget(&path, n(1), later).unwrap(), Forgotten { emptied: 1000, left: 0 });
    assert_eq!(files_with(folder.path(), "secret-"), [""; 0]);
    let missing = sqlite::forget(&folder.path().join("none.sqlite"), n(1), later).unwrap_err();
    assert!(matches!(missing, OpenError::Open { .. }), "{missing:?}");
    assert!(!folder.path().join("none.sqlite.lock").exists());
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_what_has_ended_is_emptied() {
    use orders_adapters::{PostgresDatabase, sql::postgres};

    let Some(database) = postgres_server::database() else { return };
    let url: postgres::PostgresUrl = database.url().parse().unwrap();
    let (options, opened) = (postgres::PostgresOptions::default(), url.clone());
    let open = std::thread::spawn(move || PostgresDatabase::open(&opened, None, options));
    let store = Arc::new(open.join().unwrap().unwrap());
    what_has_ended_is_emptied(store, move |user, now| postgres::forget(&url, options, user, now)).await;
    database.execute(
        "DO $$ BEGIN ASSERT NOT EXISTS (SELECT * FROM events WHERE idempotency_key IS NOT NULL); END $$",
    );
}
