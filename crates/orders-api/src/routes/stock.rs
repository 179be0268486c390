//! The routes of what there is, and where.

use orders_domain::UseCase::{KeepStock, SeeStock};

use super::{
    Endpoint,
    endpoint::route,
    failures::{
        CHANGED_SINCE, FIXED, INVALID_LIST, INVALID_LOCATION, INVALID_STOCK, NO_LOCATION, NOT_FOUND,
        NOT_ON_HAND, TAKEN,
    },
};
use crate::{
    http::accept::Media::{Json, NdJson},
    locations,
    server::gate::{Access::User, Rule},
    stock,
};

/// Pieces, and the places where they are.
pub static STOCK: [Endpoint; 9] = [
    Endpoint::new(
        Rule::new("GET /products/{id}/stock", User(SeeStock)),
        |rule| route(rule, stock::levels),
        &[NOT_FOUND],
    ),
    Endpoint::new(
        Rule::new("GET /products/{id}/stock/{location}", User(SeeStock)),
        |rule| route(rule, stock::level),
        &[NO_LOCATION],
    ),
    Endpoint::new(
        Rule::new("PUT /products/{id}/stock/{location}", User(KeepStock)).reading_query().reading_body(),
        |rule| route(rule, stock::count),
        &[NO_LOCATION, FIXED, CHANGED_SINCE, INVALID_STOCK],
    ),
    Endpoint::new(
        Rule::new("GET /products/{id}/movements", User(SeeStock)).reading_query().offering(&[Json, NdJson]),
        |rule| route(rule, stock::movements),
        &[NOT_FOUND, INVALID_LIST],
    ),
    Endpoint::new(
        Rule::new("POST /products/{id}/movements", User(KeepStock)).reading_query().reading_body(),
        |rule| route(rule, stock::deliver),
        &[NOT_FOUND, NOT_ON_HAND, INVALID_STOCK],
    ),
    Endpoint::new(
        Rule::new("POST /stock/transfers", User(KeepStock)).reading_query().reading_body(),
        |rule| route(rule, stock::transfer),
        &[NOT_ON_HAND, INVALID_STOCK],
    ),
    Endpoint::new(Rule::new("GET /locations", User(SeeStock)), |rule| route(rule, locations::list), &[]),
    Endpoint::new(
        Rule::new("POST /locations", User(KeepStock)).reading_query().reading_body(),
        |rule| route(rule, locations::create),
        &[TAKEN, INVALID_LOCATION],
    ),
    Endpoint::new(
        Rule::new("PATCH /locations/{code}", User(KeepStock)).reading_query().reading_body(),
        |rule| route(rule, locations::change),
        &[NO_LOCATION, FIXED, CHANGED_SINCE, INVALID_LOCATION],
    ),
];
