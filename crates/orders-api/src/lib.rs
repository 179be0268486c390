//! The HTTP face of `orders-domain`: routes, authentication, the ownership guard, problem+json and
//! the OpenAPI document.
//!
//! It sees the ports through [`OrderService`] only. It must not know how orders are stored, nor any
//! rule of orders: it reads requests into the domain's types, calls one use case, and writes what
//! comes of it.
//!
//! Two rooms know no capability: `http` is about the parts of requests and answers, `server` about how they
//! are served. Each capability has a room of its own.
//!
//! A request passes `edge` (ids, panics, metrics), `routes` (the table of them), `gate` (who is asking, how
//! often), `ownership` (on the routes of one order) and a handler.

mod analytics;
mod docs;
mod events;
mod health;
mod http;
mod locations;
mod markets;
mod openapi;
mod orders;
mod products;
mod routes;
mod server;
mod shipments;
mod stock;
mod webhooks;

pub use events::{EventsSource, Region, body::event_text};
pub use http::{json::Json, public_url::PublicUrl};
pub use openapi::document;
pub use orders::response::order_text;
pub use orders_domain::{OrderService, WebhookService};
pub use server::{
    Api, ServerOptions,
    auth::{Auth, AuthScheme},
    face::{Face, SetUp},
    host::is_loopback,
    metrics::{Render, serve_metrics},
    rate_limit::RateLimit,
    serve,
};
