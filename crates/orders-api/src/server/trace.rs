//! Of which trace a request is a part (W3C Trace Context).

use actix_web::{dev::ServiceRequest, http::header::HeaderMap, web::Data};
use orders_domain::{
    TraceContext,
    ports::{Span, Tracer},
};

/// What is passed on to whatever comes of a request, and the request's own span, if somebody follows it. Without one,
/// what the caller says is passed on as it is.
pub fn begin(request: &ServiceRequest) -> (Option<TraceContext>, Option<Box<dyn Span>>) {
    let caller = caller(request.headers());
    // Whoever looks whether the server is well does so all the time.
    let is_followed = || !matches!(request.path(), "/health/live" | "/health/ready" | "/metrics");
    let tracer = request.app_data::<Data<dyn Tracer>>();
    match tracer.filter(|_| is_followed()).and_then(|tracer| tracer.request(caller)) {
        Some(span) => (Some(span.context()), Some(span)),
        None => (caller, None),
    }
}

/// What the caller says in `traceparent`. One that is none counts as absent, and so do several.
fn caller(headers: &HeaderMap) -> Option<TraceContext> {
    let mut sent = headers.get_all("traceparent");
    match (sent.next(), sent.next()) {
        (Some(only), None) => only.to_str().ok()?.parse().ok(),
        _ => None,
    }
}
