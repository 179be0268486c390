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

/// A port, and what records the work that it does.
pub struct Traced<T: ?Sized> {
    inner: Arc<T>,
    tracer: Arc<dyn Tracer>,
}

impl<T: ?Sized> Traced<T> {
    /// Records what this port does.
    #[must_use]
    pub fn new(inner: Arc<T>, tracer: Arc<dyn Tracer>) -> Self {
        Self { inner, tracer }
    }

    /// The span of what is done in a trace, if there is one that is recorded.
    fn below(&self, trace: Option<TraceContext>, work: Work) -> Option<Box<dyn Span>> {
        self.tracer.below(trace?, work)
    }
}

/// Ends the span of what is stored: to refuse is an answer, not a failure.
fn stored(span: Option<Box<dyn Span>>, answer: &Result<Committed, Refused>) {
    if let Some(span) = span {
        span.end(Came::Stored { failed: matches!(answer, Err(Refused::Failed(_))) });
    }
}

/// Commits are recorded from the queue to the disk.
#[async_trait]
impl Ledger for Traced<dyn Ledger> {
    async fn commit(&self, work: Commit) -> Result<Committed, Refused> {
        let span = self.below(work.origin.trace, Work::Commit);
        let answer = self.inner.commit(work).await;
        stored(span, &answer);
        answer
    }

    async fn rehearse(&self, work: Commit) -> Result<Committed, Refused> {
        let span = self.below(work.origin.trace, Work::Rehearsal);
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

/// Tries are recorded, and who gets a message is told of the try as its cause.
#[async_trait]
impl WebhookSender for Traced<dyn WebhookSender> {
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
        let Some(span) = self.below(message.trace, Work::Webhook) else {
            return self.inner.send(to, message).await;
        };
        let traced = Message { trace: Some(span.context()), ..message.clone() };
        let outcome = self.inner.send(to, &traced).await;
        span.end(Came::Tried { event: &traced.id, outcome: &outcome });
        outcome
    }
}

/// Tries are recorded.
#[async_trait]
impl Mailer for Traced<dyn Mailer> {
    async fn send(&self, notice: &Notice) -> Outcome {
        let span = self.below(notice.trace, Work::Mail);
        let outcome = self.inner.send(notice).await;
        if let Some(span) = span {
            span.end(Came::Tried { event: &notice.event.to_string(), outcome: &outcome });
        }
        outcome
    }
}
