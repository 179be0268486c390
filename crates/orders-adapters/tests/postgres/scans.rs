//! How a database's tables were read.

use tokio_postgres::NoTls;

use super::{postgres_server::Database, wait_until};

/// What all connections that have ended have counted at some tables.
pub struct Scans {
    /// How often one was read whole.
    pub whole: i64,
    /// How often an index was searched.
    pub searches: i64,
    /// How many live rows were found by an index. (Its entries are no measure: how often the one of a row that is
    /// gone is met again depends on who else reads.)
    pub rows: i64,
}

impl Scans {
    /// What was counted at these tables, once nobody else is connected.
    pub async fn of(database: &Database, tables: &[&str]) -> Self {
        let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        // A connection that was closed here counts what it did when its process ends there, and only then.
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                      AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let is_alone = || async { client.query_one(others, &[]).await.unwrap().get::<_, i64>(0) == 0 };
        wait_until("the end of the other connections", is_alone).await;
        let sums = "SELECT sum(seq_scan)::BIGINT, sum(idx_scan)::BIGINT, sum(idx_tup_fetch)::BIGINT
                    FROM pg_stat_user_tables WHERE relname = ANY($1)";
        let row = client.query_one(sums, &[&tables]).await.unwrap();
        Self { whole: row.get(0), searches: row.get(1), rows: row.get(2) }
    }

    /// What was counted since then.
    pub fn since(self, before: &Self) -> Self {
        Self {
            whole: self.whole - before.whole,
            searches: self.searches - before.searches,
            rows: self.rows - before.rows,
        }
    }
}
