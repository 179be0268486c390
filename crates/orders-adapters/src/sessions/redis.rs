//! Sessions in Redis, for many servers.
//!
//! | key | value | lives |
//! |---|---|---|
//! | `orders:session:<hash of the token>` | the session | until it ends |
//! | `orders:revoked:<user>` | milliseconds since 1970 | for good |
//! | `orders:signed-in:<hash of realm and key>` | who is signed in to the pages for the staff | an hour after it was asked for |
//!
//! While Redis does not answer, nothing is remembered and each token is verified on its own. The
//! revocations that this process has seen stay known to it.

use std::{
    sync::Arc,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use orders_domain::{
    Scopes, User, UserId,
    ports::{Clock, PortError, Revocations},
};
use redis::{
    AsyncCommands, Client, RedisError, SetExpiry, SetOptions,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

mod signed_in;

use super::{Session, SessionCache, TokenHash};
use crate::hex::Hex;

/// How long Redis may take for an answer. Verifying a token takes far less.
const PATIENCE: Duration = Duration::from_millis(100);

/// After a failure Redis is left alone for this long, so that not every request waits for it.
const REST: TimeDelta = TimeDelta::seconds(1);

/// Revocations remembered in case Redis fails.
const SEEN: u64 = 100_000;

/// Why the address of Redis cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the address of the session cache does not have the form redis://host:port or rediss://host:port")]
pub struct RedisSettingsError(#[source] RedisError);

/// The sessions of all servers that use this Redis.
pub struct RedisSessions {
    connection: ConnectionManager,
    clock: Arc<dyn Clock>,
    /// Until when Redis is left alone, in milliseconds since 1970.
    rests_until: AtomicI64,
    seen_revoked: Cache<UserId, DateTime<Utc>>,
    /// Whose sign-ins these are, digested.
    realm: [u8; 32],
}

impl RedisSessions {
    /// Those of the Redis at `redis://…` (or `rediss://…` with TLS), which need not be up yet. To be
    /// called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the address has another form.
    pub fn new(url: &str, clock: Arc<dyn Clock>) -> Result<Self, RedisSettingsError> {
        let client = Client::open(url).map_err(RedisSettingsError)?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let connection =
            ConnectionManager::new_lazy_with_config(client, config).map_err(RedisSettingsError)?;
        let seen_revoked = Cache::new(SEEN);
        Ok(Self { connection, clock, rests_until: AtomicI64::new(i64::MIN), seen_revoked, realm: [0; 32] })
    }

    fn is_resting(&self) -> bool {
        self.clock.now().timestamp_millis() < self.rests_until.load(Ordering::Relaxed)
    }

    /// What came of a command; `None` after a failure, which starts a rest.
    fn unless_failed<T>(&self, result: Result<T, RedisError>) -> Option<T> {
        let error = match result {
            Ok(answer) => return Some(answer),
            Err(error) => error,
        };
        let until = (self.clock.now() + REST).timestamp_millis();
        self.rests_until.store(until, Ordering::Relaxed);
        tracing::warn!(error = &error as &dyn std::error::Error, "the session cache does not answer");
        None
    }

    /// Makes every token of this user that was made until `at` count for nothing.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] when the others cannot be told.
    pub async fn revoke(&self, user: UserId, at: DateTime<Utc>) -> Result<(), PortError> {
        let mut connection = self.connection.clone();
        let told: Result<(), _> = connection.set(revoked_key(user), at.timestamp_millis()).await;
        told.map_err(|cause| PortError::Unavailable(cause.into()))
    }

    async fn last_revoked(&self, user: UserId) -> Option<DateTime<Utc>> {
        let found = self.fetch::<i64>(revoked_key(user)).await.and_then(DateTime::from_timestamp_millis);
        if let Some(at) = found {
            self.seen_revoked.insert(user, at);
        }
        found.or_else(|| self.seen_revoked.get(&user))
    }

    async fn fetch<T: redis::FromRedisValue>(&self, key: String) -> Option<T> {
        if self.is_resting() {
            return None;
        }
        let mut connection = self.connection.clone();
        self.unless_failed(connection.get::<_, Option<T>>(key).await).flatten()
    }
}

#[async_trait]
impl SessionCache for RedisSessions {
    async fn find(&self, token: TokenHash) -> Option<Session> {
        let kept: String = self.fetch(session_key(token)).await?;
        let session = parse(&kept)?;
        let revoked_at = self.last_revoked(session.user.id()).await;
        // If Redis has failed in between, it is not known whether the session still counts.
        let counts = !self.is_resting() && revoked_at.is_none_or(|at| at < session.issued_at);
        counts.then_some(session)
    }

    async fn keep(&self, token: TokenHash, session: Session) {
        let left = (session.until - self.clock.now()).num_milliseconds();
        let Some(left) = u64::try_from(left).ok().filter(|left| *left > 0) else { return };
        if self.is_resting() {
            return;
        }
        let options = SetOptions::default().with_expiration(SetExpiry::PX(left));
        let mut connection = self.connection.clone();
        let kept: Result<(), _> = connection.set_options(session_key(token), format(&session), options).await;
        self.unless_failed(kept);
    }
}

#[async_trait]
impl Revocations for RedisSessions {
    /// As far as is known here: while Redis does not answer, what was seen of it before.
    async fn revoked_at(&self, user: UserId) -> Result<Option<DateTime<Utc>>, PortError> {
        Ok(self.last_revoked(user).await)
    }
}

fn session_key(TokenHash(hash): TokenHash) -> String {
    format!("orders:session:{}", Hex(&hash))
}

fn revoked_key(user: UserId) -> String {
    format!("orders:revoked:{user}")
}

/// What stands before the code of the marketplace in which the user is at home. Servers that know nothing of it take
/// it for a scope that they do not know.
const AT_HOME_IN: &str = "@";

/// User, made at, until, and then the scopes and where the user is at home, with spaces between.
fn format(session: &Session) -> String {
    let Session { user, issued_at, until } = session;
    let (issued_at, until) = (issued_at.timestamp_millis(), until.timestamp_millis());
    let home = user.marketplace().map(|code| format!(" {AT_HOME_IN}{code}")).unwrap_or_default();
    format!("{} {issued_at} {until} {}{home}", user.id(), user.scopes())
}

fn parse(text: &str) -> Option<Session> {
    let mut words = text.splitn(4, ' ');
    let id = words.next()?.parse().ok()?;
    let issued_at = DateTime::from_timestamp_millis(words.next()?.parse().ok()?)?;
    let until = DateTime::from_timestamp_millis(words.next()?.parse().ok()?)?;
    let words = words.next()?.split(' ');
    let home = words.clone().find_map(|word| word.strip_prefix(AT_HOME_IN)?.parse().ok());
    let user = User::new(id, Scopes::of_words(words)).at_home_in(home);
    Some(Session { user, issued_at, until })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_read_as_it_was_kept_and_one_of_before_without_a_home() {
        let moment = |millis| DateTime::from_timestamp_millis(millis).unwrap();
        for scopes in [&[][..], &["orders:read", "orders:cancel"]] {
            for home in [None, "de".parse().ok()] {
                let user = User::new(UserId::try_from(7).unwrap(), Scopes::of_words(scopes.iter().copied()));
                let user = user.at_home_in(home);
                let session = Session { user, issued_at: moment(1), until: moment(2) };
                assert_eq!(parse(&format(&session)), Some(session), "{session:?}");
            }
        }
        let before = parse("7 1 2 orders:read").unwrap();
        assert_eq!(
            (before.user.marketplace(), before.user.scopes().to_string().as_str()),
            (None, "orders:read")
        );
    }
}
