//! Another face beside the API on the same server: pages for people, below a path of their own.
//!
//! What the server promises of every route holds for it too: names of requests, numbers, which host is answered, how often
//! somebody may ask, and that streams end with the server. Who is asking is the face's own matter. It finds the
//! request's `RequestId` and `TraceContext` among the request's extensions.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    Error, HttpMessage, HttpResponse, ResponseError,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::{Next, from_fn},
    web::{self, Bytes, Data, ServiceConfig},
};
use futures_util::{FutureExt, future::LocalBoxFuture};
use orders_domain::RequestId;

use crate::{
    http::error::ApiError,
    server::{
        connections::Client,
        edge::Named,
        ending::Ending,
        gate::{AtRoute, RouteName},
        host,
        rate_limit::{Asker, RateLimit},
    },
};

/// Sets up the routes of a face.
pub type SetUp = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// A face.
#[derive(Clone)]
pub struct Face {
    path: &'static str,
    files: &'static str,
    routes: &'static [&'static str],
    set_up: SetUp,
}

impl fmt::Debug for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Face").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A request to no route of the face.
const OTHER: RouteName = RouteName("none");

impl Face {
    /// The routes that `set_up` makes below `path`, such as `/console`. `routes` names each of them with its method, as numbers and logs
    /// have it: `GET /console/orders/{id}`. What lies below `files` is not counted by the rate limit.
    #[must_use]
    pub fn new(
        path: &'static str,
        files: &'static str,
        routes: &'static [&'static str],
        set_up: SetUp,
    ) -> Self {
        Self { path, files, routes, set_up }
    }

    /// Where it begins, relative to the root: `console/`.
    pub(super) fn address(&self) -> String {
        format!("{}/", self.path.trim_start_matches('/'))
    }

    /// Adds its routes.
    pub(super) fn mount(&self, config: &mut ServiceConfig) {
        let (set_up, face) = (Arc::clone(&self.set_up), self.clone());
        let scope = web::scope(self.path).configure(|config| set_up(config));
        config.service(scope.wrap(from_fn(move |request, next| beside(face.clone(), request, next))));
    }

    fn name(&self, method: &Method, pattern: Option<&str>) -> RouteName {
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        let named = |route: &&&'static str| {
            route.split_once(' ').is_some_and(|(of, path)| of == method && Some(path) == pattern)
        };
        self.routes.iter().find(named).map_or(OTHER, |route| RouteName(route))
    }
}

/// What stands before each route of a face.
async fn beside(
    face: Face,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let method = request.method().clone();
    let (id, trace) = match request.extensions().get() {
        Some(Named { id, trace }) => (id.to_str().ok().and_then(|id| id.parse::<RequestId>().ok()), *trace),
        None => (None, None),
    };
    if let Some(id) = id {
        request.extensions_mut().insert(id);
    }
    if let Some(trace) = trace {
        request.extensions_mut().insert(trace);
    }
    let response = match admit(&face, &request) {
        Ok(()) => next.call(request).await?,
        Err(refusal) => {
            let response: HttpResponse = refusal.error_response();
            request.into_response(response)
        }
    };
    let name = face.name(&method, response.request().match_pattern().as_deref());
    response.request().extensions_mut().insert(AtRoute { name, incoming: None, asker: None });
    if response.response().body().size() != BodySize::Stream {
        return Ok(response);
    }
    let ending = response.request().app_data::<Ending>().cloned().unwrap_or_default();
    let client = Client::of(response.request());
    Ok(response.map_body(|_, body| Until::either(body, ending, client).boxed()))
}

fn admit(face: &Face, request: &ServiceRequest) -> Result<(), ApiError> {
    host::check(request)?;
    if request.path().starts_with(face.files) {
        return Ok(());
    }
    let Some(limit) = request.app_data::<Data<RateLimit>>() else { return Ok(()) };
    RateLimit::address_of(request).map(Asker::Address).map_or(Ok(()), |asker| limit.check(asker))
}

/// A stream that ends when the server does, or when its client has left.
struct Until {
    body: BoxBody,
    end: LocalBoxFuture<'static, ()>,
}

impl Until {
    fn either(body: BoxBody, ending: Ending, client: Client) -> Self {
        let end = async move {
            tokio::select! {
                () = ending.nears() => {}
                () = client.leaves() => {}
            }
        };
        Self { body, end: end.boxed_local() }
    }
}

impl MessageBody for Until {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_next(context)
    }
}

/// `/` leads to the face, relative to the path that was asked for, which a proxy may have cut.
pub async fn to_face(address: Data<Entry>) -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, address.0.clone())).finish()
}

/// Where `/` leads.
#[derive(Debug, Clone)]
pub struct Entry(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_by_the_route_that_it_came_to() {
        let face = Face::new("/x", "/x/files/", &["GET /x/{id}", "POST /x/{id}"], Arc::new(|_| {}));
        assert_eq!(face.name(&Method::HEAD, Some("/x/{id}")), RouteName("GET /x/{id}"));
        assert_eq!(face.name(&Method::POST, Some("/x/{id}")), RouteName("POST /x/{id}"));
        for (method, pattern) in
            [(Method::PUT, Some("/x/{id}")), (Method::GET, Some("/x")), (Method::GET, None)]
        {
            assert_eq!(face.name(&method, pattern), OTHER);
        }
        assert_eq!(face.address(), "x/");
    }
}
