//! The outermost layer: request ids, headers that every response carries, panics, logs and metrics.

use std::{panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Instant};

use actix_web::{
    Error, HttpMessage, HttpResponse, ResponseError,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        ConnectionType, StatusCode, Version,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use futures_util::FutureExt;
use orders_domain::{RequestId, TraceContext, failure::with_causes, ports::Came};
use tracing::{Instrument, debug_span, field::display};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::{
    http::error::ApiError,
    server::{
        connections::{ServedBody, Watched},
        ending::Ending,
        gate::{AtRoute, RouteName},
        metrics, trace,
    },
};

/// Names a request in every answer and log line.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request is called, and of which trace it is a part, where handlers find it.
#[derive(Debug)]
pub struct Named {
    /// What it is called.
    pub id: HeaderValue,
    /// The trace.
    pub trace: Option<TraceContext>,
}

/// Requests that reached no route are counted together.
const NO_ROUTE: RouteName = RouteName("none");

/// What browsers may do with our answers: nothing but show them.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

thread_local! {
    /// Has the ids of one worker ascend without asking the others.
    static IDS: ContextV7 = const { ContextV7::new() };
}

/// What is said to whoever waits when the process must end.
const STOPPED: &str = "the server is stopping, and storage did not answer in time: a change may or may not be saved; read the order, or send a new one again with the same Idempotency-Key";

/// Serves a request and marks, counts and logs the answer.
///
/// # Errors
///
/// Only what becomes a complete response of its own, after a panic.
pub async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + Unpin + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let id = request_id(&request);
    let serving = request.conn_data::<Arc<Watched>>().map(|connection| Arc::clone(connection).serve());
    let (trace, mut recorded) = trace::begin(&request);
    request.extensions_mut().insert(Named { id: id.clone(), trace });
    let (version, asks_to_upgrade) = (request.version(), request.head().upgrade());
    let ending = request.app_data::<Ending>().cloned();
    let method = request.method().clone();
    // What is logged on the way says of which request; unless somebody listens to debug, it costs nothing.
    let span = debug_span!("request", request_id = text(&id));
    let mut call = pin!(AssertUnwindSafe(next.call(request).instrument(span)).catch_unwind());
    let outcome = match ending {
        Some(ending) => ending.race(call.as_mut()).await,
        None => Some(call.await),
    };
    let answered_at = Instant::now();
    let took = answered_at - started;
    let mut answered = |route: RouteName, status: StatusCode| {
        if let Some(span) = recorded.take() {
            let (method, route, status) = (method.as_str(), route.pattern(), status.as_u16());
            span.end(Came::Answered { method, route, status });
        }
        metrics::answered(route, status, took);
        tracing::debug!(
            request_id = text(&id),
            method = method.as_str(),
            route = route.0,
            status = status.as_u16(),
            ms = took.as_secs_f64() * 1_000.0,
            "answered"
        );
    };
    let Some(outcome) = outcome else {
        answered(NO_ROUTE, StatusCode::SERVICE_UNAVAILABLE);
        let error = ApiError::Unavailable { detail: STOPPED, cause: None };
        return Err(complete("stopped", error.error_response(), id));
    };
    match outcome {
        Ok(Ok(mut response)) => {
            let route = response.request().extensions().get().map_or(NO_ROUTE, |at: &AtRoute| at.name);
            answered(route, response.status());
            if response.status().is_server_error() {
                log((&id, trace), route, response.response().error());
            }
            mark(response.headers_mut(), id);
            let is_stream = response.response().body().size() == BodySize::Stream;
            let head = response.response_mut().head_mut();
            // The library takes heads from a pool, with the version of the answer before.
            head.version = version;
            // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
            let unchunked = is_stream && version < Version::HTTP_11;
            head.no_chunking(unchunked);
            // We upgrade to nothing. The library would close without saying so.
            if unchunked || asks_to_upgrade {
                head.set_connection_type(ConnectionType::Close);
            }
            if let (Some(serving), ConnectionType::Close) =
                (&serving, response.response().head().connection_type())
            {
                serving.ends_connection();
            }
            Ok(response.map_body(|_, body| ServedBody::new(body, serving, answered_at)))
        }
        Ok(Err(error)) => {
            answered(NO_ROUTE, StatusCode::INTERNAL_SERVER_ERROR);
            log((&id, trace), NO_ROUTE, Some(&error));
            Err(complete("failed", error.error_response(), id))
        }
        Err(panic) => {
            answered(NO_ROUTE, StatusCode::INTERNAL_SERVER_ERROR);
            let message =
                panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(|s| &**s));
            let traceparent = trace.map(display);
            tracing::error!(request_id = text(&id), traceparent, panic = message, "a request panicked");
            Err(complete("panicked", ApiError::Internal(None).error_response(), id))
        }
    }
}

/// Has a preflight that the middleware of CORS refuses answered like any other refusal.
///
/// # Errors
///
/// None of its own.
pub async fn refused_preflights(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = next.call(request).await?;
    if !response.status().is_client_error() || response.headers().contains_key(header::CONTENT_TYPE) {
        return Ok(response.map_into_left_body());
    }
    let refusal = ApiError::ForeignPage.error_response();
    Ok(response.into_response(refusal).map_into_right_body())
}

/// A response that outlives its request.
fn complete(cause: &'static str, mut response: HttpResponse<BoxBody>, id: HeaderValue) -> Error {
    mark(response.headers_mut(), id);
    InternalError::from_response(cause, response).into()
}

/// The caller's id if a request may be called so, else a new one.
fn request_id(request: &ServiceRequest) -> HeaderValue {
    let mut sent = request.headers().get_all(X_REQUEST_ID);
    if let (Some(id), None) = (sent.next(), sent.next())
        && RequestId::admits(id.as_bytes())
    {
        return id.clone();
    }
    let mut text = Uuid::encode_buffer();
    let now = IDS.with(|ids| Timestamp::now(ids));
    let text = Uuid::new_v7(now).hyphenated().encode_lower(&mut text);
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("unknown"))
}

/// A request's id as a log has it.
fn text(id: &HeaderValue) -> &str {
    id.to_str().unwrap_or_default()
}

fn mark(headers: &mut HeaderMap, id: HeaderValue) {
    headers.insert(X_REQUEST_ID, id);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    }
}

/// A failure is logged here and nowhere else, with all its causes.
fn log((id, trace): (&HeaderValue, Option<TraceContext>), route: RouteName, error: Option<&Error>) {
    let Some(error) = error else { return };
    let message = match error.as_error::<ApiError>() {
        Some(error) => with_causes(error),
        None => error.to_string(),
    };
    let traceparent = trace.map(display);
    tracing::error!(request_id = text(id), traceparent, route = route.0, error = message, "a request failed");
}
