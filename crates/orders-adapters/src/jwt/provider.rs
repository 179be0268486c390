//! Where the keys come from, and when they are fetched again.
//!
//! A key that is not known makes the key set be fetched once, for all who wait for it, but only so
//! often: whoever makes up key ids must not make us ask the provider each time. A key set that has
//! become old is fetched again beside the requests, so that a key that was withdrawn stops
//! counting. While the provider is down the old keys stay.

use std::{
    path::PathBuf,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use orders_domain::ports::{Clock, PortError};
use reqwest::{Client, redirect::Policy};
use tokio::sync::Mutex;

use super::{
    TokenAlgorithm, TokenRules,
    keys::{Key, KeySet},
};

mod asking;

pub(super) use asking::{Endpoints, Exchange};
use asking::{checked, failed};

/// A key set is fetched anew when it is this old.
const FRESH: TimeDelta = TimeDelta::minutes(10);

/// So many fetches at once, and one more each time this has passed.
const BURST: u8 = 4;
const REFILL: TimeDelta = TimeDelta::seconds(10);

/// How long the provider may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where a provider's public keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// Where `{issuer}/.well-known/openid-configuration` says.
    Discover,
    /// At this address.
    Url(String),
    /// In this file.
    File(PathBuf),
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum ProviderError {
    #[error("{0:?} is no https address (http is taken on this machine only)")]
    Address(String),
    #[error("the address {0:?} has a user name in it, and none can be given")]
    UserName(String),
    #[error("{address} cannot be had")]
    Fetch {
        address: String,
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("{0} holds no key that can be used with the allowed algorithms")]
    NoKeys(String),
    #[error("{address} describes the issuer {described:?} instead")]
    OtherIssuer { address: String, described: String },
}

pub(super) struct Provider {
    source: KeySource,
    issuer: String,
    allowed: Vec<TokenAlgorithm>,
    client: Client,
    clock: Arc<dyn Clock>,
    known: RwLock<Known>,
    budget: Mutex<Budget>,
    /// How often fetching was tried, so that who has waited for another's try makes none.
    tries: AtomicU64,
}

#[derive(Clone, Default)]
struct Known {
    keys: Option<Arc<KeySet>>,
    fetched_at: DateTime<Utc>,
    /// When fetching was last tried because the keys had become old.
    renewed_at: DateTime<Utc>,
    /// Whether the last fetch failed, so that there may be keys that are not known here.
    failed: bool,
}

/// How many fetches are left, and since when that has been so.
struct Budget {
    left: u8,
    since: DateTime<Utc>,
}

impl Budget {
    fn take(&mut self, now: DateTime<Utc>) -> bool {
        // A clock that was set back.
        self.since = self.since.min(now);
        while self.left < BURST && now - self.since >= REFILL {
            self.left += 1;
            self.since += REFILL;
        }
        if self.left == BURST {
            self.since = now;
        }
        let granted = self.left > 0;
        self.left = self.left.saturating_sub(1);
        granted
    }
}

impl Provider {
    pub fn new(rules: &TokenRules, source: KeySource, clock: Arc<dyn Clock>) -> Result<Self, ProviderError> {
        match &source {
            KeySource::Discover => drop(checked(&rules.issuer)?),
            KeySource::Url(url) => drop(checked(url)?),
            KeySource::File(_) => {}
        }
        // Each fetch has a connection of its own: they are rare, and any worker may make them.
        let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE).pool_max_idle_per_host(0);
        let client = client.build().map_err(|cause| failed(&rules.issuer, cause))?;
        Ok(Self {
            source,
            issuer: rules.issuer.clone(),
            allowed: rules.algorithms.clone(),
            client,
            budget: Mutex::new(Budget { left: BURST, since: clock.now() }),
            tries: AtomicU64::new(0),
            clock,
            known: RwLock::default(),
        })
    }

    /// The keys that a token's header can mean; empty when it names none of the provider's.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] when none is known and the provider cannot be asked.
    pub async fn keys(
        self: &Arc<Self>,
        kid: Option<&str>,
        algorithm: TokenAlgorithm,
    ) -> Result<Vec<Key>, PortError> {
        let seen = self.known();
        if let Some(keys) = &seen.keys {
            let found = keys.candidates(kid, algorithm);
            if !found.is_empty() {
                self.renew_if_old(&seen);
                return Ok(found);
            }
        }
        self.fetch_once().await;
        let known = self.known();
        let Some(keys) = known.keys else {
            return Err(PortError::Unavailable("the provider's keys are not known yet".into()));
        };
        let found = keys.candidates(kid, algorithm);
        if found.is_empty() && known.failed {
            return Err(PortError::Unavailable(
                "the key is not known, and the provider cannot be asked".into(),
            ));
        }
        Ok(found)
    }

    /// The same once more for a token that none of those keys has signed: the provider may have
    /// another key by the same name now. `None` when it may not be asked again yet.
    pub async fn keys_anew(&self, kid: Option<&str>, algorithm: TokenAlgorithm) -> Option<Vec<Key>> {
        if self.fetch_once().await { Some(self.known().keys?.candidates(kid, algorithm)) } else { None }
    }

    /// Fetches the keys, whatever the budget.
    pub async fn fetch_now(&self) -> Result<(), ProviderError> {
        let keys = self.fetch().await?;
        tracing::info!(keys = keys.len(), "fetched the provider's keys");
        let now = self.clock.now();
        *self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner) =
            Known { keys: Some(Arc::new(keys)), fetched_at: now, renewed_at: now, failed: false };
        Ok(())
    }

    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Waits for a fetch, one's own or that of another who was first, well or not; whether there was one.
    async fn fetch_once(&self) -> bool {
        let seen = self.tries.load(Ordering::Acquire);
        let mut budget = self.budget.lock().await;
        if self.tries.load(Ordering::Acquire) == seen && budget.take(self.clock.now()) {
            self.fetch_or_keep().await;
            self.tries.fetch_add(1, Ordering::Release);
        }
        self.tries.load(Ordering::Acquire) != seen
    }

    fn renew_if_old(self: &Arc<Self>, seen: &Known) {
        let now = self.clock.now();
        if now - seen.fetched_at < FRESH || now - seen.renewed_at < TimeDelta::minutes(1) {
            return;
        }
        self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner).renewed_at = now;
        let provider = Arc::clone(self);
        tokio::spawn(async move { provider.fetch_or_keep().await });
    }

    async fn fetch_or_keep(&self) {
        if let Err(error) = self.fetch_now().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the provider's keys cannot be fetched; those known stay");
            self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner).failed = true;
        }
    }
}
