//! The OpenAPI document, made from the handlers and the table of what can go wrong.

use orders_domain::EventType;
use serde_json::{Value, json};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self, ObjectBuilder,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{KnownFormat, SchemaFormat, Type},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

mod failures;

use failures::WhatCanGoWrong;

use crate::{
    analytics, events, health,
    http::{error::Problem, public_url::PublicUrl},
    locations, markets, orders, products,
    routes::Endpoint,
    server::{auth, gate::Access, metrics},
    shipments, stock, webhooks,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Orders",
        description = "Create an order, track its shipment, move its status, cancel it.\n\nMoney is an integer \
            in the currency's minor unit; times are RFC 3339 in UTC with milliseconds. Every error is \
            `application/problem+json` (RFC 9457), and every response carries `X-Request-Id`.",
    ),
    paths(
        orders::place, orders::list, orders::show, orders::track, orders::advance, orders::cancel,
        orders::reach,
        shipments::list, shipments::create, shipments::show, shipments::change, shipments::plan,
        shipments::cancellations, shipments::cancel, shipments::cancellation,
        events::timeline, events::list,
        products::list, products::create, products::show, products::change,
        stock::levels, stock::level, stock::count, stock::movements, stock::deliver, stock::transfer,
        locations::list, locations::create, locations::change,
        markets::list, markets::show, markets::resolve, markets::create, markets::change,
        markets::listings::show, markets::listings::set, markets::texts::show, markets::texts::set,
        webhooks::list, webhooks::create, webhooks::show, webhooks::change, webhooks::disable,
        webhooks::rotate, webhooks::test, webhooks::deliveries, webhooks::retry, webhooks::replay, webhooks::log,
        analytics::orders, analytics::products,
        health::live, health::ready, metrics::show,
    ),
    components(schemas(Problem, events::body::EventBody)),
    tags(
        (name = "orders", description = "Placing orders, moving them on, listing them"),
        (name = "shipments", description = "In which parcels an order leaves, and what of it is not wanted"),
        (name = "events", description = "What happened, in the order in which it can be read"),
        (name = "products", description = "What can be ordered"),
        (name = "marketplaces", description = "Where products are shown, at which prices and under which names"),
        (name = "stock", description = "How many pieces there are, where, and what moved"),
        (name = "webhooks", description = "To where events are sent, and what was sent"),
        (name = "analytics", description = "How many orders there were, of what worth, and what became of them"),
        (name = "operations", description = "For those who run the service"),
    ),
    modifiers(&WhatCanGoWrong, &OneThing, &Authentication),
)]
struct Document;

/// The document as it is served.
#[must_use]
pub fn document() -> Value {
    // Relative to where the document is, so it holds behind a proxy too.
    document_of(openapi::Server::new("."))
}

/// The same as a server at this address serves it.
#[must_use]
pub fn document_at(url: &PublicUrl) -> Value {
    document_of(openapi::Server::new(url.to_string()))
}

fn document_of(server: openapi::Server) -> Value {
    let mut document = Document::openapi();
    document.servers = Some(vec![server]);
    with_webhooks(&document)
}

/// The document with the events that can be sent as webhooks, of which the library knows nothing.
fn with_webhooks(document: &openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    let webhooks = EventType::ALL.map(|kind| {
        let event = json!({"allOf": [
            {"$ref": "#/components/schemas/Event"},
            {"properties": {"type": {"const": kind.as_str()}}},
        ]});
        let webhook = json!({"post": {
            "operationId": kind.as_str().replace('.', "_"),
            "summary": kind.about(),
            "tags": ["events"],
            "requestBody": {"required": true, "content": {"application/json": {"schema": event}}},
            "responses": {"2XX": {"description": "The event was taken"}},
        }});
        (kind.as_str().to_owned(), webhook)
    });
    document["webhooks"] = Value::Object(webhooks.into_iter().collect());
    document
}

/// Every operation with its line in the route table.
fn operations(document: &mut openapi::OpenApi) -> impl Iterator<Item = (&Endpoint, &mut Operation)> {
    document.paths.paths.iter_mut().flat_map(|(path, item)| {
        let of_path = [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PATCH", &mut item.patch),
            ("PUT", &mut item.put),
            ("DELETE", &mut item.delete),
        ];
        of_path.into_iter().filter_map(|(method, operation)| {
            Some((Endpoint::find(method, path.as_str())?, operation.as_mut()?))
        })
    })
}

/// A list of entity tags, or the star.
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)$"#;

fn text() -> openapi::Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

/// What the routes of one thing take: its name in the path, and the tags that are asked about.
struct OneThing;

impl Modify for OneThing {
    fn modify(&self, document: &mut openapi::OpenApi) {
        for (endpoint, operation) in operations(document) {
            for (name, description, schema) in names(endpoint.rule.path()) {
                let name = ParameterBuilder::new()
                    .name(name)
                    .parameter_in(ParameterIn::Path)
                    .required(openapi::Required::True)
                    .description(Some(description))
                    .schema(Some(schema));
                operation.parameters.get_or_insert_default().push(name.build().into());
            }
            for (name, description) in conditions(endpoint.rule.method(), endpoint.rule.path()) {
                let condition = ParameterBuilder::new()
                    .name(*name)
                    .parameter_in(ParameterIn::Header)
                    .required(openapi::Required::False)
                    .description(Some(*description))
                    .schema(Some(ObjectBuilder::new().schema_type(Type::String).pattern(Some(TAGS))));
                operation.parameters.get_or_insert_default().push(condition.build().into());
            }
        }
    }
}

/// The variable parts of a path: the name of each, what it is, and its form.
fn names(path: &str) -> Vec<(&'static str, &'static str, openapi::Object)> {
    let id = || {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(1))
            .maximum(Some(i64::MAX))
            .examples([1])
            .build()
    };
    let word = |pattern: &str, example: &str| {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).examples([example]).build()
    };
    let code = || word("^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$", "MAIN");
    let marketplace = || word("^[a-z0-9-]{2,16}$", "default");
    let of_marketplaces = path.starts_with("/marketplaces");
    let id_is = match path.split('/').nth(1) {
        Some("orders") => "The order's number",
        Some("webhooks") => "The webhook's number",
        _ => "The product's number",
    };
    let all = [
        ("id", id_is, id()),
        ("number", "Its number within the order", id()),
        ("event", "The event's id", id()),
        ("location", "The code of the place", code()),
        ("code", "Its code", if of_marketplaces { marketplace() } else { code() }),
        (
            "marketplace",
            if path.contains("/texts/") {
                "The marketplace's code; `-` is all of them"
            } else {
                "The marketplace's code"
            },
            if path.contains("/texts/") { word("^(-|[a-z0-9-]{2,16})$", "-") } else { marketplace() },
        ),
        ("locale", "The language, by its tag of BCP 47", word("^[A-Za-z0-9-]{2,35}$", "de-AT")),
    ];
    all.into_iter().filter(|(name, ..)| path.contains(&format!("{{{name}}}"))).collect()
}

/// The headers by which a request asks about tags.
fn conditions(method: &str, path: &str) -> &'static [(&'static str, &'static str)] {
    match (method, path) {
        ("PATCH" | "PUT" | "DELETE", _)
        | (
            "POST",
            "/webhooks/{id}/secret"
            | "/orders/{id}/shipments"
            | "/orders/{id}/plan"
            | "/orders/{id}/cancellations",
        ) => &[("If-Match", "Change it only while its tag is one of these")],
        ("GET", "/products/{id}" | "/marketplaces/{code}") => {
            &[("If-None-Match", "Tags that the asker has already")]
        }
        ("GET", path) if path.starts_with("/orders/{id}") => &[
            ("If-Match", "Show the order only while its tag is one of these"),
            ("If-None-Match", "Tags that the asker has already"),
        ],
        _ => &[],
    }
}

/// Both ways to say who is asking; each operation that asks accepts either, and the list in
/// header mode neither.
struct Authentication;

impl Modify for Authentication {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let header = ApiKeyValue::with_description(
            auth::USER_ID.as_str(),
            "Header mode, for development: the bare id of a known user (1, 2 or 3; 100 is the operator)",
        );
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("A token of an OpenID provider, where the server is set up for tokens"));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("userId", SecurityScheme::ApiKey(ApiKey::Header(header)));
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
        for (endpoint, operation) in operations(document) {
            let nobody = SecurityRequirement::default();
            let ways =
                ["userId", "bearer"].map(|name| SecurityRequirement::new::<_, [_; 0], String>(name, []));
            operation.security = Some(match endpoint.rule.access {
                Access::User(use_case) if use_case.is_open_in_development() => {
                    [vec![nobody], ways.into()].concat()
                }
                Access::User(_) => ways.into(),
                Access::Anyone | Access::Open => vec![nobody],
            });
        }
    }
}
