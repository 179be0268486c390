//! `orders transfer`: from a file into PostgreSQL.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    order,
    stored::stored,
    support::{Server, assert_in_use, assert_refused, orders, postgres, seed_at, serve, url_of},
    together::{ask, patch, post_with_key, wait_until, wait_until_forgotten},
};

/// Enough for each status, with shipments and without, and for more than one page.
const SEEDED: usize = 1200;

/// Enough that a transfer can be killed in its middle.
const MANY: usize = 20_000;

/// The second half takes its time.
const DAWDLE: &str = "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT max(id) FROM orders) > 10000 THEN PERFORM pg_sleep(3); END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER dawdle AFTER INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION dawdle()";

const KEYS: i64 = 20;

fn transfer(from: &str, to: &str) -> Command {
    let mut command = orders();
    command.args(["transfer", "--from", from, "--to", to]);
    command
}

/// What a command says on stdout, which must succeed.
fn done(mut command: Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

fn key(number: i64) -> String {
    format!("key-{number}")
}

/// Orders of another system.
const IMPORTED: &str = r#"{"externalId": "A-1", "userId": 1, "placedAt": "2019-05-01T12:00:00.5Z", "status": "delivered", "currency": "EUR", "products": [{"id": 9, "quantity": 7, "price": 1}], "tracking": {"provider": "USPS", "number": "1"}}
{"externalId": "ä 2", "userId": 2, "placedAt": "1970-01-01T00:00:00Z", "status": "cancelled", "currency": "USD", "products": [{"id": 3, "quantity": 1, "price": 0}]}
"#;

/// A file with orders that were seeded, some of another system, and orders that were placed with keys; what a server on it
/// lists, and what it answered to the keys.
async fn filled(file: &Path) -> (Vec<Value>, Vec<Value>) {
    seed_at(&url_of(file), SEEDED);
    let old = file.with_extension("ndjson");
    std::fs::write(&old, IMPORTED).unwrap();
    let mut import = orders();
    import.args(["import", "--database-url", &url_of(file)]).arg(&old);
    assert_eq!(done(import), "orders: 2 added, 0 unchanged, 6 events\n");
    let mut server = Server::start_on(file, &[]);
    let mut answers: Vec<Value> = Vec::new();
    for number in 0..KEYS {
        let answer = post_with_key(&server, &key(number), number + 1).await;
        assert_eq!(answer.status(), 201);
        answers.push(answer.json().await.unwrap());
    }
    // One that has changed since: its key still answers with how it was placed.
    let shipment = json!({"shippingProvider": "DHL", "trackingNumber": "ä 1"});
    assert_eq!(patch(&server, &answers[0]["id"], "tracking", &shipment).await.0, 200);
    server.place(1, &[(9, 7)]).await;
    server.signal("TERM");
    assert!(server.wait().success());
    // The newest one is dated ahead of the clock, and no later one may be dated before it. One key was used
    // before, so long ago that it was free again.
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    conn.batch_execute(
        "UPDATE orders SET order_date = order_date + 3600000, updated_at = updated_at + 3600000
         WHERE id = (SELECT max(id) FROM orders);
         UPDATE events SET (actor_kind, actor, idempotency_key, request_fingerprint) =
             (SELECT actor_kind, actor, idempotency_key, zeroblob(32) FROM events WHERE idempotency_key = 'key-3')
         WHERE id = 1",
    )
    .unwrap();
    drop(conn);
    let mut server = Server::start_on(file, &[]);
    let listed = stored(&server).await.into_values().collect();
    server.signal("TERM");
    assert!(server.wait().success());
    (listed, answers)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_transfer_every_order_reads_the_same_and_keys_and_numbers_go_on() {
    let Some(database) = postgres::database() else { return };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    let (listed, answers) = filled(&file).await;
    for status in ["pending", "processing", "shipped", "delivered", "cancelled"] {
        assert!(listed.iter().any(|order| order["status"] == status), "{status} is not tested");
    }
    assert!(listed.iter().any(|order| !order["shipment"].is_null()));
    assert!(listed.iter().any(|order| order["externalId"] == "ä 2"));

    let mut revoke = orders();
    revoke.args(["sessions", "revoke", "--user", "7", "--database-url", &url_of(&file)]);
    done(revoke);
    let said = done(transfer(&url_of(&file), &database.url()));
    assert!(said.starts_with(&format!("copied {} orders; each is the same", listed.len())), "{said}");
    let revoked = "SELECT string_agg(user_id || ' ' || (revoked_at > 0), ',') FROM revocations";
    assert_eq!(ask(&database.url(), revoked).await, "7 true");
    let server = Server::start_at(&database.url(), &[]);
    let found: Vec<_> = stored(&server).await.into_values().collect();
    assert_eq!(found, listed);
    for order in found.iter().step_by(7) {
        let path = format!("/orders/{}", order["id"]);
        let request = server.user(order["userId"].as_i64().unwrap(), Method::GET, &path);
        let mut shown = request.send().await.unwrap().json::<Value>().await.unwrap();
        // Which no list shows.
        let email = shown.as_object_mut().unwrap().remove("email");
        assert_eq!(email.is_some(), order["id"].as_i64() <= i64::try_from(SEEDED).ok());
        assert_eq!(shown, *order);
    }
    for (number, first) in (0..).zip(&answers) {
        let again = post_with_key(&server, &key(number), number + 1).await;
        assert_eq!(again.headers()["Idempotency-Replayed"], "true");
        assert_eq!(again.json::<Value>().await.unwrap(), *first);
    }
    let other_body = post_with_key(&server, &key(0), 99).await;
    assert_eq!(other_body.status(), 422);
    let next = server.place(1, &[(9, 7)]).await;
    assert_eq!(order::id(&next), order::id(listed.last().unwrap()) + 1);
    assert_eq!(next["orderDate"], listed.last().unwrap()["orderDate"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_was_killed_goes_on_and_nobody_serves_half_of_it() {
    let Some(database) = postgres::database() else { return };
    let folder = TempDir::new().unwrap();
    let (file, other) = (folder.path().join("orders.sqlite"), folder.path().join("other.sqlite"));
    seed_at(&url_of(&file), MANY);
    seed_at(&url_of(&other), 1);
    let mut migrate = orders();
    migrate.args(["migrate", "--database-url", &database.url()]);
    done(migrate);
    database.execute(DAWDLE);
    let target = format!("{}?application_name=transfer", database.url());
    let mut running = transfer(&url_of(&file), &target).stderr(Stdio::null()).spawn().unwrap();
    let count = "SELECT count(*) FROM orders";
    wait_until("the first batch", || async { ask(&database.url(), count).await != "0" }).await;
    running.kill().unwrap();
    running.wait().unwrap();
    wait_until_forgotten(&database, "transfer").await;
    database.execute("DROP FUNCTION dawdle CASCADE");
    let copied: usize = ask(&database.url(), count).await.parse().unwrap();
    assert!(0 < copied && copied < MANY, "{copied} were copied");

    let unfinished = ["the transfer from", "orders.sqlite into this database is not finished: run it again"];
    assert_refused(serve(&database.url(), &[]), &unfinished);
    assert_refused(transfer(&url_of(&other), &database.url()), &unfinished);
    let said = done(transfer(&url_of(&file), &database.url()));
    assert!(said.starts_with(&format!("going on after order {copied}\ncopied {MANY} orders")), "{said}");
    let (from, to) = (Server::start_on(&file, &[]), Server::start_at(&database.url(), &[]));
    assert_eq!(stored(&to).await, stored(&from).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_does_not_keep_what_it_is_given_fails_the_transfer_and_is_not_served() {
    if postgres::shared().is_none() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    let mut server = Server::start_on(&file, &[]);
    for number in 1..=3 {
        assert_eq!(post_with_key(&server, &key(number), number).await.status(), 201);
    }
    server.signal("TERM");
    assert!(server.wait().success());

    let differs = "order 2 is not the same in both databases";
    let alters = [
        ("order_products", "IF NEW.order_id = 2 THEN NEW.price := NEW.price + 1; END IF;", differs),
        ("events", "IF NEW.subject = 2 THEN NEW.request_fingerprint := sha256(''); END IF;", differs),
        ("events", "IF NEW.subject = 2 THEN NEW.idempotency_key := 'other'; END IF;", differs),
        ("events", "IF NEW.subject = 2 THEN NEW.request_id := 'other'; END IF;", differs),
        (
            "events",
            r"IF NEW.subject = 2 THEN NEW.trace_context := decode(repeat('01', 25), 'hex'); END IF;",
            differs,
        ),
        ("events", "IF NEW.subject = 2 THEN RETURN NULL; END IF;", differs),
        ("orders", "IF NEW.id = 2 THEN NEW.order_date := NEW.order_date - 1; END IF;", differs),
        ("order_products", "IF NEW.order_id = 2 THEN RETURN NULL; END IF;", "order 2"),
        // The last one, so that none is in its place.
        ("orders", "IF NEW.id = 3 THEN RETURN NULL; END IF;", "3 orders became 2"),
    ];
    for (table, alter, reason) in alters {
        let Some(database) = postgres::database() else { return };
        let mut migrate = orders();
        migrate.args(["migrate", "--database-url", &database.url()]);
        done(migrate);
        database.execute(&format!(
            "ALTER TABLE order_products DROP CONSTRAINT order_products_order_id_fkey;
             CREATE FUNCTION alter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {alter} RETURN NEW; END $$;
             CREATE TRIGGER alter BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION alter()"
        ));
        assert_refused(transfer(&url_of(&file), &database.url()), &[reason]);
        assert_refused(serve(&database.url(), &[]), &["is not finished: run it again"]);
    }
}

#[test]
fn a_transfer_into_a_database_with_orders_is_refused() {
    let Some(database) = postgres::database() else { return };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("orders.sqlite");
    seed_at(&url_of(&file), 3);
    seed_at(&database.url(), 3);
    assert_refused(transfer(&url_of(&file), &database.url()), &["the database holds orders already"]);
    // Also when they are the ones that were transferred.
    let Some(another) = postgres::database() else { return };
    done(transfer(&url_of(&file), &another.url()));
    assert_refused(transfer(&url_of(&file), &another.url()), &["the database holds orders already"]);
}

#[test]
fn a_file_without_orders_is_transferred_and_its_first_number_is_1() {
    let Some(database) = postgres::database() else { return };
    let folder = TempDir::new().unwrap();
    let url = url_of(&folder.path().join("orders.sqlite"));
    let mut migrate = orders();
    migrate.args(["migrate", "--database-url", &url]);
    done(migrate);
    let said = done(transfer(&url, &database.url()));
    assert!(said.starts_with("copied 0 orders"), "{said}");
    seed_at(&database.url(), 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(ask(&database.url(), "SELECT min(id) || ' ' || max(id) FROM orders")), "1 1");
}

#[test]
fn a_transfer_between_the_wrong_things_is_refused_in_a_line() {
    let Some(database) = postgres::database() else { return };
    let folder = TempDir::new().unwrap();
    let (file, missing) = (folder.path().join("orders.sqlite"), folder.path().join("missing.sqlite"));
    seed_at(&url_of(&file), 1);
    for (from, to, reasons) in [
        (url_of(&missing), database.url(), ["there is no file", "missing.sqlite"]),
        (database.url(), database.url(), ["--from names a file", "sqlite://PATH"]),
        (url_of(&file), url_of(&missing), ["--to names a PostgreSQL database", "postgres://"]),
        (
            url_of(&file),
            "mysql://localhost/orders".to_owned(),
            ["mysql://localhost/orders", "not of the form"],
        ),
        (url_of(&file), database.url() + "_missing", ["cannot open the database", "does not exist"]),
    ] {
        assert_refused(transfer(&from, &to), &reasons);
    }
    assert!(!missing.exists(), "a file was made");
    let _server = Server::start_on(&file, &[]);
    assert_in_use(transfer(&url_of(&file), &database.url()), "");
}
