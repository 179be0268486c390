//! Counts, deliveries and transfers as they are sent.

use orders_domain::{
    LocationCode, ProductId,
    stock::{
        keeping::Delivery,
        level::{BackorderLimit, OnHand},
        movement::{Pieces, Reason},
    },
};
use utoipa::ToSchema;

use crate::http::{
    error::ApiError,
    faults::Faults,
    json::Json,
    members::{integer, members, some_members, text},
};

/// A count.
#[derive(Debug, ToSchema)]
#[schema(as = Count, rename_all = "camelCase", example = json!({"onHand": 40, "reason": "stocktaking"}))]
#[expect(dead_code, reason = "the schema of what `count` reads")]
pub struct CountBody {
    /// How many pieces are there.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    on_hand: i64,
    /// How many may be reserved beyond them from now on; as before unless it is said.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, required = false, nullable = false)]
    backorder_limit: Option<i64>,
    /// Why, for the ledger.
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// Pieces that come or go.
#[derive(Debug, ToSchema)]
#[schema(as = StockMove, example = json!({"location": "MAIN", "kind": "received", "quantity": 24, "reason": "delivery 4711"}))]
#[expect(dead_code, reason = "the schema of what `delivery` reads")]
pub struct MoveBody {
    /// The code of the place.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
    location: String,
    /// What happened to them.
    #[schema(pattern = "^(received|returned|removed)$")]
    kind: String,
    /// How many.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    quantity: i64,
    /// Why, for the ledger.
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// Pieces that go from a place to another.
#[derive(Debug, ToSchema)]
#[schema(as = StockTransfer, example = json!({"product": 101, "from": "MAIN", "to": "SHOP", "quantity": 5, "reason": "refill"}))]
#[expect(dead_code, reason = "the schema of what `transfer` reads")]
pub struct TransferBody {
    /// Of which product.
    #[schema(minimum = 1)]
    product: i64,
    /// The code of the place that they leave.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
    from: String,
    /// The code of the place that they go to.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
    to: String,
    /// How many.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    quantity: i64,
    /// Why, for the ledger.
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// Reads a count.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn count(
    (body, mut faults): (Json<'_>, Faults),
) -> Result<(OnHand, Option<BackorderLimit>, Reason), ApiError> {
    let sent = some_members(body, "", ["onHand", "reason"], ["backorderLimit"], &mut faults);
    let parts = sent.map(|([on_hand, reason], [limit])| {
        (integer(on_hand, &mut faults), integer(limit, &mut faults), text(reason, Reason::parse, &mut faults))
    });
    faults.into_result()?;
    match parts {
        Some((Some(on_hand), limit, Some(reason))) => Ok((on_hand, limit, reason)),
        _ => Err(ApiError::Internal(None)),
    }
}

/// Reads a delivery.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn delivery(
    (body, mut faults): (Json<'_>, Faults),
) -> Result<(LocationCode, Delivery, Pieces, Reason), ApiError> {
    let sent = members(body, "", ["location", "kind", "quantity", "reason"], &mut faults);
    let parts = sent.map(|[location, kind, quantity, reason]| {
        (
            text(location, str::parse, &mut faults),
            text(kind, str::parse, &mut faults),
            integer(quantity, &mut faults),
            text(reason, Reason::parse, &mut faults),
        )
    });
    faults.into_result()?;
    match parts {
        Some((Some(location), Some(kind), Some(pieces), Some(reason))) => {
            Ok((location, kind, pieces, reason))
        }
        _ => Err(ApiError::Internal(None)),
    }
}

/// Pieces that are to go from a place to another.
#[derive(Debug, PartialEq, Eq)]
pub struct Transfer {
    pub product: ProductId,
    pub from: LocationCode,
    pub to: LocationCode,
    pub pieces: Pieces,
    pub reason: Reason,
}

/// Reads a transfer.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn transfer((body, mut faults): (Json<'_>, Faults)) -> Result<Transfer, ApiError> {
    let sent = members(body, "", ["product", "from", "to", "quantity", "reason"], &mut faults);
    let parts = sent.map(|[product, from, to, quantity, reason]| {
        let places: (Option<LocationCode>, Option<LocationCode>) =
            (text(from, str::parse, &mut faults), text(to, str::parse, &mut faults));
        if let (Some(from), Some(to)) = &places
            && from == to
        {
            faults.invalid("/to", format_args!("location {to} is where they are already"));
        }
        let product = integer(product, &mut faults);
        (product, places, integer(quantity, &mut faults), text(reason, Reason::parse, &mut faults))
    });
    faults.into_result()?;
    match parts {
        Some((Some(product), (Some(from), Some(to)), Some(pieces), Some(reason))) => {
            Ok(Transfer { product, from, to, pieces, reason })
        }
        _ => Err(ApiError::Internal(None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(body: &str) -> (Json<'_>, Faults) {
        Json::parse(body.as_bytes()).unwrap()
    }

    fn pointers<T: std::fmt::Debug>(read: Result<T, ApiError>) -> Vec<String> {
        let (ApiError::Malformed { faults, .. } | ApiError::Invalid { faults, .. }) = read.unwrap_err()
        else {
            panic!("another refusal")
        };
        faults.into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn a_limit_need_not_be_said_with_a_count() {
        let (on_hand, limit, reason) = count(sent(r#"{"onHand": 0, "reason": " fire "}"#)).unwrap();
        assert_eq!((on_hand.get(), limit, reason.as_str()), (0, None, "fire"));
        let bad = r#"{"onHand": -1, "backorderLimit": null}"#;
        assert_eq!(pointers(count(sent(bad))), ["/reason", "/onHand", "/backorderLimit"]);
    }

    #[test]
    fn pieces_come_or_go_in_three_ways() {
        for kind in ["received", "returned", "removed"] {
            let body = format!(r#"{{"location": "A", "kind": "{kind}", "quantity": 1, "reason": "r"}}"#);
            assert_eq!(delivery(sent(&body)).unwrap().1.to_string(), kind);
        }
        let bad = r#"{"location": "/", "kind": "reserved", "quantity": 0, "reason": ""}"#;
        assert_eq!(pointers(delivery(sent(bad))), ["/location", "/kind", "/quantity", "/reason"]);
    }

    #[test]
    fn pieces_do_not_go_to_where_they_are() {
        let body = r#"{"product": 1, "from": "A", "to": "A", "quantity": 1, "reason": "r"}"#;
        assert_eq!(pointers(transfer(sent(body))), ["/to"]);
    }
}
