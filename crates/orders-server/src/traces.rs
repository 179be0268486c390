//! What records in traces, as far as it is built in and asked for.

use std::sync::Arc;

use anyhow::Result;
use orders_adapters::traced::Traced;
use orders_domain::{Storage, ports::Tracer};

use crate::config::{BadSetting, TraceSettings};

/// What records, as the settings say. Not to be called where a future is polled.
///
/// # Errors
///
/// [`BadSetting`] when the collector's address or the sampler is none.
#[cfg(feature = "otlp")]
pub fn tracer(settings: &TraceSettings) -> Result<Option<Arc<dyn Tracer>>> {
    use orders_adapters::outbound::traces::{CollectorUrl, Sampling, Traces};

    let bad = |setting: &'static str| move |error: String| BadSetting(format!("{setting}: {error}"));
    let Some(url) = &settings.otlp_endpoint else { return Ok(None) };
    let endpoint = "--otlp-endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)";
    let collector: CollectorUrl = url.parse().map_err(bad(endpoint))?;
    let sampler = &settings.otel_traces_sampler;
    let mut sampling: Sampling = sampler.parse().map_err(|error| {
        BadSetting(format!("--otel-traces-sampler (OTEL_TRACES_SAMPLER) cannot be {sampler:?}: {error}"))
    })?;
    if let Some(part) = settings.otel_traces_sampler_arg {
        let setting = "--otel-traces-sampler-arg (OTEL_TRACES_SAMPLER_ARG)";
        sampling = sampling
            .with_ratio(part)
            .map_err(|error| BadSetting(format!("{setting} cannot be \"{part}\": {error}")))?;
    }
    let traces = Traces::open(&collector, &settings.otel_service_name, sampling).map_err(bad(endpoint))?;
    Ok(Some(Arc::new(traces)))
}

/// Nothing is recorded by a program that was built without it.
///
/// # Errors
///
/// [`BadSetting`] when it is asked for.
#[cfg(not(feature = "otlp"))]
pub fn tracer(settings: &TraceSettings) -> Result<Option<Arc<dyn Tracer>>> {
    let flag = "--otlp-endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)";
    anyhow::ensure!(settings.otlp_endpoint.is_none(), BadSetting::not_built(flag, "otlp"));
    Ok(None)
}

/// The same storage, whose commits are recorded if anything is.
pub fn traced(storage: Storage, tracer: Option<&Arc<dyn Tracer>>) -> Storage {
    let Some(tracer) = tracer else { return storage };
    let ledger = Arc::new(Traced::new(Arc::clone(&storage.ledger), Arc::clone(tracer)));
    Storage { ledger, ..storage }
}
