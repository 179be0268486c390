//! Parcels and cancellations as JSON: as a query gathers them of their rows, and as every sixteenth event of an
//! order keeps them. Both are the same arrays, without names, so that they are short.

use std::{borrow::Cow, mem};

use orders_domain::{
    InvalidInput, NewShipment, Part, Progress, Quantity, SentFrom, Shipment, ShipmentStatus,
    ShippingProvider, Tracking, TrackingNumber,
    shipment::{
        cancellation::{Cancellation, Note},
        planner::Reason,
    },
};
use serde::{Deserialize, Serialize};

use super::moment;

type Text<'a> = Cow<'a, str>;

/// Lines by their positions, and how many pieces of each.
pub type Pieces = Vec<(u8, u32)>;

/// A parcel without a number: status, place by number and code, carrier and number, weight, reasons (JSON
/// in a text), what is in it.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewParcel<'a>(
    #[serde(borrow)] Text<'a>,
    Option<i64>,
    #[serde(borrow)] Option<Text<'a>>,
    #[serde(borrow)] Option<Text<'a>>,
    #[serde(borrow)] Option<Text<'a>>,
    Option<i64>,
    #[serde(borrow)] Option<Text<'a>>,
    Pieces,
);

/// A parcel: its number; when it was planned, left and arrived; the rest.
#[derive(Debug, Serialize, Deserialize)]
pub struct Parcel<'a>(i64, i64, Option<i64>, Option<i64>, #[serde(borrow)] NewParcel<'a>);

/// A cancellation: why, what is said of it, what is not wanted.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cancelled<'a>(#[serde(borrow)] Text<'a>, #[serde(borrow)] Option<Text<'a>>, Pieces);

/// A reason: its code, words, limit and value.
#[derive(Debug, Serialize, Deserialize)]
struct ReasonData<'a>(#[serde(borrow)] Text<'a>, #[serde(borrow)] Text<'a>, Option<i64>, Option<i64>);

/// How far an order has come.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProgressData<'a>(
    #[serde(borrow)] Text<'a>,
    #[serde(borrow)] Vec<Parcel<'a>>,
    #[serde(borrow)] Vec<Cancelled<'a>>,
);

/// Of a text that JSON made.
fn corrupt(what: &'static str) -> impl Fn(serde_json::Error) -> InvalidInput {
    move |error| InvalidInput::new(what, format!("is stored as something else: {error}"))
}

fn pieces(parts: &[Part]) -> Pieces {
    parts.iter().map(|part| (part.line, part.quantity.get())).collect()
}

fn parts(pieces: Pieces) -> Result<Vec<Part>, InvalidInput> {
    let part =
        |(line, quantity): (u8, u32)| Ok(Part { line, quantity: Quantity::try_from(i64::from(quantity))? });
    pieces.into_iter().map(part).collect()
}

/// Parts, to be kept with an event.
pub fn pieces_of(parts: &[Part]) -> Pieces {
    pieces(parts)
}

/// Parts, as they were kept.
pub fn parts_of(kept: Pieces) -> Result<Vec<Part>, InvalidInput> {
    parts(kept)
}

/// Reasons, as their column has them; none is no text.
pub fn reasons_text(reasons: &[Reason]) -> Option<String> {
    let data = |reason: &Reason| -> (&'static str, String, Option<i64>, Option<i64>) {
        (reason.code.as_str(), reason.detail.clone(), reason.limit, reason.value)
    };
    let all: Vec<_> = reasons.iter().map(data).collect();
    // Texts and numbers can be written.
    (!all.is_empty()).then(|| serde_json::to_string(&all).unwrap_or_default())
}

/// Reasons, as they were kept.
pub fn reasons(text: Option<Cow<'_, str>>) -> Result<Vec<Reason>, InvalidInput> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let all: Vec<ReasonData<'_>> = serde_json::from_str(&text).map_err(corrupt("reasons"))?;
    let reason = |ReasonData(code, detail, limit, value): ReasonData<'_>| {
        Ok(Reason { code: code.parse()?, detail: detail.into_owned(), limit, value })
    };
    all.into_iter().map(reason).collect()
}

impl<'a> NewParcel<'a> {
    /// It, to be kept.
    pub fn of(shipment: &'a NewShipment) -> Self {
        let NewShipment { status, from, tracking, weight, parts, reasons } = shipment;
        Self::written(*status, from.as_ref(), tracking.as_ref(), *weight, parts, reasons)
    }

    fn written(
        status: ShipmentStatus,
        from: Option<&'a SentFrom>,
        tracking: Option<&'a Tracking>,
        weight: Option<i64>,
        parts: &[Part],
        reasons: &[Reason],
    ) -> Self {
        Self(
            status.as_str().into(),
            from.map(|from| from.id.get()),
            from.map(|from| from.code.as_str().into()),
            tracking.map(|tracking| tracking.provider().into()),
            tracking.map(|tracking| tracking.number().into()),
            weight,
            reasons_text(reasons).map(Into::into),
            pieces(parts),
        )
    }
}

impl TryFrom<NewParcel<'_>> for NewShipment {
    type Error = InvalidInput;

    fn try_from(data: NewParcel<'_>) -> Result<Self, InvalidInput> {
        let NewParcel(status, place, code, provider, number, weight, why, held) = data;
        let from = match (place, code) {
            (Some(id), Some(code)) => Some(SentFrom { id: id.try_into()?, code: code.parse()? }),
            (None, None) => None,
            _ => return Err(InvalidInput::new("a shipment's place", "is not there")),
        };
        let tracking = match (provider, number) {
            (Some(provider), Some(number)) => {
                Some(Tracking::new(ShippingProvider::parse(&provider)?, TrackingNumber::parse(&number)?))
            }
            (None, None) => None,
            _ => return Err(InvalidInput::new("a shipment", "is stored by halves")),
        };
        let (parts, reasons) = (parts(held)?, reasons(why)?);
        Ok(Self { status: status.parse()?, from, tracking, weight, parts, reasons })
    }
}

impl<'a> Parcel<'a> {
    fn of(shipment: &'a Shipment) -> Self {
        let Shipment { number, status, from, tracking, weight, parts, reasons, .. } = shipment;
        let of = NewParcel::written(*status, from.as_ref(), tracking.as_ref(), *weight, parts, reasons);
        let created = super::millis(shipment.created_at);
        let moments = [shipment.shipped_at, shipment.delivered_at];
        let [shipped, delivered] = moments.map(|moment| moment.map(super::millis));
        Self(number.get(), created, shipped, delivered, of)
    }
}

impl TryFrom<Parcel<'_>> for Shipment {
    type Error = InvalidInput;

    fn try_from(data: Parcel<'_>) -> Result<Self, InvalidInput> {
        let Parcel(number, created, shipped, delivered, of) = data;
        let NewShipment { status, from, tracking, weight, mut parts, reasons } = of.try_into()?;
        parts.sort_unstable_by_key(|part| part.line);
        Ok(Self {
            number: number.try_into()?,
            status,
            from,
            tracking,
            weight,
            parts,
            reasons,
            created_at: moment(created)?,
            shipped_at: shipped.map(moment).transpose()?,
            delivered_at: delivered.map(moment).transpose()?,
        })
    }
}

impl TryFrom<Cancelled<'_>> for Cancellation {
    type Error = InvalidInput;

    fn try_from(Cancelled(reason, note, pieces): Cancelled<'_>) -> Result<Self, InvalidInput> {
        let mut parts = parts(pieces)?;
        parts.sort_unstable_by_key(|part| part.line);
        let note = note.map(|note| Note::parse(&note)).transpose()?;
        Ok(Self { reason: reason.parse()?, note, parts })
    }
}

/// A parcel as a query gathers it: as [`Parcel`], in one array; what is in it may be told beside it.
#[derive(Debug, Deserialize)]
struct ParcelRow<'a>(
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    #[serde(borrow)] Text<'a>,
    Option<i64>,
    #[serde(borrow)] Option<Text<'a>>,
    #[serde(borrow)] Option<Text<'a>>,
    #[serde(borrow)] Option<Text<'a>>,
    Option<i64>,
    #[serde(borrow)] Option<Text<'a>>,
    Option<Pieces>,
);

/// The parcels of an order, from what a query has gathered of their rows; what is in the one that does not say it.
pub fn shipments(json: &str, mut untold: Vec<Part>) -> Result<Vec<Shipment>, InvalidInput> {
    let rows: Vec<ParcelRow<'_>> = serde_json::from_str(json).map_err(corrupt("shipments"))?;
    let shipment = |row: ParcelRow<'_>| {
        let ParcelRow(
            id,
            created,
            shipped,
            delivered,
            status,
            place,
            code,
            provider,
            number,
            weight,
            why,
            held,
        ) = row;
        let is_told = held.is_some();
        let of = NewParcel(status, place, code, provider, number, weight, why, held.unwrap_or_default());
        let mut shipment = Shipment::try_from(Parcel(id, created, shipped, delivered, of))?;
        if !is_told {
            shipment.parts = mem::take(&mut untold);
        }
        Ok(shipment)
    };
    rows.into_iter().map(shipment).collect()
}

/// The cancellations of an order, from what a query has gathered of their rows.
pub fn cancellations(json: &str) -> Result<Vec<Cancellation>, InvalidInput> {
    let rows: Vec<Cancelled<'_>> = serde_json::from_str(json).map_err(corrupt("cancellations"))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

impl<'a> ProgressData<'a> {
    /// It, to be kept with an event: without what is said of cancellations.
    pub fn of(progress: &'a Progress) -> Self {
        let cancelled = |cancellation: &'a Cancellation| {
            Cancelled(cancellation.reason.as_str().into(), None, pieces(&cancellation.parts))
        };
        Self(
            progress.status.as_str().into(),
            progress.shipments.iter().map(Parcel::of).collect(),
            progress.cancellations.iter().map(cancelled).collect(),
        )
    }
}

impl TryFrom<ProgressData<'_>> for Progress {
    type Error = InvalidInput;

    fn try_from(ProgressData(status, parcels, cancelled): ProgressData<'_>) -> Result<Self, InvalidInput> {
        Ok(Self {
            status: status.parse()?,
            shipments: parcels.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            cancellations: cancelled.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
        })
    }
}
