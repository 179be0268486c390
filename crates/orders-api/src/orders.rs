//! The order routes, one handler each.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    web::Data,
};
use orders_domain::{
    AskedMarket, Done, Order, OrderError, OrderService, Request, RequestedLine, User, service::Placing,
};

use crate::{
    http::{
        accept::Media,
        error::ApiError,
        etag,
        faults::Faults,
        headers,
        idempotency::KeyHeader,
        json::Json,
        language,
        parameters::{self, VersionParam},
        public_url::PublicPath,
    },
    markets::asked::{self, LanguageHeader, MarketplaceHeader, MarketplaceParam},
    server::{
        asking::{self, Asking, DryRunParam},
        auth::ListedFor,
        ownership::Owned,
        payload::UnreadBody,
    },
};

mod contact;
mod csv;
mod query;
mod request;
pub mod response;
mod stream;

use contact::SetContactBody;
use query::ListParams;
use request::{Asked, PlaceOrderBody, SetStatusBody, SetTrackingBody};
use response::OrderBody;
use stream::Form;

type Answer = Result<HttpResponse, ApiError>;

/// Places an order of the sent products at the prices of the moment when it is stored, and reserves what is counted.
#[utoipa::path(
    post, path = "/orders", tag = "orders",
    params(KeyHeader, DryRunParam, MarketplaceParam, MarketplaceHeader, LanguageHeader),
    request_body = PlaceOrderBody,
    responses((status = 201, description = "The order is placed", body = OrderBody, headers(
        ("Location" = String, description = "`/orders/{id}`"),
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request made the order"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn place(service: Data<OrderService>, http: HttpRequest, body: UnreadBody) -> Answer {
    let mut query = None;
    let dry_run = |sent: &str| {
        let (is_dry, named) = asked::placing(sent)?;
        query = named;
        Ok(is_dry)
    };
    let (asking, said) = (Asking::of(&http, dry_run)?, asked::asked(&http)?);
    let bytes = body.json_bytes().await?;
    let (user, query) = (asking.user, query.as_deref());
    let request = asking.known_by_body(&bytes);
    let rehearsal = request.rehearsal;
    let (asked, faults) = match Json::parse(&bytes).map(request::order) {
        Ok((asked, faults)) => (asked, Ok(faults)),
        Err(refusal) => (Asked::default(), Err(refusal)),
    };
    let marketplace = asked.marketplace.as_deref();
    let placing = Placing {
        expected_total: asked.expected_total,
        contact: asked.contact,
        asked: AskedMarket { body: marketplace, query, token: user.marketplace(), ..said },
        languages: language::languages(http.headers()),
    };
    let done = match judged(&service, user, (&asked.lines, &placing), faults).await {
        Ok(()) => service.place(user, &asked.lines, &placing, request).await?,
        Err(refusal) => asking::recalled(&service, user, &request, refusal).await?,
    };
    let order = done.made();
    let mut answer = response::order(StatusCode::CREATED, order);
    let location = format!("{}/orders/{}", PublicPath::of(&http), order.id());
    answer.headers_mut().insert(header::LOCATION, headers::value(location)?);
    asking::mark(&mut answer, &done, rehearsal);
    Ok(answer)
}

/// Everything that is wrong with an order to place, if anything is wrong with its body.
async fn judged(
    service: &OrderService,
    user: User,
    (lines, placing): (&[RequestedLine], &Placing<'_>),
    faults: Result<Faults, ApiError>,
) -> Result<(), ApiError> {
    let mut faults = faults?;
    if faults.is_empty() {
        return Ok(());
    }
    match service.faults(user, lines, placing).await {
        Ok(of_lines) => faults.extend(of_lines),
        Err(OrderError::NotChosen(not_chosen)) => faults.not_chosen(&not_chosen),
        Err(other) => return Err(other.into()),
    }
    faults.into_result()
}

/// Lists orders. `Accept: application/x-ndjson` streams all of them, one a line, and `text/csv` a row for each line of an order.
#[utoipa::path(
    get, path = "/orders", operation_id = "list_orders", tag = "orders", params(ListParams),
    responses((status = 200, description = "A page of orders, or with ndjson or CSV all of them", headers(
        ("Link" = String, description = "The next page, while there is more"),
    ), content(
        ([OrderBody] = "application/json"),
        (String = "application/x-ndjson", example = stream::ndjson_example),
        (String = "text/csv", example = stream::csv_example),
    )))
)]
pub async fn list(service: Data<OrderService>, ListedFor(audience): ListedFor, http: HttpRequest) -> Answer {
    let media = http.extensions().get().copied().unwrap_or(Media::Json);
    let (query, raw) = query::parse(http.query_string(), media)?;
    if let Some(form) = Form::of(media, raw) {
        audience.listing(query.clone())?;
        if http.method() == Method::HEAD {
            return Ok(stream::head_of_orders(form));
        }
        return Ok(stream::orders(service.into_inner(), audience, query, form));
    }
    let page = service.list(audience, query.clone()).await?;
    let mut answer = response::orders(&page.orders);
    if let (true, Some(last)) = (page.more, page.orders.last()) {
        let link = query::next_link(PublicPath::of(&http), &query, last);
        answer.headers_mut().insert(header::LINK, headers::value(link)?);
    }
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(answer)
}

/// Shows an order to its owner.
#[utoipa::path(
    get, path = "/orders/{id}", operation_id = "show_order", tag = "orders", params(VersionParam),
    responses(
        (status = 200, description = "The order", body = OrderBody,
            headers(("ETag" = String, description = "The tag of this version"))),
        (status = 304, description = "`If-None-Match` names the present tag",
            headers(("ETag" = String, description = "The tag of this version"))),
    )
)]
pub async fn show(service: Data<OrderService>, Owned(order): Owned, http: HttpRequest) -> Answer {
    let order = match parameters::version(http.query_string())? {
        None => order.into_expected()?,
        Some(version) => {
            let unknown = ApiError::NoVersion { order: order.order().id(), version };
            // What is known of the customer belongs to no version.
            service.at_version(order, version).await?.ok_or(unknown)?.without_contact()
        }
    };
    let is_versioned = !http.query_string().is_empty();
    let tag = etag::of_order(&order);
    if let Some(answer) = etag::not_modified(http.headers(), &tag)? {
        return Ok(answer);
    }
    Ok(if is_versioned { response::bare_order(&order) } else { response::order(StatusCode::OK, &order) })
}

/// Sets the carrier and number of the order's only shipment, or replaces them; without a shipment makes one of all that is open.
#[utoipa::path(
    patch, path = "/orders/{id}/tracking", tag = "orders", params(KeyHeader, DryRunParam), request_body = SetTrackingBody,
    responses((status = 200, description = "The order with its shipment", body = OrderBody,
        headers(("ETag" = String, description = "The tag of this version"), ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"), ("Orders-Dry-Run" = String, description = "`true` if nothing was done"))))
)]
pub async fn track(
    service: Data<OrderService>,
    Owned(order): Owned,
    asking: Asking,
    body: UnreadBody,
) -> Answer {
    let track = async |shipment, request| service.track(order, shipment, request).await;
    change(&service, asking, body, request::shipment, track).await
}

/// Moves the order to another status, and its shipments with it.
#[utoipa::path(
    patch, path = "/orders/{id}/status", tag = "orders", params(KeyHeader, DryRunParam), request_body = SetStatusBody,
    responses((status = 200, description = "The order in its status", body = OrderBody,
        headers(("ETag" = String, description = "The tag of this version"), ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"), ("Orders-Dry-Run" = String, description = "`true` if nothing was done"))))
)]
pub async fn advance(
    service: Data<OrderService>,
    Owned(order): Owned,
    asking: Asking,
    body: UnreadBody,
) -> Answer {
    let advance = async |status, request| service.advance(order, status, request).await;
    change(&service, asking, body, request::status, advance).await
}

/// Cancels the order, and its planned shipments with it. No body is needed, and what one says does not count.
#[utoipa::path(
    patch, path = "/orders/{id}/cancel", tag = "orders", params(KeyHeader, DryRunParam),
    responses((status = 200, description = "The cancelled order", body = OrderBody,
        headers(("ETag" = String, description = "The tag of this version"), ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"), ("Orders-Dry-Run" = String, description = "`true` if nothing was done"))))
)]
pub async fn cancel(
    service: Data<OrderService>,
    Owned(order): Owned,
    asking: Asking,
    body: UnreadBody,
) -> Answer {
    let bytes = body.any_bytes().await?;
    let request = asking.with_body(&bytes);
    let rehearsal = request.rehearsal;
    Ok(changed(&service.cancel(order, request).await?, rehearsal))
}

/// Changes how the customer is reached, while nothing is out.
#[utoipa::path(
    patch, path = "/orders/{id}/contact", tag = "orders", params(KeyHeader, DryRunParam), request_body = SetContactBody,
    responses((status = 200, description = "The order with its contact", body = OrderBody,
        headers(("ETag" = String, description = "The tag of this version"), ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"), ("Orders-Dry-Run" = String, description = "`true` if nothing was done"))))
)]
pub async fn reach(
    service: Data<OrderService>,
    Owned(order): Owned,
    asking: Asking,
    body: UnreadBody,
) -> Answer {
    let reach = async |wanted, request| service.reach(order, wanted, request).await;
    change(&service, asking, body, contact::contact, reach).await
}

/// Reads from the body what is to become of an order, and has it done.
async fn change<T>(
    service: &OrderService,
    asking: Asking,
    body: UnreadBody,
    read: impl FnOnce((Json<'_>, Faults)) -> Result<T, ApiError>,
    make: impl AsyncFnOnce(T, Request) -> Result<Done<Order>, OrderError>,
) -> Answer {
    let bytes = body.json_bytes().await?;
    let user = asking.user;
    let request = asking.with_body(&bytes);
    let rehearsal = request.rehearsal;
    let done = match Json::parse(&bytes).and_then(read) {
        Ok(wanted) => make(wanted, request).await?,
        Err(refusal) => asking::recalled(service, user, &request, refusal).await?,
    };
    Ok(changed(&done, rehearsal))
}

fn changed(done: &Done<Order>, rehearsal: bool) -> HttpResponse {
    let mut answer = response::order(StatusCode::OK, done.made());
    asking::mark(&mut answer, done, rehearsal);
    answer
}
