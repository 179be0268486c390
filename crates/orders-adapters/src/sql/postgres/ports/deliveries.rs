//! Webhooks, and what was sent.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use orders_domain::{
    Consumer, EventId, PageLimit, Subject, Webhook, WebhookId,
    delivery::{Backlog, Delivery, DeliveryQuery, KeyId, SigningSecrets, Standing},
    ports::{Deliveries, PortError},
};

use super::super::{
    PostgresDatabase, consumers, deliveries,
    pool::{Readers, snapshot},
    webhooks,
};

#[async_trait]
impl Deliveries for PostgresDatabase {
    async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, PortError> {
        self.read(move |readers: &Readers| readers.read(|conn| webhooks::find(conn, id))).await
    }

    async fn webhooks(&self, after: Option<WebhookId>, limit: PageLimit) -> Result<Vec<Webhook>, PortError> {
        self.read(move |readers: &Readers| readers.read(|conn| webhooks::page(conn, after, limit))).await
    }

    async fn secrets(&self, id: WebhookId) -> Result<Option<SigningSecrets>, PortError> {
        self.read(move |readers: &Readers| readers.read(|conn| webhooks::secrets(conn, id))).await
    }

    async fn key(&self) -> Result<Option<KeyId>, PortError> {
        self.read(|readers: &Readers| readers.read(webhooks::key)).await
    }

    async fn log(&self, query: DeliveryQuery) -> Result<Vec<Delivery>, PortError> {
        let look = move |readers: &Readers| {
            readers.read(|conn| snapshot(conn, |conn| deliveries::log(conn, &query)))
        };
        self.read(look).await
    }

    async fn backlog(
        &self,
        consumer: Consumer,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Backlog, PortError> {
        let look = move |readers: &Readers| {
            readers.read(|conn| snapshot(conn, |conn| deliveries::backlog(conn, consumer, now, limit)))
        };
        self.read(look).await
    }

    async fn standing(
        &self,
        consumer: Consumer,
        events: &[(EventId, Subject)],
    ) -> Result<Standing, PortError> {
        let events = events.to_vec();
        let look = move |readers: &Readers| {
            readers.read(|conn| snapshot(conn, |conn| deliveries::standing(conn, consumer, &events)))
        };
        self.read(look).await
    }

    async fn cursor(&self, consumer: Consumer) -> Result<Option<Option<EventId>>, PortError> {
        let look = move |readers: &Readers| readers.read(|conn| consumers::find(conn, consumer));
        Ok(self.read(look).await?.map(|leased| leased.cursor))
    }
}
