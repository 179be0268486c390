//! Messages to webhooks, after the Standard Webhooks specification.

mod answer;
mod failure;
mod signing;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use orders_domain::{
    InvalidInput,
    delivery::{
        Attempt, KeyId, Outcome, Sealed, Verdict, WebhookUrl,
        endpoint::{Endpoint, Message},
        ports::WebhookSender,
    },
    ports::PortError,
};
use reqwest::{Client, ClientBuilder, Response, Url, header, redirect::Policy};

use super::{
    address::{Destinations, Lookup, SystemLookup, Unresolved, VettedResolver},
    vault::Vault,
};
use answer::Answer;
use signing::Signer;

/// How long connecting may take, with TLS.
const CONNECTING: Duration = Duration::from_secs(5);

/// So many connections to a host are kept for what comes next, for so long.
const MOST_IDLE: usize = 32;
const IDLE: Duration = Duration::from_secs(30);

/// Sends to webhooks over HTTP/1.1: by TLS, without a proxy, without following redirects, and only to
/// [`Destinations`].
pub struct HttpWebhooks {
    client: Client,
    destinations: Arc<Destinations>,
    signer: Signer,
    patience: Duration,
}

impl HttpWebhooks {
    /// How long a receiver may take, from the look-up of its name to the end of its answer.
    pub const PATIENCE: Duration = Duration::from_secs(15);

    /// Sends to these destinations, signed with what is sealed in this vault.
    ///
    /// # Errors
    ///
    /// [`reqwest::Error`] when TLS cannot be set up, as without any certificate that is trusted.
    pub fn new(vault: Vault, destinations: Destinations) -> Result<Self, reqwest::Error> {
        Self::with(vault, destinations, Arc::new(SystemLookup), Self::PATIENCE)
    }

    /// The same, with names looked up in another way and with another patience.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn with(
        vault: Vault,
        destinations: Destinations,
        lookup: Arc<dyn Lookup>,
        patience: Duration,
    ) -> Result<Self, reqwest::Error> {
        Self::built(vault, destinations, lookup, patience, |builder| builder)
    }

    fn built(
        vault: Vault,
        destinations: Destinations,
        lookup: Arc<dyn Lookup>,
        patience: Duration,
        trusting: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<Self, reqwest::Error> {
        let destinations = Arc::new(destinations);
        let resolver = VettedResolver { destinations: Arc::clone(&destinations), lookup };
        let client = trusting(Client::builder())
            .user_agent("orders")
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .http1_only()
            .dns_resolver(resolver)
            .connect_timeout(CONNECTING)
            .timeout(patience)
            .pool_max_idle_per_host(MOST_IDLE)
            .pool_idle_timeout(IDLE)
            .build()?;
        Ok(Self { client, destinations, signer: Signer::new(vault), patience })
    }

    async fn post(&self, url: Url, message: &Message, signature: String) -> Result<Response, reqwest::Error> {
        let mut request = self
            .client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", message.at.timestamp())
            .header("webhook-signature", signature)
            .body(message.body.clone());
        if let Some(trace) = message.trace {
            request = request.header("traceparent", trace.to_string());
        }
        request.send().await
    }
}

#[async_trait]
impl WebhookSender for HttpWebhooks {
    fn key(&self) -> KeyId {
        self.signer.key()
    }

    fn admit(&self, url: &str) -> Result<WebhookUrl, InvalidInput> {
        self.destinations.admit(url)
    }

    fn new_secret(&self) -> Result<(String, Sealed), PortError> {
        self.signer.new_secret().map_err(|error| PortError::Unavailable(error.into()))
    }

    async fn send(&self, to: &Endpoint, message: &Message) -> Outcome {
        let begun = Instant::now();
        let not_sent = |error: String| {
            let attempt = Attempt {
                at: message.at,
                took: begun.elapsed(),
                status: None,
                body: None,
                error: Some(error),
            };
            Outcome {
                attempt: Some(attempt),
                verdict: Verdict::Again { retry_after: None, overloaded: false },
            }
        };
        // What was allowed when it was given may be so no longer, and the client resolves no literal address.
        let Ok(url) = self.destinations.vetted(&to.url) else {
            return not_sent(Unresolved::NotAllowed.to_string());
        };
        let signature = match self.signer.sign(&to.secrets, message) {
            Ok(signature) => signature,
            Err(error) => return not_sent(error.to_string()),
        };
        match self.post(url, message, signature).await {
            Ok(response) => Answer::read(response).await.outcome(message.at, begun.elapsed()),
            Err(error) => not_sent(failure::said(&error, self.patience)),
        }
    }
}

#[cfg(test)]
mod tests;
