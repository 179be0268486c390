//! What the table of levels says, to who looks into it beside the store.

use std::path::Path;

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    sql_types::{BigInt, Text},
};

use super::Rows;

const LEVELS: &str =
    "SELECT product_id, code, on_hand, reserved, backorder_limit, short, level.version AS version
    FROM stock_levels AS level JOIN locations ON locations.id = location_id";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    product_id: i64,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = BigInt)]
    on_hand: i64,
    #[diesel(sql_type = BigInt)]
    reserved: i64,
    #[diesel(sql_type = BigInt)]
    backorder_limit: i64,
    #[diesel(sql_type = BigInt)]
    short: i64,
    #[diesel(sql_type = BigInt)]
    version: i64,
}

/// Of a file of SQLite's.
pub fn in_file(file: &Path) -> Rows {
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let rows: Vec<Row> = diesel::sql_query(LEVELS).load(&mut conn).unwrap();
    let numbers = |row: &Row| [row.on_hand, row.reserved, row.backorder_limit, row.short, row.version];
    rows.into_iter().map(|row| (row.product_id, row.code.clone(), numbers(&row))).collect()
}

/// Of a PostgreSQL.
#[cfg(feature = "postgres")]
pub fn at_url(url: &str) -> Rows {
    let url = url.to_owned();
    let read = async move {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let rows = client.query(LEVELS, &[]).await.unwrap();
        let number = |row: &tokio_postgres::Row, index: usize| row.get::<_, i64>(2 + index);
        let row = |row: &tokio_postgres::Row| {
            (row.get(0), row.get(1), std::array::from_fn(|index| number(row, index)))
        };
        rows.iter().map(row).collect()
    };
    // A thread of its own, since the caller is in a runtime.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::spawn(move || runtime.block_on(read)).join().unwrap()
}
