//! The route table, and nothing else.

use actix_web::{
    FromRequest, Handler, HttpRequest, Resource, Responder, Route,
    guard::{Any, Get, Head},
    middleware::from_fn,
    web::{self, ServiceConfig},
};

use orders_domain::UseCase;

use crate::{
    docs, events, health,
    http::{accept::Media, error::ApiError},
    orders, products,
    server::{
        gate::{Access, Rule, gate},
        metrics,
    },
};

/// Every route: who may pass, and what it does.
pub fn routes(config: &mut ServiceConfig) {
    use Access::{Anyone, Open, User};
    use UseCase::{Advance, Cancel, Follow, List, Place, Show, Track};
    config
        .service(
            resource("/orders", "GET, HEAD, POST")
                .route(route(
                    Rule::new("GET /orders", User(List))
                        .reading_query()
                        .offering(&[Media::Json, Media::NdJson]),
                    get_or_head(),
                    orders::list,
                ))
                .route(post("POST /orders", User(Place), orders::place)),
        )
        .service(resource("/orders/{id}", "GET, HEAD").route(route(
            Rule::new("GET /orders/{id}", User(Show)).reading_query(),
            get_or_head(),
            orders::show,
        )))
        .service(resource("/orders/{id}/events", "GET, HEAD").route(route(
            Rule::new("GET /orders/{id}/events", User(Show)).reading_query(),
            get_or_head(),
            events::timeline,
        )))
        .service(resource("/orders/{id}/tracking", "PATCH").route(patch(
            "PATCH /orders/{id}/tracking",
            User(Track),
            orders::track,
        )))
        .service(resource("/orders/{id}/status", "PATCH").route(patch(
            "PATCH /orders/{id}/status",
            User(Advance),
            orders::advance,
        )))
        .service(resource("/orders/{id}/cancel", "PATCH").route(patch(
            "PATCH /orders/{id}/cancel",
            User(Cancel),
            orders::cancel,
        )))
        .service(resource("/events", "GET, HEAD").route(route(
            Rule::new("GET /events", User(Follow)).reading_query().offering(&[
                Media::Json,
                Media::NdJson,
                Media::EventStream,
            ]),
            get_or_head(),
            events::list,
        )))
        .service(resource("/products", "GET, HEAD").route(get("GET /products", Anyone, products::list)))
        .service(resource("/products/{id}", "GET, HEAD").route(get(
            "GET /products/{id}",
            Anyone,
            products::show,
        )))
        .service(resource("/health/live", "GET, HEAD").route(get("GET /health/live", Open, health::live)))
        .service(resource("/health/ready", "GET, HEAD").route(get("GET /health/ready", Open, health::ready)))
        .service(resource("/openapi.json", "GET, HEAD").route(get("GET /openapi.json", Open, docs::openapi)))
        .service(resource("/asyncapi.json", "GET, HEAD").route(get(
            "GET /asyncapi.json",
            Open,
            docs::asyncapi,
        )))
        .default_service(route(Rule::new("none", Open).reading_query(), web::route(), no_route));
}

/// The page to try the API from, and the way to it.
pub fn page_routes(config: &mut ServiceConfig) {
    use Access::Open;
    config
        .service(resource("/", "GET, HEAD").route(get("GET /", Open, docs::to_page)))
        .service(resource("/docs", "GET, HEAD").route(get("GET /docs", Open, docs::to_page)))
        .service(resource("/docs/{file:.*}", "GET, HEAD").route(get("GET /docs/{file}", Open, docs::page)));
}

/// The route of the numbers, which may have a port of its own.
pub fn metrics_route(config: &mut ServiceConfig) {
    config.service(resource("/metrics", "GET, HEAD").route(get("GET /metrics", Access::Open, metrics::show)));
}

fn resource(path: &str, allow: &'static str) -> Resource {
    let refuse = move || async move { Err::<&str, _>(ApiError::MethodNotAllowed { allow }) };
    web::resource(path).default_service(route(
        Rule::new("other method", Access::Open).reading_query(),
        web::route(),
        refuse,
    ))
}

fn get<F, Args>(name: &'static str, access: Access, handler: F) -> Route
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    route(Rule::new(name, access), get_or_head(), handler)
}

fn post<F, Args>(name: &'static str, access: Access, handler: F) -> Route
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    route(Rule::new(name, access).reading_query(), web::post(), handler)
}

fn patch<F, Args>(name: &'static str, access: Access, handler: F) -> Route
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    route(Rule::new(name, access).reading_query(), web::patch(), handler)
}

/// For GET and for HEAD, whose body the HTTP library leaves out.
fn get_or_head() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

fn route<F, Args>(rule: Rule, methods: Route, handler: F) -> Route
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    methods.to(handler).wrap(from_fn(move |request, next| gate(rule, request, next)))
}

async fn no_route(request: HttpRequest) -> Result<&'static str, ApiError> {
    Err(ApiError::NoRoute(request.path().to_owned()))
}
