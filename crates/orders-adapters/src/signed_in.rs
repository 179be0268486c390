//! Who is signed in, in the memory of this process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use orders_domain::ports::{Clock, PortError, Revocations, Sessions, SignedIn};
use uuid::Uuid;

/// How long a session goes on without being asked for.
pub(crate) const IDLE: TimeDelta = TimeDelta::hours(1);

/// How long it goes on at most.
pub(crate) const LONGEST: TimeDelta = TimeDelta::hours(12);

/// How many there are at most; another one ends the one that was not asked for longest.
const MOST: usize = 10_000;

/// A key that nobody can guess: 244 random bits.
pub(crate) fn new_key() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// The sessions of this process.
pub struct MemorySignedIn {
    known: Mutex<HashMap<String, Known>>,
    clock: Arc<dyn Clock>,
    revocations: Option<Arc<dyn Revocations>>,
    most: usize,
}

#[derive(Clone, Copy)]
struct Known {
    who: SignedIn,
    asked_at: DateTime<Utc>,
}

impl Known {
    fn goes_on(&self, now: DateTime<Utc>) -> bool {
        now - self.asked_at < IDLE && now - self.who.at < LONGEST
    }
}

impl MemorySignedIn {
    /// No session yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { known: Mutex::default(), clock, revocations: None, most: MOST }
    }

    /// The same, where a session ends with the user's tokens.
    #[must_use]
    pub fn ending_with(self, revocations: Arc<dyn Revocations>) -> Self {
        Self { revocations: Some(revocations), ..self }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one with this key, asked for now.
    fn asked(&self, key: &str) -> Option<SignedIn> {
        let now = self.clock.now();
        let mut known = self.known();
        let session = known.get_mut(key)?;
        if !session.goes_on(now) {
            known.remove(key);
            return None;
        }
        session.asked_at = now;
        Some(session.who)
    }
}

#[async_trait]
impl Sessions for MemorySignedIn {
    async fn begin(&self, who: SignedIn) -> Result<String, PortError> {
        let key = new_key();
        let now = self.clock.now();
        let mut known = self.known();
        if known.len() >= self.most {
            known.retain(|_, session| session.goes_on(now));
        }
        if known.len() >= self.most {
            let oldest = known.iter().min_by_key(|(_, session)| session.asked_at);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                known.remove(&oldest);
            }
        }
        known.insert(key.clone(), Known { who, asked_at: now });
        Ok(key)
    }

    async fn find(&self, key: &str) -> Result<Option<SignedIn>, PortError> {
        let Some(who) = self.asked(key) else { return Ok(None) };
        let Some(revocations) = &self.revocations else { return Ok(Some(who)) };
        if revocations.revoked_at(who.user.id()).await?.is_some_and(|at| who.at <= at) {
            self.end(key).await;
            return Ok(None);
        }
        Ok(Some(who))
    }

    async fn end(&self, key: &str) {
        self.known().remove(key);
    }
}

#[cfg(test)]
mod tests {
    use orders_domain::{Scopes, User, UserId};

    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn somebody(minutes: i64) -> SignedIn {
        SignedIn { user: User::new(7.try_into().unwrap(), Scopes::ALL), at: at(minutes) }
    }

    struct Minutes(Arc<Mutex<i64>>);

    impl Clock for Minutes {
        fn now(&self) -> DateTime<Utc> {
            at(*self.0.lock().unwrap())
        }
    }

    /// Everybody's tokens were revoked at minute 5.
    struct AtFive;

    #[async_trait]
    impl Revocations for AtFive {
        async fn revoked_at(&self, _: UserId) -> Result<Option<DateTime<Utc>>, PortError> {
            Ok(Some(at(5)))
        }
    }

    /// Sessions whose clock says what is in here.
    fn sessions() -> (MemorySignedIn, Arc<Mutex<i64>>) {
        let now = Arc::new(Mutex::new(0));
        (MemorySignedIn::new(Arc::new(Minutes(Arc::clone(&now)))), now)
    }

    #[tokio::test]
    async fn a_session_ends_when_it_rests_and_after_half_a_day_in_any_case() {
        let (sessions, now) = sessions();
        let key = sessions.begin(somebody(0)).await.unwrap();
        for minutes in (0..720).step_by(45) {
            *now.lock().unwrap() = minutes;
            assert_eq!(sessions.find(&key).await.unwrap(), Some(somebody(0)), "{minutes}");
        }
        *now.lock().unwrap() = 720;
        assert_eq!(sessions.find(&key).await.unwrap(), None);
        let key = sessions.begin(somebody(720)).await.unwrap();
        *now.lock().unwrap() = 780;
        assert_eq!(sessions.find(&key).await.unwrap(), None);
    }

    #[tokio::test]
    async fn one_too_many_ends_the_one_that_rests_longest() {
        let (mut sessions, now) = sessions();
        sessions.most = 2;
        let first = sessions.begin(somebody(0)).await.unwrap();
        *now.lock().unwrap() = 1;
        let second = sessions.begin(somebody(1)).await.unwrap();
        *now.lock().unwrap() = 2;
        assert!(sessions.find(&first).await.unwrap().is_some());
        let third = sessions.begin(somebody(2)).await.unwrap();
        assert_eq!(sessions.find(&second).await.unwrap(), None);
        assert!(sessions.find(&first).await.unwrap().is_some());
        sessions.end(&third).await;
        assert_eq!(sessions.find(&third).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_session_ends_with_the_tokens_of_its_user() {
        let (sessions, _) = sessions();
        let sessions = sessions.ending_with(Arc::new(AtFive));
        let before = sessions.begin(somebody(5)).await.unwrap();
        let after = sessions.begin(somebody(6)).await.unwrap();
        assert_eq!(sessions.find(&before).await.unwrap(), None);
        assert!(sessions.find(&after).await.unwrap().is_some());
    }
}
