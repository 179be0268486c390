//! The routes of a product's listings, one handler each.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use orders_domain::{
    KeepingService, Listing, MarketplaceCode, ProductId, Subject,
    market::listing::{ListingDetails, Model},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, made_or_set};
use crate::{
    http::{
        error::ApiError,
        etag,
        faults::Faults,
        idempotency::KeyHeader,
        json::Json,
        members::{flag, integer, nullable, some_members, text},
        writing,
    },
    server::{
        asking::{self, Asking, DryRunParam},
        auth::CurrentUser,
        ownership::{segment, segment_id},
        payload::UnreadBody,
    },
};

/// On what terms a marketplace sells a product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Listing)]
pub struct ListingBody<'a> {
    /// Which product.
    #[schema(minimum = 1, example = 9)]
    product_id: i64,
    /// Where.
    #[schema(example = "de")]
    marketplace: &'a str,
    /// The price of one piece in the minor unit of the marketplace's currency.
    #[schema(minimum = 0, example = 1899)]
    price: i64,
    /// Under which model it is sold there.
    #[schema(required = true, example = "BRETT-1")]
    model: Option<&'a str>,
    /// Whether it is sold there.
    active: bool,
}

impl<'a> From<&'a Listing> for ListingBody<'a> {
    fn from(listing: &'a Listing) -> Self {
        Self {
            product_id: listing.product.get(),
            marketplace: listing.marketplace.as_str(),
            price: listing.details.price.minor_units(),
            model: listing.details.model.as_ref().map(Model::as_str),
            active: listing.details.active,
        }
    }
}

/// On what terms a marketplace is to sell a product; all of them.
#[derive(Debug, ToSchema)]
#[schema(as = SetListing, example = json!({"price": 1899, "model": "BRETT-1"}))]
#[expect(dead_code, reason = "the schema of what `details` reads")]
pub struct SetListingBody {
    /// The price of one piece in the minor unit of the marketplace's currency.
    #[schema(minimum = 0)]
    price: i64,
    /// Under which model it is sold there; none unless it is said.
    #[schema(required = false, min_length = 1, max_length = 64)]
    model: Option<String>,
    /// Whether it is sold there; `true` unless it is said.
    #[schema(required = false, nullable = false)]
    active: Option<bool>,
}

/// Shows on what terms a marketplace sells a product.
#[utoipa::path(
    get, path = "/products/{id}/listings/{marketplace}", operation_id = "show_listing", tag = "marketplaces",
    responses((status = 200, description = "The listing", body = ListingBody,
        headers(("ETag" = String, description = "The tag of this version"))))
)]
pub async fn show(
    service: Data<KeepingService>,
    CurrentUser { user, .. }: CurrentUser,
    http: HttpRequest,
) -> Answer {
    let (product, code) = of(&http)?;
    let listing = service.listing(user, (product, code)).await?;
    shown(StatusCode::OK, &listing.ok_or(ApiError::UnknownListing(Subject::Listing(product, code)))?)
}

/// Says on what terms a marketplace sells a product. The default one sells at the products' own prices.
#[utoipa::path(
    put, path = "/products/{id}/listings/{marketplace}", operation_id = "set_listing", tag = "marketplaces",
    params(KeyHeader, DryRunParam), request_body = SetListingBody,
    responses(
        (status = 200, description = "The listing, which was there", body = ListingBody, headers(
            ("ETag" = String, description = "The tag of this version"),
            ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
            ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
        )),
        (status = 201, description = "The listing, which is new", body = ListingBody, headers(
            ("ETag" = String, description = "The tag of this version"),
            ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
            ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
        )),
    )
)]
pub async fn set(
    service: Data<KeepingService>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let (of, expected) = (of(&http)?, etag::if_match(http.headers())?);
    let mut was_there = false;
    let set = async |user, details: ListingDetails, request| {
        was_there = matches!(service.listing(user, of).await, Ok(Some(_)));
        service.set_listing(user, of, &expected, details, request).await
    };
    let answered = asking::keep(&service, asking, body, details, set).await?;
    let listing: &Listing = answered.done.made();
    let answer = shown(made_or_set(&answered.done, listing.version, was_there), listing)?;
    Ok(answered.mark(answer))
}

fn of(http: &HttpRequest) -> Result<(ProductId, MarketplaceCode), ApiError> {
    Ok((segment_id(http)?, segment(http, 4)?))
}

fn shown(status: StatusCode, listing: &Listing) -> Answer {
    writing::tagged(status, &ListingBody::from(listing), etag::of(listing.version))
}

/// On what terms it is to be sold.
fn details((body, mut faults): (Json<'_>, Faults)) -> Result<ListingDetails, ApiError> {
    let sent = some_members(body, "", ["price"], ["model", "active"], &mut faults);
    let parts = sent.map(|([price], [model, active])| {
        let price = integer(price, &mut faults);
        let model = nullable(model, |model| text(model, Model::parse, &mut faults));
        (price, model.or(None), flag(active, &mut faults))
    });
    faults.into_result()?;
    let Some((Some(price), model, active)) = parts else { return Err(ApiError::Internal(None)) };
    Ok(ListingDetails { price, model, active: active.unwrap_or(true) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_active_unless_told_and_all_its_faults_are_named() {
        let read = |body: &'static str| details(Json::parse(body.as_bytes()).unwrap());
        let listing = read(r#"{"price": 0, "model": null}"#).unwrap();
        assert_eq!((listing.price.minor_units(), listing.model, listing.active), (0, None, true));
        let Err(ApiError::Malformed { faults, .. }) =
            read(r#"{"price": 1.5, "model": "", "active": null, "x": 1}"#)
        else {
            panic!()
        };
        assert_eq!(faults.len(), 4, "{faults:?}");
    }
}
