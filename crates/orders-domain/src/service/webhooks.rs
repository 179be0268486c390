//! Webhooks: who is told what happens, and what was sent to them.

use std::sync::Arc;

use super::{Storage, changing::TRIES, storage::Done};
use crate::{
    clock::Clock,
    delivery::{
        attempt::Attempt,
        consumer::Consumer,
        endpoint::{Endpoint, Message},
        log::{Delivery, DeliveryFilter, DeliveryPage, DeliveryQuery, LogPosition, not_delivered},
        patterns::TypePatterns,
        ports::WebhookSender,
        webhook::{
            ChangedWebhook, Disabled, DisabledFor, NewWebhook, Webhook, WebhookDetails, WebhookState,
            WebhookUrl,
        },
    },
    event::Actor,
    failure::PortError,
    id::{EventId, WebhookId},
    identity::{Ownership, UseCase, User},
    invalid::InvalidInput,
    ledger::{Change, Made, Refused},
    order::request::Request,
    page::PageLimit,
    version::Expected,
};

mod error;

pub use error::WebhookError;

/// What is to change of a webhook; what is not said stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookChange {
    /// Where its events go.
    pub url: Option<WebhookUrl>,
    /// Which events.
    pub types: Option<TypePatterns>,
    /// Whether they go: `false` has them wait.
    pub active: Option<bool>,
    /// Whether what was not sent until now is left out.
    pub skip: bool,
}

impl WebhookChange {
    fn of(&self, details: &WebhookDetails) -> WebhookDetails {
        let state = match self.active {
            Some(true) => WebhookState::Active,
            Some(false) => WebhookState::Paused,
            None => details.state,
        };
        WebhookDetails {
            url: self.url.as_ref().unwrap_or(&details.url).clone(),
            types: self.types.as_ref().unwrap_or(&details.types).clone(),
            state,
        }
    }
}

/// What was done with a webhook, and the secret that it was given by it: shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithSecret {
    /// The webhook.
    pub done: Done<Webhook>,
    /// `whsec_…`, unless it was given before or in a rehearsal.
    pub secret: Option<String>,
}

/// The use cases of webhooks over the ports.
pub struct WebhookService {
    storage: Storage,
    clock: Arc<dyn Clock>,
    sender: Option<Arc<dyn WebhookSender>>,
}

fn may(asker: User) -> Result<(), WebhookError> {
    Ok(UseCase::KeepWebhooks.check(asker, Ownership::Own)?)
}

impl WebhookService {
    /// The use cases over these ports, of a server that sends to no webhook: what is there can be looked at.
    #[must_use]
    pub fn new(storage: Storage, clock: Arc<dyn Clock>) -> Self {
        Self { storage, clock, sender: None }
    }

    /// The same, of a server that sends.
    #[must_use]
    pub fn sending_by(self, sender: Arc<dyn WebhookSender>) -> Self {
        Self { sender: Some(sender), ..self }
    }

    fn sender(&self) -> Result<&dyn WebhookSender, WebhookError> {
        self.sender.as_deref().ok_or(WebhookError::NotSending)
    }

    /// The address, if it is one to which may be sent.
    ///
    /// # Errors
    ///
    /// [`WebhookError::NotSending`]; [`WebhookError::Invalid`] about `url`.
    pub fn admit(&self, url: &str) -> Result<WebhookUrl, WebhookError> {
        self.sender()?.admit(url).map_err(WebhookError::Invalid)
    }

    /// Some of the webhooks, ascending, and whether others follow.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingScope`], [`WebhookError::Unavailable`].
    pub async fn list(
        &self,
        asker: User,
        after: Option<WebhookId>,
        limit: PageLimit,
    ) -> Result<(Vec<Webhook>, bool), WebhookError> {
        may(asker)?;
        let mut webhooks = self.storage.deliveries.webhooks(after, limit.and_one_more()).await?;
        let more = webhooks.len() > limit.get();
        webhooks.truncate(limit.get());
        Ok((webhooks, more))
    }

    /// The webhook with this number.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingScope`], [`WebhookError::Unknown`], [`WebhookError::Unavailable`].
    pub async fn find(&self, asker: User, id: WebhookId) -> Result<Webhook, WebhookError> {
        may(asker)?;
        self.known(id).await
    }

    async fn known(&self, id: WebhookId) -> Result<Webhook, WebhookError> {
        let found = self.storage.deliveries.webhook(id).await?;
        found.ok_or_else(|| {
            WebhookError::Unknown(InvalidInput::new("webhook", format!("{id} does not exist")))
        })
    }

    /// Adds a webhook, which begins with the next event.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingScope`], [`WebhookError::NotSending`], [`WebhookError::TooMany`],
    /// [`WebhookError::KeyReused`], [`WebhookError::Unavailable`].
    pub async fn create(
        &self,
        asker: User,
        (url, types, active): (WebhookUrl, TypePatterns, bool),
        request: Request,
    ) -> Result<WithSecret, WebhookError> {
        may(asker)?;
        let (shown, secret) = self.sender()?.new_secret()?;
        let state = if active { WebhookState::Active } else { WebhookState::Paused };
        let details = WebhookDetails { url, types, state };
        let rehearsal = request.rehearsal;
        let done = self.commit(Change::NewWebhook(NewWebhook { details, secret }), request).await?;
        Ok(shown_once(done, shown, rehearsal))
    }

    /// Changes where its events go, which, or whether.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingScope`], [`WebhookError::NotSending`], [`WebhookError::Unknown`],
    /// [`WebhookError::Disabled`], [`WebhookError::Changed`], [`WebhookError::TooMany`],
    /// [`WebhookError::KeyReused`], [`WebhookError::Unavailable`].
    pub async fn change(
        &self,
        asker: User,
        (id, expected): (WebhookId, &Expected),
        change: &WebhookChange,
        request: Request,
    ) -> Result<Done<Webhook>, WebhookError> {
        may(asker)?;
        let changed = |webhook: &Webhook| webhook.changed(change.of(&webhook.details), change.skip);
        self.step((id, expected), asker, changed, request).await
    }

    /// Sends nothing to it any more, for good.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingScope`], [`WebhookError::Unknown`], [`WebhookError::Changed`],
    /// [`WebhookError::Unavailable`].
    pub async fn disable(
        &self,
        asker: User,
        (id, expected): (WebhookId, &Expected),
        request: Request,
    ) -> Result<Done<Webhook>, WebhookError> {
        may(asker)?;
        let disabled = |webhook: &Webhook| Ok(webhook.disabled(DisabledFor::Deleted));
        self.step((id, expected), asker, disabled, request).await
    }

    /// Sends nothing to it until somebody says otherwise, for what this address answered or did not. Whether that is
    /// so: by now events may go elsewhere.
    ///
    /// # Errors
    ///
    /// [`WebhookError::Unknown`], [`WebhookError::Unavailable`].
    pub async fn give_up(
        &self,
        id: WebhookId,
        url: &WebhookUrl,
        reason: DisabledFor,
    ) -> Result<bool, WebhookError> {
        for _ in 0..TRIES {
            let webhook = self.known(id).await?;
            if webhook.details.url != *url {
                return Ok(false);
            }
            let Some(changed) = webhook.disabled(reason) else { return Ok(true) };
            match self.storage.commit(Change::Webhook(changed), Actor::Worker.into(), self.clock.now()).await
            {
                Err(Refused::Stale) => {}
                done => return done.map(|_| true).map_err(Into::into),
            }
        }
        Err(WebhookError::Unavailable(PortError::Busy))
    }

    /// Gives it another secret; for a day what it had signs too.
    ///
    /// # Errors
    ///
    /// As [`Self::change`].
    pub async fn rotate(
        &self,
        asker: User,
        (id, expected): (WebhookId, &Expected),
        request: Request,
    ) -> Result<WithSecret, WebhookError> {
        may(asker)?;
        let (shown, secret) = self.sender()?.new_secret()?;
        let rehearsal = request.rehearsal;
        let rotated = |webhook: &Webhook| webhook.rotated(secret.clone()).map(Some);
        let done = self.step((id, expected), asker, rotated, request).await?;
        Ok(shown_once(done, shown, rehearsal))
    }

    /// Sends an event to it once more, whatever became of it.
    ///
    /// # Errors
    ///
    /// As [`Self::change`]; [`WebhookError::UnknownDelivery`] for an event that was not sent to it.
    pub async fn retry(
        &self,
        asker: User,
        id: WebhookId,
        event: EventId,
        request: Request,
    ) -> Result<Done<Webhook>, WebhookError> {
        may(asker)?;
        self.known(id).await?;
        if self.delivery(Consumer::Webhook(id), event).await?.is_none() {
            return Err(WebhookError::UnknownDelivery(not_delivered(id, event)));
        }
        let retried = |webhook: &Webhook| webhook.retried(event).map(Some);
        self.step((id, &Expected::Any), asker, retried, request).await
    }

    /// Sends the events after one to it once more, up to another one or to all that were sent.
    ///
    /// # Errors
    ///
    /// As [`Self::change`].
    pub async fn replay(
        &self,
        asker: User,
        id: WebhookId,
        (after, until): (Option<EventId>, Option<EventId>),
        request: Request,
    ) -> Result<Done<Webhook>, WebhookError> {
        may(asker)?;
        let replayed = |webhook: &Webhook| webhook.replayed(after, until).map(Some);
        self.step((id, &Expected::Any), asker, replayed, request).await
    }

    /// Sends a message that is no event to it now, once. In a rehearsal nothing is sent.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingScope`], [`WebhookError::NotSending`], [`WebhookError::Unknown`],
    /// [`WebhookError::Disabled`], [`WebhookError::Unavailable`].
    pub async fn test(
        &self,
        asker: User,
        id: WebhookId,
        message: impl FnOnce(&Webhook, chrono::DateTime<chrono::Utc>) -> Message,
        rehearsal: bool,
    ) -> Result<Option<Attempt>, WebhookError> {
        may(asker)?;
        let sender = self.sender()?;
        let webhook = self.known(id).await?;
        if webhook.is_deleted() {
            return Err(WebhookError::Disabled);
        }
        let lost = || PortError::Corrupt(format!("webhook {id} has no secret").into());
        let secrets = self.storage.deliveries.secrets(id).await?.ok_or_else(lost)?;
        if rehearsal {
            return Ok(None);
        }
        let now = self.clock.now();
        let message = message(&webhook, now);
        let secrets = secrets.signing(now).cloned().collect();
        let outcome = sender.send(&Endpoint { url: webhook.details.url, secrets }, &message).await;
        Ok(outcome.attempt)
    }

    /// Some of the log.
    ///
    /// # Errors
    ///
    /// [`WebhookError::MissingScope`], [`WebhookError::Unknown`] for a webhook that is not there,
    /// [`WebhookError::Unavailable`].
    pub async fn log(&self, asker: User, query: DeliveryQuery) -> Result<DeliveryPage, WebhookError> {
        may(asker)?;
        if let Some(Consumer::Webhook(id)) = query.filter.consumer {
            self.known(id).await?;
        }
        let wanted = query.limit.get();
        let limit = query.limit.and_one_more();
        let mut deliveries = self.storage.deliveries.log(DeliveryQuery { limit, ..query }).await?;
        let more = deliveries.len() > wanted;
        deliveries.truncate(wanted);
        Ok(DeliveryPage { deliveries, more })
    }

    /// What became of an event at a consumer, if it was ever to be sent to it.
    async fn delivery(&self, consumer: Consumer, event: EventId) -> Result<Option<Delivery>, WebhookError> {
        let query = DeliveryQuery {
            filter: DeliveryFilter { consumer: Some(consumer), state: None },
            after: event.before().map(|event| LogPosition { event: Some(event), consumer: None }),
            limit: PageLimit::ONE,
        };
        let found = self.storage.deliveries.log(query).await?;
        Ok(found.into_iter().find(|delivery| delivery.event == event))
    }

    /// What the request's key has done already: for a caller that is about to refuse the request.
    ///
    /// # Errors
    ///
    /// [`WebhookError::KeyReused`], [`WebhookError::Unavailable`].
    pub async fn recalled(
        &self,
        asker: User,
        request: &Request,
    ) -> Result<Option<Done<Webhook>>, WebhookError> {
        match self.storage.recall(asker, request, self.clock.now()).await? {
            Some(done) => Ok(Some(self.whole(done).await?)),
            None => Ok(None),
        }
    }

    async fn commit(&self, change: Change, request: Request) -> Result<Done<Webhook>, WebhookError> {
        let done = self.storage.commit(change, request, self.clock.now()).await?;
        self.whole(done).await
    }

    /// What was made before, with the address of now: no more is kept of what that was then than where it led.
    async fn whole(&self, done: Done<Made>) -> Result<Done<Webhook>, WebhookError> {
        Ok(match done.of::<Webhook>()? {
            Done::Before(webhook) => {
                let WebhookDetails { url, .. } = self.known(webhook.id).await?.details;
                Done::Before(Webhook { details: WebhookDetails { url, ..webhook.details }, ..webhook })
            }
            now @ Done::Now(_) => now,
        })
    }

    /// What is done to a webhook is done again on what won a race.
    async fn step(
        &self,
        (id, expected): (WebhookId, &Expected),
        asker: User,
        step: impl Fn(&Webhook) -> Result<Option<ChangedWebhook>, Disabled>,
        request: Request,
    ) -> Result<Done<Webhook>, WebhookError> {
        for _ in 0..TRIES {
            let webhook = self.known(id).await?;
            if !expected.admits(webhook.version) {
                return self.recalled(asker, &request).await?.ok_or(WebhookError::Changed);
            }
            let changed = match step(&webhook) {
                Ok(Some(changed)) => changed,
                Ok(None) => {
                    return Ok(self.recalled(asker, &request).await?.unwrap_or(Done::Now(webhook)));
                }
                Err(Disabled) => {
                    return self.recalled(asker, &request).await?.ok_or(WebhookError::Disabled);
                }
            };
            match self.commit(Change::Webhook(changed), request.clone()).await {
                Err(WebhookError::Changed) => {}
                done => return done,
            }
        }
        Err(WebhookError::Unavailable(PortError::Busy))
    }
}

/// A secret is shown to whoever has it made, and to nobody else.
fn shown_once(done: Done<Webhook>, secret: String, rehearsal: bool) -> WithSecret {
    let is_made = matches!(done, Done::Now(_)) && !rehearsal;
    WithSecret { done, secret: is_made.then_some(secret) }
}
