//! What use cases and ports say, as it is answered: each in one `match` without an arm for the rest.

use orders_domain::{
    AnalyticsError, InvalidInput, KeepingError, Marketplace, NotAllowed, OrderError, OrderStatus, OutOfStock,
    ProductText, Quoted, ShipmentNumber, Webhook, WebhookError,
    market::choice::NotChosen,
    plural::{Are, Counted},
    ports::{PortError, Taken},
    stock::{Location, keeping::NotKept},
};

use super::ApiError;
use crate::http::faults::{Fault, Faults};

impl From<OrderError> for ApiError {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NotOwned => Self::NotOwned,
            OrderError::MissingScope(scopes) => Self::MissingScope(scopes),
            OrderError::Invalid(line_faults) => {
                let mut faults = Faults::default();
                faults.extend(line_faults);
                faults.into_result().err().unwrap_or(Self::Internal(None))
            }
            OrderError::NotOffered(refused) => Self::invalid(&format!("/{}", refused.what), refused),
            OrderError::NotSoldHere(line_faults) => {
                let mut faults = Faults::default();
                faults.extend(line_faults);
                faults.into_not_sold_here()
            }
            OrderError::NotChosen(not_chosen) => not_chosen.into(),
            OrderError::NotAllowed(refused) => refused.into(),
            OrderError::UnknownLocation(reason) => Self::invalid("/location", reason),
            OrderError::OutOfStock(lacking) => {
                Self::OutOfStock { faults: lacking.into_iter().map(lacks).collect() }
            }
            OrderError::PriceChanged { total, currency } => {
                Self::PriceChanged { total: total.minor_units(), currency }
            }
            OrderError::NotOnHand(not_on_hand) => Self::NotOnHand(not_on_hand.to_string()),
            OrderError::Changed => Self::PreconditionFailed,
            OrderError::KeyReused => Self::KeyReused,
            OrderError::Unavailable(cause) => cause.into(),
        }
    }
}

impl From<AnalyticsError> for ApiError {
    fn from(error: AnalyticsError) -> Self {
        match error {
            AnalyticsError::MissingScope(scopes) => Self::MissingScope(scopes),
            AnalyticsError::Invalid(reason) => Self::invalid(&format!("/{}", reason.what), reason),
            AnalyticsError::Unavailable(cause) => cause.into(),
        }
    }
}

impl From<NotAllowed> for ApiError {
    fn from(refused: NotAllowed) -> Self {
        let detail = refused.to_string();
        match refused {
            NotAllowed::Status { allowed, .. } | NotAllowed::PartlyOut { allowed, .. } => {
                let allowed = allowed.into_iter().map(OrderStatus::as_str).collect();
                Self::NotAllowed { detail, allowed: Some(allowed) }
            }
            NotAllowed::Shipment { status, .. } => {
                let allowed = status.allowed().iter().map(|status| status.as_str()).collect();
                Self::NotAllowed { detail, allowed: Some(allowed) }
            }
            NotAllowed::Ambiguous { shipments } => {
                let shipments = shipments.into_iter().map(ShipmentNumber::get).collect();
                Self::AmbiguousShipment { detail, shipments }
            }
            NotAllowed::NoShipment { .. } => Self::UnknownShipment(detail),
            NotAllowed::Half { missing, .. } => Self::invalid(&format!("/{missing}"), detail),
            NotAllowed::NotOpen { .. }
            | NotAllowed::NothingOpen
            | NotAllowed::Out { .. }
            | NotAllowed::NoMoreShipments
            | NotAllowed::TooManyParcels { .. }
            | NotAllowed::NoMoreCancellations => Self::NotAllowed { detail, allowed: None },
        }
    }
}

fn lacks(line: OutOfStock) -> Fault {
    let OutOfStock { index, product, wanted, available } = line;
    Fault {
        pointer: format!("/products/{index}/quantity"),
        detail: format!(
            "{} of product {product} {} wanted, {available} {} available",
            Counted(wanted.get().into(), "piece"),
            Are(wanted.get().into()),
            Are(available)
        ),
        available: Some(available),
    }
}

impl From<KeepingError> for ApiError {
    fn from(error: KeepingError) -> Self {
        match error {
            KeepingError::MissingScope(scopes) => Self::MissingScope(scopes),
            KeepingError::UnknownProduct(reason) => Self::UnknownProduct(reason),
            KeepingError::UnknownLocation(reason) => Self::UnknownLocation(reason),
            KeepingError::UnknownMarketplace(reason) => Self::UnknownMarketplace(reason),
            KeepingError::NotChosen(not_chosen) => not_chosen.into(),
            KeepingError::NotSoldHere(reason) => Self::NotShownHere(reason),
            always_active @ KeepingError::AlwaysActive => Self::AlwaysActive(always_active.to_string()),
            own_prices @ KeepingError::OwnPrices => Self::OwnPrices(own_prices.to_string()),
            priced @ KeepingError::Priced => Self::Priced(priced.to_string()),
            KeepingError::Fixed => Self::FixedCatalogue,
            KeepingError::Taken(taken) => taken.into(),
            KeepingError::NotKept(NotKept::TooMany(reason)) => Self::invalid("/quantity", reason),
            KeepingError::NotKept(not_there) => Self::NotOnHand(not_there.to_string()),
            KeepingError::Changed => Self::ChangedSince,
            KeepingError::KeyReused => Self::KeyReused,
            KeepingError::Unavailable(cause) => cause.into(),
        }
    }
}

impl From<NotChosen> for ApiError {
    fn from(not_chosen: NotChosen) -> Self {
        let mut faults = Faults::default();
        faults.not_chosen(&not_chosen);
        faults.into_result().err().unwrap_or(Self::Internal(None))
    }
}

impl From<WebhookError> for ApiError {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::MissingScope(scope) => Self::MissingScope(scope),
            WebhookError::Unknown(reason) => Self::UnknownWebhook(reason),
            WebhookError::Invalid(reason) => Self::invalid("/url", reason),
            WebhookError::Disabled => Self::WebhookDisabled,
            WebhookError::TooMany => Taken::Webhooks.into(),
            WebhookError::UnknownDelivery(reason) => Self::UnknownDelivery(reason),
            WebhookError::NotSending => {
                Self::NotSending("this server has no SECRETS_KEY, so it sends to no webhook")
            }
            WebhookError::OtherKey => Self::NotSending(
                "the secrets of webhooks are sealed with another SECRETS_KEY than this server's, so it sends to none",
            ),
            WebhookError::Changed => Self::ChangedSince,
            WebhookError::KeyReused => Self::KeyReused,
            WebhookError::Unavailable(cause) => cause.into(),
        }
    }
}

impl From<Taken> for ApiError {
    fn from(taken: Taken) -> Self {
        let is_full =
            matches!(taken, Taken::Locations | Taken::Webhooks | Taken::Marketplaces | Taken::Texts);
        let (pointer, reason) = match taken {
            Taken::ProductId(id) => ("/id", format!("product {id} is there already")),
            Taken::Sku(sku) => ("/sku", format!("another product has the sku {}", Quoted(sku))),
            Taken::LocationCode(code) => ("/code", format!("location {code} is there already")),
            Taken::Locations => ("/code", format!("there are {} locations already", Location::MOST)),
            Taken::Webhooks => ("/url", format!("there are {} webhooks already", Webhook::MOST)),
            Taken::MarketplaceCode(code) => ("/code", format!("marketplace {code} is there already")),
            Taken::Host(host, code) => {
                ("/host", format!("the host {} leads to marketplace {code} already", Quoted(host)))
            }
            Taken::Country(country, code) => {
                ("/countries", format!("{} leads to marketplace {code} already", country.code()))
            }
            Taken::Marketplaces => ("/code", format!("there are {} marketplaces already", Marketplace::MOST)),
            Taken::Texts => ("/locale", format!("the product has {} texts already", ProductText::MOST)),
        };
        let faults = vec![Fault { pointer: pointer.to_owned(), detail: reason, available: None }];
        let detail =
            if is_full { "there are as many as there can be" } else { "there is such a thing already" };
        Self::Taken { detail, faults }
    }
}

/// A path or a header that does not parse; faults of a body carry a pointer instead.
impl From<InvalidInput> for ApiError {
    fn from(input: InvalidInput) -> Self {
        Self::malformed(input.to_string())
    }
}

impl From<PortError> for ApiError {
    fn from(cause: PortError) -> Self {
        let detail = match cause {
            PortError::Busy => "too many requests are waiting, nothing was changed",
            PortError::Unavailable(_) => "storage is unavailable, nothing was changed",
            PortError::Unknown(_) => {
                "storage failed while saving, so it may or may not be saved: read the order, or send a new one again with the same Idempotency-Key"
            }
            PortError::Corrupt(_) => return Self::Internal(Some(cause)),
        };
        Self::Unavailable { detail, cause: Some(cause) }
    }
}
