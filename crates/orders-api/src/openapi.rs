//! The OpenAPI document, made from the handlers and the table of what can go wrong.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        self, ContentBuilder, HeaderBuilder, HttpMethod, ObjectBuilder, Ref, RefOr, ResponseBuilder, Schema,
        path::Operation,
        schema::{AdditionalProperties, KnownFormat, SchemaFormat, Type},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::{auth, error::Problem, health, metrics, orders, products, public_url::PublicUrl};

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
        products::list, products::show,
        health::live, health::ready, metrics::show,
    ),
    components(schemas(Problem)),
    tags(
        (name = "orders", description = "Placing orders, moving them on, listing them"),
        (name = "products", description = "What can be ordered"),
        (name = "operations", description = "For those who run the service"),
    ),
    modifiers(&WhatCanGoWrong, &Authentication),
)]
struct Document;

/// The document as it is served.
#[must_use]
pub fn document() -> openapi::OpenApi {
    let mut document = Document::openapi();
    // Relative to where the document is, so it holds behind a proxy too.
    document.servers = Some(vec![openapi::Server::new(".")]);
    document
}

/// The same as a server at this address serves it.
#[must_use]
pub fn document_at(url: &PublicUrl) -> openapi::OpenApi {
    let mut document = document();
    document.servers = Some(vec![openapi::Server::new(url.to_string())]);
    document
}

/// The errors that an operation can answer beside its own.
struct WhatCanGoWrong;

/// Status, description, and the header that comes with it.
type Failure = (&'static str, &'static str, Option<&'static str>);

const MALFORMED: Failure =
    ("400", "Malformed: a path, a header, a query or a body that does not parse", None);
const UNAUTHORIZED: Failure = ("401", "No valid user", Some("WWW-Authenticate"));
const NOT_OWNED: Failure = (
    "401",
    "No valid user, or the order does not exist or belongs to somebody else",
    Some("WWW-Authenticate"),
);
const NO_SCOPE: Failure =
    ("403", "`insufficient_scope`: the token lacks the scope, which is named", Some("WWW-Authenticate"));
const NOT_FOUND: Failure = ("404", "No such product", None);
const TOO_SLOW: Failure = ("408", "The body took too long", None);
const NOT_ALLOWED: Failure = ("409", "The order's status forbids it; `allowed` says what may follow", None);
const CHANGED: Failure = ("412", "`If-Match` names no present tag; nothing was changed", None);
const TOO_LARGE: Failure = ("413", "The body is larger than 64 KiB", None);
const MEDIA_TYPE: Failure = ("415", "The body is not `application/json`, or is encoded", None);
const INVALID: Failure = ("422", "Well-formed but invalid; `errors` names every fault", None);
const TOO_MANY: Failure = ("429", "Too many requests", Some("Retry-After"));
const BUG: Failure = ("500", "A fault on our side", None);
const UNAVAILABLE: Failure = (
    "503",
    "Overloaded, shutting down or storage unavailable; `detail` says whether anything was changed",
    Some("Retry-After"),
);

const BODY: [Failure; 5] = [MALFORMED, TOO_SLOW, TOO_LARGE, MEDIA_TYPE, INVALID];
const WORK: [Failure; 3] = [TOO_MANY, BUG, UNAVAILABLE];

fn failures(method: &HttpMethod, path: &str) -> Vec<Failure> {
    let specific: &[&[Failure]] = match (method, path) {
        (HttpMethod::Post, "/orders") => &[&[UNAUTHORIZED, NO_SCOPE], &BODY, &WORK],
        (HttpMethod::Get, "/orders") => &[&[MALFORMED, UNAUTHORIZED, NO_SCOPE, INVALID], &WORK],
        (HttpMethod::Get, "/orders/{id}") => &[&[MALFORMED, NOT_OWNED, NO_SCOPE], &WORK],
        (HttpMethod::Patch, "/orders/{id}/cancel") => {
            &[&[MALFORMED, NOT_OWNED, NO_SCOPE, NOT_ALLOWED, CHANGED], &WORK]
        }
        (HttpMethod::Patch, _) => &[&[NOT_OWNED, NO_SCOPE, NOT_ALLOWED, CHANGED], &BODY, &WORK],
        (_, "/products/{id}") => &[&[MALFORMED, NOT_FOUND], &WORK],
        (_, "/products") => &[&WORK],
        (_, "/health/ready") => &[&[BUG, UNAVAILABLE]],
        _ => &[&[BUG]],
    };
    specific.concat()
}

/// Requests are refused for members that nobody knows.
const CLOSED: [&str; 4] = ["PlaceOrder", "OrderLine", "SetTracking", "SetStatus"];

impl Modify for WhatCanGoWrong {
    fn modify(&self, document: &mut openapi::OpenApi) {
        for name in CLOSED {
            let schemas = document.components.as_mut().map(|components| &mut components.schemas);
            if let Some(RefOr::T(Schema::Object(object))) = schemas.and_then(|schemas| schemas.get_mut(name))
            {
                object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            }
        }
        for (path, item) in &mut document.paths.paths {
            let operations = [
                (HttpMethod::Get, &mut item.get),
                (HttpMethod::Post, &mut item.post),
                (HttpMethod::Patch, &mut item.patch),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    for failure in failures(&method, path) {
                        operation.responses.responses.insert(failure.0.to_owned(), problem(failure));
                    }
                    for response in operation.responses.responses.values_mut() {
                        if let RefOr::T(response) = response {
                            let id = HeaderBuilder::new()
                                .schema(Some(text()))
                                .description(Some("Names the request"));
                            response.headers.insert("X-Request-Id".to_owned(), RefOr::T(id.build()));
                        }
                    }
                    if let Some((collection, _)) = path.split_once("/{id}") {
                        add_parameters_of_one(collection, &method, operation);
                    }
                }
            }
        }
    }
}

/// A list of entity tags, or the star.
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)$"#;

fn text() -> openapi::Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

fn problem((_, description, header): Failure) -> RefOr<openapi::Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut response =
        ResponseBuilder::new().description(description).content("application/problem+json", content);
    if let Some(header) = header {
        response = response.header(header, HeaderBuilder::new().schema(Some(text())).build());
    }
    RefOr::T(response.build())
}

/// What every route of one thing takes: its id, and of an order the tags that are asked about.
fn add_parameters_of_one(collection: &str, method: &HttpMethod, operation: &mut Operation) {
    use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
    let id = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(1))
        .maximum(Some(i64::MAX))
        .examples([1])
        .build();
    let id = ParameterBuilder::new()
        .name("id")
        .parameter_in(ParameterIn::Path)
        .required(openapi::Required::True)
        .description(Some(if collection == "/orders" {
            "The order's number"
        } else {
            "The product's number"
        }))
        .schema(Some(id));
    let mut add = |parameter: Parameter| operation.parameters.get_or_insert_default().push(parameter.into());
    add(id.build());
    let condition = match (method, collection) {
        (HttpMethod::Patch, _) => ("If-Match", "Change the order only while its tag is one of these"),
        (HttpMethod::Get, "/orders") => ("If-None-Match", "Tags that the asker has already"),
        _ => return,
    };
    let condition = ParameterBuilder::new()
        .name(condition.0)
        .parameter_in(ParameterIn::Header)
        .required(openapi::Required::False)
        .description(Some(condition.1))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).pattern(Some(TAGS))));
    add(condition.build());
}

/// Both ways to say who is asking; each operation that asks accepts either, and the list in
/// header mode neither.
struct Authentication;

impl Modify for Authentication {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let header = ApiKeyValue::with_description(
            auth::USER_ID.as_str(),
            "Header mode, for development: the bare id of a known user (1, 2 or 3)",
        );
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("A token of an OpenID provider, where the server is set up for tokens"));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("userId", SecurityScheme::ApiKey(ApiKey::Header(header)));
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
        for (path, item) in &mut document.paths.paths {
            for operation in [&mut item.get, &mut item.post, &mut item.patch].into_iter().flatten() {
                if operation.responses.responses.contains_key("401") || path == "/orders" {
                    let mut ways = vec![
                        SecurityRequirement::new::<_, [_; 0], String>("userId", []),
                        SecurityRequirement::new::<_, [_; 0], String>("bearer", []),
                    ];
                    if operation.operation_id.as_deref() == Some("list_orders") {
                        ways.insert(0, SecurityRequirement::default());
                    }
                    operation.security = Some(ways);
                }
            }
        }
    }
}
