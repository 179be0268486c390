//! Both databases hold the same: the folders of migrations are compared with each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Indexes that only one of them needs: SQLite finds keys through the writer's memory, which is
/// filled by age; PostgreSQL decides between servers.
const OWN_INDEXES: [&str; 2] = ["orders_by_key", "orders_by_key_age"];

fn folder(backend: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations")).join(backend)
}

fn names(backend: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder(backend)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The statements of all migrations, in words that both understand.
fn statements(backend: &str) -> Vec<String> {
    let mut sql = String::new();
    for name in names(backend) {
        let text = fs::read_to_string(folder(backend).join(name).join("up.sql")).unwrap();
        for line in text.lines() {
            sql.push_str(line.split("--").next().unwrap());
            sql.push(' ');
        }
    }
    let words: Vec<_> = sql.split_whitespace().collect();
    let mut sql = words.join(" ");
    for (own, common) in [
        ("BIGINT", "INTEGER"),
        ("BLOB", "BYTES"),
        ("BYTEA", "BYTES"),
        (" STRICT, WITHOUT ROWID;", ";"),
        (" STRICT;", ";"),
    ] {
        sql = sql.replace(own, common);
    }
    sql.split(';').map(|statement| statement.trim().to_owned()).collect()
}

/// Each table's columns and checks.
fn tables(backend: &str) -> BTreeMap<String, String> {
    let tables = statements(backend).into_iter().filter_map(|statement| {
        let (name, columns) = statement.strip_prefix("CREATE TABLE ")?.split_once(" (")?;
        Some((name.to_owned(), columns.to_owned()))
    });
    tables.collect()
}

/// Each index's table and columns.
fn indexes(backend: &str) -> BTreeMap<String, String> {
    let indexes = statements(backend).into_iter().filter_map(|statement| {
        let statement = statement.replace("UNIQUE ", "");
        let (name, on) = statement.strip_prefix("CREATE INDEX ")?.split_once(" ON ")?;
        Some((name.to_owned(), on.to_owned()))
    });
    indexes.collect()
}

#[test]
fn both_have_migrations_of_the_same_names() {
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn both_have_the_same_tables_columns_and_checks() {
    let tables = [tables("sqlite"), tables("postgres")];
    assert_eq!(tables[0].keys().collect::<Vec<_>>(), ["order_products", "orders", "revocations"]);
    assert!(tables[0]["orders"].contains("CHECK (status <> 'cancelled' OR shipping_provider IS NULL)"));
    assert_eq!(tables[0], tables[1]);
}

#[test]
fn both_have_the_same_indexes_to_which_sqlite_appends_the_id_by_itself() {
    let mut with_id = BTreeMap::new();
    for (name, on) in indexes("sqlite") {
        with_id.insert(name, on.replace(')', ", id)"));
    }
    let mut postgres = indexes("postgres");
    for own in OWN_INDEXES {
        assert!(with_id.remove(own).is_some() != postgres.remove(own).is_some(), "{own}");
    }
    assert_eq!(with_id.len(), 4);
    assert_eq!(with_id, postgres);
}
