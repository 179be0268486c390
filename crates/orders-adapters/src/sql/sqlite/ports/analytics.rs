//! What is to be counted, and what was.

use async_trait::async_trait;
use diesel::Connection;
use orders_domain::{
    EventId,
    analytics::{Report, ReportQuery, UncountedPage},
    ports::{Analytics, PortError},
};

use super::super::{Conn, SqliteDatabase, analytics, events};

#[async_trait]
impl Analytics for SqliteDatabase {
    async fn uncounted(&self, after: Option<EventId>, most: usize) -> Result<UncountedPage, PortError> {
        let read = move |conn: &mut Conn| {
            conn.transaction(|conn| {
                let last = events::last(conn)?.unwrap_or_default();
                analytics::uncounted(conn, after, most, last)
            })
        };
        self.readers.elsewhere(read).await
    }

    async fn report(&self, query: ReportQuery) -> Result<Report, PortError> {
        let read = move |conn: &mut Conn| conn.transaction(|conn| analytics::report(conn, &query));
        self.readers.elsewhere(read).await
    }
}
