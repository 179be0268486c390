//! The commands beside `serve`.

use std::process::Output;

use diesel::{Connection, RunQueryDsl, SqliteConnection, dsl::sql, sql_types::BigInt};
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Server, orders, seed};

fn run(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = orders().args(arguments).output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

#[test]
fn the_help_names_every_command_and_setting() {
    let help = run(&["--help"]);
    for command in ["serve", "migrate", "openapi", "seed", "help"] {
        let line = help.lines().find(|line| line.trim_start().starts_with(&format!("{command} ")));
        assert!(line.is_some(), "{command} is missing:\n{help}");
    }
    for variable in ["HOST", "PORT", "DATABASE_URL", "WORKERS", "RATE_LIMIT", "CORS_ORIGINS", "METRICS_ADDR"]
    {
        let named = ["=", "]"].map(|end| help.contains(&format!("[env: {variable}{end}")));
        assert!(named.contains(&true), "{variable} is missing:\n{help}");
    }
}

#[test]
fn the_pages_name_every_setting_of_the_program_and_none_that_it_has_not() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let page = |name: &str| std::fs::read_to_string(docs.join(name)).unwrap();
    let (settings, delivery) = (page("configuration.md"), page("operations.md"));
    let help = run(&["serve", "--help"]);
    let known: std::collections::BTreeSet<_> =
        help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next()).collect();
    assert!(known.len() > 30, "{known:?}");
    for variable in &known {
        let named = format!("`{variable}`");
        assert!(settings.contains(&named) || delivery.contains(&named), "no page names {variable}");
    }
    let rows = settings.lines().filter_map(|line| line.strip_prefix("| `--")?.split(" | ").nth(1));
    for variable in rows.flat_map(|cell| cell.split(", ")).map(|cell| cell.trim_matches('`')) {
        assert!(known.contains(variable), "there is no setting {variable}");
    }
}

#[test]
fn the_help_does_not_tell_the_password_of_the_database() {
    for command in ["serve", "migrate", "seed"] {
        let mut help = orders();
        help.args([command, "--help"]).env("DATABASE_REPLICA_URL", "postgres://shop:s3cret@replica/orders");
        let Output { stdout, .. } =
            help.env("DATABASE_URL", "postgres://shop:s3cret@db/orders").output().unwrap();
        let help = String::from_utf8(stdout).unwrap();
        assert!(help.contains("[env: DATABASE_URL]") && !help.contains("s3cret"), "{help}");
    }
}

#[test]
fn seeding_says_what_it_has_added_and_where() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().canonicalize().unwrap().join("orders.sqlite");
    let url = format!("sqlite://{}", file.display());
    let said = run(&["seed", "--orders", "12", "--database-url", &url]);
    assert_eq!(said, format!("added 12 orders to {url}\n"));
}

#[test]
fn migrating_twice_does_something_once() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("db/orders.sqlite").display());
    let migrate = || run(&["migrate", "--database-url", &url]);
    let first = migrate();
    assert!(!first.is_empty() && first.lines().all(|line| line.starts_with("applied 2026-")), "{first}");
    assert_eq!(migrate(), "nothing to do\n");
}

#[tokio::test]
async fn seeded_orders_are_listed_and_new_ones_follow_them() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    seed(&database);
    let server = Server::start_on(&database, &[]);
    let orders: Vec<Value> =
        server.anyone(Method::GET, "/orders?after=500&limit=500").send().await.unwrap().json().await.unwrap();
    assert!(orders.iter().map(|order| order["id"].as_i64().unwrap()).eq(501..=1000));
    assert_eq!(server.place(1, &[(9, 7)]).await["id"], 1001);
}

#[test]
fn of_seeded_orders_none_was_changed_in_the_future() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    // The second thousand is placed between the newest order and now.
    seed(&database);
    seed(&database);
    let mut conn = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    let mut count = |what: &str| -> i64 {
        let query = format!("(SELECT count(*) FROM orders WHERE {what})");
        diesel::select(sql::<BigInt>(&query)).get_result(&mut conn).unwrap()
    };
    assert_eq!(count("updated_at > (unixepoch() + 1) * 1000"), 0);
    assert!(count("status = 'delivered' AND id > 1000") > 0);
    assert!(count("updated_at > order_date") > 0);
}

#[tokio::test]
async fn the_openapi_document_is_json_and_is_the_one_served() {
    let printed: Value = serde_json::from_str(&run(&["openapi"])).unwrap();
    assert!(printed["openapi"].as_str().unwrap().starts_with("3."));
    let server = Server::start();
    let answer = server.anyone(Method::GET, "/openapi.json").send().await.unwrap();
    assert_eq!(printed, answer.json::<Value>().await.unwrap());
}
