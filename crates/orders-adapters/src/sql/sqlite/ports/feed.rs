//! Events, to read.

use async_trait::async_trait;
use diesel::Connection;
use orders_domain::{
    EventId,
    ports::{EventFilter, EventLimit, EventPage, Feed, PortError},
};

use super::super::{Conn, SqliteDatabase, events, history};

#[async_trait]
impl Feed for SqliteDatabase {
    async fn events(
        &self,
        filter: EventFilter,
        after: Option<EventId>,
        limit: EventLimit,
    ) -> Result<EventPage, PortError> {
        let read = move |conn: &mut Conn| {
            // One state of the last event and of those up to it.
            conn.transaction(|conn| {
                let last = events::last(conn)?.unwrap_or_default();
                history::page(conn, &filter, after, limit, last)
            })
        };
        self.readers.elsewhere(read).await
    }

    async fn news(&self, after: Option<EventId>) {
        let seen = after.map_or(0, EventId::get);
        // The writer ends with the process: nothing comes any more.
        if self.news.clone().wait_for(|newest| *newest > seen).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
