//! What an error says of itself.

use serde::Serialize;
use utoipa::ToSchema;

use super::ApiError;
use crate::http::faults::{Fault, cut};

/// The most characters of a problem's detail, whatever was sent.
const DETAIL_CHARS: usize = 1024;

impl ApiError {
    /// The body of its answer.
    pub fn problem(&self) -> Problem<'_> {
        let (status, kind) = self.kind();
        Problem {
            kind: format!("urn:problem:orders:{kind}"),
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: cut(self, DETAIL_CHARS),
            errors: match self {
                Self::Malformed { faults, .. }
                | Self::Invalid { faults, .. }
                | Self::NotSoldHere { faults, .. }
                | Self::OutOfStock { faults }
                | Self::Taken { faults, .. } => faults,
                _ => &[],
            },
            allowed: match self {
                Self::NotAllowed { allowed, .. } => allowed.clone(),
                _ => None,
            },
            shipments: match self {
                Self::AmbiguousShipment { shipments, .. } => Some(shipments),
                _ => None,
            },
            total: match self {
                Self::PriceChanged { total, .. } => Some(*total),
                _ => None,
            },
            currency: match self {
                Self::PriceChanged { currency, .. } => Some(currency.to_string()),
                _ => None,
            },
        }
    }
}

/// The body of every error: problem details after RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem<'a> {
    /// What kind of problem it is, as a stable name.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "urn:problem:orders:invalid")]
    kind: String,
    /// The status in words.
    #[schema(example = "Unprocessable Entity")]
    title: &'static str,
    /// The status code.
    #[schema(example = 422)]
    status: u16,
    /// What happened this time.
    #[schema(example = "the request is well-formed but invalid")]
    detail: String,
    /// Everything that is wrong with the request.
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    #[schema(required = false, max_items = 100, value_type = Vec<Fault>)]
    errors: &'a [Fault],
    /// On 409: what may follow the present status of the order or the shipment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = json!(["shipped", "cancelled"]))]
    allowed: Option<Vec<&'static str>>,
    /// On 409 `ambiguous-shipment`: the numbers of the shipments that could be meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, value_type = Vec<i64>, example = json!([1, 2]))]
    shipments: Option<&'a [i64]>,
    /// On 409 `price-changed`: what the order costs now, in the currency's minor unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = 15392)]
    total: Option<i64>,
    /// In which currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "USD")]
    currency: Option<String>,
}
