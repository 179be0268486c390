//! The HTTP face of `orders-domain`: routes, authentication, the ownership guard, problem+json and
//! the OpenAPI document.
//!
//! It sees the ports through [`OrderService`] only. It must not know how orders are stored, nor any
//! rule of orders: it reads requests into the domain's types, calls one use case, and writes what
//! comes of it.
//!
//! A request passes `edge` (ids, panics, metrics), the route table, `gate` (who is asking, how
//! often), `ownership` (on the routes of one order) and a handler.

mod accept;
mod asking;
mod auth;
mod connections;
mod docs;
mod edge;
mod ending;
mod error;
mod etag;
mod events;
mod faults;
mod gate;
mod health;
mod host;
mod idempotency;
mod json;
mod metrics;
mod openapi;
mod orders;
mod ownership;
mod parameters;
mod payload;
mod products;
mod public_url;
mod query;
mod rate_limit;
mod request;
mod response;
mod routes;
mod server;
mod stream;

pub use auth::{Auth, AuthScheme};
pub use events::EventsSource;
pub use host::is_loopback;
pub use metrics::Render;
pub use openapi::document;
pub use orders_domain::OrderService;
pub use public_url::PublicUrl;
pub use rate_limit::RateLimit;
pub use server::{Api, ServerOptions, serve, serve_metrics};
