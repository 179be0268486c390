//! What is to be counted, and what was.

use async_trait::async_trait;
use orders_domain::{
    EventId,
    analytics::{Report, ReportQuery, UncountedPage},
    ports::{Analytics, PortError},
};

use super::super::{
    PostgresDatabase, analytics,
    pool::{Readers, snapshot},
    settled,
};

#[async_trait]
impl Analytics for PostgresDatabase {
    async fn uncounted(&self, after: Option<EventId>, most: usize) -> Result<UncountedPage, PortError> {
        let look = move |readers: &Readers| {
            readers.read(|conn| {
                let last = settled::events(conn)?;
                analytics::uncounted(conn, after, most, last)
            })
        };
        let page = self.read(look).await?;
        self.news.ends_at(page.last.map_or(0, EventId::get));
        Ok(page)
    }

    async fn report(&self, query: ReportQuery) -> Result<Report, PortError> {
        let look = move |readers: &Readers| {
            readers.read(|conn| snapshot(conn, |conn| analytics::report(conn, &query)))
        };
        self.read(look).await
    }
}
