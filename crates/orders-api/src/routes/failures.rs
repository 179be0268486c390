//! What routes can fail with: the errors themselves, so that the document shows what is sent.

use std::{fmt::Display, time::Duration};

use orders_domain::{
    InvalidInput, OrderError, OrderId, OrderStatus, OutOfStock, PageLimit, ProductId, Quantity, Scope,
    ports::Taken, stock::Location,
};

use crate::{
    http::{error::ApiError, faults::Faults},
    server::{
        gate::{Access, Rule},
        payload,
    },
};

mod markets;

pub use markets::*;

/// A way to fail.
#[derive(Clone, Copy)]
pub struct Failure {
    /// An error of its kind, which gives the status and the example.
    pub example: fn() -> ApiError,
    /// When it comes.
    pub description: &'static str,
    /// The header that comes with it.
    pub header: Option<&'static str>,
}

const fn failure(description: &'static str, example: fn() -> ApiError) -> Failure {
    Failure { example, description, header: None }
}

impl Failure {
    const fn with(self, header: &'static str) -> Self {
        Self { header: Some(header), ..self }
    }
}

/// What a route can be refused for by what its rule says, the general before the particular: those of one
/// status replace each other.
pub fn of_rule(rule: &Rule) -> Vec<Failure> {
    let mut failures = vec![MISDIRECTED, BUG, UNKNOWN_PARAMETER];
    failures.push(if rule.path().contains('{') { NO_ID } else { TOO_MANY_PARAMETERS });
    if rule.access != Access::Open {
        failures.extend([TOO_MANY, UNAVAILABLE]);
    }
    if let Access::User(use_case) = rule.access {
        failures.extend([if use_case.is_of_one_order() { NOT_OWNED } else { UNAUTHORIZED }, NO_SCOPE]);
    }
    if rule.reads_body {
        failures.extend([MALFORMED, TOO_SLOW, TOO_LARGE, MEDIA_TYPE]);
    }
    failures
}

fn no_product() -> ApiError {
    "11".parse().map_or(ApiError::Internal(None), |id: ProductId| ApiError::UnknownProduct(id.unknown()))
}

fn invalid(pointer: &str, detail: impl Display) -> ApiError {
    let mut faults = Faults::default();
    faults.invalid(pointer, detail);
    faults.into_result().err().unwrap_or(ApiError::Internal(None))
}

pub const MALFORMED: Failure =
    failure("Malformed: a path, a header, a query or a body that does not parse", || {
        let mut faults = Faults::default();
        faults.malformed("/products/0/quantity", "quantity 1.5 is not a whole number");
        faults.into_result().err().unwrap_or(ApiError::Internal(None))
    });
const NO_ID: Failure = failure("Malformed: an id, a header or a query that does not parse", || {
    "01".parse::<OrderId>().map_or_else(ApiError::from, |_| ApiError::Internal(None))
});
const TOO_MANY_PARAMETERS: Failure = failure("Malformed: a query that does not parse", || {
    ApiError::malformed("the query has more than 32 parameters")
});
const UNAUTHORIZED: Failure =
    failure("No valid user", || ApiError::Unauthorized("the header user_id names no user"))
        .with("WWW-Authenticate");
const NOT_OWNED: Failure =
    failure("No valid user, or the order does not exist or belongs to somebody else", || ApiError::NotOwned)
        .with("WWW-Authenticate");
const NO_SCOPE: Failure = failure("`insufficient_scope`: the token lacks the scope, which is named", || {
    ApiError::MissingScope(&[Scope::Read])
})
.with("WWW-Authenticate");
pub const NOT_FOUND: Failure = failure("No such product", no_product);
pub const NO_LOCATION: Failure = failure("No such place, or no such product", || {
    let code = "MAIN".parse();
    code.map_or(ApiError::Internal(None), |code| ApiError::UnknownLocation(Location::unknown(&code)))
});
pub const OUT_OF_STOCK: Failure = failure(
    "There is not enough of what is wanted (`errors` says of each line how much is `available`), or it costs something else than `expectedTotal` (`price-changed`, with the `total` of now). Nothing is stored, and the key stays free",
    || {
        let line = |product: ProductId, wanted: Quantity| {
            OrderError::OutOfStock(vec![OutOfStock { index: 0, product, wanted, available: 3 }])
        };
        match (9_i64.try_into(), 7_i64.try_into()) {
            (Ok(product), Ok(wanted)) => line(product, wanted).into(),
            _ => ApiError::Internal(None),
        }
    },
);
pub const NOT_ON_HAND: Failure = failure(
    "There are not so many pieces that no order holds; or the products are a list that is fixed (`fixed-catalogue`)",
    || {
        ApiError::NotOnHand(
            "24 pieces of product 101 are to leave MAIN, and 7 are there that no order holds".to_owned(),
        )
    },
);
pub const TAKEN: Failure = failure(
    "Another one has this id, sku or code; or the products are a list that is fixed (`fixed-catalogue`)",
    || Taken::Sku("MUG-RED".to_owned()).into(),
);
pub const FIXED: Failure =
    failure("The products are a list that is fixed: `CATALOGUE=static`", || ApiError::FixedCatalogue);
pub const CHANGED_SINCE: Failure =
    failure("`If-Match` names no present tag; nothing was changed", || ApiError::ChangedSince);
pub const INVALID_PRODUCT: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/price", "amount -1 is negative")
});
pub const INVALID_STOCK: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/quantity", "quantity 0 is not from 1 to 1000000000")
});
pub const INVALID_LOCATION: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/country", "country \"XX\" is not a country's code of ISO 3166-1 alpha-2")
});
pub const INVALID_REPORT: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/from", "from 2026-10-24T22:07:00Z is not on a quarter of an hour")
});
pub const NO_WEBHOOK: Failure = failure("No such webhook, or no such delivery", || {
    ApiError::UnknownWebhook(InvalidInput::new("webhook", "7 does not exist"))
});
pub const WEBHOOK_DISABLED: Failure = failure(
    "The webhook is disabled for good; or this server has no key for secrets, so it sends to none (`not-sending`)",
    || ApiError::WebhookDisabled,
);
pub const NOT_SENDING: Failure = failure(
    "This server has no key for secrets, so it sends to no webhook; or there are 100 already (`taken`)",
    || ApiError::NotSending("this server has no SECRETS_KEY, so it sends to no webhook"),
);
pub const INVALID_WEBHOOK: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/types/0", "type \"order.gone\" is not one of order.placed, order.shipped")
});
pub const INVALID_REPLAY: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/until", "until 9 is not after 10")
});
pub const NO_VERSION: Failure =
    failure("The order has not had this version, or before there were events", || {
        match ("1".parse(), "9".parse()) {
            (Ok(order), Ok(version)) => ApiError::NoVersion { order, version },
            _ => ApiError::Internal(None),
        }
    });
pub const TOO_SLOW: Failure = failure("The body took too long", || ApiError::BodyTooSlow(payload::PATIENCE));
pub const NOT_ALLOWED: Failure =
    failure("The order's status forbids it; `allowed` says what may follow", || ApiError::NotAllowed {
        detail: "the order is shipped and cannot become cancelled".to_owned(),
        allowed: Some(vec![OrderStatus::Delivered.as_str()]),
    });
pub const AMBIGUOUS: Failure = failure(
    "The order's status forbids it; `allowed` says what may follow. Or several shipments could be meant (`ambiguous-shipment`, with their numbers in `shipments`)",
    || ApiError::AmbiguousShipment {
        detail: "the order has several shipments that could be meant: 1, 2".to_owned(),
        shipments: vec![1, 2],
    },
);
pub const NOT_SHIPPED: Failure = failure(
    "What the order or the shipment has come to forbids it; or what is to be sent is not on hand there (`not-on-hand`)",
    || ApiError::NotAllowed {
        detail: "3 pieces of line 601 are to be in the shipment, and 2 are open".to_owned(),
        allowed: None,
    },
);
pub const NO_SHIPMENT: Failure = failure("The order has no such shipment", || {
    ApiError::UnknownShipment("the order has no shipment 3".to_owned())
});
pub const NO_CANCELLATION: Failure =
    failure("The order has no such cancellation", || ApiError::UnknownCancellation(3));
pub const INVALID_PARCEL: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/lines/0/orderProductId", "line 7 is not one of this order")
});
pub const INVALID_CONTACT: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/email", "email is not of the form name@example.org")
});
pub const CHANGED: Failure =
    failure("`If-Match` names no present tag; nothing was changed", || ApiError::PreconditionFailed);
pub const TOO_LARGE: Failure =
    failure("The body is larger than 64 KiB", || ApiError::TooLarge(payload::LIMIT));
const MEDIA_TYPE: Failure = failure("The body is not `application/json`, or is encoded", || {
    ApiError::UnsupportedMediaType("\"text/plain\" is not application/json".to_owned())
});
const MISDIRECTED: Failure = failure("Header mode: the name in `Host` is not this machine's own", || {
    ApiError::Misdirected("the host \"shop.example\" is not this machine by itself".to_owned())
});
pub const INVALID_ORDER: Failure = failure(
    "Well-formed but invalid; `errors` names every fault. Or some of it is not sold in the marketplace (`not-sold-here`)",
    || invalid("/products/0/quantity", Quantity::refused(0)),
);
pub const INVALID_SHIPMENT: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/trackingNumber", "trackingNumber is missing")
});
pub const INVALID_STATUS: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    "lost"
        .parse::<OrderStatus>()
        .map_or_else(|reason| invalid("/status", reason), |_| ApiError::Internal(None))
});
pub const INVALID_LIST: Failure = failure("Well-formed but invalid; `errors` names every fault", || {
    invalid("/limit", PageLimit::refused(0))
});
const UNKNOWN_PARAMETER: Failure = failure("A parameter that is not known here", || {
    invalid("/limit", "the parameter \"limit\" is not known here")
});
const TOO_MANY: Failure =
    failure("Too many requests", || ApiError::TooManyRequests { retry_after: Duration::ZERO })
        .with("Retry-After");
const BUG: Failure = failure("A fault on our side", || ApiError::Internal(None));
pub const UNAVAILABLE: Failure = failure(
    "Overloaded, shutting down or storage unavailable; `detail` says whether anything was changed",
    || ApiError::Unavailable { detail: "storage is unavailable, nothing was changed", cause: None },
)
.with("Retry-After");
