//! Compare-and-set: what is decided of a thing is decided again on what won a race.

use crate::{
    failure::PortError,
    identity::User,
    ledger::{Change, Made, Refused},
    order::request::Request,
    service::{KeepingError, KeepingService, changing::TRIES, storage::Done},
};

/// What is to become of a thing as it was just read.
pub enum Decided<T> {
    /// This is to be committed.
    Change(Change),
    /// It is so already.
    Same(T),
    /// Nothing, unless the request's key has done it already.
    Refused(KeepingError),
}

impl<T> From<Result<Change, T>> for Decided<T> {
    fn from(decided: Result<Change, T>) -> Self {
        decided.map_or_else(Self::Same, Self::Change)
    }
}

impl KeepingService {
    /// Commits what is decided of what is read, and again if something of it changed meanwhile; whether it did is
    /// told to the decision. What is so already is given back.
    pub(in crate::service) async fn settle<T>(
        &self,
        asker: User,
        request: Request,
        decide: impl AsyncFn(bool) -> Result<Decided<T>, KeepingError>,
    ) -> Result<Done<T>, KeepingError>
    where
        T: TryFrom<Made, Error = PortError>,
    {
        for tried in 0..TRIES {
            let change = match decide(tried > 0).await? {
                Decided::Change(change) => change,
                Decided::Same(same) => {
                    return Ok(self.recalled(asker, &request).await?.unwrap_or(Done::Now(same)));
                }
                Decided::Refused(refusal) => {
                    return self.recalled(asker, &request).await?.ok_or(refusal);
                }
            };
            match self.storage.commit(change, request.clone(), self.clock.now()).await {
                Err(Refused::Stale) => {}
                done => return Ok(done?.of()?),
            }
        }
        Err(KeepingError::Unavailable(PortError::Busy))
    }

    /// What the request's key has done already: for a caller that is about to refuse the request.
    ///
    /// # Errors
    ///
    /// [`KeepingError::KeyReused`], [`KeepingError::Unavailable`].
    pub async fn recalled<T>(&self, asker: User, request: &Request) -> Result<Option<Done<T>>, KeepingError>
    where
        T: TryFrom<Made, Error = PortError>,
    {
        let recalled = self.storage.recall(asker, request, self.clock.now()).await?;
        Ok(recalled.map(Done::of).transpose()?)
    }
}
