//! Who is signed in to the pages for the staff, for all servers that use this Redis.

use async_trait::async_trait;
use orders_domain::ports::{PortError, Sessions, SignedIn};
use redis::{AsyncCommands, SetExpiry, SetOptions};
use sha2::{Digest, Sha256};

use super::{RedisSessions, format, parse};
use crate::{
    hex::Hex,
    sessions::Session,
    signed_in::{IDLE, LONGEST, new_key},
};

fn unavailable() -> PortError {
    PortError::Unavailable("the sessions in Redis cannot be had".into())
}

impl RedisSessions {
    /// With sign-ins of this realm only: of others that use the same Redis it knows nothing.
    #[must_use]
    pub fn in_realm(mut self, realm: &str) -> Self {
        self.realm = Sha256::digest(realm).into();
        self
    }

    /// The key in Redis: it does not tell that of the session.
    fn name(&self, key: &str) -> String {
        let told = Sha256::new().chain_update(self.realm).chain_update(key).finalize();
        format!("orders:signed-in:{}", Hex(&told))
    }

    /// For how long a session is kept from now on, in milliseconds, unless it is asked for; `None` once it is over.
    fn kept_for(&self, session: &Session) -> Option<i64> {
        let left = (session.until - self.clock.now()).min(IDLE).num_milliseconds();
        (left > 0).then_some(left)
    }
}

#[async_trait]
impl Sessions for RedisSessions {
    async fn begin(&self, who: SignedIn) -> Result<String, PortError> {
        let key = new_key();
        let session = Session { user: who.user, issued_at: who.at, until: who.at + LONGEST };
        let left =
            self.kept_for(&session).and_then(|left| u64::try_from(left).ok()).ok_or_else(unavailable)?;
        if self.is_resting() {
            return Err(unavailable());
        }
        let options = SetOptions::default().with_expiration(SetExpiry::PX(left));
        let mut connection = self.connection.clone();
        let kept: Result<(), _> = connection.set_options(self.name(&key), format(&session), options).await;
        self.unless_failed(kept).map(|()| key).ok_or_else(unavailable)
    }

    async fn find(&self, key: &str) -> Result<Option<SignedIn>, PortError> {
        let found = self.fetch::<String>(self.name(key)).await;
        if self.is_resting() {
            return Err(unavailable());
        }
        let Some(session) = found.as_deref().and_then(parse) else { return Ok(None) };
        let revoked_at = self.last_revoked(session.user.id()).await;
        if self.is_resting() {
            return Err(unavailable());
        }
        let (Some(left), true) =
            (self.kept_for(&session), revoked_at.is_none_or(|at| at < session.issued_at))
        else {
            self.end(key).await;
            return Ok(None);
        };
        let mut connection = self.connection.clone();
        let asked: Result<(), _> = connection.pexpire(self.name(key), left).await;
        self.unless_failed(asked);
        Ok(Some(SignedIn { user: session.user, at: session.issued_at }))
    }

    async fn end(&self, key: &str) {
        let mut connection = self.connection.clone();
        let ended: Result<(), _> = connection.del(self.name(key)).await;
        self.unless_failed(ended);
    }
}
