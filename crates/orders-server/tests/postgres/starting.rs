//! What a server starts on and what not, and `orders migrate`.

use std::{
    net::TcpListener,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use reqwest::Method;

use crate::{
    support::{
        Server, assert_refused, failure, orders, postgres, postgres::Database, products, seed_at, serve,
    },
    together::ask,
};

/// How long a command tries to reach a server that is not there.
const LIMIT: Duration = Duration::from_secs(5);

/// What a command without a server says of this database.
fn command(arguments: &[&str], database: &str) -> Command {
    let mut command = orders();
    command.args(arguments).env("DATABASE_URL", database);
    command
}

/// What `orders migrate` says, and whether it succeeds.
fn migrate(arguments: &[&str], database: &Database) -> (bool, String) {
    let output = command(&[&["migrate"], arguments].concat(), &database.url()).output().unwrap();
    let said = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(said).unwrap())
}

fn value(database: &Database, query: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(ask(&database.url(), query))
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_on_an_empty_database_all_serve_and_one_migrates() {
    const SERVERS: usize = 8;
    let Some(database) = postgres::database() else { return };
    let starting: Vec<_> = (0..SERVERS)
        .map(|_| {
            let url = database.url();
            thread::spawn(move || Server::start_at(&url, &[("WORKERS", "1")]))
        })
        .collect();
    let servers: Vec<_> = starting.into_iter().map(|server| server.join().unwrap()).collect();
    for (server, number) in servers.iter().zip(1..) {
        assert_eq!(server.place(1, &[(9, 7)]).await["id"], number);
    }
    let applied = ask(&database.url(), "SELECT count(*) FROM __diesel_schema_migrations").await;
    let (_, status) = migrate(&["status"], &database);
    assert_eq!(status.lines().count().to_string(), applied);
    assert!(status.lines().all(|line| line.starts_with("applied ")), "{status}");
}

#[test]
fn nobody_waits_for_a_postgres_that_is_not_there_and_the_password_is_not_said() {
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (address, reason) in [(closed, "refused"), (deaf.local_addr().unwrap(), "no connection within")] {
        let url = format!("postgres://shop:s3cret@{address}/orders");
        for arguments in [&["serve"][..], &["migrate", "status"], &["seed"]] {
            let started = Instant::now();
            let (code, said) = failure(command(arguments, &url));
            assert!(started.elapsed() < LIMIT, "{arguments:?} took {:?}", started.elapsed());
            assert_eq!(code, Some(1), "{said}");
            assert!(said.starts_with("error: ") && said.lines().count() == 1, "{arguments:?}: {said}");
            let place = format!("postgres://shop@{address}/orders");
            assert!(said.contains(&place) && said.contains(reason), "{arguments:?}: {said}");
            assert!(!said.contains("s3cret"), "{said}");
        }
    }
}

#[test]
fn a_database_or_a_user_that_does_not_exist_is_named() {
    let Some(database) = postgres::database() else { return };
    let missing = database.url() + "_missing";
    assert_refused(serve(&missing, &[]), &["cannot open the database", "_missing\" does not exist"]);
    let nobody = database.url().replace("orders@", "nobody:s3cret@");
    let (code, said) = failure(serve(&nobody, &[]));
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("role \"nobody\" does not exist") && !said.contains("s3cret"), "{said}");
}

#[test]
fn settings_that_make_no_sense_are_refused_without_the_password() {
    for (url, reason) in [
        ("postgres://shop:s3cret@127.0.0.1/orders?sslmode=prefer", "sslmode is not disable"),
        ("postgres://shop:s3cret@127.0.0.1:port/orders", "cannot be used"),
        ("postgres://shop:s3cret@127.0.0.1/orders?colour=red", "colour"),
        ("postgres:///orders", "it names no host"),
    ] {
        let (code, said) = failure(serve(url, &[]));
        assert_eq!((code, said.lines().count()), (Some(2), 1), "{said}");
        assert!(said.contains(reason) && !said.contains("s3cret"), "{said}");
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    let Some(database) = postgres::database() else { return };
    assert!(migrate(&[], &database).0);
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231235959')");
    for arguments in [&["serve"][..], &["migrate"], &["migrate", "status"], &["migrate", "down"], &["seed"]] {
        let reasons = ["\"29991231235959\"", "made by a newer one"];
        assert_refused(command(arguments, &database.url()), &reasons);
    }
}

#[test]
fn an_unfinished_transfer_is_refused() {
    let Some(database) = postgres::database() else { return };
    assert!(migrate(&[], &database).0);
    database.execute("CREATE TABLE orders_transfer (source TEXT PRIMARY KEY)");
    database.execute("INSERT INTO orders_transfer VALUES ('/var/old.sqlite')");
    for arguments in ["serve", "seed"] {
        let reasons = ["the transfer from /var/old.sqlite", "is not finished: run it again"];
        assert_refused(command(&[arguments], &database.url()), &reasons);
    }
}

#[test]
fn migrations_go_up_and_down_and_say_where_they_are() {
    let Some(database) = postgres::database() else { return };
    let (succeeds, status) = migrate(&["status"], &database);
    assert!(succeeds && !status.is_empty());
    let names: Vec<_> = status.lines().map(|line| line.strip_prefix("missing ").unwrap()).collect();
    let all = |word: &str| names.iter().fold(String::new(), |all, name| all + word + " " + name + "\n");

    let (succeeds, said) = migrate(&["up"], &database);
    assert!(succeeds && said.lines().all(|line| line.starts_with("applied 2026-")), "{said}");
    assert_eq!(said.lines().count(), names.len());
    assert_eq!(migrate(&["up"], &database), (true, "nothing to do\n".to_owned()));
    assert_eq!(migrate(&["status"], &database), (true, all("applied")));
    for _ in &names {
        let (succeeds, said) = migrate(&["down"], &database);
        assert!(succeeds && said.starts_with("took back "), "{said}");
    }
    assert_eq!(migrate(&["down"], &database), (true, "nothing to do\n".to_owned()));
    assert_eq!(migrate(&["status"], &database), (true, all("missing")));
    let left = "SELECT string_agg(relname, ',') FROM pg_class JOIN pg_namespace AS space ON space.oid = relnamespace \
                WHERE nspname = 'public' AND relname NOT LIKE '\\_\\_diesel%'";
    assert_eq!(value(&database, left), "", "something was left behind");
    assert!(migrate(&["up"], &database).0);
    assert_eq!(migrate(&["status"], &database), (true, all("applied")));
}

#[tokio::test(flavor = "multi_thread")]
async fn seeding_goes_on_after_numbers_that_came_to_nothing() {
    let Some(database) = postgres::database() else { return };
    seed_at(&database.url(), 3);
    let mut server = Server::start_at(&database.url(), &[]);
    let dry = server.user(1, Method::POST, "/orders?dryRun=true").json(&products(&[(9, 7)]));
    assert_eq!(dry.send().await.unwrap().status(), 201);
    server.signal("TERM");
    assert!(server.wait().success());
    seed_at(&database.url(), 3);
    assert_eq!(ask(&database.url(), "SELECT count(*) FROM orders").await, "6");
}

#[test]
fn migrating_down_refuses_while_there_are_orders_unless_they_may_be_lost() {
    let Some(database) = postgres::database() else { return };
    seed_at(&database.url(), 3);
    let refused = |what: &str| {
        let reasons = [what, "nothing was taken back", "--lose-orders"];
        assert_refused(command(&["migrate", "down"], &database.url()), &reasons);
        assert_eq!(value(&database, "SELECT count(*) FROM orders"), "3");
    };
    for free in ["rollups", "traces", "imports"] {
        let (succeeds, said) = migrate(&["down"], &database);
        assert!(succeeds && said.contains(free), "{said}");
    }
    // Under which names things were sold is known nowhere else, and how customers are reached.
    for (lost, newer, others) in [
        (
            "the marketplaces, the listings and texts of products",
            "marketplaces",
            &["lists", "deliveries"][..],
        ),
        ("the shipments beyond an order's first", "shipments", &[]),
    ] {
        refused(&format!("would lose {lost}"));
        let (succeeds, said) = migrate(&["down", "--lose-orders"], &database);
        assert!(succeeds && said.contains(newer), "{said}");
        for free in others {
            let (succeeds, said) = migrate(&["down"], &database);
            assert!(succeeds && said.contains(free), "{said}");
        }
    }
    // The products with which a database begins are made again.
    let (succeeds, said) = migrate(&["down"], &database);
    assert!(succeeds && said.contains("catalogue"), "{said}");
    refused("would lose the events that the database holds");
    let (succeeds, said) = migrate(&["down", "--lose-orders"], &database);
    assert!(succeeds && said.contains("events"), "{said}");
    let (succeeds, said) = migrate(&["down"], &database);
    assert!(succeeds && said.contains("revocations"), "{said}");
    refused("would lose the orders that the database holds");
    let (succeeds, said) = migrate(&["down", "--lose-orders"], &database);
    assert!(succeeds && said.starts_with("took back "), "{said}");
    assert_eq!(value(&database, "SELECT to_regclass('orders') IS NULL"), "t");
}

#[test]
fn a_replica_goes_with_postgres_only() {
    let folder = tempfile::TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("orders.sqlite").display());
    let settings = [("DATABASE_REPLICA_URL", "postgres://orders@127.0.0.1/orders")];
    assert_refused(serve(&url, &settings), &["DATABASE_REPLICA_URL goes with a PostgreSQL database"]);
}
