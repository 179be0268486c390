//! Events, to read.

use async_trait::async_trait;
use orders_domain::{
    EventId,
    ports::{EventFilter, EventLimit, EventPage, Feed, PortError},
};

use super::super::{PostgresDatabase, history, pool::Readers, settled};

#[async_trait]
impl Feed for PostgresDatabase {
    async fn events(
        &self,
        filter: EventFilter,
        after: Option<EventId>,
        limit: EventLimit,
    ) -> Result<EventPage, PortError> {
        let look = move |readers: &Readers| {
            readers.read(|conn| {
                let last = settled::events(conn)?;
                history::page(conn, &filter, after, limit, last)
            })
        };
        let page = self.read(look).await?;
        self.news.ends_at(page.last.map_or(0, EventId::get));
        Ok(page)
    }

    async fn news(&self, after: Option<EventId>) {
        self.news.after(after.map_or(0, EventId::get)).await;
    }
}
