//! The routes of products, and of the marketplaces that show them.

use orders_domain::UseCase::KeepProducts;

use super::{
    Endpoint,
    endpoint::route,
    failures::{
        CHANGED_SINCE, INVALID_COUNTRY, INVALID_LIST, INVALID_LISTING, INVALID_MARKET, INVALID_MARKETPLACE,
        INVALID_PRODUCT, INVALID_TEXT, MANY_TEXTS, MARKETPLACE_FIXED, MARKETPLACE_TAKEN, NO_LISTING,
        NO_MARKETPLACE, NO_MARKETPLACE_OR_PRODUCT, NO_TEXT, NOT_FOUND, NOT_SHOWN_HERE, OWN_PRICES, TAKEN,
    },
};
use crate::{
    markets, products,
    server::gate::{
        Access::{Anyone, User},
        Rule,
    },
};

/// What can be ordered, and what marketplaces say of it.
pub static PRODUCTS: [Endpoint; 8] = [
    Endpoint::new(
        Rule::new("GET /products", Anyone).reading_query(),
        |rule| route(rule, products::list),
        &[INVALID_LIST],
    ),
    Endpoint::new(
        Rule::new("POST /products", User(KeepProducts)).reading_query().reading_body(),
        |rule| route(rule, products::create),
        &[TAKEN, INVALID_PRODUCT],
    ),
    Endpoint::new(
        Rule::new("GET /products/{id}", Anyone).reading_query(),
        |rule| route(rule, products::show),
        &[NOT_SHOWN_HERE, INVALID_MARKET],
    ),
    Endpoint::new(
        Rule::new("PATCH /products/{id}", User(KeepProducts)).reading_query().reading_body(),
        |rule| route(rule, products::change),
        &[NOT_FOUND, TAKEN, CHANGED_SINCE, INVALID_PRODUCT],
    ),
    Endpoint::new(
        Rule::new("GET /products/{id}/listings/{marketplace}", User(KeepProducts)),
        |rule| route(rule, markets::listings::show),
        &[NO_LISTING],
    ),
    Endpoint::new(
        Rule::new("PUT /products/{id}/listings/{marketplace}", User(KeepProducts))
            .reading_query()
            .reading_body(),
        |rule| route(rule, markets::listings::set),
        &[NO_MARKETPLACE_OR_PRODUCT, OWN_PRICES, CHANGED_SINCE, INVALID_LISTING],
    ),
    Endpoint::new(
        Rule::new("GET /products/{id}/texts/{marketplace}/{locale}", User(KeepProducts)),
        |rule| route(rule, markets::texts::show),
        &[NO_TEXT],
    ),
    Endpoint::new(
        Rule::new("PUT /products/{id}/texts/{marketplace}/{locale}", User(KeepProducts))
            .reading_query()
            .reading_body(),
        |rule| route(rule, markets::texts::set),
        &[NO_MARKETPLACE_OR_PRODUCT, MANY_TEXTS, CHANGED_SINCE, INVALID_TEXT],
    ),
];

/// Where it can be.
pub static MARKETPLACES: [Endpoint; 5] = [
    Endpoint::new(Rule::new("GET /marketplaces", Anyone), |rule| route(rule, markets::list), &[]),
    Endpoint::new(
        Rule::new("POST /marketplaces", User(KeepProducts)).reading_query().reading_body(),
        |rule| route(rule, markets::create),
        &[MARKETPLACE_TAKEN, INVALID_MARKETPLACE],
    ),
    // Before the codes, of which it is none.
    Endpoint::new(
        Rule::new("GET /marketplaces/resolve", Anyone).reading_query(),
        |rule| route(rule, markets::resolve),
        &[INVALID_COUNTRY],
    ),
    Endpoint::new(
        Rule::new("GET /marketplaces/{code}", Anyone),
        |rule| route(rule, markets::show),
        &[NO_MARKETPLACE],
    ),
    Endpoint::new(
        Rule::new("PATCH /marketplaces/{code}", User(KeepProducts)).reading_query().reading_body(),
        |rule| route(rule, markets::change),
        &[NO_MARKETPLACE, MARKETPLACE_FIXED, CHANGED_SINCE, INVALID_MARKETPLACE],
    ),
];
