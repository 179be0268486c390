//! The routes of an order's shipments and of what of it is not wanted, one handler each.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use orders_domain::{Done, Order, OrderService, Quoted, ShipmentId, ShipmentNumber};

use crate::{
    http::{error::ApiError, etag, headers, idempotency::KeyHeader, json::Json, public_url::PublicPath},
    orders::response::{self, OrderBody, tagged},
    server::{
        asking::{self, Asking, DryRunParam},
        ownership::{Owned, segment},
        payload::UnreadBody,
    },
};

pub mod body;
mod plan;
mod request;

use body::{CancellationBody, Reader, ShipmentBody};
use plan::PlanBody;
use request::{CancelLinesBody, ChangeShipmentBody, CreateShipmentBody};

type Answer = Result<HttpResponse, ApiError>;

/// Lists the shipments of an order, by number.
#[utoipa::path(
    get, path = "/orders/{id}/shipments", operation_id = "list_shipments", tag = "shipments",
    responses(
        (status = 200, description = "The shipments", body = [ShipmentBody],
            headers(("ETag" = String, description = "The tag of the order"))),
        (status = 304, description = "`If-None-Match` names the present tag",
            headers(("ETag" = String, description = "The tag of the order"))),
    )
)]
pub async fn list(Owned(order): Owned, http: HttpRequest) -> Answer {
    let order = order.into_expected()?;
    fresh(&http, &order, |out| body::shipments_json(out, &order, Reader::Owner))
}

/// Shows a shipment of an order.
#[utoipa::path(
    get, path = "/orders/{id}/shipments/{number}", operation_id = "show_shipment", tag = "shipments",
    responses(
        (status = 200, description = "The shipment", body = ShipmentBody,
            headers(("ETag" = String, description = "The tag of the order"))),
        (status = 304, description = "`If-None-Match` names the present tag",
            headers(("ETag" = String, description = "The tag of the order"))),
    )
)]
pub async fn show(Owned(order): Owned, http: HttpRequest) -> Answer {
    let (order, number) = (order.into_expected()?, shipment_number(&http)?);
    let Some(shipment) = order.shipment(number) else { return Err(no_shipment(number.get())) };
    fresh(&http, &order, |out| body::shipment_json(out, order.id(), shipment, Reader::Owner))
}

/// Makes a shipment of what is open. From another place than where it is held, what is held moves there.
#[utoipa::path(
    post, path = "/orders/{id}/shipments", operation_id = "create_shipment", tag = "shipments",
    params(KeyHeader, DryRunParam), request_body = CreateShipmentBody,
    responses((status = 201, description = "The order with the shipment", body = OrderBody, headers(
        ("Location" = String, description = "`/orders/{id}/shipments/{number}`"),
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn create(
    service: Data<OrderService>,
    Owned(order): Owned,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let bytes = body.json_bytes().await?;
    let user = asking.user;
    let request = asking.with_body(&bytes);
    let rehearsal = request.rehearsal;
    let done = match Json::parse(&bytes).and_then(|read| request::new(order.order(), read)) {
        Ok(asked) => service.ship(order, asked, request).await?,
        Err(refusal) => asking::recalled(&service, user, &request, refusal).await?,
    };
    let number = done.made().shipments().len();
    created(&http, &done, ("shipments", number), rehearsal)
}

/// Moves a shipment, or gives it another carrier and number.
#[utoipa::path(
    patch, path = "/orders/{id}/shipments/{number}", operation_id = "change_shipment", tag = "shipments",
    params(KeyHeader, DryRunParam), request_body = ChangeShipmentBody,
    responses((status = 200, description = "The order with the shipment", body = OrderBody, headers(
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn change(
    service: Data<OrderService>,
    Owned(order): Owned,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let number = shipment_number(&http)?;
    let bytes = body.json_bytes().await?;
    let user = asking.user;
    let request = asking.with_body(&bytes);
    let rehearsal = request.rehearsal;
    let done = match Json::parse(&bytes).and_then(request::change) {
        Ok(change) => service.change_shipment(order, number, change, request).await?,
        Err(refusal) => asking::recalled(&service, user, &request, refusal).await?,
    };
    Ok(marked(response::order(StatusCode::OK, done.made()), &done, rehearsal))
}

/// Splits what is open of an order into shipments that are planned, and says why so. No body is needed, and what
/// one says does not count. With `dryRun=true` it only says so.
#[utoipa::path(
    post, path = "/orders/{id}/plan", operation_id = "plan_order", tag = "shipments", params(KeyHeader, DryRunParam),
    responses((status = 200, description = "What was planned", body = PlanBody, headers(
        ("ETag" = String, description = "The tag of the order since"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn plan(
    service: Data<OrderService>,
    Owned(order): Owned,
    asking: Asking,
    body: UnreadBody,
) -> Answer {
    let bytes = body.any_bytes().await?;
    let request = asking.with_body(&bytes);
    let rehearsal = request.rehearsal;
    let (done, proposal) = service.plan(order, request).await?;
    let order = done.made();
    let mut out = Vec::with_capacity(response::ORDER_BYTES);
    plan::plan_json(&mut out, order.id(), &proposal);
    Ok(marked(tagged(StatusCode::OK, out, order), &done, rehearsal))
}

/// Lists what of an order was cancelled while the rest was not, by number.
#[utoipa::path(
    get, path = "/orders/{id}/cancellations", operation_id = "list_cancellations", tag = "shipments",
    responses(
        (status = 200, description = "The cancellations", body = [CancellationBody],
            headers(("ETag" = String, description = "The tag of the order"))),
        (status = 304, description = "`If-None-Match` names the present tag",
            headers(("ETag" = String, description = "The tag of the order"))),
    )
)]
pub async fn cancellations(Owned(order): Owned, http: HttpRequest) -> Answer {
    let order = order.into_expected()?;
    let numbered: Vec<_> = (1..).zip(order.cancellations()).collect();
    fresh(&http, &order, |out| {
        body::array(out, &numbered, |out, (nth, made)| body::cancellation_json(out, order.id(), *nth, made));
    })
}

/// Shows a cancellation of pieces of an order.
#[utoipa::path(
    get, path = "/orders/{id}/cancellations/{number}", operation_id = "show_cancellation", tag = "shipments",
    responses(
        (status = 200, description = "The cancellation", body = CancellationBody,
            headers(("ETag" = String, description = "The tag of the order"))),
        (status = 304, description = "`If-None-Match` names the present tag",
            headers(("ETag" = String, description = "The tag of the order"))),
    )
)]
pub async fn cancellation(Owned(order): Owned, http: HttpRequest) -> Answer {
    let (order, number) = (order.into_expected()?, number(&http, "cancellation number")?);
    let nth = usize::try_from(number).unwrap_or(usize::MAX);
    let Some(made) = order.cancellations().get(nth.wrapping_sub(1)) else {
        return Err(ApiError::UnknownCancellation(number));
    };
    fresh(&http, &order, |out| body::cancellation_json(out, order.id(), nth, made))
}

/// Cancels some pieces of an order: first those that are in no shipment, then those in planned ones, the last
/// shipment first.
#[utoipa::path(
    post, path = "/orders/{id}/cancellations", operation_id = "cancel_lines", tag = "shipments",
    params(KeyHeader, DryRunParam), request_body = CancelLinesBody,
    responses((status = 201, description = "The order without them", body = OrderBody, headers(
        ("Location" = String, description = "`/orders/{id}/cancellations/{number}`"),
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn cancel(
    service: Data<OrderService>,
    Owned(order): Owned,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let bytes = body.json_bytes().await?;
    let user = asking.user;
    let request = asking.with_body(&bytes);
    let rehearsal = request.rehearsal;
    let done = match Json::parse(&bytes).and_then(|read| request::cancellation(order.order(), read)) {
        Ok(asked) => service.cancel_parts(order, asked, request).await?,
        Err(refusal) => asking::recalled(&service, user, &request, refusal).await?,
    };
    let number = done.made().cancellations().len();
    created(&http, &done, ("cancellations", number), rehearsal)
}

/// The number at the end of the path, which is called so.
fn number(http: &HttpRequest, what: &'static str) -> Result<i64, ApiError> {
    // Spelled as ids are.
    let spelled = segment::<ShipmentId>(http, 4);
    spelled.map(ShipmentId::get).map_err(|_| {
        let sent = http.uri().path().split('/').nth(4).unwrap_or_default();
        ApiError::malformed(format!("{what} {} is not a number from 1 to 32", Quoted(sent)))
    })
}

fn shipment_number(http: &HttpRequest) -> Result<ShipmentNumber, ApiError> {
    let number = number(http, "shipment number")?;
    ShipmentNumber::try_from(number).map_err(|_| no_shipment(number))
}

fn no_shipment(number: i64) -> ApiError {
    ApiError::UnknownShipment(format!("the order has no shipment {number}"))
}

/// A part of an order, unless the asker has it already.
fn fresh(http: &HttpRequest, order: &Order, write: impl FnOnce(&mut Vec<u8>)) -> Answer {
    let tag = etag::of_order(order);
    if let Some(answer) = etag::not_modified(http.headers(), &tag)? {
        return Ok(answer);
    }
    let mut out = Vec::with_capacity(response::ORDER_BYTES);
    write(&mut out);
    Ok(tagged(StatusCode::OK, out, order))
}

fn created(http: &HttpRequest, done: &Done<Order>, (what, number): (&str, usize), rehearsal: bool) -> Answer {
    let order = done.made();
    let mut answer = response::order(StatusCode::CREATED, order);
    let location = format!("{}/orders/{}/{what}/{number}", PublicPath::of(http), order.id());
    answer.headers_mut().insert(header::LOCATION, headers::value(location)?);
    Ok(marked(answer, done, rehearsal))
}

fn marked(mut answer: HttpResponse, done: &Done<Order>, rehearsal: bool) -> HttpResponse {
    asking::mark(&mut answer, done, rehearsal);
    answer
}
