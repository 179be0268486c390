//! The JSON bodies that clients get.

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use chrono::{DateTime, SecondsFormat, Utc};
use orders_domain::{Order, OrderShipment, Product};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::{error::ApiError, etag};

/// The words for where an order stands.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase", as = OrderStatus)]
#[expect(dead_code, reason = "the schema of the domain's words")]
pub enum Status {
    Pending,
    Processing,
    Shipped,
    Delivered,
    Cancelled,
}

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Order, example = json!({
    "id": 1, "userId": 1, "orderDate": "2026-11-22T10:00:00.000Z", "updatedAt": "2026-11-22T10:00:00.000Z",
    "status": "pending", "currency": "USD", "total": 15392, "shipment": null,
    "orderProduct": [
        {"id": 1, "productId": 9, "price": 1999, "quantity": 7},
        {"id": 2, "productId": 1, "price": 1399, "quantity": 1},
    ],
}))]
pub struct OrderBody<'a> {
    /// Its number.
    #[schema(minimum = 1)]
    id: i64,
    /// Whose it is.
    #[schema(minimum = 1)]
    user_id: i64,
    /// When it was placed, in UTC.
    #[serde(serialize_with = "moment")]
    order_date: DateTime<Utc>,
    /// When it last changed, in UTC.
    #[serde(serialize_with = "moment")]
    updated_at: DateTime<Utc>,
    /// How far it has come.
    #[schema(value_type = Status)]
    status: &'static str,
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: &'a str,
    /// Σ price × quantity in the currency's minor unit.
    #[schema(minimum = 0)]
    total: i64,
    /// The parcel, once there is one.
    #[schema(required)]
    shipment: Option<ShipmentBody<'a>>,
    /// What was ordered, at the prices of that moment.
    #[schema(min_items = 1, max_items = 100)]
    order_product: Vec<OrderProductBody>,
}

/// A parcel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrderShipment)]
struct ShipmentBody<'a> {
    /// Its number, which stays when the other fields change.
    #[schema(minimum = 1, example = 1)]
    id: i64,
    /// Who carries it.
    #[schema(example = "USPS")]
    shipping_provider: &'a str,
    /// The carrier's number for it.
    #[schema(example = "23987239825")]
    tracking_number: &'a str,
}

/// A line of an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrderProduct)]
struct OrderProductBody {
    /// Its number.
    #[schema(minimum = 1, example = 1)]
    id: i64,
    /// Which product.
    #[schema(minimum = 1, example = 9)]
    product_id: i64,
    /// The price of one piece in the currency's minor unit, at the moment of ordering.
    #[schema(minimum = 0, example = 1999)]
    price: i64,
    /// How many pieces.
    #[schema(minimum = 1, maximum = 100_000, example = 7)]
    quantity: u32,
}

/// A product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductBody<'a> {
    /// Its number.
    #[schema(minimum = 1, example = 9)]
    id: i64,
    /// Its name.
    #[schema(example = "Bamboo cutting board")]
    name: &'a str,
    /// The present price of one piece in the currency's minor unit.
    #[schema(minimum = 0, example = 1999)]
    price: i64,
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: &'a str,
}

fn moment<S: Serializer>(moment: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment.to_rfc3339_opts(SecondsFormat::Millis, true))
}

impl<'a> From<&'a Order> for OrderBody<'a> {
    fn from(order: &'a Order) -> Self {
        let shipment = |shipment: &'a OrderShipment| ShipmentBody {
            id: OrderShipment::id_in(order.id()).get(),
            shipping_provider: shipment.provider(),
            tracking_number: shipment.tracking_number(),
        };
        Self {
            id: order.id().get(),
            user_id: order.user().get(),
            order_date: order.ordered_at(),
            updated_at: order.updated_at(),
            status: order.status().as_str(),
            currency: order.currency().code(),
            total: order.total().minor_units(),
            shipment: order.shipment().map(shipment),
            order_product: order
                .lines()
                .map(|(id, line)| OrderProductBody {
                    id: id.get(),
                    product_id: line.product().get(),
                    price: line.price().minor_units(),
                    quantity: line.quantity().get(),
                })
                .collect(),
        }
    }
}

impl<'a> From<&'a Product> for ProductBody<'a> {
    fn from(product: &'a Product) -> Self {
        Self {
            id: product.id.get(),
            name: &product.name,
            price: product.price.minor_units(),
            currency: product.currency.code(),
        }
    }
}

/// A JSON answer.
///
/// # Errors
///
/// 500 if the body cannot be written, which no body of ours can.
pub fn json(status: StatusCode, body: &impl Serialize) -> Result<HttpResponse, ApiError> {
    let bytes = serde_json::to_vec(body).map_err(|_| ApiError::Internal(None))?;
    let json = HeaderValue::from_static("application/json");
    Ok(HttpResponse::build(status).insert_header((header::CONTENT_TYPE, json)).body(bytes))
}

/// An order with its tag.
///
/// # Errors
///
/// As [`json`].
pub fn order(status: StatusCode, order: &Order) -> Result<HttpResponse, ApiError> {
    let mut response = json(status, &OrderBody::from(order))?;
    response.headers_mut().insert(header::ETAG, etag::of(order.version()));
    Ok(response)
}
