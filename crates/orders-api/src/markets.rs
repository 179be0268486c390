//! The routes of marketplaces, one handler each.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::Data,
};
use orders_domain::{
    AskedMarket, Done, KeepingService, Languages, Marketplace, MarketplaceCode, Version,
    market::marketplace::MarketplaceDetails,
};

use crate::{
    http::{error::ApiError, etag, headers, idempotency::KeyHeader, public_url::PublicPath, writing},
    server::{
        asking::{self, Asking, DryRunParam},
        ownership::segment,
        payload::UnreadBody,
        proxy::BehindProxy,
    },
};

pub mod asked;
pub mod body;
pub mod listings;
mod request;
pub mod texts;

use asked::{CountryParam, MarketplaceHeader, ORDERS_MARKETPLACE};
use body::{MarketplaceBody, ResolvedBody};
use request::{ChangeMarketplaceBody, CreateMarketplaceBody, MarketplaceChange};

type Answer = Result<HttpResponse, ApiError>;

/// Lists all marketplaces, the default one first.
#[utoipa::path(
    get, path = "/marketplaces", operation_id = "list_marketplaces", tag = "marketplaces",
    responses((status = 200, description = "All marketplaces; there are 1,000 at most", body = [MarketplaceBody]))
)]
pub async fn list(service: Data<KeepingService>) -> Answer {
    let directory = service.marketplaces().await?;
    let marketplaces = directory.entries().map(|entry| MarketplaceBody::from(entry.marketplace.as_ref()));
    writing::json(StatusCode::OK, &marketplaces.collect::<Vec<_>>())
}

/// Shows a marketplace.
#[utoipa::path(
    get, path = "/marketplaces/{code}", operation_id = "show_marketplace", tag = "marketplaces",
    responses(
        (status = 200, description = "The marketplace", body = MarketplaceBody,
            headers(("ETag" = String, description = "The tag of this version"))),
        (status = 304, description = "`If-None-Match` names the present tag",
            headers(("ETag" = String, description = "The tag of this version"))),
    )
)]
pub async fn show(service: Data<KeepingService>, http: HttpRequest) -> Answer {
    let marketplace = service.marketplace(segment(&http, 2)?).await?;
    let tag = etag::of(marketplace.version);
    if let Some(answer) = etag::not_modified(http.headers(), &tag)? {
        return Ok(answer);
    }
    shown(StatusCode::OK, &marketplace)
}

/// Says in which marketplace somebody is who asks from a country, with this header and this host.
#[utoipa::path(
    get, path = "/marketplaces/resolve", operation_id = "resolve_marketplace", tag = "marketplaces",
    params(CountryParam, MarketplaceHeader),
    responses((status = 200, description = "The marketplace, and what has chosen it", body = ResolvedBody,
        headers(("Vary" = String, description = "Which headers choose"))))
)]
pub async fn resolve(service: Data<KeepingService>, http: HttpRequest) -> Answer {
    let country = asked::country(http.query_string())?;
    let said = asked::asked(&http)?;
    let said = AskedMarket { country: country.or(said.country), ..said };
    let market = service.choose(&said, Languages::default()).await?;
    let mut answer = writing::json(StatusCode::OK, &ResolvedBody::from(&market))?;
    let by = if BehindProxy::has(&http) {
        HeaderValue::from_static("orders-marketplace, cloudfront-viewer-country")
    } else {
        HeaderValue::from_name(ORDERS_MARKETPLACE)
    };
    answer.headers_mut().insert(header::VARY, by);
    Ok(answer)
}

/// Adds a marketplace.
#[utoipa::path(
    post, path = "/marketplaces", operation_id = "create_marketplace", tag = "marketplaces",
    params(KeyHeader, DryRunParam), request_body = CreateMarketplaceBody,
    responses((status = 201, description = "The marketplace", body = MarketplaceBody, headers(
        ("Location" = String, description = "`/marketplaces/{code}`"),
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn create(
    service: Data<KeepingService>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let create =
        async |user, marketplace, request| service.create_marketplace(user, marketplace, request).await;
    let answered = asking::keep(&service, asking, body, request::new, create).await?;
    let marketplace: &Marketplace = answered.done.made();
    let mut answer = shown(StatusCode::CREATED, marketplace)?;
    let path = format!("{}/marketplaces/{}", PublicPath::of(&http), marketplace.code);
    answer.headers_mut().insert(header::LOCATION, headers::value(path)?);
    Ok(answered.mark(answer))
}

/// Changes a marketplace: the members that are sent.
#[utoipa::path(
    patch, path = "/marketplaces/{code}", operation_id = "change_marketplace", tag = "marketplaces",
    params(KeyHeader, DryRunParam), request_body = ChangeMarketplaceBody,
    responses((status = 200, description = "The marketplace", body = MarketplaceBody, headers(
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn change(
    service: Data<KeepingService>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let (code, expected) = (segment::<MarketplaceCode>(&http, 2)?, etag::if_match(http.headers())?);
    let change = async |user, patch: MarketplaceChange, request| {
        let of = |details: MarketplaceDetails| patch.clone().of(details);
        service.change_marketplace(user, code, &expected, of, request).await
    };
    let answered = asking::keep(&service, asking, body, request::patch, change).await?;
    let answer = shown(StatusCode::OK, answered.done.made())?;
    Ok(answered.mark(answer))
}

fn shown(status: StatusCode, marketplace: &Marketplace) -> Answer {
    writing::tagged(status, &MarketplaceBody::from(marketplace), etag::of(marketplace.version))
}

/// What a `PUT` answers that has led to this version: whether the thing was made by it, now or when it was asked for
/// first.
fn made_or_set<T>(done: &Done<T>, version: Version, was_there: bool) -> StatusCode {
    let is_replay = matches!(done, Done::Before(_));
    if version == Version::FIRST && (is_replay || !was_there) { StatusCode::CREATED } else { StatusCode::OK }
}
