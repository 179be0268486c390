//! The collector, as it answers or does not.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use metrics::{Counter, counter};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};

/// Sends spans, counts them, and says once that the collector does not take them, and once that it does again.
pub struct Collector<E> {
    exporter: E,
    is_away: AtomicBool,
    sent: Counter,
    lost: Counter,
}

impl<E> Collector<E> {
    /// Sends by this exporter.
    pub fn new(exporter: E) -> Self {
        let counted = |outcome: &'static str| counter!("orders_trace_spans_total", "outcome" => outcome);
        let (sent, lost) = (counted("sent"), counted("lost"));
        Self { exporter, is_away: AtomicBool::new(false), sent, lost }
    }
}

impl<E> fmt::Debug for Collector<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector")
    }
}

impl<E: SpanExporter> SpanExporter for Collector<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        // What the library says of a failure may have the address and what lets in.
        let is_away = self.exporter.export(batch).await.is_err();
        if is_away { &self.lost } else { &self.sent }.increment(spans);
        match (self.is_away.swap(is_away, Ordering::Relaxed), is_away) {
            (false, true) => tracing::warn!("the collector does not take traces; they are lost"),
            (true, false) => tracing::info!("the collector takes traces again"),
            _ => {}
        }
        Ok(())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
