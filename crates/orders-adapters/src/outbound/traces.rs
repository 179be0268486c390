//! Traces to a collector of OpenTelemetry (OTLP over HTTP).
//!
//! A request, the commit it waits for, and each try of a webhook or a mail are spans.

use std::{fmt, str::FromStr, time::Duration};

use opentelemetry::{
    Context, InstrumentationScope, KeyValue,
    trace::{
        SpanBuilder, SpanContext, SpanId, SpanKind, TraceContextExt, TraceFlags, TraceId, TraceState,
        Tracer as _, TracerProvider,
    },
};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler as SdkSampler, SdkTracer, SdkTracerProvider},
};
use orders_domain::{
    TraceContext,
    ports::{Span, Tracer, Work},
};
use reqwest::blocking::Client;
use url::Url;

mod collector;
mod sampler;
mod span;

use collector::Collector;
pub use sampler::Sampling;
use span::RecordedSpan;

/// How long the collector may take for what it is sent.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the end waits for the collector to take the last spans.
const LAST_SPANS: Duration = Duration::from_secs(3);

/// Where a collector takes traces: the base of its addresses, to which `/v1/traces` is added.
#[derive(Clone, PartialEq, Eq)]
pub struct CollectorUrl(Url);

impl FromStr for CollectorUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err("it is not a URL such as http://localhost:4318".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it has a user: what lets in goes into OTEL_EXPORTER_OTLP_HEADERS".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it goes on after its path".to_owned());
        }
        Ok(Self(url))
    }
}

impl fmt::Debug for CollectorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CollectorUrl({})", self.0)
    }
}

impl CollectorUrl {
    fn of_traces(&self) -> String {
        format!("{}/v1/traces", self.0.as_str().trim_end_matches('/'))
    }
}

/// Sends spans to a collector, in the background and in batches. What the collector does not take is lost, and nobody
/// waits for it.
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Traces {
    /// Sends the spans of this service to this collector, as many of them as the sampling says.
    ///
    /// Not to be called where a future is polled: the client has a runtime of its own.
    ///
    /// # Errors
    ///
    /// In words, when the client cannot be set up.
    pub fn open(collector: &CollectorUrl, service: &str, sampling: Sampling) -> Result<Self, String> {
        // No proxy and no redirects: spans go where the setting says.
        let client = Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| error.to_string())?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(collector.of_traces())
            .build()
            .map_err(|error| error.to_string())?;
        let resource = Resource::builder()
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_service_name(service.to_owned())
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(Collector::new(exporter))
            .with_sampler(SdkSampler::from(sampling))
            .with_resource(resource)
            .build();
        let tracer = provider.tracer_with_scope(InstrumentationScope::builder("orders").build());
        Ok(Self { provider, tracer })
    }

    fn recorded(
        &self,
        name: &'static str,
        parent: Option<TraceContext>,
        work: Option<Work>,
    ) -> Option<Box<dyn Span>> {
        let kind = match work {
            None => SpanKind::Server,
            Some(Work::Commit | Work::Rehearsal) => SpanKind::Internal,
            Some(Work::Webhook | Work::Mail) => SpanKind::Client,
        };
        let context = match parent {
            Some(parent) => Context::new().with_remote_span_context(span_context(parent)),
            None => Context::new(),
        };
        let span = self.tracer.build_with_context(SpanBuilder::from_name(name).with_kind(kind), &context);
        Some(Box::new(RecordedSpan::of(span, work)?))
    }
}

impl Tracer for Traces {
    fn request(&self, caller: Option<TraceContext>) -> Option<Box<dyn Span>> {
        self.recorded("request", caller, None)
    }

    fn below(&self, parent: TraceContext, work: Work) -> Option<Box<dyn Span>> {
        // What comes of what is not recorded is not recorded either.
        if !parent.is_sampled() {
            return None;
        }
        let name = match work {
            Work::Commit => "commit",
            Work::Rehearsal => "rehearsal",
            Work::Webhook => "webhook",
            Work::Mail => "mail",
        };
        self.recorded(name, Some(parent), Some(work))
    }

    fn close(&self) {
        if self.provider.shutdown_with_timeout(LAST_SPANS).is_err() {
            tracing::warn!("the collector did not take the last spans in time");
        }
    }
}

/// What OpenTelemetry's library calls it.
fn span_context(context: TraceContext) -> SpanContext {
    SpanContext::new(
        TraceId::from_bytes(context.trace()),
        SpanId::from_bytes(context.span()),
        TraceFlags::default().with_sampled(context.is_sampled()),
        true,
        TraceState::NONE,
    )
}
