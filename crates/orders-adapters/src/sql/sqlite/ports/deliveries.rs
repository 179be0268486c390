//! Webhooks, and what was sent.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::Connection;
use orders_domain::{
    Consumer, EventId, PageLimit, Subject, Webhook, WebhookId,
    delivery::{Backlog, Delivery, DeliveryQuery, KeyId, SigningSecrets, Standing},
    ports::{Deliveries, PortError},
};

use super::super::{Conn, SqliteDatabase, consumers, deliveries, webhooks};

#[async_trait]
impl Deliveries for SqliteDatabase {
    async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, PortError> {
        self.readers.inline(move |conn| webhooks::find(conn, id)).await
    }

    async fn webhooks(&self, after: Option<WebhookId>, limit: PageLimit) -> Result<Vec<Webhook>, PortError> {
        self.readers.elsewhere(move |conn| webhooks::page(conn, after, limit)).await
    }

    async fn secrets(&self, id: WebhookId) -> Result<Option<SigningSecrets>, PortError> {
        self.readers.inline(move |conn| webhooks::secrets(conn, id)).await
    }

    async fn key(&self) -> Result<Option<KeyId>, PortError> {
        self.readers.inline(webhooks::key).await
    }

    async fn log(&self, query: DeliveryQuery) -> Result<Vec<Delivery>, PortError> {
        let read = move |conn: &mut Conn| conn.transaction(|conn| deliveries::log(conn, &query));
        self.readers.elsewhere(read).await
    }

    async fn backlog(
        &self,
        consumer: Consumer,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Backlog, PortError> {
        let read =
            move |conn: &mut Conn| conn.transaction(|conn| deliveries::backlog(conn, consumer, now, limit));
        self.readers.elsewhere(read).await
    }

    async fn standing(
        &self,
        consumer: Consumer,
        events: &[(EventId, Subject)],
    ) -> Result<Standing, PortError> {
        let events = events.to_vec();
        let read =
            move |conn: &mut Conn| conn.transaction(|conn| deliveries::standing(conn, consumer, &events));
        self.readers.elsewhere(read).await
    }

    async fn cursor(&self, consumer: Consumer) -> Result<Option<Option<EventId>>, PortError> {
        let found = self.readers.inline(move |conn| consumers::find(conn, consumer)).await?;
        Ok(found.map(|leased| leased.cursor))
    }
}
