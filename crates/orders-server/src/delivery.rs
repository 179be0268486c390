//! What happens afterwards, as the settings say: to whom it is sent, and who does it.

use std::{sync::Arc, thread, time::Duration};

use anyhow::{Context, Result};
use orders_adapters::{DatabaseUrl, SystemClock, traced::Traced};
use orders_api::{EventsSource, event_text};
use orders_domain::{
    OrderService, Storage, WebhookService,
    delivery::Holder,
    failure::with_causes,
    ports::{Mailer, Queue, Tracer, WebhookSender},
};
use orders_worker::{Stop, Worker};
use tokio::sync::{oneshot, watch};

use crate::config::{DeliverySettings, FulfilmentMode};

mod outbound;

/// How long the end waits for what is on its way.
const LAST_WORK: Duration = Duration::from_secs(6);

/// To whom something is sent.
pub struct Outbound {
    sender: Option<Arc<dyn WebhookSender>>,
    mailer: Option<Arc<dyn Mailer>>,
    queue: Option<Arc<dyn Queue>>,
}

impl Outbound {
    /// As the settings say, for what is kept in this database.
    ///
    /// # Errors
    ///
    /// With one line that says what is wrong.
    pub async fn open(
        settings: &DeliverySettings,
        database: &DatabaseUrl,
        storage: &Storage,
        may_print: bool,
        tracer: Option<&Arc<dyn Tracer>>,
    ) -> Result<Self> {
        let key = storage.deliveries.key().await.context("cannot read the webhooks")?;
        let (mut sender, mut mailer) =
            (outbound::sender(settings, database, key)?, outbound::mailer(settings, may_print)?);
        if let Some(tracer) = tracer {
            sender = sender.map(|sender| Arc::new(Traced::new(sender, Arc::clone(tracer))) as _);
            mailer = mailer.map(|mailer| Arc::new(Traced::new(mailer, Arc::clone(tracer))) as _);
        }
        Ok(Self { sender, mailer, queue: outbound::queue(settings).await? })
    }

    /// The use cases of webhooks.
    pub fn webhooks(&self, storage: Storage) -> WebhookService {
        let service = WebhookService::new(storage, Arc::new(SystemClock));
        match &self.sender {
            Some(sender) => service.sending_by(Arc::clone(sender)),
            None => service,
        }
    }

    /// Who does it. `service` is for what becomes of orders by themselves.
    ///
    /// # Errors
    ///
    /// When the system gives no chance.
    pub fn worker(
        &self,
        settings: &DeliverySettings,
        storage: &Storage,
        source: EventsSource,
        service: OrderService,
    ) -> Result<Worker> {
        let holder = Holder::new(&format!("{}-{:016x}", std::process::id(), fastrand::u64(..)))?;
        let kept = Duration::from_hours(24 * u64::from(settings.delivery_kept_days));
        let text = Arc::new(event_text(source));
        let mut worker = Worker::new(storage.clone(), Arc::new(SystemClock), holder, text).keeping(kept);
        if let Some(sender) = &self.sender {
            worker = worker.with_webhooks(Arc::clone(sender), Arc::new(self.webhooks(storage.clone())));
        }
        if let Some(mailer) = &self.mailer {
            worker = worker.with_mail(Arc::clone(mailer));
        }
        if let Some(queue) = &self.queue {
            worker = worker.with_queue(Arc::clone(queue));
        }
        if settings.fulfilment == FulfilmentMode::Automatic {
            worker = worker.with_fulfilment(Arc::new(service));
        }
        Ok(worker)
    }
}

/// A worker on a thread of its own, so that requests do not wait for it.
pub struct AtWork {
    stop: watch::Sender<bool>,
    ended: oneshot::Receiver<()>,
}

impl AtWork {
    /// Has it begin.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn begin(worker: Worker) -> Result<Self> {
        let (stop, heard) = Stop::new();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (end, ended) = oneshot::channel();
        thread::Builder::new().name("orders-worker".to_owned()).spawn(move || {
            runtime.block_on(worker.run(heard));
            // Whoever waited may have gone; and what asks for a name or reads is not waited for.
            let _ = end.send(());
            runtime.shutdown_background();
        })?;
        Ok(Self { stop, ended })
    }

    /// Has it take nothing more in hand.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until it has ended, but not for long.
    pub async fn ended(self) {
        self.stop();
        match tokio::time::timeout(LAST_WORK, self.ended).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!("the worker has panicked"),
            Err(_) => tracing::warn!("the worker did not end in time: the next one goes on where it was"),
        }
    }
}

/// Has every consumer begin, so that nothing is missed until somebody works.
///
/// # Errors
///
/// When it cannot be stored.
pub async fn open(worker: &Worker) -> Result<()> {
    let opened = worker.open().await;
    opened.map_err(|error| anyhow::anyhow!("cannot begin to read events: {}", with_causes(&error)))
}
