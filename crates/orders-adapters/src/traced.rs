//! Ports whose work is recorded, where it is a part of a trace that is.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use orders_domain::{
    Idempotency, InvalidInput, TraceContext, UserId,
    delivery::{
        KeyId, Outcome, Sealed, Step, Stepped, WebhookUrl,
        endpoint::{Endpoint, Message, Notice},
    },
    ports::{
        Came, Commit, Committed, Ledger, Made, Mailer, PortError, Refused, Span, Tracer, WebhookSender, Work,
    },
};

/// A ledger whose commits are recorded: from the queue to the disk.
pub struct TracedLedger {
    inner: Arc<dyn Ledger>,
    tracer: Arc<dyn Tracer>,
}

impl TracedLedger {
    /// Records what this ledger commits.
    #[must_use]
    pub fn new(inner: Arc<dyn Ledger>, tracer: Arc<dyn Tracer>) -> Self {
        Self { inner, tracer }
    }
}

/// The span of what is done in a trace, if there is one that is recorded.
fn below(tracer: &Arc<dyn Tracer>, trace: Option<TraceContext>, work: Work) -> Option<Box<dyn Span>> {
    tracer.below(trace?, work)
}

/// Ends the span of what is stored: to refuse is an answer, not a failure.
fn stored(span: Option<Box<dyn Span>>, answer: &Result<Committed, Refused>) {
    if let Some(span) = span {
        span.end(Came::Stored { failed: matches!(answer, Err(Refused::Failed(_))) });
    }
}

#[async_trait]
impl Ledger for TracedLedger {
    async fn commit(&self, work: Commit) -> Result<Committed, Refused> {
        let span = below(&self.tracer, work.origin.trace, Work::Commit);
        let answer = self.inner.commit(work).await;
        stored(span, &answer);
        answer
    }

    async fn rehearse(&self, work: Commit) -> Result<Committed, Refused> {
        let span = below(&self.tracer, work.origin.trace, Work::Rehearsal);
        let answer = self.inner.rehearse(work).await;
        stored(span, &answer);
        answer
    }

    async fn recall(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Made>, Refused> {
        self.inner.recall(user, idempotency, now).await
    }

    async fn step(&self, step: Step) -> Result<Stepped, PortError> {
        self.inner.step(step).await
    }
}

/// Webhooks whose tries are recorded; who gets a message is told of the try as its cause.
pub struct TracedWebhooks {
    inner: Arc<dyn WebhookSender>,
    tracer: Arc<dyn Tracer>,
}

impl TracedWebhooks {
    /// Records what this one sends.
    #[must_use]
    pub fn new(inner: Arc<dyn WebhookSender>, tracer: Arc<dyn Tracer>) -> Self {
        Self { inner, tracer }
    }
}

#[async_trait]
impl WebhookSender for TracedWebhooks {
    fn key(&self) -> KeyId {
        self.inner.key()
    }

    fn admit(&self, url: &str) -> Result<WebhookUrl, InvalidInput> {
        self.inner.admit(url)
    }

    fn new_secret(&self) -> Result<(String, Sealed), PortError> {
        self.inner.new_secret()
    }

    async fn send(&self, to: &Endpoint, message: &Message) -> Outcome {
        let Some(span) = below(&self.tracer, message.trace, Work::Webhook) else {
            return self.inner.send(to, message).await;
        };
        let traced = Message { trace: Some(span.context()), ..message.clone() };
        let outcome = self.inner.send(to, &traced).await;
        span.end(Came::Tried { event: &traced.id, outcome: &outcome });
        outcome
    }
}

/// Mail whose tries are recorded.
pub struct TracedMailer {
    inner: Arc<dyn Mailer>,
    tracer: Arc<dyn Tracer>,
}

impl TracedMailer {
    /// Records what this one sends.
    #[must_use]
    pub fn new(inner: Arc<dyn Mailer>, tracer: Arc<dyn Tracer>) -> Self {
        Self { inner, tracer }
    }
}

#[async_trait]
impl Mailer for TracedMailer {
    async fn send(&self, notice: &Notice) -> Outcome {
        let span = below(&self.tracer, notice.trace, Work::Mail);
        let outcome = self.inner.send(notice).await;
        if let Some(span) = span {
            span.end(Came::Tried { event: &notice.event.to_string(), outcome: &outcome });
        }
        outcome
    }
}
