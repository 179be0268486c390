//! What each operation of the document can fail with.

use actix_web::ResponseError;
use utoipa::{
    Modify,
    openapi::{
        self, ContentBuilder, HeaderBuilder, Ref, RefOr, ResponseBuilder, Schema, path::Operation,
        schema::AdditionalProperties,
    },
};

use super::{operations, text};
use crate::{
    http::error::ApiError,
    routes::{Endpoint, failures},
    server::gate::Access,
};

/// The errors that an operation can answer beside its own answers.
pub struct WhatCanGoWrong;

/// Requests are refused for members that nobody knows.
const CLOSED: [&str; 18] = [
    "PlaceOrder",
    "OrderLine",
    "SetTracking",
    "SetStatus",
    "CreateProduct",
    "ChangeProduct",
    "Count",
    "StockMove",
    "StockTransfer",
    "CreateLocation",
    "ChangeLocation",
    "CreateMarketplace",
    "ChangeMarketplace",
    "SetListing",
    "SetText",
    "CreateWebhook",
    "ChangeWebhook",
    "Replay",
];

impl Modify for WhatCanGoWrong {
    fn modify(&self, document: &mut openapi::OpenApi) {
        for name in CLOSED {
            let schemas = document.components.as_mut().map(|components| &mut components.schemas);
            if let Some(RefOr::T(Schema::Object(object))) = schemas.and_then(|schemas| schemas.get_mut(name))
            {
                object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            }
        }
        for (endpoint, operation) in operations(document) {
            add_failures(endpoint, operation);
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    let id = HeaderBuilder::new().schema(Some(text())).description(Some("Names the request"));
                    response.headers.insert("X-Request-Id".to_owned(), RefOr::T(id.build()));
                }
            }
        }
    }
}

fn add_failures(endpoint: &Endpoint, operation: &mut Operation) {
    let mut add = |error: &ApiError, description, header: Option<&str>| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .example(serde_json::to_value(error.problem()).ok())
            .build();
        let mut response =
            ResponseBuilder::new().description(description).content("application/problem+json", content);
        if let Some(header) = header {
            response = response.header(header, HeaderBuilder::new().schema(Some(text())).build());
        }
        let status = error.status_code().as_u16().to_string();
        operation.responses.responses.insert(status, RefOr::T(response.build()));
    };
    if endpoint.rule.access != Access::Open {
        let error = ApiError::NotAcceptable { offered: endpoint.rule.offers };
        add(&error, "No form of the answer is acceptable", None);
    }
    for failure in failures::of_rule(&endpoint.rule).iter().chain(endpoint.failures) {
        add(&(failure.example)(), failure.description, failure.header);
    }
}
