//! What the server cannot start with: it ends with 1 and says why in one line.

use std::{fs, net::TcpListener, path::Path, process::Command};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use reqwest::Method;
use tempfile::TempDir;

use crate::{
    namespace,
    support::{Server, assert_bad_setting, assert_in_use, assert_refused, command, orders, seed},
};

/// `serve` on this file under the folder.
fn serve(folder: &TempDir, file: &str) -> Command {
    command(&folder.path().join(file), &[])
}

#[test]
fn a_file_that_is_no_database() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("notes.txt"), "milk, bread, eggs\n".repeat(1000)).unwrap();
    assert_refused(serve(&folder, "notes.txt"), &["cannot open the database", "notes.txt", "not a database"]);
}

#[test]
fn a_file_in_place_of_the_folder() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("db"), "").unwrap();
    assert_refused(serve(&folder, "db/orders.sqlite"), &["cannot create the folder", "/db\""]);
}

#[test]
fn a_folder_in_place_of_the_file() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("orders.sqlite")).unwrap();
    assert_refused(serve(&folder, "orders.sqlite"), &["cannot open the database", "orders.sqlite"]);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let folder = TempDir::new().unwrap();
    match namespace::with(&["mount --bind $DIR $DIR", "mount -o remount,ro,bind $DIR"], folder.path()) {
        Ok(namespace) => {
            assert_refused(namespace.run(&serve(&folder, "orders.sqlite")), &["cannot write", "Read-only"]);
        }
        Err(reason) => println!("skipped: {reason}"),
    }
}

#[test]
fn a_file_that_cannot_be_written() {
    let folder = TempDir::new().unwrap();
    seed(&folder.path().join("orders.sqlite"));
    let file = "$DIR/orders.sqlite";
    match namespace::with(
        &[&format!("mount --bind {file} {file}"), &format!("mount -o remount,ro,bind {file}")],
        folder.path(),
    ) {
        Ok(namespace) => {
            assert_refused(namespace.run(&serve(&folder, "orders.sqlite")), &["orders.sqlite", "readonly"]);
        }
        Err(reason) => println!("skipped: {reason}"),
    }
}

#[test]
fn a_second_server_on_the_file() {
    let server = Server::start();
    assert_in_use(command(&server.database(), &[]), "orders.sqlite");
}

#[test]
fn a_database_of_a_newer_program() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    seed(&database);
    let mut conn = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    conn.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231235959')").unwrap();
    drop(conn);
    assert_refused(serve(&folder, "orders.sqlite"), &["\"29991231235959\"", "made by a newer one"]);
}

#[test]
fn a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let folder = TempDir::new().unwrap();
    let mut on_port = serve(&folder, "orders.sqlite");
    on_port.env("PORT", address.port().to_string());
    assert_refused(on_port, &[&format!("cannot listen on {address}"), "in use"]);
    let mut numbers_on_port = serve(&folder, "orders.sqlite");
    numbers_on_port.env("METRICS_ADDR", address.to_string());
    assert_refused(numbers_on_port, &[&format!("cannot listen on {address}"), "in use"]);
}

#[test]
fn an_address_that_others_reach_unless_told_so() {
    let folder = TempDir::new().unwrap();
    // An address for documentation, which no machine has.
    let beyond = |flag: Option<&str>| {
        let mut command = serve(&folder, "orders.sqlite");
        command.env("HOST", "192.0.2.1").args(flag);
        command
    };
    assert_refused(
        beyond(None),
        &["192.0.2.1 can be reached from other machines", "proves nothing", "--allow-insecure-auth"],
    );
    assert_refused(beyond(Some("--allow-insecure-auth")), &["cannot listen on 192.0.2.1:0"]);
}

#[test]
fn a_database_url_of_another_form() {
    let mut command = orders();
    command.arg("serve").env("DATABASE_URL", "mysql://localhost/orders");
    let reason = "is not of the form sqlite://path/to/file";
    assert_bad_setting(command, &["--database-url (DATABASE_URL)", "mysql://", reason]);
}

#[test]
fn a_setting_that_cannot_be_is_named_with_its_flag_variable_and_value() {
    let folder = TempDir::new().unwrap();
    for (variable, value, parts) in [
        ("WORKERS", "1000", ["--workers (WORKERS)", "\"1000\""]),
        ("HOST", "", ["--host (HOST)", "empty"]),
        ("CORS_ORIGINS", "*", ["--cors-origins (CORS_ORIGINS)", "\"*\""]),
        ("CORS_ORIGINS", "https://a.example/", ["--cors-origins (CORS_ORIGINS)", "https://a.example/"]),
        ("PUBLIC_URL", "/shop", ["--public-url (PUBLIC_URL)", "/shop"]),
        ("RUST_LOG", "a=b=c", ["--log (RUST_LOG)", "a=b=c"]),
        ("RUST_LOG", "verbose", ["--log (RUST_LOG)", "verbose"]),
        ("BEHIND_PROXY", "maybe", ["--behind-proxy (BEHIND_PROXY)", "maybe"]),
        ("LIST", "all", ["--list (LIST)", "all"]),
    ] {
        let mut command = serve(&folder, "orders.sqlite");
        command.env(variable, value);
        assert_bad_setting(command, &parts);
        assert!(!Path::exists(&folder.path().join("orders.sqlite")), "nothing was made before");
    }
}

#[tokio::test]
async fn lists_of_origins_may_have_blanks_and_empty_elements() {
    for origins in ["https://a.example, https://b.example", "", "https://a.example,", " "] {
        let server = Server::start_with(&[("CORS_ORIGINS", origins), ("PORT", " 0\n")]);
        let request = server.anyone(Method::GET, "/orders").header("Origin", "https://a.example");
        let answer = request.send().await.unwrap();
        let allowed = answer.headers().get("access-control-allow-origin").is_some();
        assert_eq!((answer.status().as_u16(), allowed), (200, origins.contains("a.example")), "{origins:?}");
    }
}

#[test]
fn a_log_filter_that_does_not_parse() {
    let folder = TempDir::new().unwrap();
    let mut command = serve(&folder, "orders.sqlite");
    command.env("RUST_LOG", "orders=loud");
    assert_bad_setting(command, &["--log (RUST_LOG)", "\"orders=loud\""]);
    assert!(!Path::exists(&folder.path().join("orders.sqlite")), "nothing was made before");
}
