//! Settings of traces: OpenTelemetry's own variables, as far as they are known here.

use clap::Args;

use super::value;

/// Where traces go, and which.
#[derive(Debug, Clone, Args)]
pub struct TraceSettings {
    /// The collector of OpenTelemetry that gets traces over HTTP, such as `http://localhost:4318` [default: none]
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL", hide_env_values = true,
        value_parser = value::text)]
    pub otlp_endpoint: Option<String>,
    /// What the service is called in traces
    #[arg(long, env = "OTEL_SERVICE_NAME", value_name = "NAME", default_value = "orders",
        value_parser = value::text)]
    pub otel_service_name: String,
    /// Which traces are recorded: `always_on`, `always_off`, `traceidratio`, or one of these with `parentbased_`
    /// before it, which goes by the caller first
    #[arg(long, env = "OTEL_TRACES_SAMPLER", value_name = "NAME", default_value = "parentbased_always_on",
        value_parser = value::text)]
    pub otel_traces_sampler: String,
    /// With a sampler by ratio: which part, from 0 to 1 [default: 1]
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", value_name = "PART", value_parser = value::parsed::<f64>)]
    pub otel_traces_sampler_arg: Option<f64>,
}
