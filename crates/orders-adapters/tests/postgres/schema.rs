//! Both databases hold the same: what the migrations of each have made is compared.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
    sql_types::{Bool, Text},
};
use orders_adapters::sql::sqlite::migrate;
use tokio_postgres::NoTls;

use super::{open, postgres_server};

/// Indexes that only one of them needs: SQLite finds keys through the writer's memory, which is
/// filled by age; PostgreSQL decides between servers.
const OWN_INDEXES: [&str; 2] = ["events_by_key", "events_by_key_age"];

/// Indexes that find one row, or the few of an order, and those of tables without ids: they need no id to be in order.
const WITHOUT_ID: [&str; 10] = [
    "deliveries_by_state",
    "deliveries_due",
    "deliveries_waiting",
    "events_of_subject",
    "listings_of_marketplace",
    "order_products_by_product",
    "order_shipments_by_tracking",
    "orders_by_external_id",
    "products_by_sku",
    "stock_movements_of_line",
];

/// Each column of each table, and whether it may be NULL; each index with its columns, without what is an expression.
#[derive(Debug, Default, PartialEq, Eq)]
struct Schema {
    columns: BTreeMap<String, bool>,
    indexes: BTreeMap<String, String>,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    may_be_null: bool,
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    columns: String,
}

fn of_sqlite() -> Schema {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.sqlite");
    migrate(&file).unwrap();
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let columns: Vec<Column> = sql_query(
        "SELECT of.name || '.' || col.name AS name, col.\"notnull\" = 0 AS may_be_null
         FROM sqlite_schema AS of, pragma_table_info(of.name) AS col
         WHERE of.type = 'table' AND of.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    )
    .load(&mut conn)
    .unwrap();
    let indexes: Vec<Index> = sql_query(
        "SELECT of.name, of.tbl_name || (SELECT coalesce(group_concat(' ' || name, '' ORDER BY seqno), '')
         FROM pragma_index_info(of.name)) AS columns FROM sqlite_schema AS of WHERE of.type = 'index' AND of.sql IS NOT NULL",
    )
    .load(&mut conn)
    .unwrap();
    Schema {
        columns: columns.into_iter().map(|column| (column.name, column.may_be_null)).collect(),
        indexes: indexes.into_iter().map(|index| (index.name, index.columns)).collect(),
    }
}

#[test]
fn both_have_migrations_of_the_same_names() {
    let names = |backend: &str| -> BTreeSet<String> {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations")).join(backend);
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_have_the_same_columns_and_indexes_to_which_sqlite_appends_the_id_by_itself() {
    let Some(database) = postgres_server::database() else { return };
    drop(open(&database));
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    let mut postgres = Schema::default();
    let columns =
        "SELECT table_name || '.' || column_name, is_nullable = 'YES' FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_%'
           AND table_name IN (SELECT relname FROM pg_class WHERE relkind = 'r')";
    for row in client.query(columns, &[]).await.unwrap() {
        postgres.columns.insert(row.get(0), row.get(1));
    }
    let indexes = "SELECT index.relname::TEXT, rel.relname || (SELECT string_agg(' ' || attname, '' ORDER BY place)
         FROM unnest(indkey::INT2[]) WITH ORDINALITY AS key (number, place)
         JOIN pg_attribute ON attrelid = indrelid AND attnum = number)
         FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_class AS rel ON rel.oid = indrelid
         WHERE rel.relnamespace = current_schema()::REGNAMESPACE AND NOT indisprimary
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)";
    for row in client.query(indexes, &[]).await.unwrap() {
        postgres.indexes.insert(row.get(0), row.get(1));
    }
    let mut sqlite = of_sqlite();
    for own in OWN_INDEXES {
        assert!(sqlite.indexes.remove(own).is_some() != postgres.indexes.remove(own).is_some(), "{own}");
    }
    for (name, columns) in &mut sqlite.indexes {
        if !WITHOUT_ID.contains(&name.as_str()) {
            columns.push_str(" id");
        }
    }
    // Of which the user is a column to one and an expression to the other.
    for indexes in [&mut sqlite.indexes, &mut postgres.indexes] {
        for index in ["orders_by_user_and_status", "orders_by_user_and_marketplace"] {
            let columns = indexes.get_mut(index).unwrap();
            *columns = columns.replace(" user_id", "");
        }
    }
    assert_eq!((sqlite.columns.len(), sqlite.indexes.len()), (183, 22));
    assert_eq!(sqlite, postgres);
}
