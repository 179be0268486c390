//! The JSON bodies that clients send, parsed into the domain's types with every fault named.

use std::fmt::{self, Display};

use orders_domain::{
    InvalidInput, NewOrder, OrderShipment, OrderStatus, ProductId, Quantity, Quoted, RequestedLine,
    ShippingProvider, TrackingNumber,
};
use utoipa::ToSchema;

use crate::http::{
    error::ApiError,
    faults::{Faults, cut},
    json::{Json, push_pointer},
};

/// An order to place.
#[derive(Debug, ToSchema)]
#[schema(as = PlaceOrder, example = json!({"products": [{"id": 9, "quantity": 7}, {"id": 1, "quantity": 1}]}))]
#[expect(dead_code, reason = "the schema of what `lines` reads")]
pub struct PlaceOrderBody {
    /// What to order; lines naming the same product become one.
    #[schema(min_items = 1, max_items = 100)]
    products: Vec<OrderLineBody>,
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

/// The lines of an order to place, and what is wrong with the others. The faults before are those
/// of the JSON, here and below.
pub fn lines((body, mut faults): (Json<'_>, Faults)) -> (Vec<RequestedLine>, Faults) {
    let mut lines = Vec::new();
    if let Some([products]) = members(body, "", ["products"], &mut faults)
        && let Some(products) = array(products, &mut faults)
    {
        if !(1..=NewOrder::MAX_LINES).contains(&products.len()) {
            faults.invalid("/products", NewOrder::refused_count(products.len()));
        }
        lines.reserve(products.len());
        for (index, product) in products.into_iter().enumerate() {
            lines.extend(line(index, product, &mut faults));
        }
    }
    (lines, faults)
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
pub fn shipment((body, mut faults): (Json<'_>, Faults)) -> Result<OrderShipment, ApiError> {
    let parts =
        members(body, "", ["shippingProvider", "trackingNumber"], &mut faults).map(|[provider, number]| {
            (
                text(provider, ShippingProvider::parse, &mut faults),
                text(number, TrackingNumber::parse, &mut faults),
            )
        });
    faults.into_result()?;
    match parts {
        Some((Some(provider), Some(number))) => Ok(OrderShipment::new(provider, number)),
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

/// A place in the body, written out only when something is wrong there.
trait Pointer: Copy + Display {}

impl Pointer for &str {}

#[derive(Clone, Copy)]
struct LinePointer(usize);

impl Display for LinePointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/products/{}", self.0)
    }
}

impl Pointer for LinePointer {}

/// A member of an object, and where it stands; absent when it is missing, which is a fault already.
struct Member<'a, P> {
    parent: P,
    name: &'static str,
    value: Option<Json<'a>>,
}

impl<P: Pointer> Member<'_, P> {
    fn pointer(&self) -> impl Display + use<P> {
        let (parent, name) = (self.parent, self.name);
        fmt::from_fn(move |f| write!(f, "{parent}/{name}"))
    }
}

/// Takes an object apart. Missing and unknown members are faults.
fn members<'a, P: Pointer, const N: usize>(
    body: Json<'a>,
    at: P,
    names: [&'static str; N],
    faults: &mut Faults,
) -> Option<[Member<'a, P>; N]> {
    let Json::Object(sent) = body else {
        faults.malformed(at, format_args!("{} is not an object", body.kind()));
        return None;
    };
    let mut members = names.map(|name| Member { parent: at, name, value: None });
    for (key, value) in sent {
        match members.iter_mut().find(|member| member.name == key) {
            Some(member) => member.value = Some(value),
            None => unknown(at, &key, faults),
        }
    }
    for member in members.iter().filter(|member| member.value.is_none()) {
        faults.invalid(member.pointer(), format_args!("{} is missing", member.name));
    }
    Some(members)
}

fn unknown(at: impl Pointer, key: &str, faults: &mut Faults) {
    let mut pointer = at.to_string();
    push_pointer(&mut pointer, key);
    faults.invalid(pointer, format_args!("{} is not known here", Quoted(key)));
}

fn array<'a, P: Pointer>(member: Member<'a, P>, faults: &mut Faults) -> Option<Vec<Json<'a>>> {
    match member.value {
        Some(Json::Array(items)) => Some(items),
        None => None,
        Some(ref other) => {
            faults.malformed(member.pointer(), format_args!("{} is not an array", other.kind()));
            None
        }
    }
}

fn integer<T>(member: Member<'_, impl Pointer>, faults: &mut Faults) -> Option<T>
where
    T: TryFrom<i64, Error = InvalidInput>,
{
    match &member.value {
        Some(Json::Integer(number)) => {
            T::try_from(*number).map_err(|reason| faults.invalid(member.pointer(), reason)).ok()
        }
        Some(Json::Huge(number)) => {
            faults
                .invalid(member.pointer(), format_args!("{} {} is out of range", member.name, short(number)));
            None
        }
        Some(Json::Fraction(number)) => {
            let detail = format_args!("{} {} is not a whole number", member.name, short(number));
            faults.malformed(member.pointer(), detail);
            None
        }
        Some(other) => {
            faults.malformed(member.pointer(), format_args!("{} is not an integer", other.kind()));
            None
        }
        None => None,
    }
}

/// A number as it was written, cut as other texts are.
fn short(number: &str) -> String {
    cut(number, Quoted::<&str>::MAX)
}

fn text<T>(
    member: Member<'_, impl Pointer>,
    parse: impl FnOnce(&str) -> Result<T, InvalidInput>,
    faults: &mut Faults,
) -> Option<T> {
    match &member.value {
        Some(Json::Text(text)) => parse(text).map_err(|reason| faults.invalid(member.pointer(), reason)).ok(),
        Some(other) => {
            faults.malformed(member.pointer(), format_args!("{} is not a string", other.kind()));
            None
        }
        None => None,
    }
}
