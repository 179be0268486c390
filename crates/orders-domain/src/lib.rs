//! What an order is and what may happen to it: the rules, the use cases and the ports.
//!
//! This crate must not know HTTP, SQL, JSON or any runtime, and it reads no clock: the time comes
//! in through [`ports::Clock`]. Storage, inventory and authentication are traits in [`ports`]; the
//! use cases are the methods of [`OrderService`].
//!
//! The rules are in the types: fields are private, constructors parse, and a change to an [`Order`]
//! consumes it and gives back the next one or says why not.

pub mod access;
pub mod error;
pub mod id;
pub mod idempotency;
pub mod money;
pub mod order;
pub mod order_product;
pub mod order_query;
pub mod order_shipment;
pub mod order_status;
pub mod ports;
pub mod product;
pub mod quoted;
pub mod scope;
pub mod service;
pub mod session;
pub mod user;
pub mod version;

pub use access::{Audience, Ownership, Refusal, UseCase};
pub use error::{InvalidInput, LineFault, LinePart, OrderError};
pub use id::{OrderId, OrderProductId, ProductId, ShipmentId, UserId};
pub use idempotency::{Fingerprint, Idempotency, IdempotencyKey};
pub use money::{Currency, Money};
pub use order::{NewOrder, Order, OrderRecord};
pub use order_product::{OrderProduct, Quantity};
pub use order_query::{OrderFilter, OrderQuery, Page, PageLimit};
pub use order_shipment::{OrderShipment, ShippingProvider, TrackingNumber};
pub use order_status::OrderStatus;
pub use product::Product;
pub use quoted::Quoted;
pub use scope::{Scope, Scopes};
pub use service::{Expected, OrderService, OwnedOrder, Placed, RequestedLine};
pub use session::{Session, TokenHash};
pub use user::User;
pub use version::Version;
