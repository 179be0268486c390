//! Of which trace a request is a part (W3C Trace Context).

use actix_web::http::header::HeaderMap;
use orders_domain::TraceContext;

/// What the caller says in `traceparent`. One that is none counts as absent, and so do several.
pub fn caller(headers: &HeaderMap) -> Option<TraceContext> {
    let mut sent = headers.get_all("traceparent");
    match (sent.next(), sent.next()) {
        (Some(only), None) => only.to_str().ok()?.parse().ok(),
        _ => None,
    }
}
