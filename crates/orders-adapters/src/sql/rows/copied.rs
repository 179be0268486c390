//! Whole rows, which go from one database to another as they are.

use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::sql::schema::{
    attempts, consumers, deliveries, events, inbox, listings, locations, marketplace_countries, marketplaces,
    product_texts, products, stock_levels, stock_movements, webhooks,
};

/// A product.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = products, treat_none_as_default_value = false)]
pub struct ProductCopy {
    pub id: i64,
    pub sku: Option<String>,
    pub name: String,
    pub price: i64,
    pub currency: String,
    pub weight_g: Option<i64>,
    pub length_mm: Option<i64>,
    pub width_mm: Option<i64>,
    pub height_mm: Option<i64>,
    pub stock_policy: String,
    pub active: bool,
    pub version: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

/// A place.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = locations, treat_none_as_default_value = false)]
pub struct LocationCopy {
    pub id: i64,
    pub code: String,
    pub name: String,
    pub country: String,
    pub latitude_e6: Option<i64>,
    pub longitude_e6: Option<i64>,
    pub priority: i64,
    pub parcel_max_g: Option<i64>,
    pub parcel_max_mm3: Option<i64>,
    pub parcel_max_side_mm: Option<i64>,
    pub active: bool,
    pub version: i64,
}

/// A level.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = stock_levels, treat_none_as_default_value = false)]
pub struct LevelCopy {
    pub product_id: i64,
    pub location_id: i64,
    pub on_hand: i64,
    pub reserved: i64,
    pub backorder_limit: i64,
    pub short: i64,
    pub version: i64,
}

/// A marketplace.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = marketplaces, treat_none_as_default_value = false)]
pub struct MarketplaceCopy {
    pub code: String,
    pub name: String,
    pub currency: String,
    pub default_locale: String,
    pub time_zone: String,
    pub price_includes_tax: bool,
    pub host: Option<String>,
    pub active: bool,
    pub version: i64,
}

/// A country that leads to a marketplace.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = marketplace_countries, treat_none_as_default_value = false)]
pub struct CountryCopy {
    pub country: String,
    pub marketplace: String,
}

/// A product in a marketplace.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = listings, treat_none_as_default_value = false)]
pub struct ListingCopy {
    pub product_id: i64,
    pub marketplace: String,
    pub price: i64,
    pub model: Option<String>,
    pub active: bool,
    pub version: i64,
}

/// What a product is called in a language.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = product_texts, treat_none_as_default_value = false)]
pub struct TextCopy {
    pub product_id: i64,
    pub marketplace: String,
    pub locale: String,
    pub name: String,
    pub description: Option<String>,
    pub version: i64,
}

/// A movement.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = stock_movements, treat_none_as_default_value = false)]
pub struct MovementCopy {
    pub id: i64,
    pub product_id: i64,
    pub location_id: i64,
    pub kind: String,
    pub quantity: i64,
    pub on_hand_after: i64,
    pub reserved_after: i64,
    pub line: Option<i64>,
    pub shipment: Option<i64>,
    pub reason: Option<String>,
    pub at: i64,
}

/// An event of anything but an order.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct EventCopy {
    pub id: i64,
    pub kind: String,
    pub subject: i64,
    pub version: i64,
    pub type_: String,
    pub at: i64,
    pub actor_kind: String,
    pub actor: Option<i64>,
    pub request_id: Option<String>,
    pub data: String,
    pub idempotency_key: Option<String>,
    pub request_fingerprint: Option<Vec<u8>>,
    pub marketplace: Option<String>,
    pub trace_context: Option<Vec<u8>>,
}

/// A webhook, with its sealed secrets.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhooks, treat_none_as_default_value = false)]
pub struct WebhookCopy {
    pub id: i64,
    pub url: String,
    pub types: String,
    pub state: String,
    pub secret: Vec<u8>,
    pub previous_secret: Option<Vec<u8>>,
    pub previous_until: Option<i64>,
    pub created_at: i64,
    pub version: i64,
}

/// Who reads the events, without whose it is to work off.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = consumers, treat_none_as_default_value = false)]
pub struct ConsumerCopy {
    pub name: String,
    pub cursor: i64,
    pub replay_after: Option<i64>,
    pub replay_until: Option<i64>,
    pub failing_since: Option<i64>,
}

/// A message by which something was done.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = inbox, treat_none_as_default_value = false)]
pub struct InboxCopy {
    pub consumer: String,
    pub message_id: i64,
    pub at: i64,
}

/// A delivery.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub struct DeliveryCopy {
    pub consumer: String,
    pub event: i64,
    pub kind: String,
    pub subject: i64,
    pub state: String,
    pub next_at: Option<i64>,
    pub tries: i64,
    pub updated_at: i64,
}

/// An attempt.
#[derive(Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts, treat_none_as_default_value = false)]
pub struct AttemptCopy {
    pub consumer: String,
    pub event: i64,
    pub number: i64,
    pub at: i64,
    pub took_ms: i64,
    pub status: Option<i64>,
    pub body: Option<String>,
    pub error: Option<String>,
}

/// SHA-256 of all columns of a row.
pub fn digest(row: &impl Serialize) -> [u8; 32] {
    // Numbers, texts and flags can be written.
    Sha256::digest(serde_json::to_vec(row).unwrap_or_default()).into()
}
