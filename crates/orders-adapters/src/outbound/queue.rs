//! Events through Amazon SQS.

mod batches;
mod url;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use aws_sdk_sqs::{
    Client,
    config::retry::RetryConfig,
    types::{Message, MessageAttributeValue, SendMessageBatchRequestEntry},
};
use orders_domain::{
    EventId,
    delivery::{
        endpoint::{QueueMessage, Received},
        ports::Queue,
    },
    ports::PortError,
};

pub use self::url::QueueUrlError;
use self::{
    batches::{ATTRIBUTE, Batches, carried},
    url::QueueUrl,
};

/// How many messages are received at once: as many as SQS gives.
const MOST_RECEIVED: i32 = 10;

/// How long an empty queue is waited at: as long as SQS lets wait.
const WAITING: Duration = Duration::from_secs(20);

/// How long nobody else gets what was received: six times as long as handling it may take.
const VISIBILITY: Duration = Duration::from_mins(3);

/// How long connecting, and an answer after it, may take: longer than waiting at an empty queue.
const CONNECTING: Duration = Duration::from_secs(5);
const ANSWERING: Duration = Duration::from_secs(30);

/// How often a call is tried in all before it has failed.
const TRIES: u32 = 3;

/// A queue of SQS: standard, or FIFO by a name that ends in `.fifo`.
///
/// A standard queue is told the group of each message, so that one that has many does not hold up the others (fair
/// queues). A FIFO queue keeps the order of each group and drops what it was sent within five minutes already.
pub struct SqsQueue {
    client: Client,
    url: QueueUrl,
}

impl SqsQueue {
    /// The queue of this URL, with what this machine has of credentials and regions. Nobody is asked for the queue
    /// yet. The region is that of the URL; the address of the service too, if it is not one of Amazon's.
    ///
    /// # Errors
    ///
    /// [`QueueUrlError`].
    pub async fn connect(queue_url: &str) -> Result<Self, QueueUrlError> {
        let url = QueueUrl::parse(queue_url)?;
        let config = aws_config::defaults(BehaviorVersion::latest()).load().await;
        Ok(Self::of(url, &config))
    }

    /// The same with settings of one's own.
    ///
    /// # Errors
    ///
    /// [`QueueUrlError`].
    pub fn with(queue_url: &str, config: &SdkConfig) -> Result<Self, QueueUrlError> {
        QueueUrl::parse(queue_url).map(|url| Self::of(url, config))
    }

    fn of(url: QueueUrl, config: &SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECTING).read_timeout(ANSWERING).build();
        let retries = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        let mut builder = aws_sdk_sqs::config::Builder::from(config)
            .timeout_config(timeouts)
            .retry_config(retries.with_max_attempts(TRIES));
        if let Some(region) = url.region(config.region().map(Region::as_ref)) {
            builder = builder.region(Region::new(region));
        }
        if let Some(endpoint) = url.endpoint() {
            builder = builder.endpoint_url(endpoint);
        }
        Self { client: Client::from_conf(builder.build()), url }
    }

    /// Puts some messages in one call. Each of them is in the queue, or this fails.
    async fn put(&self, messages: &[&QueueMessage]) -> Result<(), PortError> {
        let entries = messages.iter().enumerate().map(|(position, message)| self.entry(position, message));
        let entries = entries.collect::<Result<_, _>>()?;
        let call = self.client.send_message_batch().queue_url(self.url.as_str()).set_entries(Some(entries));
        let answer = call.send().await.map_err(unavailable)?;
        if let Some(failed) = answer.failed().first() {
            let (count, all, code) = (answer.failed().len(), messages.len(), failed.code());
            return Err(unavailable(format!("the queue refuses {count} of {all} messages: {code}")));
        }
        if answer.successful().len() < messages.len() {
            return Err(unavailable("the queue does not say what became of each message"));
        }
        Ok(())
    }

    fn entry(
        &self,
        position: usize,
        message: &QueueMessage,
    ) -> Result<SendMessageBatchRequestEntry, PortError> {
        let event = message.event.to_string();
        let attribute = MessageAttributeValue::builder().data_type("String").string_value(&event).build();
        SendMessageBatchRequestEntry::builder()
            .id(position.to_string())
            .message_group_id(&message.group)
            .set_message_deduplication_id(self.url.is_fifo().then_some(event))
            .message_attributes(ATTRIBUTE, attribute.map_err(unavailable)?)
            .message_body(carried(&message.body))
            .build()
            .map_err(unavailable)
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn publish(&self, messages: &[QueueMessage]) -> Result<(), PortError> {
        for batch in Batches::of(messages, self.url.is_fifo()) {
            // One after another: what comes after a failure is not put before it.
            self.put(&batch.map_err(unavailable)?).await?;
        }
        Ok(())
    }

    async fn receive(&self) -> Result<Vec<Received>, PortError> {
        let seconds = |time: Duration| i32::try_from(time.as_secs()).unwrap_or(i32::MAX);
        let call = self
            .client
            .receive_message()
            .queue_url(self.url.as_str())
            .max_number_of_messages(MOST_RECEIVED)
            .wait_time_seconds(seconds(WAITING))
            .visibility_timeout(seconds(VISIBILITY))
            .message_attribute_names(ATTRIBUTE);
        let answer = call.send().await.map_err(unavailable)?;
        Ok(answer.messages.unwrap_or_default().into_iter().filter_map(received).collect())
    }

    async fn forget(&self, receipt: &str) -> Result<(), PortError> {
        let call = self.client.delete_message().queue_url(self.url.as_str()).receipt_handle(receipt);
        call.send().await.map_err(unavailable).map(drop)
    }
}

/// Its address only.
impl fmt::Debug for SqsQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqsQueue").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

/// A message, if it can be forgotten at all.
fn received(message: Message) -> Option<Received> {
    let said = message.message_attributes.as_ref().and_then(|all| all.get(ATTRIBUTE));
    let event =
        said.and_then(MessageAttributeValue::string_value).and_then(|text| text.parse::<EventId>().ok());
    Some(Received { receipt: message.receipt_handle?, event })
}

fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PortError {
    PortError::Unavailable(cause.into())
}
