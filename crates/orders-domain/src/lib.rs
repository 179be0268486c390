//! What an order is and what may happen to it: the rules, the use cases and the ports.
//!
//! This crate must not know HTTP, SQL, JSON or any runtime, and it reads no clock: the time comes
//! in through [`ports::Clock`]. Storage, catalogue and authentication are traits in [`ports`]; the
//! use cases are the methods of [`OrderService`] and [`KeepingService`].
//!
//! The rules are in the types: fields are private, constructors parse, and a change to an [`Order`]
//! consumes it and gives back the next one or says why not.

// The ground, which uses nothing above it.
pub mod clock;
pub mod code;
pub mod failure;
pub mod faults;
pub mod id;
pub mod invalid;
pub mod money;
mod number;
pub mod page;
pub mod patch;
pub mod plural;
pub mod quantity;
pub mod quoted;
mod text;
pub mod version;

// A room each capability.
pub mod analytics;
pub mod catalogue;
pub mod delivery;
pub mod event;
pub mod identity;
pub mod market;
pub mod order;
pub mod shipment;
pub mod stock;

// What is stored together, and what is read of it in order.
pub mod feed;
pub mod ledger;

// What records what is done with it.
pub mod tracer;

// What can be done with all of it.
pub mod service;

// Whether what is stored agrees with itself.
pub mod audit;

pub mod ports;

pub use catalogue::Product;
pub use code::{Country, LocationCode, MarketplaceCode};
pub use delivery::{Consumer, Webhook};
pub use event::{Actor, EventType, Fact, Facts, Origin, RequestId, Subject, TraceContext};
pub use feed::{Event, What};
pub use id::{
    EventId, LocationId, MovementId, OrderId, OrderProductId, ProductId, ShipmentId, UserId, WebhookId,
};
pub use identity::{Ownership, Refusal, Scope, Scopes, UseCase, User};
pub use invalid::InvalidInput;
pub use market::{
    AskedMarket, ChosenBy, ChosenMarket, Directory, Languages, Listing, Locale, Marketplace, NameFrom,
    ProductText, Shown,
};
pub use money::{Currency, Money};
pub use order::{
    Order, OrderRecord,
    audience::Audience,
    basket::{Basket, NotSold, OutOfStock, RequestedLine},
    change::{ChangedOrder, NotAllowed, Step},
    error::{LineFault, LinePart, OrderError},
    event::{Happening, OrderEvent},
    imported::{ExternalId, Imported},
    key::{Fingerprint, Idempotency, IdempotencyKey, KeyUse},
    line::OrderProduct,
    list::{Found, Kind, OrderList},
    new_order::NewOrder,
    owned::OwnedOrder,
    progress::{Became, Progress},
    query::{Cursor, OrderFilter, OrderQuery, Page, Sort},
    request::Request,
    shipping::ShipmentChange,
    sold_in::SoldIn,
    status::{OrderStatus, Statuses},
};
pub use page::PageLimit;
pub use patch::Patch;
pub use quantity::Quantity;
pub use quoted::Quoted;
pub use service::{
    AnalyticsError, AnalyticsService, AnsweredReport, AskedReport, AskedShipment, Done, KeepingError,
    KeepingService, OrderService, Storage, WebhookChange, WebhookError, WebhookService, WithSecret,
};
pub use shipment::{
    NewShipment, Part, Proposal, SentFrom, Shipment, ShipmentNumber,
    status::{Fulfillment, ShipmentStatus},
    tracking::{ShippingProvider, Tracking, TrackingNumber},
};
pub use version::{Expected, Version};
