//! The routes of what was counted.

use orders_domain::UseCase::Analyse;

use super::{Endpoint, endpoint::route, failures::INVALID_REPORT};
use crate::{
    analytics,
    server::gate::{Access::User, Rule},
};

/// Figures of orders and of products.
pub static ANALYTICS: [Endpoint; 2] = [
    Endpoint::new(
        Rule::new("GET /analytics/orders", User(Analyse)).reading_query(),
        |rule| route(rule, analytics::orders),
        &[INVALID_REPORT],
    ),
    Endpoint::new(
        Rule::new("GET /analytics/products", User(Analyse)).reading_query(),
        |rule| route(rule, analytics::products),
        &[INVALID_REPORT],
    ),
];
