//! The face of `orders-domain` for the shop's staff: pages instead of JSON.
//!
//! It stands beside the API on the same server, over the same use cases and scopes, and asks the API for nothing. It must not know
//! how orders are stored, nor any rule of orders, nor the API: what a page shows is read by a use case, what a form asks for is
//! read into the domain's types, and one use case is called.
//!
//! Two rooms know no capability: `http` is about requests, forms and pages, `sign_in` about who is at the desk. Each capability has a room
//! of its own with its pages, its forms and the models of its templates.

mod assets;
mod desk;
mod figures;
mod health;
mod http;
mod orders;
mod products;
mod routes;
mod sign_in;
mod webhooks;
mod words;

pub use desk::{Desk, Door, Numbers, OrderText};
pub use routes::{FILES, PATH, ROUTES, set_up};
