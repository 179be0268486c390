//! What each operation can fail with: the errors themselves, so that the document shows what is sent.

use std::{fmt::Display, time::Duration};

use actix_web::ResponseError;
use orders_domain::{OrderId, OrderStatus, PageLimit, ProductId, Quantity, Scope};
use utoipa::{
    Modify,
    openapi::{
        self, ContentBuilder, HeaderBuilder, HttpMethod, Ref, RefOr, ResponseBuilder, Schema,
        schema::AdditionalProperties,
    },
};

use super::{operations, text};
use crate::{
    http::{accept::Media, error::ApiError, faults::Faults},
    server::payload,
};

/// The errors that an operation can answer beside its own answers.
pub struct WhatCanGoWrong;

/// A way to fail.
#[derive(Clone, Copy)]
struct Failure {
    /// An error of its kind, which gives the status and the example.
    example: fn() -> ApiError,
    description: &'static str,
    /// The header that comes with it.
    header: Option<&'static str>,
}

const fn failure(description: &'static str, example: fn() -> ApiError) -> Failure {
    Failure { example, description, header: None }
}

impl Failure {
    const fn with(self, header: &'static str) -> Self {
        Self { header: Some(header), ..self }
    }

    fn response(self) -> (String, openapi::Response) {
        let error = (self.example)();
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .example(serde_json::to_value(error.problem()).ok())
            .build();
        let mut response =
            ResponseBuilder::new().description(self.description).content("application/problem+json", content);
        if let Some(header) = self.header {
            response = response.header(header, HeaderBuilder::new().schema(Some(text())).build());
        }
        (error.status_code().as_u16().to_string(), response.build())
    }
}

fn invalid(pointer: &str, detail: impl Display) -> ApiError {
    let mut faults = Faults::default();
    faults.invalid(pointer, detail);
    faults.into_result().err().unwrap_or(ApiError::Internal(None))
}

const MALFORMED: Failure =
    failure("Malformed: a path, a header, a query or a body that does not parse", || {
        let mut faults = Faults::default();
        faults.malformed("/products/0/quantity", "quantity 1.5 is not a whole number");
        faults.into_result().err().unwrap_or(ApiError::Internal(None))
    });
const NO_ID: Failure = failure("Malformed: an id, a header or a query that does not parse", || {
    "01".parse::<OrderId>().map_or_else(ApiError::from, |_| ApiError::Internal(None))
});
const TOO_MANY_PARAMETERS: Failure = failure("Malformed: a query that does not parse", || {
    ApiError::malformed("the query has more than 32 parameters")
});
const UNAUTHORIZED: Failure =
    failure("No valid user", || ApiError::Unauthorized("the header user_id names no user"))
        .with("WWW-Authenticate");
const NOT_OWNED: Failure =
    failure("No valid user, or the order does not exist or belongs to somebody else", || ApiError::NotOwned)
        .with("WWW-Authenticate");
const NO_SCOPE: Failure = failure("`insufficient_scope`: the token lacks the scope, which is named", || {
    ApiError::MissingScope(Scope::Read)
})
.with("WWW-Authenticate");
const NOT_FOUND: Failure = failure("No such product", || {
    "11".parse().map_or(ApiError::Internal(None), |id: ProductId| ApiError::UnknownProduct(id.unknown()))
});
const NOT_ACCEPTABLE: Failure =
    failure("No form of the answer is acceptable", || ApiError::NotAcceptable { offered: &[Media::Json] });
const NO_LIST_ACCEPTABLE: Failure = failure("No form of the answer is acceptable", || {
    ApiError::NotAcceptable { offered: &[Media::Json, Media::NdJson] }
});
const NO_EVENTS_ACCEPTABLE: Failure = failure("No form of the answer is acceptable", || {
    ApiError::NotAcceptable { offered: &[Media::Json, Media::NdJson, Media::EventStream] }
});
const NO_VERSION: Failure =
    failure("The order has not had this version, or before there were events", || {
        match ("1".parse(), "9".parse()) {
            (Ok(order), Ok(version)) => ApiError::NoVersion { order, version },
            _ => ApiError::Internal(None),
        }
    });
const TOO_SLOW: Failure = failure("The body took too long", || ApiError::BodyTooSlow(payload::PATIENCE));
const NOT_ALLOWED: Failure =
    failure("The order's status forbids it; `allowed` says what may follow", || ApiError::NotAllowed {
        detail: "the order is shipped and cannot become cancelled".to_owned(),
        allowed: OrderStatus::Shipped.allowed(),
    });
const CHANGED: Failure =
    failure("`If-Match` names no present tag; nothing was changed", || ApiError::PreconditionFailed);
const TOO_LARGE: Failure = failure("The body is larger than 64 KiB", || ApiError::TooLarge(payload::LIMIT));
const MEDIA_TYPE: Failure = failure("The body is not `application/json`, or is encoded", || {
    ApiError::UnsupportedMediaType("\"text/plain\" is not application/json".to_owned())
});
const MISDIRECTED: Failure = failure("Header mode: the name in `Host` is not this machine's own", || {
    ApiError::Misdirected("the host \"shop.example\" is not this machine by itself".to_owned())
});
const INVALID_ORDER: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/products/0/quantity", Quantity::refused(0))
});
const INVALID_SHIPMENT: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/trackingNumber", "trackingNumber is missing")
});
const INVALID_STATUS: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    "lost"
        .parse::<OrderStatus>()
        .map_or_else(|reason| invalid("/status", reason), |_| ApiError::Internal(None))
});
const INVALID_LIST: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/limit", PageLimit::refused(0))
});
const UNKNOWN_PARAMETER: Failure = failure("A parameter that is not known here", || {
    invalid("/limit", "the parameter \"limit\" is not known here")
});
const TOO_MANY: Failure =
    failure("Too many requests", || ApiError::TooManyRequests { retry_after: Duration::ZERO })
        .with("Retry-After");
const BUG: Failure = failure("A fault on our side", || ApiError::Internal(None));
const UNAVAILABLE: Failure = failure(
    "Overloaded, shutting down or storage unavailable; `detail` says whether anything was changed",
    || ApiError::Unavailable { detail: "storage is unavailable, nothing was changed", cause: None },
)
.with("Retry-After");

/// What any route can answer.
const ALWAYS: [Failure; 2] = [MISDIRECTED, BUG];
/// What a route that counts for the rate limit and asks storage can answer.
const WORK: [Failure; 2] = [TOO_MANY, UNAVAILABLE];
const BODY: [Failure; 4] = [MALFORMED, TOO_SLOW, TOO_LARGE, MEDIA_TYPE];
const CHANGE: [Failure; 5] = [NOT_OWNED, NO_SCOPE, NOT_ACCEPTABLE, NOT_ALLOWED, CHANGED];

fn failures(method: &HttpMethod, path: &str) -> Vec<Failure> {
    let specific: &[&[Failure]] = match (method, path) {
        (HttpMethod::Post, "/orders") => {
            &[&[UNAUTHORIZED, NO_SCOPE, NOT_ACCEPTABLE, INVALID_ORDER], &BODY, &WORK]
        }
        (HttpMethod::Get, "/orders") => {
            &[&[TOO_MANY_PARAMETERS, UNAUTHORIZED, NO_SCOPE, NO_LIST_ACCEPTABLE, INVALID_LIST], &WORK]
        }
        (HttpMethod::Get, "/orders/{id}") => {
            &[&[NO_ID, NOT_OWNED, NO_SCOPE, NO_VERSION, NOT_ACCEPTABLE, CHANGED, UNKNOWN_PARAMETER], &WORK]
        }
        (HttpMethod::Get, "/orders/{id}/events") => {
            &[&[NO_ID, NOT_OWNED, NO_SCOPE, NOT_ACCEPTABLE, INVALID_LIST], &WORK]
        }
        (HttpMethod::Get, "/events") => {
            &[&[TOO_MANY_PARAMETERS, UNAUTHORIZED, NO_SCOPE, NO_EVENTS_ACCEPTABLE, INVALID_LIST], &WORK]
        }
        (HttpMethod::Patch, "/orders/{id}/cancel") => &[&[NO_ID, UNKNOWN_PARAMETER], &CHANGE, &WORK],
        (HttpMethod::Patch, "/orders/{id}/tracking") => &[&CHANGE, &BODY, &[INVALID_SHIPMENT], &WORK],
        (HttpMethod::Patch, _) => &[&CHANGE, &BODY, &[INVALID_STATUS], &WORK],
        (_, "/products/{id}") => &[&[NO_ID, NOT_FOUND, NOT_ACCEPTABLE, UNKNOWN_PARAMETER], &WORK],
        (_, "/products") => &[&[TOO_MANY_PARAMETERS, NOT_ACCEPTABLE, UNKNOWN_PARAMETER], &WORK],
        (_, "/health/ready") => &[&[TOO_MANY_PARAMETERS, UNKNOWN_PARAMETER, UNAVAILABLE]],
        _ => &[&[TOO_MANY_PARAMETERS, UNKNOWN_PARAMETER]],
    };
    [specific.concat(), ALWAYS.to_vec()].concat()
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
        for (path, method, operation) in operations(document) {
            for failure in failures(&method, path) {
                let (status, response) = failure.response();
                operation.responses.responses.insert(status, RefOr::T(response));
            }
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    let id = HeaderBuilder::new().schema(Some(text())).description(Some("Names the request"));
                    response.headers.insert("X-Request-Id".to_owned(), RefOr::T(id.build()));
                }
            }
        }
    }
}
