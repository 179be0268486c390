//! The order routes, one handler each.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    web::Data,
};
use orders_domain::{Order, OrderError, OrderService, Placed};

use crate::{
    accept::Media,
    auth::{CurrentUser, Reader},
    error::ApiError,
    etag,
    idempotency::{self, KeyHeader},
    json::Json,
    ownership::Owned,
    payload::UnreadBody,
    public_url::PublicPath,
    query::{self, ListParams},
    request::{self, PlaceOrderBody, SetStatusBody, SetTrackingBody},
    response::{self, OrderBody},
    stream,
};

type Answer = Result<HttpResponse, ApiError>;

/// Places an order of the sent products at their present prices.
#[utoipa::path(
    post, path = "/orders", tag = "orders",
    params(KeyHeader),
    request_body = PlaceOrderBody,
    responses((status = 201, description = "The order is placed", body = OrderBody, headers(
        ("Location" = String, description = "`/orders/{id}`"),
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request made the order"),
    )))
)]
pub async fn place(
    service: Data<OrderService>,
    CurrentUser { user, .. }: CurrentUser,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let key = idempotency::key(http.headers())?;
    let bytes = body.json_bytes().await?;
    let (lines, mut faults) = request::lines(Json::parse(&bytes)?);
    if !faults.is_empty() {
        faults.extend(service.faults(user, &lines).await?);
        faults.into_result()?;
    }
    let idempotency = key.map(|key| idempotency::of_body(key, &bytes));
    let placed = service.place(user, &lines, idempotency).await?;
    let (Placed::Now(order) | Placed::Before(order)) = &placed;
    let mut answer = response::order(StatusCode::CREATED, order);
    let location = format!("{}/orders/{}", PublicPath::of(&http), order.id());
    let location = HeaderValue::try_from(location).map_err(|_| ApiError::Internal(None))?;
    answer.headers_mut().insert(header::LOCATION, location);
    if let Placed::Before(_) = placed {
        answer.headers_mut().insert(idempotency::REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(answer)
}

/// Lists orders, ascending by id. `Accept: application/x-ndjson` streams all of them, one a line.
#[utoipa::path(
    get, path = "/orders", operation_id = "list_orders", tag = "orders", params(ListParams),
    responses((status = 200, description = "A page of orders, or with ndjson all of them", headers(
        ("Link" = String, description = "The next page, while there is more"),
    ), content(([OrderBody] = "application/json"), (String = "application/x-ndjson"))))
)]
pub async fn list(service: Data<OrderService>, Reader(audience): Reader, http: HttpRequest) -> Answer {
    let query = query::parse(http.query_string())?;
    if http.extensions().get() == Some(&Media::NdJson) {
        if http.method() == Method::HEAD {
            return Ok(stream::head_of_orders());
        }
        return Ok(stream::orders(service.into_inner(), audience, query.filter, query.after));
    }
    let page = service.list(audience, query.clone()).await?;
    let mut answer = response::orders(&page.orders);
    if let (true, Some(last)) = (page.more, page.orders.last()) {
        let link = query::next_link(PublicPath::of(&http), &query, last.id());
        let link = HeaderValue::try_from(link).map_err(|_| ApiError::Internal(None))?;
        answer.headers_mut().insert(header::LINK, link);
    }
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(answer)
}

/// Shows an order to its owner.
#[utoipa::path(
    get, path = "/orders/{id}", operation_id = "show_order", tag = "orders",
    responses(
        (status = 200, description = "The order", body = OrderBody,
            headers(("ETag" = String, description = "The tag of this version"))),
        (status = 304, description = "`If-None-Match` names the present tag",
            headers(("ETag" = String, description = "The tag of this version"))),
    )
)]
pub async fn show(Owned(order): Owned, http: HttpRequest) -> Answer {
    let order = order.into_expected()?;
    if etag::is_known(http.headers(), order.version())? {
        return Ok(HttpResponse::NotModified()
            .insert_header((header::ETAG, etag::of(order.version())))
            .finish());
    }
    Ok(response::order(StatusCode::OK, &order))
}

/// Sets the shipment, or replaces it.
#[utoipa::path(
    patch, path = "/orders/{id}/tracking", tag = "orders", request_body = SetTrackingBody,
    responses((status = 200, description = "The order with its shipment", body = OrderBody,
        headers(("ETag" = String, description = "The tag of this version"))))
)]
pub async fn track(service: Data<OrderService>, Owned(order): Owned, body: UnreadBody) -> Answer {
    let bytes = body.json_bytes().await?;
    let shipment = request::shipment(Json::parse(&bytes)?)?;
    changed(service.track(order, shipment).await)
}

/// Moves the order to another status.
#[utoipa::path(
    patch, path = "/orders/{id}/status", tag = "orders", request_body = SetStatusBody,
    responses((status = 200, description = "The order in its status", body = OrderBody,
        headers(("ETag" = String, description = "The tag of this version"))))
)]
pub async fn advance(service: Data<OrderService>, Owned(order): Owned, body: UnreadBody) -> Answer {
    let bytes = body.json_bytes().await?;
    let status = request::status(Json::parse(&bytes)?)?;
    changed(service.advance(order, status).await)
}

/// Cancels the order and forgets its shipment. No body is needed.
#[utoipa::path(
    patch, path = "/orders/{id}/cancel", tag = "orders",
    responses((status = 200, description = "The cancelled order", body = OrderBody,
        headers(("ETag" = String, description = "The tag of this version"))))
)]
pub async fn cancel(service: Data<OrderService>, Owned(order): Owned, body: UnreadBody) -> Answer {
    body.discard().await;
    changed(service.cancel(order).await)
}

fn changed(result: Result<Order, OrderError>) -> Answer {
    Ok(response::order(StatusCode::OK, &result?))
}
