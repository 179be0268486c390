//! A plan as JSON: what is proposed, why, and what else there was.

use orders_domain::{
    NewShipment, OrderId,
    shipment::{
        Proposal,
        planner::{Alternative, Reason},
    },
};
use utoipa::ToSchema;

use super::body::{PartBody, array, parts_json};
use crate::http::writing::{any_text, number, plain_text};

/// Why a parcel was planned so.
#[derive(Debug, ToSchema)]
#[schema(as = Reason)]
#[expect(dead_code, reason = "the schema of what `reasons_json` writes")]
pub struct ReasonBody {
    /// `only-place-with-stock`, `fewest-parcels`, `nearest`, `weight-limit`, `size-limit` or `oversize`.
    code: String,
    /// The same in words.
    detail: String,
    /// The limit that it is about.
    #[schema(required = false, nullable = false)]
    limit: Option<i64>,
    /// What was compared with it, or how many parcels.
    #[schema(required = false, nullable = false)]
    value: Option<i64>,
}

/// What is proposed for what is open of an order.
#[derive(Debug, ToSchema)]
#[schema(as = Plan)]
#[expect(dead_code, reason = "the schema of what `plan_json` writes")]
pub struct PlanBody {
    /// The parcels.
    parcels: Vec<ParcelBody>,
    /// What cannot be sent from anywhere now.
    unplaced: Vec<PartBody>,
    /// Whether it is known that nothing is better.
    exact: bool,
    /// Up to three other ways, and by what they lost.
    #[schema(max_items = 3)]
    alternatives: Vec<AlternativeBody>,
}

/// A parcel that is proposed.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = Parcel)]
#[expect(dead_code, reason = "the schema of what `plan_json` writes")]
struct ParcelBody {
    /// The code of the place from which it leaves; null where nobody counts what is in it.
    #[schema(required = true)]
    location: Option<String>,
    /// What is in it.
    lines: Vec<PartBody>,
    /// Its weight, if that of all its pieces is known. To the planner what is not known weighs nothing.
    #[schema(required = true, minimum = 0)]
    weight_grams: Option<i64>,
    /// Why.
    reasons: Vec<ReasonBody>,
}

/// Another way to send it.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = Alternative)]
#[expect(dead_code, reason = "the schema of what `plan_json` writes")]
struct AlternativeBody {
    /// The codes of the places.
    places: Vec<String>,
    /// What it costs.
    cost: CostBody,
    /// The first part of the cost by which it lost: `unplaced`, `parcels`, `borders`, `distance` or `priority`.
    lost_by: String,
}

/// What is compared of two ways, in this order; after it the distance, and then the priorities of the places.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = Cost)]
#[expect(dead_code, reason = "the schema of what `plan_json` writes")]
struct CostBody {
    /// Pieces that cannot be sent.
    unplaced: i64,
    /// Parcels.
    parcels: i64,
    /// Parcels that cross a border.
    borders: i64,
}

/// Writes a proposal as [`PlanBody`] describes it.
pub fn plan_json(out: &mut Vec<u8>, order: OrderId, proposal: &Proposal) {
    out.extend_from_slice(b"{\"parcels\":");
    array(out, &proposal.parcels, |out, parcel| parcel_json(out, order, parcel));
    out.extend_from_slice(b",\"unplaced\":");
    parts_json(out, order, &proposal.unplaced);
    out.extend_from_slice(if proposal.exact { b",\"exact\":true" } else { b",\"exact\":false" });
    out.extend_from_slice(b",\"alternatives\":");
    array(out, &proposal.alternatives, alternative_json);
    out.push(b'}');
}

fn parcel_json(out: &mut Vec<u8>, order: OrderId, parcel: &NewShipment) {
    out.extend_from_slice(b"{\"location\":");
    match &parcel.from {
        Some(from) => plain_text(out, "\"", from.code.as_str()),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"lines\":");
    parts_json(out, order, &parcel.parts);
    match parcel.weight {
        Some(weight) => number(out, ",\"weightGrams\":", weight),
        None => out.extend_from_slice(b",\"weightGrams\":null"),
    }
    out.extend_from_slice(b",\"reasons\":");
    reasons_json(out, &parcel.reasons);
    out.push(b'}');
}

fn alternative_json(out: &mut Vec<u8>, alternative: &Alternative) {
    out.extend_from_slice(b"{\"places\":");
    array(out, &alternative.places, |out, place| plain_text(out, "\"", place.as_str()));
    number(out, ",\"cost\":{\"unplaced\":", alternative.unplaced);
    number(out, ",\"parcels\":", alternative.parcels);
    number(out, ",\"borders\":", alternative.borders);
    plain_text(out, "},\"lostBy\":\"", alternative.lost_by.as_str());
    out.push(b'}');
}

/// Writes why a parcel was planned so.
pub fn reasons_json(out: &mut Vec<u8>, reasons: &[Reason]) {
    array(out, reasons, |out, reason| {
        plain_text(out, "{\"code\":\"", reason.code.as_str());
        any_text(out, ",\"detail\":", &reason.detail);
        if let Some(limit) = reason.limit {
            number(out, ",\"limit\":", limit);
        }
        if let Some(value) = reason.value {
            number(out, ",\"value\":", value);
        }
        out.push(b'}');
    });
}
