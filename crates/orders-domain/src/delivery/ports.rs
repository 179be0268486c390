//! Who knows what is told to others, and who tells it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    attempt::Outcome,
    consumer::Consumer,
    endpoint::{Endpoint, Message, Notice, QueueMessage, Received},
    log::{Delivery, DeliveryQuery},
    progress::{Backlog, Standing},
    secret::{KeyId, Sealed, SigningSecrets},
    webhook::{Webhook, WebhookUrl},
};
use crate::{
    event::Subject,
    failure::PortError,
    id::{EventId, WebhookId},
    invalid::InvalidInput,
    page::PageLimit,
};

/// Reads webhooks, and the log of what was sent. What is written of them the ledger writes.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// The webhook with this number.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>, PortError>;

    /// Some of the webhooks after one, ascending.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn webhooks(&self, after: Option<WebhookId>, limit: PageLimit) -> Result<Vec<Webhook>, PortError>;

    /// What a webhook signs with.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn secrets(&self, id: WebhookId) -> Result<Option<SigningSecrets>, PortError>;

    /// The key with which the secrets of all webhooks are sealed, if there is any.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn key(&self) -> Result<Option<KeyId>, PortError>;

    /// Some of the log, ascending by event and by the names of the consumers.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn log(&self, query: DeliveryQuery) -> Result<Vec<Delivery>, PortError>;

    /// What waits at a consumer to be tried again at `now`, so many at most.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn backlog(
        &self,
        consumer: Consumer,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Backlog, PortError>;

    /// What is known of some events at a consumer, each with its subject.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn standing(
        &self,
        consumer: Consumer,
        events: &[(EventId, Subject)],
    ) -> Result<Standing, PortError>;

    /// How far a consumer has come, if it is one: everything up to this event is settled.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn cursor(&self, consumer: Consumer) -> Result<Option<Option<EventId>>, PortError>;
}

/// Sends to webhooks, and knows to where it may.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait WebhookSender: Send + Sync {
    /// The key with which it seals secrets.
    fn key(&self) -> KeyId;

    /// The address, if it is one to which may be sent as far as that can be told without asking for its name.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] about `url` otherwise.
    fn admit(&self, url: &str) -> Result<WebhookUrl, InvalidInput>;

    /// A new secret: as its receiver is shown it, once, and as it is stored.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] without chance or a key.
    fn new_secret(&self) -> Result<(String, Sealed), PortError>;

    /// Sends a message once. Whatever goes wrong is an outcome.
    async fn send(&self, to: &Endpoint, message: &Message) -> Outcome;
}

/// Writes to customers.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends a mail once. Whatever goes wrong is an outcome, and nothing personal is in it.
    async fn send(&self, notice: &Notice) -> Outcome;
}

/// A queue of messages, at least once each.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Queue: Send + Sync {
    /// Puts all of these into the queue, in their order, or some of them: whoever is told of a failure puts all of
    /// them again.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    async fn publish(&self, messages: &[QueueMessage]) -> Result<(), PortError>;

    /// Some messages, waiting a while for the first one. Nobody else gets them for a while.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    async fn receive(&self) -> Result<Vec<Received>, PortError>;

    /// Has the queue forget a message.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    async fn forget(&self, receipt: &str) -> Result<(), PortError>;
}
