//! Webhooks: who is told what happens, and what was sent to them.

use std::sync::Arc;

use super::{Storage, changing::TRIES, storage::Done};
use crate::{
    clock::Clock,
    delivery::{
        patterns::TypePatterns,
        ports::WebhookSender,
        webhook::{
            ChangedWebhook, Disabled, DisabledFor, NewWebhook, Webhook, WebhookDetails, WebhookState,
            WebhookUrl,
        },
    },
    event::Actor,
    failure::PortError,
    id::WebhookId,
    identity::{Ownership, UseCase, User},
    invalid::InvalidInput,
    ledger::{Change, Made, Refused},
    order::request::Request,
    page::PageLimit,
    version::Expected,
};

mod change;
mod error;
mod sending;

pub use change::WebhookChange;
pub use error::WebhookError;

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
