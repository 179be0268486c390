//! The product routes, one handler each.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use orders_domain::{KeepingService, Product, ports::Offer};

use crate::{
    http::{error::ApiError, etag, headers, idempotency::KeyHeader, public_url::PublicPath, writing},
    server::{
        asking::{self, Asking, DryRunParam},
        ownership::segment_id,
        payload::UnreadBody,
    },
};

pub mod body;
mod query;
mod request;

use body::ProductBody;
use query::ProductsParams;
use request::{ChangeProductBody, CreateProductBody};

type Answer = Result<HttpResponse, ApiError>;

/// Lists products, ascending by id.
#[utoipa::path(
    get, path = "/products", operation_id = "list_products", tag = "products", params(ProductsParams),
    responses((status = 200, description = "A page of products", body = [ProductBody], headers(
        ("Link" = String, description = "The next page, while there is more"),
    )))
)]
pub async fn list(service: Data<KeepingService>, http: HttpRequest) -> Answer {
    let query = query::parse(http.query_string())?;
    let page = service.products(query.clone()).await?;
    let products: Vec<_> = page.offers.iter().map(ProductBody::from).collect();
    let mut answer = writing::json(StatusCode::OK, &products)?;
    if let (true, Some(last)) = (page.more, page.offers.last()) {
        let link = query::next_link(PublicPath::of(&http), &query, last.product.id);
        answer.headers_mut().insert(header::LINK, headers::value(link)?);
    }
    Ok(answer)
}

/// Shows a product. `available` changes without its tag, so a product that is counted is never 304.
#[utoipa::path(
    get, path = "/products/{id}", operation_id = "show_product", tag = "products",
    responses(
        (status = 200, description = "The product", body = ProductBody,
            headers(("ETag" = String, description = "The tag of this version"))),
        (status = 304, description = "`If-None-Match` names the present tag, and nobody counts it",
            headers(("ETag" = String, description = "The tag of this version"))),
    )
)]
pub async fn show(service: Data<KeepingService>, http: HttpRequest) -> Answer {
    let offer = service.product(segment_id(&http)?).await?;
    let version = offer.product.version;
    if etag::is_known(http.headers(), &etag::of(version))? && offer.available.is_none() {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag::of(version))).finish());
    }
    shown(StatusCode::OK, &offer)
}

/// Takes a product into the catalogue.
#[utoipa::path(
    post, path = "/products", operation_id = "create_product", tag = "products",
    params(KeyHeader, DryRunParam), request_body = CreateProductBody,
    responses((status = 201, description = "The product", body = ProductBody, headers(
        ("Location" = String, description = "`/products/{id}`"),
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
    let currency = service.currency();
    let create = async |user, product, request| service.create_product(user, product, request).await;
    let answered = asking::keep(&service, asking, body, |sent| request::new(sent, currency), create).await?;
    let product: &Product = answered.done.made();
    let mut answer = shown(StatusCode::CREATED, &fresh(product))?;
    let location = format!("{}/products/{}", PublicPath::of(&http), product.id);
    answer.headers_mut().insert(header::LOCATION, headers::value(location)?);
    Ok(answered.mark(answer))
}

/// Changes a product: the members that are sent. A price counts from the moment of the answer.
#[utoipa::path(
    patch, path = "/products/{id}", operation_id = "change_product", tag = "products",
    params(KeyHeader, DryRunParam), request_body = ChangeProductBody,
    responses((status = 200, description = "The product as it is since; `available` is that of now", body = ProductBody, headers(
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
    let (id, expected) = (segment_id(&http)?, etag::if_match(http.headers())?);
    let currency = service.currency();
    let change = async |user, patch: request::ProductChange, request| {
        service.change_product(user, id, &expected, |details| patch.clone().of(details), request).await
    };
    let answered =
        asking::keep(&service, asking, body, |sent| request::patch(sent, currency), change).await?;
    let product: &Product = answered.done.made();
    let available = service.product(product.id).await?.available;
    let available = product.details.policy.is_tracked().then(|| available.unwrap_or_default());
    let answer = shown(StatusCode::OK, &Offer { product: product.clone(), available })?;
    Ok(answered.mark(answer))
}

/// A product of which nothing has been taken in yet.
fn fresh(product: &Product) -> Offer {
    let available = product.details.policy.is_tracked().then_some(0);
    Offer { product: product.clone(), available }
}

fn shown(status: StatusCode, offer: &Offer) -> Answer {
    let mut answer = writing::json(status, &ProductBody::from(offer))?;
    answer.headers_mut().insert(header::ETAG, etag::of(offer.product.version));
    Ok(answer)
}
