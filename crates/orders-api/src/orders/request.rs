//! The JSON bodies that clients send, parsed into the domain's types with every fault named.

use std::fmt::{self, Display};

use orders_domain::{
    Money, NewOrder, OrderStatus, ProductId, Quantity, RequestedLine, ShippingProvider, Tracking,
    TrackingNumber, order::contact::Contact,
};
use utoipa::ToSchema;

use super::contact::{self, AddressBody};
use crate::http::{
    error::ApiError,
    faults::Faults,
    json::Json,
    members::{Pointer, array, integer, members, some_members, text},
};

/// An order to place.
#[derive(Debug, ToSchema)]
#[schema(as = PlaceOrder, example = json!({"products": [{"id": 9, "quantity": 7}, {"id": 1, "quantity": 1}]}))]
#[expect(dead_code, reason = "the schema of what `lines` reads")]
pub struct PlaceOrderBody {
    /// What to order; lines naming the same product become one.
    #[schema(min_items = 1, max_items = 100)]
    products: Vec<OrderLineBody>,
    /// What it is to cost, in the currency's minor unit: if it costs something else by then, nothing is ordered.
    #[schema(rename = "expectedTotal", minimum = 0, required = false, nullable = false, example = 15392)]
    expected_total: Option<i64>,
    /// In which marketplace it is placed; what it says beats every other way to name one.
    #[schema(required = false, nullable = false, pattern = "^[a-z0-9-]{2,16}$", example = "default")]
    marketplace: Option<String>,
    /// Where mail about the order goes.
    #[schema(required = false, max_length = 254, example = "ada@example.org")]
    email: Option<String>,
    /// Where the goods go.
    #[schema(rename = "shipTo", required = false)]
    ship_to: Option<AddressBody>,
}

/// A line of an order to place.
#[derive(Debug, ToSchema)]
#[schema(as = OrderLine)]
#[expect(dead_code, reason = "the schema of what `line` reads")]
pub struct OrderLineBody {
    /// The product's id.
    #[schema(minimum = 1, example = 9)]
    id: i64,
    /// How many pieces.
    #[schema(minimum = 1, maximum = 100_000, example = 7)]
    quantity: i64,
}

/// A shipment to set.
#[derive(Debug, ToSchema)]
#[schema(as = SetTracking)]
#[expect(dead_code, reason = "the schema of what `shipment` reads")]
pub struct SetTrackingBody {
    /// Who carries it; white space around it does not count.
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$",
        example = "USPS"
    )]
    #[schema(rename = "shippingProvider")]
    shipping_provider: String,
    /// The carrier's number for it; white space around it does not count.
    #[schema(
        min_length = 1,
        max_length = 128,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$",
        example = "23987239825"
    )]
    #[schema(rename = "trackingNumber")]
    tracking_number: String,
}

/// A status to move to.
#[derive(Debug, ToSchema)]
#[schema(as = SetStatus)]
#[expect(dead_code, reason = "the schema of what `status` reads")]
pub struct SetStatusBody {
    /// The next status.
    #[schema(value_type = crate::orders::response::Status)]
    status: String,
}

/// An order as it is asked for.
#[derive(Debug, Default)]
pub struct Asked {
    pub lines: Vec<RequestedLine>,
    pub expected_total: Option<Money>,
    pub contact: Contact,
    pub marketplace: Option<String>,
}

/// The lines of an order to place, what it is to cost, for whom it is and where, and what is wrong with the rest. The
/// faults before are those of the JSON, here and below.
pub fn order((body, mut faults): (Json<'_>, Faults)) -> (Asked, Faults) {
    let mut asked = Asked::default();
    let optional = ["expectedTotal", "email", "shipTo", "marketplace"];
    let sent = some_members(body, "", ["products"], optional, &mut faults);
    let products = sent.and_then(|([products], [expected, email, ship_to, marketplace])| {
        asked.expected_total = integer::<Money>(expected, &mut faults);
        asked.contact = contact::change((email, ship_to), &mut faults).of(&Contact::default());
        asked.marketplace = text(marketplace, |named| Ok(named.to_owned()), &mut faults);
        array(products, &mut faults)
    });
    let lines = &mut asked.lines;
    if let Some(products) = products {
        if !(1..=NewOrder::MAX_LINES).contains(&products.len()) {
            faults.invalid("/products", NewOrder::refused_count(products.len()));
        }
        lines.reserve(products.len());
        for (index, product) in products.into_iter().enumerate() {
            lines.extend(line(index, product, &mut faults));
        }
    }
    (asked, faults)
}

fn line(index: usize, body: Json<'_>, faults: &mut Faults) -> Option<RequestedLine> {
    // Pointers are made only for faults: a good line costs no text.
    let pointer = LinePointer(index);
    let [product, quantity] = members(body, pointer, ["id", "quantity"], faults)?;
    let product = integer::<ProductId>(product, faults);
    let quantity = integer::<Quantity>(quantity, faults);
    Some(RequestedLine { index, product: product?, quantity: quantity? })
}

/// The shipment to set.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn shipment((body, mut faults): (Json<'_>, Faults)) -> Result<Tracking, ApiError> {
    let parts =
        members(body, "", ["shippingProvider", "trackingNumber"], &mut faults).map(|[provider, number]| {
            (
                text(provider, ShippingProvider::parse, &mut faults),
                text(number, TrackingNumber::parse, &mut faults),
            )
        });
    faults.into_result()?;
    match parts {
        Some((Some(provider), Some(number))) => Ok(Tracking::new(provider, number)),
        _ => Err(ApiError::Internal(None)),
    }
}

/// The status to move to.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn status((body, mut faults): (Json<'_>, Faults)) -> Result<OrderStatus, ApiError> {
    let status =
        members(body, "", ["status"], &mut faults).and_then(|[status]| text(status, str::parse, &mut faults));
    faults.into_result()?;
    status.ok_or(ApiError::Internal(None))
}

#[derive(Clone, Copy)]
struct LinePointer(usize);

impl Display for LinePointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/products/{}", self.0)
    }
}

impl Pointer for LinePointer {}
