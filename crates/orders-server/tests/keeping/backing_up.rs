//! What a copy is, and where there is none.

use std::{fs, os::unix::fs::symlink, path::Path};

use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;

use crate::{
    kept::{a_shop, backed_up, backup, change, digest, done, manifest_path, names, restore, sha256},
    support::{Server, assert_bad_setting, assert_refused, orders, url_of},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_beside_a_server_is_what_had_been_answered_before() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    for _ in 0..20 {
        server.place(1, &[(9, 7)]).await;
    }
    let (file, again) = (folder.path().join("copy.sqlite"), folder.path().join("again.sqlite"));
    let manifest = backed_up(&server.database(), &file);
    assert_eq!((&manifest["orders"], &manifest["lastEvent"]), (&json!(20), &json!(20)));
    let then = digest(&url_of(&server.database()));
    server.place(1, &[(9, 7)]).await;
    assert_ne!(digest(&url_of(&server.database())), then);

    done(restore(&file, &again));
    assert_eq!(digest(&url_of(&again)), then);
    let restored = Server::start_on(&again, &[]);
    let answer = restored.user(1, Method::GET, "/orders/20").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(restored.place(1, &[(9, 7)]).await["id"], 21);
}

#[test]
fn the_manifest_says_what_the_copy_is() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (a_shop(folder.path()), folder.path().join("copy.sqlite"));
    let before = names(folder.path());
    let manifest = backed_up(&database, &file);
    assert_eq!(manifest["file"], "copy.sqlite");
    assert_eq!(manifest["sha256"], sha256(&file));
    assert_eq!(manifest["bytes"], fs::metadata(&file).unwrap().len());
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    assert_eq!(manifest["schema"].as_str(), names(Path::new(migrations)).last().map(String::as_str));
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&manifest["orders"], manifest["lastEvent"].as_i64() > Some(1000)), (&json!(1000), true));
    assert!(manifest["time"].as_str().unwrap().ends_with('Z'), "{manifest}");
    let mut expected = before;
    expected.extend(["copy.sqlite".to_owned(), "copy.sqlite.manifest.json".to_owned()]);
    assert_eq!(names(folder.path()), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_server_has_left_in_its_log_is_in_the_copy() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (folder.path().join("orders.sqlite"), folder.path().join("copy.sqlite"));
    let mut server = Server::start_on(&database, &[]);
    server.place(1, &[(9, 7)]).await;
    server.signal("KILL");
    server.wait();
    assert!(fs::metadata(folder.path().join("orders.sqlite-wal")).unwrap().len() > 0);
    assert_eq!(backed_up(&database, &file)["orders"], 1);
}

#[test]
fn nothing_that_is_there_is_replaced() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (a_shop(folder.path()), folder.path().join("copy.sqlite"));
    fs::write(&file, "mine").unwrap();
    assert_bad_setting(backup(&database, &file), &["copy.sqlite is there already"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    fs::remove_file(&file).unwrap();
    fs::write(manifest_path(&file), "mine").unwrap();
    assert_bad_setting(backup(&database, &file), &["copy.sqlite.manifest.json is there already"]);
    fs::remove_file(manifest_path(&file)).unwrap();
    symlink("nowhere", &file).unwrap();
    assert_bad_setting(backup(&database, &file), &["copy.sqlite is there already"]);
    assert_eq!(names(folder.path()).iter().filter(|name| name.contains("copy")).count(), 1);
}

#[test]
fn what_is_no_database_of_orders_is_not_copied() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (folder.path().join("other.sqlite"), folder.path().join("copy.sqlite"));
    fs::write(&database, "").unwrap();
    assert_refused(backup(&database, &file), &["other.sqlite", "is no database of orders"]);
    change(&database, "CREATE TABLE orders (id INTEGER)");
    assert_refused(backup(&database, &file), &["other.sqlite", "is no database of orders"]);
    fs::write(
        &database,
        "text, and more of it than a header of SQLite is long, which is a hundred bytes".repeat(9),
    )
    .unwrap();
    assert_refused(backup(&database, &file), &["other.sqlite", "file is not a database"]);
    let nowhere = folder.path().join("no/copy.sqlite");
    assert_refused(backup(&a_shop(folder.path()), &nowhere), &["there is no folder", "/no"]);
    assert!(!file.exists() && !nowhere.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_are_webhooks_it_says_that_their_key_is_not_in_the_copy() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let said = done(backup(&server.database(), &folder.path().join("without.sqlite")));
    assert!(!said.contains("key"), "{said}");
    let body = json!({"url": "https://shop.example/hook", "types": ["order.*"]});
    let answer = server.operator(Method::POST, "/webhooks", Some(&body)).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let said = done(backup(&server.database(), &folder.path().join("with.sqlite")));
    let last = said.lines().last().unwrap();
    assert!(last.contains("orders.sqlite.secrets-key") && last.contains("not in it"), "{said}");
}

#[test]
fn of_a_postgresql_database_it_says_what_to_use_instead() {
    let mut command = orders();
    command.args(["backup", "/nowhere/copy", "--database-url", "postgres://shop:s3cret@127.0.0.1:1/orders"]);
    assert_bad_setting(command, &["--database-url (DATABASE_URL)", "pg_dump", "orders digest"]);
}

#[test]
fn a_copy_of_an_older_schema_is_restored_as_it_is_and_said_to_be_older() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (a_shop(folder.path()), folder.path().join("copy.sqlite"));
    let mut down = orders();
    down.args(["migrate", "down", "--lose-orders", "--database-url", &url_of(&database)]);
    let newest = done(down).trim().trim_start_matches("took back ").to_owned();
    assert_ne!(backed_up(&database, &file)["schema"], newest);
    let again = folder.path().join("again.sqlite");
    let said = done(restore(&file, &again));
    assert!(said.contains("the next start migrates it"), "{said}");
    assert_eq!(sha256(&again), sha256(&file));
    let mut up = orders();
    up.args(["migrate", "--database-url", &url_of(&again)]);
    assert_eq!(done(up), format!("applied {newest}\n"));
    assert_eq!(digest(&url_of(&again))["parts"][0]["count"], 1000);
}
