//! Shipments to make or to change, and pieces to cancel, as they are sent.

use std::fmt::{self, Display};

use orders_domain::{
    AskedShipment, InvalidInput, LocationCode, NewOrder, Order, OrderProductId, Part, Quantity, Quoted,
    ShipmentChange, ShipmentStatus, ShippingProvider, Tracking, TrackingNumber,
    shipment::cancellation::{CancellationReason, Note},
};
use utoipa::ToSchema;

use super::body::PartBody;
use crate::http::{
    error::ApiError,
    faults::Faults,
    json::Json,
    members::{Member, Pointer, array, integer, members, nullable, some_members, text},
};

/// A shipment to make.
#[derive(Debug, ToSchema)]
#[schema(as = CreateShipment, rename_all = "camelCase", example = json!({
    "lines": [{"orderProductId": 1, "quantity": 2}], "location": "MAIN", "status": "planned",
}))]
#[expect(dead_code, reason = "the schema of what `new` reads")]
pub struct CreateShipmentBody {
    /// What is to be in it; all that is open, if they are not sent.
    #[schema(required = false, nullable = false, min_items = 1, max_items = 100)]
    lines: Option<Vec<PartBody>>,
    /// The code of the place from which it leaves. What is held elsewhere is held there since.
    #[schema(required = false, nullable = false, pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
    location: Option<String>,
    /// Who carries it; with the number or not at all.
    #[schema(required = false, nullable = false, min_length = 1, max_length = 64)]
    shipping_provider: Option<String>,
    /// The carrier's number for it.
    #[schema(required = false, nullable = false, min_length = 1, max_length = 128)]
    tracking_number: Option<String>,
    /// `planned` or `shipped`; `planned` unless it is said.
    #[schema(required = false, nullable = false, pattern = "^(planned|shipped)$")]
    status: Option<String>,
}

/// What is to change of a shipment; what is not sent stays.
#[derive(Debug, ToSchema)]
#[schema(as = ChangeShipment, rename_all = "camelCase", example = json!({"status": "shipped"}))]
#[expect(dead_code, reason = "the schema of what `change` reads")]
pub struct ChangeShipmentBody {
    /// The next status.
    #[schema(required = false, nullable = false, value_type = super::body::ShipmentStatusWord)]
    status: Option<String>,
    /// Who carries it; null for nobody any more, with the number.
    #[schema(required = false, min_length = 1, max_length = 64)]
    shipping_provider: Option<String>,
    /// The carrier's number for it.
    #[schema(required = false, min_length = 1, max_length = 128)]
    tracking_number: Option<String>,
}

/// Pieces to cancel.
#[derive(Debug, ToSchema)]
#[schema(as = CancelLines, example = json!({"lines": [{"orderProductId": 1, "quantity": 1}], "reason": "customer"}))]
#[expect(dead_code, reason = "the schema of what `cancellation` reads")]
pub struct CancelLinesBody {
    /// How many pieces of which lines.
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<PartBody>,
    /// Why: `customer`, `declined`, `fraud`, `inventory`, `staff` or `other`.
    #[schema(pattern = "^(customer|declined|fraud|inventory|staff|other)$")]
    reason: String,
    /// What is to be said of it, for the owner and the shop's people.
    #[schema(required = false, min_length = 1, max_length = 500)]
    note: Option<String>,
}

type At = &'static str;

/// A shipment to make of this order.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn new(order: &Order, (body, mut faults): (Json<'_>, Faults)) -> Result<AskedShipment, ApiError> {
    let names = ["lines", "location", "shippingProvider", "trackingNumber", "status"];
    let sent = some_members(body, "", [], names, &mut faults);
    let asked = sent.map(|([], [lines, location, provider, number, status])| {
        let parts = parts(order, lines, &mut faults).unwrap_or_default();
        let location = text(location, str::parse::<LocationCode>, &mut faults);
        let tracking = tracking((provider, number), &mut faults);
        let status = text(status, starting_status, &mut faults).unwrap_or(ShipmentStatus::Planned);
        AskedShipment { parts, location, tracking, status }
    });
    faults.into_result()?;
    asked.ok_or(ApiError::Internal(None))
}

/// What is to change of a shipment.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn change((body, mut faults): (Json<'_>, Faults)) -> Result<ShipmentChange, ApiError> {
    let sent = some_members(body, "", [], ["status", "shippingProvider", "trackingNumber"], &mut faults);
    let change = sent.map(|([], [status, provider, number])| ShipmentChange {
        status: text(status, str::parse, &mut faults),
        provider: nullable(provider, |one| text(one, ShippingProvider::parse, &mut faults)),
        number: nullable(number, |one| text(one, TrackingNumber::parse, &mut faults)),
    });
    faults.into_result()?;
    change.ok_or(ApiError::Internal(None))
}

/// Pieces of this order to cancel, why, and what is to be said of it.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn cancellation(
    order: &Order,
    (body, mut faults): (Json<'_>, Faults),
) -> Result<(CancellationReason, Vec<Part>, Option<Note>), ApiError> {
    let sent = some_members(body, "", ["lines", "reason"], ["note"], &mut faults);
    let asked = sent.and_then(|([lines, reason], [note])| {
        let parts = parts(order, lines, &mut faults);
        let reason = text(reason, str::parse::<CancellationReason>, &mut faults);
        let note = nullable(note, |note| text(note, Note::parse, &mut faults)).or(None);
        Some((reason?, parts?, note))
    });
    faults.into_result()?;
    asked.ok_or(ApiError::Internal(None))
}

fn tracking((provider, number): (Member<'_, At>, Member<'_, At>), faults: &mut Faults) -> Option<Tracking> {
    let (has_provider, has_number) = (provider.is_sent(), number.is_sent());
    let provider = text(provider, ShippingProvider::parse, faults);
    let number = text(number, TrackingNumber::parse, faults);
    match (has_provider, has_number) {
        (true, false) => {
            faults.invalid("/trackingNumber", "trackingNumber is missing, and shippingProvider is not");
        }
        (false, true) => {
            faults.invalid("/shippingProvider", "shippingProvider is missing, and trackingNumber is not");
        }
        _ => {}
    }
    Some(Tracking::new(provider?, number?))
}

fn starting_status(word: &str) -> Result<ShipmentStatus, InvalidInput> {
    if let Ok(status @ (ShipmentStatus::Planned | ShipmentStatus::Shipped)) = word.parse() {
        return Ok(status);
    }
    Err(InvalidInput::new("status", format!("{} is not one of planned, shipped", Quoted(word))))
}

#[derive(Clone, Copy)]
struct LinePointer(usize);

impl Display for LinePointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/lines/{}", self.0)
    }
}

impl Pointer for LinePointer {}

/// How many pieces of which lines, each line once.
fn parts(order: &Order, lines: Member<'_, At>, faults: &mut Faults) -> Option<Vec<Part>> {
    let lines = array(lines, faults)?;
    if !(1..=NewOrder::MAX_LINES).contains(&lines.len()) {
        let most = NewOrder::MAX_LINES;
        faults.invalid("/lines", format_args!("lines are 1 to {most}, but {} were sent", lines.len()));
    }
    let mut parts: Vec<Part> = Vec::with_capacity(lines.len().min(NewOrder::MAX_LINES));
    for (index, line) in lines.into_iter().enumerate() {
        let Some(part) = part(order, LinePointer(index), line, faults) else { continue };
        if parts.iter().any(|known| known.line == part.line) {
            let pointer = format!("/lines/{index}/orderProductId");
            faults.invalid(pointer, format_args!("line {} is there twice", line_id(order, part.line)));
        } else {
            parts.push(part);
        }
    }
    parts.sort_unstable_by_key(|part| part.line);
    Some(parts)
}

fn part(order: &Order, at: LinePointer, body: Json<'_>, faults: &mut Faults) -> Option<Part> {
    let [line, quantity] = members(body, at, ["orderProductId", "quantity"], faults)?;
    let id = integer::<OrderProductId>(line, faults);
    let quantity = integer::<Quantity>(quantity, faults);
    let line = id.and_then(|id| {
        let position = (0_u8..).zip(order.lines()).find(|(_, (known, _))| *known == id);
        if position.is_none() {
            faults.invalid(
                format_args!("{at}/orderProductId"),
                format_args!("line {id} is not one of this order"),
            );
        }
        position.map(|(position, _)| position)
    });
    Some(Part { line: line?, quantity: quantity? })
}

fn line_id(order: &Order, line: u8) -> OrderProductId {
    OrderProductId::of_line(order.id(), line.into())
}
