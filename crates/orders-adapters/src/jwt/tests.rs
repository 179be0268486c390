//! Tokens against a provider of our own, at a time of our own.

#[path = "../../tests/common/issuer.rs"]
mod issuer;

mod caching;
mod claims;
mod forgeries;
mod keys;
mod local_key;
mod rotation;

use std::{collections::HashMap, sync::Mutex};

use issuer::{Issuer, SigningKey};
use orders_domain::{Scopes, UserId};
use serde_json::{Value, json};

use super::*;

/// A clock that stands still until it is moved.
struct FakeClock(Mutex<DateTime<Utc>>);

impl FakeClock {
    fn pass(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// Revocations in memory.
#[derive(Default)]
struct Revoked(Mutex<HashMap<UserId, DateTime<Utc>>>);

impl Revoked {
    fn revoke(&self, user: UserId, at: DateTime<Utc>) {
        self.0.lock().unwrap().insert(user, at);
    }
}

#[async_trait]
impl Revocations for Revoked {
    async fn revoked_at(&self, user: UserId) -> Result<Option<DateTime<Utc>>, PortError> {
        Ok(self.0.lock().unwrap().get(&user).copied())
    }
}

/// The second at which the tests begin.
const START: i64 = 1_795_341_600;

fn clock() -> Arc<FakeClock> {
    Arc::new(FakeClock(Mutex::new(DateTime::from_timestamp(START, 0).unwrap())))
}

fn rules(issuer: &str) -> TokenRules {
    TokenRules {
        issuer: issuer.to_owned(),
        audiences: vec!["orders".to_owned(), "shop".to_owned()],
        audience_claim: AudienceClaim::Aud,
        algorithms: vec![TokenAlgorithm::Rs256, TokenAlgorithm::Es256, TokenAlgorithm::EdDsa],
        user_claim: "sub".to_owned(),
        marketplace_claim: "marketplace".to_owned(),
        scope_prefix: String::new(),
        leeway: TimeDelta::seconds(30),
    }
}

/// What an honest token of user 7 claims, for an hour.
fn claims(issuer: &str) -> Value {
    json!({
        "iss": issuer, "aud": "orders", "sub": "7", "scope": "openid orders:read orders:create",
        "iat": START, "nbf": START, "exp": START + 3600,
    })
}

fn user(id: i64, scopes: &str) -> User {
    User::new(UserId::try_from(id).unwrap(), Scopes::of_words(scopes.split(' ')))
}

/// The user of [`claims`].
fn seven() -> User {
    user(7, "orders:read orders:create")
}

/// An authenticator that finds its keys at this provider.
fn authenticator(provider: &Issuer, clock: &Arc<FakeClock>) -> JwtAuthenticator {
    authenticator_with(provider, clock, Arc::new(Revoked::default()))
}

fn authenticator_with(
    provider: &Issuer,
    clock: &Arc<FakeClock>,
    revoked: Arc<dyn Revocations>,
) -> JwtAuthenticator {
    let clock: Arc<dyn Clock> = Arc::<FakeClock>::clone(clock);
    JwtAuthenticator::new(rules(&provider.url), KeySource::Discover, revoked, clock).unwrap()
}
