//! The routes of places, one handler each.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use orders_domain::{
    KeepingService, LocationCode,
    stock::{Location, location::LocationDetails},
};

use crate::{
    http::{error::ApiError, etag, headers, idempotency::KeyHeader, public_url::PublicPath, writing},
    server::{
        asking::{self, Asking, DryRunParam},
        auth::CurrentUser,
        ownership::segment,
        payload::UnreadBody,
    },
};

pub mod body;
mod request;

use body::LocationBody;
use request::{ChangeLocationBody, CreateLocationBody, LocationChange};

type Answer = Result<HttpResponse, ApiError>;

/// Lists the places where goods are kept, the older ones first.
#[utoipa::path(
    get, path = "/locations", operation_id = "list_locations", tag = "stock",
    responses((status = 200, description = "All places; there are 1,000 at most", body = [LocationBody]))
)]
pub async fn list(service: Data<KeepingService>, CurrentUser { user, .. }: CurrentUser) -> Answer {
    let locations = service.locations(user).await?;
    writing::json(StatusCode::OK, &locations.iter().map(LocationBody::from).collect::<Vec<_>>())
}

/// Adds a place.
#[utoipa::path(
    post, path = "/locations", operation_id = "create_location", tag = "stock",
    params(KeyHeader, DryRunParam), request_body = CreateLocationBody,
    responses((status = 201, description = "The place", body = LocationBody, headers(
        ("Location" = String, description = "`/locations/{code}`"),
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
    let create = async |user, location, request| service.create_location(user, location, request).await;
    let answered = asking::keep(&service, asking, body, request::new, create).await?;
    let location = answered.done.made();
    let mut answer = shown(StatusCode::CREATED, location)?;
    let path = format!("{}/locations/{}", PublicPath::of(&http), location.code);
    answer.headers_mut().insert(header::LOCATION, headers::value(path)?);
    Ok(answered.mark(answer))
}

/// Changes a place: the members that are sent.
#[utoipa::path(
    patch, path = "/locations/{code}", operation_id = "change_location", tag = "stock",
    params(KeyHeader, DryRunParam), request_body = ChangeLocationBody,
    responses((status = 200, description = "The place", body = LocationBody, headers(
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
    let (code, expected) = (segment::<LocationCode>(&http, 2)?, etag::if_match(http.headers())?);
    let change = async |user, patch: LocationChange, request| {
        let of = |details: LocationDetails| patch.clone().of(details);
        service.change_location(user, &code, &expected, of, request).await
    };
    let answered = asking::keep(&service, asking, body, request::patch, change).await?;
    let answer = shown(StatusCode::OK, answered.done.made())?;
    Ok(answered.mark(answer))
}

fn shown(status: StatusCode, location: &Location) -> Answer {
    writing::tagged(status, &LocationBody::from(location), etag::of(location.version))
}
