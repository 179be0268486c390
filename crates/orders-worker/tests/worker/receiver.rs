//! A receiver of webhooks that notes what it gets and answers as it is told.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use orders_domain::{
    InvalidInput,
    delivery::{
        Attempt, KeyId, Outcome, Sealed, Verdict, WebhookUrl,
        endpoint::{Endpoint, Message},
    },
    ports::{PortError, WebhookSender},
};
use tokio::sync::watch;

/// What it was sent: to where, and the message's id.
pub type Got = (String, i64);

/// What it answers to the next messages with this id.
type Answers = HashMap<i64, Vec<Verdict>>;

/// A receiver.
#[derive(Debug, Default)]
pub struct Receiver {
    got: Mutex<Vec<Got>>,
    answers: Mutex<Answers>,
    /// What it answers to everything else.
    usual: Mutex<Option<Verdict>>,
    count: watch::Sender<usize>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

pub fn again() -> Verdict {
    Verdict::Again { retry_after: None, overloaded: false }
}

impl Receiver {
    /// Has the next answers to a message be these.
    pub fn answers(&self, id: i64, verdicts: impl IntoIterator<Item = Verdict>) {
        held(&self.answers).insert(id, verdicts.into_iter().collect());
    }

    /// Has every other answer be this one; success if it is none.
    pub fn usually(&self, verdict: Option<Verdict>) {
        *held(&self.usual) = verdict;
    }

    /// All that it got, in the order in which that came.
    pub fn got(&self) -> Vec<Got> {
        held(&self.got).clone()
    }

    /// The ids of the messages to an address.
    pub fn ids(&self, url: &str) -> Vec<i64> {
        self.got().into_iter().filter(|(to, _)| to == url).map(|(_, id)| id).collect()
    }

    /// Returns once it has got so many messages.
    pub async fn has(&self, count: usize) {
        let waiting = self.count.subscribe();
        let mut waiting = waiting;
        let seen = waiting.wait_for(|seen| *seen >= count);
        tokio::time::timeout(Duration::from_secs(30), seen).await.unwrap().unwrap();
    }
}

#[async_trait]
impl WebhookSender for Receiver {
    fn key(&self) -> KeyId {
        KeyId([7; 8])
    }

    fn admit(&self, url: &str) -> Result<WebhookUrl, InvalidInput> {
        WebhookUrl::parse(url)
    }

    fn new_secret(&self) -> Result<(String, Sealed), PortError> {
        Ok(("whsec_shown".to_owned(), Sealed::new(self.key(), b"sealed")))
    }

    async fn send(&self, to: &Endpoint, message: &Message) -> Outcome {
        let id = message.id.parse().unwrap();
        tokio::task::yield_now().await;
        held(&self.got).push((to.url.as_str().to_owned(), id));
        self.count.send_modify(|count| *count += 1);
        let answer =
            held(&self.answers).get_mut(&id).filter(|left| !left.is_empty()).map(|left| left.remove(0));
        let verdict = answer.or_else(|| held(&self.usual).clone()).unwrap_or(Verdict::Done);
        let attempt =
            Attempt { at: message.at, took: Duration::ZERO, status: Some(200), body: None, error: None };
        Outcome { attempt: Some(attempt), verdict }
    }
}
