//! Levels and movements as JSON.

use orders_domain::{
    OrderId, OrderProductId,
    stock::{Movement, StockLevel, movement::Reason},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::http::writing::moment;

/// How many pieces of a product there are at a place.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StockLevel)]
pub struct LevelBody<'a> {
    /// The code of the place.
    #[schema(example = "MAIN")]
    location: &'a str,
    /// What is there, reserved or not.
    #[schema(minimum = 0, example = 40)]
    on_hand: i64,
    /// What orders hold of it.
    #[schema(minimum = 0, example = 3)]
    reserved: i64,
    /// What an order could take there now; null where nobody counts.
    #[schema(required = true, minimum = 0, example = 37)]
    available: Option<i64>,
    /// How much more than what is there orders may hold, where the product's policy lets them.
    #[schema(minimum = 0, example = 0)]
    backorder_limit: i64,
    /// How many pieces are reserved that cannot be there.
    #[schema(minimum = 0, example = 0)]
    short: i64,
    /// After a count that is short: up to 100 orders that hold pieces of it, the newest first.
    #[serde(skip_serializing_if = "<[i64]>::is_empty")]
    #[schema(required = false, max_items = 100, value_type = Vec<i64>)]
    orders: &'a [i64],
}

impl<'a> LevelBody<'a> {
    /// A level, with the orders that hold what is short.
    pub fn with_orders(level: &'a StockLevel, orders: &'a [i64]) -> Self {
        Self {
            location: level.location.as_str(),
            on_hand: level.level.on_hand,
            reserved: level.level.reserved,
            available: level.available,
            backorder_limit: level.level.backorder_limit,
            short: level.level.short(),
            orders,
        }
    }
}

impl<'a> From<&'a StockLevel> for LevelBody<'a> {
    fn from(level: &'a StockLevel) -> Self {
        Self::with_orders(level, &[])
    }
}

/// Two levels between which pieces moved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Transferred)]
pub struct TransferredBody<'a> {
    /// Of the place that they left.
    pub from: LevelBody<'a>,
    /// Of the place that they came to.
    pub to: LevelBody<'a>,
}

/// One line of the ledger: what moved, and the level after it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Movement)]
pub struct MovementBody<'a> {
    /// Its number; ascending.
    id: i64,
    /// The code of the place.
    location: &'a str,
    /// What moved: `received`, `added`, `removed`, `reserved`, `released`, `shipped`, `returned`, `moved_out` or
    /// `moved_in`.
    kind: &'static str,
    /// How many pieces.
    #[schema(minimum = 1)]
    quantity: i64,
    /// What was on hand after it.
    on_hand_after: i64,
    /// What was reserved after it.
    reserved_after: i64,
    /// For which order.
    #[schema(required = true)]
    order_id: Option<i64>,
    /// For which of its lines.
    #[schema(required = true)]
    order_product_id: Option<i64>,
    /// In which of its shipments.
    #[schema(required = true)]
    shipment: Option<i64>,
    /// Why, in somebody's own words.
    #[schema(required = true)]
    reason: Option<&'a str>,
    /// The event that it belongs to.
    event_id: i64,
    /// When.
    #[schema(format = DateTime, example = "2026-11-27T10:00:00.000Z")]
    at: String,
}

impl<'a> From<&'a Movement> for MovementBody<'a> {
    fn from(movement: &'a Movement) -> Self {
        Self {
            id: movement.id.get(),
            location: movement.location.as_str(),
            kind: movement.kind.as_str(),
            quantity: movement.quantity,
            on_hand_after: movement.on_hand_after,
            reserved_after: movement.reserved_after,
            order_id: movement.order.map(OrderId::get),
            order_product_id: movement.line.map(OrderProductId::get),
            shipment: movement.shipment,
            reason: movement.reason.as_ref().map(Reason::as_str),
            event_id: movement.event.get(),
            at: moment(movement.at),
        }
    }
}

/// The query parameters of the ledger, for the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `parameters::page` reads")]
pub struct MovementsParams {
    /// How many movements at most.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<i64>,
    /// Only movements after this id: the last one that was seen; 0 is the beginning.
    #[param(minimum = 0)]
    after: Option<i64>,
}
