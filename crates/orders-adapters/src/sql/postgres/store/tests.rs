use std::{sync::mpsc, thread};

use diesel::{
    RunQueryDsl,
    sql_types::{BigInt, Text},
};
use orders_domain::{
    IdempotencyKey, OrderId,
    ports::{Made, PortError},
};
use tokio_postgres::NoTls;

use super::*;
use crate::{
    postgres_server::{self, Database},
    sample::{at, changing, key, n, new_order, parcel, placing},
    sql::{
        postgres::{PostgresOptions, migrate},
        writer::Outcome,
    },
};

/// A store on a database with this program's schema.
fn store(database: &Database) -> PostgresStore {
    let (url, options) = (database.url().parse().unwrap(), PostgresOptions::default());
    migrate(&url, options).unwrap();
    PostgresStore::new(Arc::new(Connector::new(&url, options).unwrap()))
}

fn insertion(user: i64) -> Write {
    Write::Commit(placing(new_order(user, at(0)), None))
}

fn keyed(user: i64, text: &str) -> Write {
    Write::Commit(placing(new_order(user, at(0)), Some(key(text, 1))))
}

/// The order as it was placed, with a parcel.
fn tracking(id: i64) -> Write {
    let order = new_order(id, at(0)).with_id(n(id));
    Write::Commit(changing(order.track(parcel("1"), at(10)).unwrap(), None))
}

fn together(store: &mut PostgresStore, batch: &[Write]) -> Vec<String> {
    let outcomes = store.apply(batch, Isolation::Together).unwrap();
    outcomes.into_iter().map(|outcome| told(&outcome)).collect()
}

fn told(outcome: &Result<Outcome, PortError>) -> String {
    match outcome {
        Ok(Outcome::Placed(id, _)) => format!("inserted {id}"),
        Ok(Outcome::Known(Made::Order(order))) => format!("replayed {}", order.id()),
        Ok(Outcome::Refused(refused)) => format!("{refused:?}"),
        Ok(other) => format!("{other:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_batch_is_answered_in_its_order_whatever_is_in_it() {
    let Some(database) = postgres_server::database() else { return };
    let mut store = store(&database);
    assert_eq!(together(&mut store, &[insertion(1), insertion(2)]), ["inserted 1", "inserted 2"]);
    let batch = [
        tracking(2),
        keyed(3, "a"),
        Write::Probe,
        tracking(9),
        keyed(3, "a"),
        insertion(4),
        Write::Recall { user: n(3), idempotency: key("a", 2), now: at(0) },
        tracking(1),
        Write::Recall { user: n(4), idempotency: key("a", 1), now: at(0) },
        keyed(5, "b"),
    ];
    let expected = [
        "Changed",
        "inserted 3",
        "Nothing",
        "Stale",
        "replayed 3",
        "inserted 4",
        "KeyReused",
        "Changed",
        "Nothing",
        "inserted 5",
    ];
    assert_eq!(together(&mut store, &batch), expected);
}

#[test]
fn a_key_that_is_known_uses_up_no_number() {
    let Some(database) = postgres_server::database() else { return };
    let mut store = store(&database);
    assert_eq!(together(&mut store, &[keyed(1, "a")]), ["inserted 1"]);
    for _ in 0..3 {
        assert_eq!(together(&mut store, &[keyed(1, "a"), keyed(1, "a")]), ["replayed 1", "replayed 1"]);
    }
    assert_eq!(together(&mut store, &[keyed(1, "b")]), ["inserted 2"]);
}

#[test]
fn each_by_itself_a_batch_comes_to_the_same() {
    let Some(database) = postgres_server::database() else { return };
    let mut store = store(&database);
    let outcomes = store.apply(&[keyed(1, "a"), keyed(1, "a"), tracking(1)], Isolation::Each).unwrap();
    assert_eq!(outcomes.iter().map(told).collect::<Vec<_>>(), ["inserted 1", "replayed 1", "Changed"]);
}

#[test]
fn a_refused_batch_leaves_nothing_behind_and_is_known_not_to() {
    let Some(database) = postgres_server::database() else { return };
    let mut store = store(&database);
    database.execute("ALTER TABLE orders ADD CHECK (user_id <> 2)");
    let refused = store.apply(&[insertion(1), insertion(2)], Isolation::Together);
    assert!(matches!(refused, Err(BatchError::Statement(_))), "{refused:?}");
    let outcomes = store.apply(&[insertion(1), insertion(2), insertion(3)], Isolation::Each).unwrap();
    let stored: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(stored, [true, false, true]);
    assert!(matches!(outcomes[1], Err(PortError::Unavailable(_))), "{outcomes:?}");
}

#[test]
fn no_event_is_stored_without_its_change() {
    let Some(database) = postgres_server::database() else { return };
    let mut store = store(&database);
    assert_eq!(together(&mut store, &[insertion(1)]), ["inserted 1"]);
    database.execute(
        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
         CREATE TRIGGER nothing BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION nothing()",
    );
    let refused = store.apply(&[tracking(1)], Isolation::Together);
    assert!(matches!(refused, Err(BatchError::Statement(_))), "{refused:?}");
    assert_eq!(number(&mut store, "(SELECT count(*) FROM events)"), 1);
    assert_eq!(number(&mut store, "(SELECT count(*) FROM order_shipments)"), 0);
}

#[test]
fn a_host_that_takes_no_writes_is_left_even_by_who_only_asks_whether_it_does() {
    let Some(database) = postgres_server::database() else { return };
    let mut store = store(&database);
    let read_only = |word: &str| {
        database.execute(&format!(
            "SET transaction_read_only = off; ALTER DATABASE {} SET default_transaction_read_only = {word}",
            database.name()
        ));
    };
    read_only("on");
    for _ in 0..2 {
        let refused = store.apply(&[Write::Probe], Isolation::Together);
        assert!(matches!(refused, Err(BatchError::Begin(_))), "{refused:?}");
    }
    // A new connection is one to a host that does.
    read_only("off");
    assert_eq!(together(&mut store, &[Write::Probe]), ["Nothing"]);
}

#[test]
fn a_batch_that_deadlocks_with_another_server_is_done_again() {
    let Some(database) = postgres_server::database() else { return };
    let mut store = store(&database);
    together(&mut store, &[insertion(1), insertion(2)]);
    // The batch is the one that finds the deadlock, and gives way.
    database.execute(&format!("ALTER DATABASE {} SET deadlock_timeout = '100ms'", database.name()));
    store.reset();

    let (holds, held) = mpsc::channel();
    let url = database.url();
    let other = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
            tokio::spawn(connection);
            let lock = |id: i64| format!("UPDATE orders SET updated_at = updated_at WHERE id = {id}");
            client.batch_execute("BEGIN; SET LOCAL deadlock_timeout = '1min'").await.unwrap();
            client.batch_execute(&lock(2)).await.unwrap();
            holds.send(()).unwrap();
            let waits = "SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted";
            while client.query(waits, &[]).await.unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            client.batch_execute(&lock(1)).await.unwrap();
            client.batch_execute("COMMIT").await.unwrap();
        });
    });
    held.recv().unwrap();
    assert_eq!(together(&mut store, &[tracking(1), tracking(2)]), ["Changed", "Changed"]);
    other.join().unwrap();
}

#[test]
fn a_connection_that_was_lost_at_rest_is_made_anew_without_a_word() {
    let Some(database) = postgres_server::database() else { return };
    let mut store = store(&database);
    together(&mut store, &[insertion(1)]);
    database.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let deadline = Instant::now() + Duration::from_secs(10);
    while !store.0.is_closed() {
        assert!(Instant::now() < deadline, "the connection does not notice");
        thread::sleep(Duration::from_millis(1));
    }
    let second: OrderId = n(2);
    assert_eq!(together(&mut store, &[insertion(1)]), [format!("inserted {second}")]);
}

/// The connection is lost at the commit of every new order that this is true of. `tries` counts them.
fn lose_commits_of(database: &Database, orders: &str) {
    database.execute(&format!(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             PERFORM nextval('tries'), pg_terminate_backend(pg_backend_pid());
             PERFORM pg_sleep(60);
             RETURN NULL;
         END $$;
         CREATE CONSTRAINT TRIGGER lose AFTER INSERT ON orders INITIALLY DEFERRED
             FOR EACH ROW WHEN ({orders}) EXECUTE FUNCTION lose()"
    ));
}

/// A number that the database answers with.
fn number(store: &mut PostgresStore, query: &str) -> i64 {
    let query = diesel::dsl::sql::<BigInt>(query);
    diesel::select(query).get_result(store.0.get().unwrap()).unwrap()
}

#[test]
fn a_batch_whose_connection_is_lost_as_it_commits_is_not_done_again() {
    let Some(database) = postgres_server::database() else { return };
    let mut store = store(&database);
    lose_commits_of(&database, "NEW.user_id = 2");
    let lost = store.apply(&[insertion(1), insertion(2)], Isolation::Together);
    assert!(matches!(lost, Err(BatchError::Commit(_))), "{lost:?}");
    assert_eq!(number(&mut store, "last_value FROM tries"), 1);
    let alone = store.apply(&[insertion(2), insertion(1)], Isolation::Each).unwrap();
    assert!(matches!(alone[0], Err(PortError::Unknown(_))), "{alone:?}");
    assert_eq!(number(&mut store, "last_value FROM tries"), 2);
}

#[test]
fn whether_a_key_that_had_expired_has_made_an_order_is_unknown_when_its_commit_is_lost() {
    let Some(database) = postgres_server::database() else { return };
    let mut store = store(&database);
    assert_eq!(together(&mut store, &[keyed(1, "a")]), ["inserted 1"]);
    let later = at(0) + IdempotencyKey::KEPT;
    lose_commits_of(&database, "NEW.user_id = 1");
    let again = Write::Commit(placing(new_order(1, later), Some(key("a", 1))));
    let outcomes = store.apply(&[again, insertion(2)], Isolation::Together).unwrap();
    assert!(matches!(outcomes[0], Err(PortError::Unknown(_))), "{outcomes:?}");
    // What was committed before is answered for.
    assert_eq!(told(&outcomes[1]), "inserted 2");
    assert_eq!(number(&mut store, "last_value FROM tries"), 1);
}

#[test]
fn what_is_answered_is_on_disk_whatever_the_database_or_the_role_is_set_to() {
    let Some(database) = postgres_server::database() else { return };
    let setting = |conn: &mut Conn| {
        let setting = diesel::dsl::sql::<Text>("current_setting('synchronous_commit')");
        diesel::select(setting).get_result::<String>(conn).unwrap()
    };
    let set = |store: &mut PostgresStore| setting(store.0.get().unwrap());
    let connector = Connector::new(&database.url().parse().unwrap(), PostgresOptions::default()).unwrap();
    let name = database.name();
    for whose in [format!("DATABASE {name}"), format!("ROLE CURRENT_USER IN DATABASE {name}")] {
        database.execute(&format!("ALTER {whose} SET synchronous_commit = off"));
        assert_eq!(set(&mut store(&database)), "on", "{whose}");
        assert_eq!(setting(&mut connector.connect(Purpose::Maintain).unwrap()), "on", "{whose}");
        // More than is asked for stays.
        database.execute(&format!("ALTER {whose} SET synchronous_commit = remote_apply"));
        assert_eq!(set(&mut store(&database)), "remote_apply", "{whose}");
        database.execute(&format!("ALTER {whose} RESET synchronous_commit"));
    }
}

#[test]
fn a_transaction_that_nobody_goes_on_with_is_ended() {
    let Some(database) = postgres_server::database() else { return };
    let mut store = store(&database);
    let setting = diesel::dsl::sql::<Text>("current_setting('idle_in_transaction_session_timeout')");
    assert_eq!(diesel::select(setting).get_result::<String>(store.0.get().unwrap()).unwrap(), "5s");
}
