//! Tokens of an OpenID provider: JWTs (RFC 7519, RFC 9068) signed with a key that it publishes.
//!
//! A token is taken apart in `token`, its key comes from `provider`, and what it says is judged
//! in `claims`; the moment it is judged at is the port's [`Clock`], not the library's. Why a token
//! was refused is logged at the level debug, without the token.

mod algorithm;
mod claims;
mod keys;
mod local_key;
mod provider;
mod sign_in;
mod token;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use orders_domain::{
    User,
    ports::{Authenticator, Clock, PortError, Revocations},
};
use sha2::{Digest, Sha256};

pub use algorithm::{TokenAlgorithm, UnknownAlgorithm};
pub use claims::{AudienceClaim, TokenRules};
pub use local_key::{LocalKey, LocalKeyError};
pub use provider::{KeySource, ProviderError};
pub use sign_in::OpenIdSignIn;

use crate::sessions::{Session, SessionCache, TokenHash};
use provider::Provider;
use token::{Token, WRONG_SIGNATURE};

/// Why a token is refused, for logs and tests; the asker is told nothing but that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refused(&'static str);

/// Knows users by their tokens.
pub struct JwtAuthenticator {
    rules: TokenRules,
    provider: Arc<Provider>,
    clock: Arc<dyn Clock>,
    cache: Option<(Arc<dyn SessionCache>, TimeDelta)>,
    revocations: Arc<dyn Revocations>,
    /// A digest of what is asked of tokens here.
    demands: [u8; 32],
}

impl JwtAuthenticator {
    /// Tokens that keep these rules, are signed with a key from this source and were not revoked.
    ///
    /// # Errors
    ///
    /// When the source cannot be: an address that is not https, no way to make requests.
    pub fn new(
        rules: TokenRules,
        source: KeySource,
        revocations: Arc<dyn Revocations>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ProviderError> {
        let demands = Sha256::digest(format!("{rules:?} {source:?}")).into();
        let provider = Provider::new(&rules, source, Arc::clone(&clock))?;
        Ok(Self { rules, provider: Arc::new(provider), clock, cache: None, revocations, demands })
    }

    /// Remembers verified tokens for this long, or until they expire if that is sooner. One that is
    /// revoked meanwhile counts for as long, unless the cache hears of it.
    #[must_use]
    pub fn with_cache(self, cache: Arc<dyn SessionCache>, ttl: TimeDelta) -> Self {
        Self { cache: Some((cache, ttl)), ..self }
    }

    /// Fetches the keys now, so that the first token need not wait for them.
    ///
    /// # Errors
    ///
    /// When they cannot be had; later tokens will try again.
    pub async fn fetch_keys(&self) -> Result<(), ProviderError> {
        self.provider.fetch_now().await
    }

    /// The name of a token in the cache. It says what was asked of the token too, so that a server
    /// that asks for something else does not find it in a cache that both use.
    fn name(&self, token: &str) -> TokenHash {
        TokenHash(Sha256::new().chain_update(self.demands).chain_update(token).finalize().into())
    }

    /// The session of a token: `until` is when the token itself expires.
    async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Result<Session, Refused>, PortError> {
        let token = match Token::parse(token, &self.rules.algorithms) {
            Ok(token) => token,
            Err(refused) => return Ok(Err(refused)),
        };
        let keys = self.provider.keys(token.kid(), token.algorithm()).await?;
        let mut claims = token.claims(&keys);
        if claims == Err(WRONG_SIGNATURE)
            && let Some(keys) = self.provider.keys_anew(token.kid(), token.algorithm()).await
        {
            claims = token.claims(&keys);
        }
        Ok(claims.and_then(|claims| self.rules.session(token.is_for_access(), &claims, now)))
    }
}

#[async_trait]
impl Authenticator for JwtAuthenticator {
    async fn authenticate(&self, credential: &str) -> Result<Option<User>, PortError> {
        let now = self.clock.now();
        let name = self.name(credential);
        if let Some((cache, _)) = &self.cache
            && let Some(session) = cache.find(name).await
            && now < session.until
        {
            return Ok(Some(session.user));
        }
        let session = match self.verify(credential, now).await? {
            Ok(session) => session,
            Err(Refused(reason)) => {
                tracing::debug!(reason, "a token was refused");
                return Ok(None);
            }
        };
        let revoked_at = self.revocations.revoked_at(session.user.id()).await?;
        if revoked_at.is_some_and(|at| session.issued_at <= at) {
            tracing::debug!(reason = "revoked", "a token was refused");
            return Ok(None);
        }
        if let Some((cache, ttl)) = &self.cache {
            let until = session.until.min(now + *ttl);
            if now < until {
                cache.keep(name, Session { until, ..session }).await;
            }
        }
        Ok(Some(session.user))
    }
}

#[cfg(test)]
mod tests;
