//! The routes of stock: levels, counts, deliveries, transfers and the ledger of movements.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    web::Data,
};
use orders_domain::{
    InvalidInput, KeepingError, KeepingService, LocationCode, ProductId,
    stock::{
        StockLevel,
        keeping::{Keeping, Kept, StockChange},
    },
};

use crate::{
    http::{
        accept::Media, error::ApiError, etag, headers, idempotency::KeyHeader, parameters,
        public_url::PublicPath, writing,
    },
    server::{
        asking::{self, Asking, DryRunParam},
        auth::CurrentUser,
        ownership::{segment, segment_id},
        payload::UnreadBody,
    },
};

mod body;
mod ledger;
mod request;

use body::{LevelBody, MovementBody, MovementsParams, TransferredBody};
use request::{CountBody, MoveBody, TransferBody};

type Answer = Result<HttpResponse, ApiError>;

/// Lists the levels of a product, one for each place.
#[utoipa::path(
    get, path = "/products/{id}/stock", operation_id = "list_stock", tag = "stock",
    responses((status = 200, description = "Its levels, those of older places first", body = [LevelBody]))
)]
pub async fn levels(
    service: Data<KeepingService>,
    CurrentUser { user, .. }: CurrentUser,
    http: HttpRequest,
) -> Answer {
    let levels = service.levels(user, segment_id(&http)?).await?;
    writing::json(StatusCode::OK, &levels.iter().map(LevelBody::from).collect::<Vec<_>>())
}

/// Shows the level of a product at a place.
#[utoipa::path(
    get, path = "/products/{id}/stock/{location}", operation_id = "show_stock", tag = "stock",
    responses((status = 200, description = "The level", body = LevelBody, headers(
        ("ETag" = String, description = "The tag of this version; none before the first count or delivery"),
    )))
)]
pub async fn level(
    service: Data<KeepingService>,
    CurrentUser { user, .. }: CurrentUser,
    http: HttpRequest,
) -> Answer {
    let level = service.level(user, segment_id(&http)?, &segment(&http, 4)?).await?;
    shown(StatusCode::OK, &level, &[])
}

/// Counts what there is of a product at a place. A count is the truth, and always stored.
#[utoipa::path(
    put, path = "/products/{id}/stock/{location}", operation_id = "count_stock", tag = "stock",
    params(KeyHeader, DryRunParam), request_body = CountBody,
    responses((status = 200, description = "The level since; when it is short, with orders that hold pieces of it",
        body = LevelBody, headers(
            ("ETag" = String, description = "The tag of this version"),
            ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
            ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
        )))
)]
pub async fn count(
    service: Data<KeepingService>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let (product, at) = (segment_id(&http)?, segment::<LocationCode>(&http, 4)?);
    let expected = etag::if_match(http.headers())?;
    let count = async |user, (on_hand, backorder_limit, reason), request| {
        let what = Keeping::Count { at, on_hand, backorder_limit, expected };
        service.keep(user, StockChange { product, what, reason }, request).await
    };
    let answered = asking::keep(&service, asking, body, request::count, count).await?;
    let answer = kept(StatusCode::OK, answered.done.made())?;
    Ok(answered.mark(answer))
}

/// Takes pieces of a product in, or out.
#[utoipa::path(
    post, path = "/products/{id}/movements", operation_id = "move_stock", tag = "stock",
    params(KeyHeader, DryRunParam), request_body = MoveBody,
    responses((status = 201, description = "The level since", body = LevelBody, headers(
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn deliver(
    service: Data<KeepingService>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let product = segment_id(&http)?;
    let deliver = async |user, (at, kind, pieces, reason), request| {
        let what = Keeping::Deliver { at, kind, pieces };
        service.keep(user, StockChange { product, what, reason }, request).await
    };
    let answered = asking::keep(&service, asking, body, request::delivery, deliver).await;
    let answered = answered.map_err(|error| match error {
        ApiError::UnknownLocation(reason) => ApiError::invalid("/location", reason),
        other => other,
    })?;
    let answer = kept(StatusCode::CREATED, answered.done.made())?;
    Ok(answered.mark(answer))
}

/// Moves pieces of a product from a place to another.
#[utoipa::path(
    post, path = "/stock/transfers", operation_id = "transfer_stock", tag = "stock",
    params(KeyHeader, DryRunParam), request_body = TransferBody,
    responses((status = 201, description = "Both levels since", body = TransferredBody, headers(
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn transfer(service: Data<KeepingService>, asking: Asking, body: UnreadBody) -> Answer {
    let transfer = async |user, transfer: request::Transfer, request| {
        let request::Transfer { product, from, to, pieces, reason } = transfer;
        let is_target = |refused: &InvalidInput| refused.reason == not_there(&to);
        let what = Keeping::Transfer { from, to: to.clone(), pieces };
        let done = service.keep(user, StockChange { product, what, reason }, request).await;
        // Which of the places it is, the use case does not say.
        done.map_err(|error| match error {
            KeepingError::UnknownLocation(reason) => {
                let pointer = if is_target(&reason) { "/to" } else { "/from" };
                Refused::At(pointer, reason)
            }
            KeepingError::UnknownProduct(reason) => Refused::At("/product", reason),
            other => Refused::Otherwise(other),
        })
    };
    let answered = asking::keep(&service, asking, body, request::transfer, transfer).await?;
    let levels = &answered.done.made().levels;
    let (Some(from), Some(to)) = (levels.first(), levels.get(1)) else {
        return Err(ApiError::Internal(None));
    };
    let both = TransferredBody { from: from.into(), to: to.into() };
    Ok(answered.mark(writing::json(StatusCode::CREATED, &both)?))
}

fn not_there(code: &LocationCode) -> String {
    orders_domain::stock::Location::unknown(code).reason
}

/// Why pieces were not moved, and in which member of the body that is.
enum Refused {
    At(&'static str, InvalidInput),
    Otherwise(KeepingError),
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::At(pointer, reason) => Self::invalid(pointer, reason),
            Refused::Otherwise(error) => error.into(),
        }
    }
}

/// Lists the movements of a product, ascending. `Accept: application/x-ndjson` streams all of them, one a line.
#[utoipa::path(
    get, path = "/products/{id}/movements", operation_id = "list_movements", tag = "stock",
    params(MovementsParams),
    responses((status = 200, description = "A page of the ledger, or with ndjson all of it", headers(
        ("Link" = String, description = "The next page, while there is more"),
    ), content(([MovementBody] = "application/json"), (String = "application/x-ndjson"))))
)]
pub async fn movements(
    service: Data<KeepingService>,
    CurrentUser { user, .. }: CurrentUser,
    http: HttpRequest,
) -> Answer {
    let product: ProductId = segment_id(&http)?;
    let (after, limit) = parameters::page(http.query_string())?;
    if http.extensions().get() == Some(&Media::NdJson) {
        if http.method() == Method::HEAD {
            return Ok(ledger::head_alone());
        }
        return Ok(ledger::lines(service.into_inner(), user, product, after).await?);
    }
    let (movements, more) = service.movements(user, product, after, limit).await?;
    let mut answer =
        writing::json(StatusCode::OK, &movements.iter().map(MovementBody::from).collect::<Vec<_>>())?;
    if let (true, Some(last)) = (more, movements.last()) {
        let (path, limit) = (PublicPath::of(&http), limit.get());
        let next =
            format!("<{path}/products/{product}/movements?after={}&limit={limit}>; rel=\"next\"", last.id);
        answer.headers_mut().insert(header::LINK, headers::value(next)?);
    }
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(answer)
}

fn kept(status: StatusCode, kept: &Kept) -> Answer {
    let orders: Vec<_> = kept.orders.iter().map(|order| order.get()).collect();
    shown(status, kept.levels.first().ok_or(ApiError::Internal(None))?, &orders)
}

fn shown(status: StatusCode, level: &StockLevel, orders: &[i64]) -> Answer {
    let body = LevelBody::with_orders(level, orders);
    match level.level.version {
        Some(version) => writing::tagged(status, &body, etag::of(version)),
        None => writing::json(status, &body),
    }
}
