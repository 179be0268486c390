//! What a line of the route table is, and how a table is served.

use actix_web::{
    FromRequest, Handler, HttpRequest, Responder, Route,
    guard::{Any, Get, Head},
    middleware::from_fn,
    web::{self, ServiceConfig},
};

use super::failures::Failure;
use crate::{
    http::error::ApiError,
    server::gate::{Access::Open, Rule, gate},
};

/// A method of a path: who may pass, what it does, and what it can be refused for.
pub struct Endpoint {
    /// What is asked of every request.
    pub rule: Rule,
    handler: fn(&'static Rule) -> Route,
    /// What it answers to bad requests that others do not, or in words of its own.
    pub failures: &'static [Failure],
}

impl Endpoint {
    /// A line of a table.
    pub const fn new(rule: Rule, handler: fn(&'static Rule) -> Route, failures: &'static [Failure]) -> Self {
        Self { rule, handler, failures }
    }
}

/// Sets up a table, whose last resort is that there is no such route.
pub fn mount(config: &mut ServiceConfig, table: &'static [Endpoint]) {
    for of_one_path in table.chunk_by(|one, next| one.rule.path() == next.rule.path()) {
        let path = of_one_path[0].rule.path();
        let mut resource = web::resource(path);
        for endpoint in of_one_path {
            resource = resource.route((endpoint.handler)(&endpoint.rule));
        }
        let refuse =
            move || async move { Err::<&str, _>(ApiError::MethodNotAllowed { allow: allow(of_one_path) }) };
        config.service(resource.default_service(route(&OTHER_METHOD, refuse)));
    }
}

/// What answers where no route is.
pub fn no_route(config: &mut ServiceConfig) {
    config.default_service(route(&NO_ROUTE, refuse_unknown));
}

async fn refuse_unknown(request: HttpRequest) -> Result<&'static str, ApiError> {
    Err(ApiError::NoRoute(request.path().to_owned()))
}

static OTHER_METHOD: Rule = Rule::new("other method", Open).reading_query();
static NO_ROUTE: Rule = Rule::new("none", Open).reading_query();

/// `GET, HEAD, POST`.
fn allow(of_one_path: &[Endpoint]) -> String {
    let methods = of_one_path.iter().map(|endpoint| match endpoint.rule.method() {
        "GET" => "GET, HEAD",
        other => other,
    });
    methods.collect::<Vec<_>>().join(", ")
}

/// What serves a route: its handler behind the gate.
pub fn route<F, Args>(rule: &'static Rule, handler: F) -> Route
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    let route = match rule.method() {
        // The HTTP library leaves the body of HEAD out.
        "GET" => web::route().guard(Any(Get()).or(Head())),
        "POST" => web::post(),
        "PATCH" => web::patch(),
        "PUT" => web::put(),
        "DELETE" => web::delete(),
        _ => web::route(),
    };
    route.to(handler).wrap(from_fn(move |request, next| gate(rule, request, next)))
}
