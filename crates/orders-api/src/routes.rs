//! The route table: whatever is known of a route is said in its line, and the gate, the metrics, `Allow` and the
//! document have it from there. The lines stand by what they are about.

use crate::{
    docs, health,
    server::{
        face,
        gate::{Access::Open, Rule},
        metrics,
    },
};
use endpoint::route;
pub use endpoint::{Endpoint, mount, no_route};
use failures::UNAVAILABLE;

mod analytics;
mod catalogue;
mod endpoint;
pub mod failures;
mod orders;
mod stock;
mod webhooks;

/// The API, what is asked for most first: routes are tried in their order. Those of one path stand together.
pub static API: [&[Endpoint]; 7] = [
    &orders::ORDERS,
    &catalogue::PRODUCTS,
    &stock::STOCK,
    &catalogue::MARKETPLACES,
    &webhooks::WEBHOOKS,
    &analytics::ANALYTICS,
    &DOCUMENTS,
];

/// What programs read of the API.
static DOCUMENTS: [Endpoint; 2] = [
    Endpoint::new(Rule::new("GET /openapi.json", Open), |rule| route(rule, docs::openapi), &[]),
    Endpoint::new(Rule::new("GET /asyncapi.json", Open), |rule| route(rule, docs::asyncapi), &[]),
];

/// Whether the process is well: also where it serves nothing else.
pub static HEALTH: [Endpoint; 2] = [
    Endpoint::new(Rule::new("GET /health/live", Open), |rule| route(rule, health::live), &[]),
    Endpoint::new(Rule::new("GET /health/ready", Open), |rule| route(rule, health::ready), &[UNAVAILABLE]),
];

/// The way to what is for people.
pub static ENTRY: [Endpoint; 1] =
    [Endpoint::new(Rule::new("GET /", Open), |rule| route(rule, face::to_face), &[])];

/// The page to try the API from.
pub static PAGE: [Endpoint; 2] = [
    Endpoint::new(Rule::new("GET /docs", Open), |rule| route(rule, docs::to_page), &[]),
    Endpoint::new(Rule::new("GET /docs/{file}*", Open), |rule| route(rule, docs::page), &[]),
];

/// The numbers, which may have a port of their own.
pub static METRICS: [Endpoint; 1] =
    [Endpoint::new(Rule::new("GET /metrics", Open), |rule| route(rule, metrics::show), &[])];

impl Endpoint {
    /// The line of a method and a path, as the document names them.
    pub fn find(method: &str, path: &str) -> Option<&'static Self> {
        API.into_iter()
            .flatten()
            .chain(&HEALTH)
            .chain(&METRICS)
            .find(|endpoint| (endpoint.rule.method(), endpoint.rule.path()) == (method, path))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_route_has_one_line_beside_those_of_its_path() {
        for tables in [&API[..], &[&HEALTH], &[&ENTRY], &[&PAGE], &[&METRICS]] {
            let mut seen = HashSet::new();
            for of_one_path in tables
                .iter()
                .flat_map(|table| table.chunk_by(|one, next| one.rule.path() == next.rule.path()))
            {
                assert!(seen.insert(of_one_path[0].rule.path()), "{}", of_one_path[0].rule.path());
                let mut methods = HashSet::new();
                for endpoint in of_one_path {
                    let method = endpoint.rule.method();
                    assert!(
                        ["GET", "POST", "PATCH", "PUT", "DELETE"].contains(&method) && methods.insert(method),
                        "{method}"
                    );
                }
            }
        }
    }
}
