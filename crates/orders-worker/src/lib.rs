//! What happens afterwards: webhooks, mail, the queue, fulfilment and counting, as tasks over the ports of `orders-domain`.
//!
//! A task takes no input and is idempotent: what it has done is stored with how far it has come, so that whoever goes
//! on after it goes on from there. Nothing is lost when it dies, and inside nothing is done twice; to the outside
//! something may be sent twice, with the same id. Tasks are woken by commits or by time, and what panics begins again.
//!
//! This crate must not know HTTP, SQL, SMTP or any queue, nor how an event is written down: all of that is given to
//! it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::TimeDelta;
use orders_domain::{
    Consumer, Event, OrderService, Storage, WebhookService,
    delivery::{Holder, Schedule, Step},
    ports::{Clock, Mailer, PortError, Queue, WebhookSender},
};
use tokio::task::JoinSet;

mod channel;
mod courier;
mod metrics;
mod paging;
mod pruning;
mod queue;
mod rollups;
mod stop;
mod task;
mod webhooks;

use channel::{fulfilment::Fulfilment, mail::ToCustomers};
pub use courier::Terms;
use courier::{Courier, Ended};
use paging::{Paging, Reader};
use pruning::Pruning;
use queue::{Publisher, Subscriber};
use rollups::Counting;
pub use stop::Stop;
use task::{Carrying, Task, supervise};
use webhooks::Webhooks;

/// Writes an event down, as receivers get it.
pub type EventText = Arc<dyn Fn(&Event) -> Vec<u8> + Send + Sync>;

/// How long what was sent is kept, unless somebody says otherwise.
pub const KEPT: Duration = Duration::from_hours(30 * 24);

/// All that happens afterwards.
#[derive(Clone)]
pub struct Worker {
    storage: Storage,
    clock: Arc<dyn Clock>,
    holder: Holder,
    text: EventText,
    terms: Terms,
    schedule: Schedule,
    kept: Duration,
    webhooks: Option<(Arc<dyn WebhookSender>, Arc<WebhookService>)>,
    mailer: Option<Arc<dyn Mailer>>,
    fulfilment: Option<Arc<OrderService>>,
    queue: Option<Arc<dyn Queue>>,
}

impl Worker {
    /// A worker of this name, which no other one has, that does nothing yet but forget old deliveries.
    #[must_use]
    pub fn new(storage: Storage, clock: Arc<dyn Clock>, holder: Holder, text: EventText) -> Self {
        Self {
            storage,
            clock,
            holder,
            text,
            terms: Terms::default(),
            schedule: Schedule::standard(),
            kept: KEPT,
            webhooks: None,
            mailer: None,
            fulfilment: None,
            queue: None,
        }
    }

    /// The same with other times, for trials.
    #[must_use]
    pub fn with_times(self, terms: Terms, schedule: Schedule) -> Self {
        Self { terms, schedule, ..self }
    }

    /// The same that keeps what was sent for so long.
    #[must_use]
    pub fn keeping(self, kept: Duration) -> Self {
        Self { kept, ..self }
    }

    /// The same that sends to webhooks.
    #[must_use]
    pub fn with_webhooks(self, sender: Arc<dyn WebhookSender>, service: Arc<WebhookService>) -> Self {
        Self { webhooks: Some((sender, service)), ..self }
    }

    /// The same that writes to customers.
    #[must_use]
    pub fn with_mail(self, mailer: Arc<dyn Mailer>) -> Self {
        Self { mailer: Some(mailer), ..self }
    }

    /// The same that plans what was ordered.
    #[must_use]
    pub fn with_fulfilment(self, service: Arc<OrderService>) -> Self {
        Self { fulfilment: Some(service), ..self }
    }

    /// The same that publishes every event to a queue, and plans what was ordered by its messages.
    #[must_use]
    pub fn with_queue(self, queue: Arc<dyn Queue>) -> Self {
        Self { queue: Some(queue), ..self }
    }

    /// Has each consumer that this one is for read from now on, unless it does so already: also where another process
    /// works, so that nothing is missed until that begins.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    pub async fn open(&self) -> Result<(), PortError> {
        let consumers = [
            self.mailer.as_ref().map(|_| Consumer::Mail),
            self.queue.as_ref().map(|_| Consumer::Queue),
            self.fulfilment.as_ref().filter(|_| self.queue.is_none()).map(|_| Consumer::Fulfilment),
        ];
        for consumer in consumers.into_iter().flatten() {
            self.storage.ledger.step(Step::Open(consumer)).await?;
        }
        Ok(())
    }

    /// Counts what is not counted, and ends. Whether that has not kept failing.
    pub async fn count(mut self, stop: Stop) -> bool {
        self.terms.once = true;
        all([self.counting()], &stop, true).await
    }

    /// Works until it is time to stop; what is on its way then is waited for, but not for long.
    pub async fn run(self, stop: Stop) {
        let tasks = self.fulfilling(&stop).into_iter().chain(self.publisher()).chain(self.subscriber());
        all(tasks.chain(self.telling(&stop)).chain([self.counting()]), &stop, false).await;
    }

    /// Works off what is there, and ends: what becomes of orders first, so that it is told of. Whether nothing has kept
    /// failing; what did is in the log.
    pub async fn work_off(mut self, stop: Stop) -> bool {
        self.terms.once = true;
        let planned = all(self.fulfilling(&stop).into_iter().chain(self.publisher()), &stop, true).await;
        let taken = all(self.subscriber(), &stop, true).await;
        let told = all(self.telling(&stop).into_iter().chain(self.publisher()), &stop, true).await;
        let counted = all([self.counting()], &stop, true).await;
        planned && taken && told && counted
    }

    fn courier(&self, process: &Stop) -> Arc<Courier> {
        Arc::new(Courier {
            storage: self.storage.clone(),
            clock: Arc::clone(&self.clock),
            holder: self.holder.clone(),
            terms: self.terms.clone(),
            process: process.clone(),
            gates: Mutex::default(),
        })
    }

    /// What plans orders by the database.
    fn fulfilling(&self, process: &Stop) -> Option<Box<dyn Task>> {
        let (Some(channel), None) = (self.fulfilment(), &self.queue) else { return None };
        Some(Box::new(Carrying { courier: self.courier(process), channel }))
    }

    /// What tells others, and forgets that it did.
    fn telling(&self, process: &Stop) -> Vec<Box<dyn Task>> {
        let (storage, clock) = (self.storage.clone(), Arc::clone(&self.clock));
        let mut tasks: Vec<Box<dyn Task>> = Vec::new();
        if let Some(mailer) = self.mailer.clone() {
            let schedule = self.schedule.clone();
            let channel = Arc::new(ToCustomers { storage: storage.clone(), mailer, schedule });
            tasks.push(Box::new(Carrying { courier: self.courier(process), channel }));
        }
        if let Some((sender, service)) = self.webhooks.clone() {
            tasks.push(Box::new(Webhooks {
                storage: storage.clone(),
                clock: Arc::clone(&clock),
                sender,
                service,
                text: Arc::clone(&self.text),
                schedule: self.schedule.clone(),
                courier: self.courier(process),
            }));
        }
        let kept = TimeDelta::from_std(self.kept).unwrap_or(TimeDelta::MAX);
        tasks.push(Box::new(Pruning { storage, clock, kept, once: self.terms.once }));
        tasks
    }

    /// What counts orders.
    fn counting(&self) -> Box<dyn Task> {
        Box::new(Paging { pages: Counting::default(), reader: self.reader() })
    }

    fn reader(&self) -> Reader {
        Reader {
            storage: self.storage.clone(),
            clock: Arc::clone(&self.clock),
            holder: self.holder.clone(),
            terms: self.terms.clone(),
        }
    }

    fn fulfilment(&self) -> Option<Arc<Fulfilment>> {
        let service = self.fulfilment.clone()?;
        Some(Arc::new(Fulfilment { service, clock: Arc::clone(&self.clock), schedule: Schedule::short() }))
    }

    /// What puts every event into the queue.
    fn publisher(&self) -> Option<Box<dyn Task>> {
        let pages = Publisher { queue: self.queue.clone()?, text: Arc::clone(&self.text) };
        Some(Box::new(Paging { pages, reader: self.reader() }))
    }

    /// What takes messages out of the queue.
    fn subscriber(&self) -> Option<Box<dyn Task>> {
        let (queue, fulfilment) = (self.queue.clone()?, self.fulfilment()?);
        Some(Box::new(Subscriber {
            storage: self.storage.clone(),
            queue,
            fulfilment,
            terms: self.terms.clone(),
        }))
    }
}

/// Has all of these done, and waits until they have ended. Whether none has failed for good.
async fn all(tasks: impl IntoIterator<Item = Box<dyn Task>>, stop: &Stop, once: bool) -> bool {
    let mut running = JoinSet::new();
    for task in tasks {
        running.spawn(supervise(task, stop.clone(), once));
    }
    running.join_all().await.iter().all(|ended| *ended != Ended::Failed)
}
