//! Opening a database, and when it is refused.

use std::{fs, os::unix::fs::symlink, path::Path};

use diesel::{RunQueryDsl, connection::SimpleConnection};
use orders_adapters::{
    OpenError, SqliteDatabase,
    sql::sqlite::{SqliteCopy, migrate},
};
use orders_domain::{failure::with_causes, ports::Orders};

use super::{
    Place,
    common::{at, n},
    placing::place,
};

/// The message with its causes, as a server prints it; it must be one line that names the path.
fn message(error: &OpenError, path: &Path) -> String {
    let text = with_causes(error);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains(path.to_str().unwrap()), "{text}");
    text
}

#[tokio::test]
async fn the_folder_and_the_file_are_made() {
    let place_of_file = Place::new();
    let path = place_of_file.0.path().join("a/b/orders.sqlite");
    let orders = SqliteDatabase::open(&path).unwrap();
    assert_eq!(place(&orders, 1, at(0)).await.id(), n(1));
    assert!(path.is_file());
}

#[tokio::test]
async fn a_name_of_odd_characters_is_taken_as_it_is() {
    let folder = Place::new();
    let path = folder.0.path().join("file:ö ?mode=memory&x=%20#1.sqlite");
    drop(SqliteDatabase::open(&path).unwrap());
    assert!(path.is_file());
}

#[tokio::test]
async fn a_second_server_is_refused_while_the_first_lives() {
    let place = Place::new();
    let first = place.open();
    let refused = [
        SqliteDatabase::open(&place.file()).map(drop),
        migrate(&place.file()).map(drop),
        SqliteCopy::open(&place.file()).map(drop),
    ];
    for answer in refused {
        let error = answer.unwrap_err();
        assert!(matches!(error, OpenError::InUse(_)), "{error:?}");
        message(&error, &place.file());
    }
    assert!(first.health().await.writes.is_ok());
    drop(first);
    assert!(place.open().health().await.writes.is_ok());
}

#[tokio::test]
async fn a_second_server_is_refused_whatever_it_calls_the_file() {
    let place = Place::new();
    let folder = place.0.path();
    let names = ["link.sqlite", "linked/orders.sqlite", "linked/./orders.sqlite", "link-to-link.sqlite"];
    symlink("orders.sqlite", folder.join(names[0])).unwrap();
    symlink(".", folder.join("linked")).unwrap();
    symlink(folder.join(names[0]), folder.join(names[3])).unwrap();
    // Whether the file is there already or not, and whichever name is the first one's.
    for first in [names[3], "orders.sqlite", names[0]] {
        let first = SqliteDatabase::open(&folder.join(first)).unwrap();
        for name in names.into_iter().chain(["orders.sqlite"]) {
            let path = folder.join(name);
            let error = SqliteDatabase::open(&path).unwrap_err();
            assert!(matches!(error, OpenError::InUse(_)), "{name}: {error:?}");
            message(&error, &path);
        }
        assert!(first.health().await.writes.is_ok());
    }
    assert!(place.file().is_file());
}

#[test]
fn links_that_lead_in_a_circle_are_refused() {
    let place = Place::new();
    symlink("orders.sqlite", place.file()).unwrap();
    let error = SqliteDatabase::open(&place.file()).unwrap_err();
    assert!(message(&error, &place.file()).contains("in a circle"), "{error:?}");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let place = Place::new();
    let text = "Dear diary,\n".repeat(1000);
    fs::write(place.file(), &text).unwrap();
    let error = SqliteDatabase::open(&place.file()).unwrap_err();
    assert!(matches!(error, OpenError::Open { .. }), "{error:?}");
    assert!(message(&error, &place.file()).ends_with("file is not a database"), "{error}");
    assert_eq!(fs::read_to_string(place.file()).unwrap(), text);
}

#[test]
fn a_folder_in_the_place_of_the_file_is_refused() {
    let place = Place::new();
    fs::create_dir(place.file()).unwrap();
    let error = SqliteDatabase::open(&place.file()).unwrap_err();
    assert!(matches!(error, OpenError::Open { .. }), "{error:?}");
    message(&error, &place.file());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let place = Place::new();
    fs::write(place.file(), "a file").unwrap();
    for folder in [place.file(), place.file().join("deeper")] {
        let error = SqliteDatabase::open(&folder.join("orders.sqlite")).unwrap_err();
        assert!(matches!(error, OpenError::Folder { .. }), "{error:?}");
        assert!(message(&error, &folder).starts_with("cannot create the folder"), "{error}");
    }
}

#[test]
fn a_lock_that_cannot_be_written_is_named() {
    let place = Place::new();
    let lock = place.0.path().join("orders.sqlite.lock");
    fs::create_dir(&lock).unwrap();
    let error = SqliteDatabase::open(&place.file()).unwrap_err();
    assert!(matches!(error, OpenError::NotWritable { .. }), "{error:?}");
    message(&error, &lock);
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    let place = Place::new();
    drop(place.open());
    place
        .outsider()
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000001')")
        .unwrap();
    let refused = [
        SqliteDatabase::open(&place.file()).map(drop),
        migrate(&place.file()).map(drop),
        SqliteCopy::open(&place.file()).map(drop),
    ];
    for answer in refused {
        match answer.unwrap_err() {
            OpenError::NewerDatabase(version) => assert_eq!(version, "99990101000001"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_database_of_something_else_is_refused_and_left_as_it_is() {
    let place = Place::new();
    place
        .outsider()
        .batch_execute("CREATE TABLE orders (burger TEXT); INSERT INTO orders VALUES ('1')")
        .unwrap();
    let error = SqliteDatabase::open(&place.file()).unwrap_err();
    assert!(matches!(error, OpenError::Migration(_)), "{error:?}");
    assert_eq!(error.to_string().lines().count(), 1, "{error}");
    assert_eq!(diesel::sql_query("UPDATE orders SET burger = '2'").execute(&mut place.outsider()), Ok(1));
}

#[test]
fn migrating_a_second_time_applies_nothing() {
    let place = Place::new();
    let first = migrate(&place.file()).unwrap();
    assert!(!first.is_empty());
    assert_eq!(migrate(&place.file()).unwrap(), [""; 0]);
    drop(place.open());
    assert_eq!(migrate(&place.file()).unwrap(), [""; 0]);
}
