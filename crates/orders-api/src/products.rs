//! The product routes, one handler each.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{StatusCode, header},
    web::Data,
};
use orders_domain::{
    AskedMarket, ChosenMarket, KeepingError, KeepingService, Languages, Product, Shown,
    market::shown::{OnSale, Showing},
    ports::Offer,
    service::ProductView,
};

use crate::{
    http::{
        error::ApiError, etag, headers, idempotency::KeyHeader, language, public_url::PublicPath, writing,
    },
    markets::asked::{self, LanguageHeader, MarketplaceHeader, MarketplaceParam},
    server::{
        asking::{self, Asking, DryRunParam},
        ownership::segment_id,
        payload::UnreadBody,
    },
};

pub mod body;
mod query;
mod request;
mod tag;

use body::ProductBody;
use query::ProductsParams;
use request::{ChangeProductBody, CreateProductBody};

type Answer = Result<HttpResponse, ApiError>;

/// Lists products, ascending by id, as a marketplace shows them; of another than the default one what is sold there.
#[utoipa::path(
    get, path = "/products", operation_id = "list_products", tag = "products",
    params(ProductsParams, MarketplaceHeader, LanguageHeader),
    responses((status = 200, description = "A page of products", body = [ProductBody], headers(
        ("Link" = String, description = "The next page, while there is more"),
        ("Content-Language" = String, description = "The languages of the names"),
        ("Vary" = String, description = "Which headers choose the marketplace and the names"),
    )))
)]
pub async fn list(service: Data<KeepingService>, http: HttpRequest) -> Answer {
    let query = query::parse(http.query_string());
    let (named, said) = (query.marketplace.clone(), asked::asked(&http)?);
    let said = AskedMarket { query: named.as_deref(), ..said };
    let market = match service.choose(&said, language::languages(http.headers())).await {
        Ok(market) => Ok(market),
        Err(KeepingError::NotChosen(not_chosen)) => Err(not_chosen),
        Err(other) => return Err(other.into()),
    };
    let (wanted, market) = query.in_market(market)?;
    let (views, more) = service.shown(wanted.clone(), &market).await?;
    let products: Vec<_> = views.iter().map(|view| ProductBody::listed(view, &market)).collect();
    let mut answer = writing::json(StatusCode::OK, &products)?;
    if let (true, Some(last)) = (more, views.last()) {
        let last = last.offer.product.id;
        let link = query::next_link(PublicPath::of(&http), (&wanted, named.as_deref()), last);
        answer.headers_mut().insert(header::LINK, headers::value(link)?);
    }
    told_in(&mut answer, &views)?;
    asked::vary(&http, &mut answer);
    Ok(answer)
}

/// Shows a product as a marketplace does. `available` changes without its tag, so a product that is counted is never
/// 304.
#[utoipa::path(
    get, path = "/products/{id}", operation_id = "show_product", tag = "products",
    params(MarketplaceParam, MarketplaceHeader, LanguageHeader),
    responses(
        (status = 200, description = "The product", body = ProductBody, headers(
            ("ETag" = String, description = "The tag of what is shown"),
            ("Content-Language" = String, description = "The language of the name"),
            ("Vary" = String, description = "Which headers choose the marketplace and the name"),
        )),
        (status = 304, description = "`If-None-Match` names the present tag, and nobody counts it", headers(
            ("ETag" = String, description = "The tag of what is shown"),
            ("Vary" = String, description = "Which headers choose the marketplace and the name"),
        )),
    )
)]
pub async fn show(service: Data<KeepingService>, http: HttpRequest) -> Answer {
    let id = segment_id(&http)?;
    let (named, said) = (asked::named(http.query_string())?, asked::asked(&http)?);
    let said = AskedMarket { query: named.as_deref(), ..said };
    let market = service.choose(&said, language::languages(http.headers())).await?;
    let mut answer = match service.view(id, &market).await.map_err(ApiError::from) {
        Ok(view) => {
            let tag = tag::of(&view, &market);
            let known = etag::not_modified(http.headers(), &tag)?;
            if let Some(answer) = known.filter(|_| view.offer.available.is_none()) {
                answer
            } else {
                let mut answer = writing::tagged(StatusCode::OK, &ProductBody::alone(&view, &market), tag)?;
                told_in(&mut answer, std::slice::from_ref(&view))?;
                answer
            }
        }
        // Somebody else may be shown it, so whoever keeps the answer must know for whom it is.
        Err(refusal @ ApiError::NotShownHere(_)) => refusal.error_response(),
        Err(other) => return Err(other),
    };
    asked::vary(&http, &mut answer);
    Ok(answer)
}

/// Says in which languages names are told.
fn told_in(answer: &mut HttpResponse, views: &[ProductView]) -> Result<(), ApiError> {
    let mut locales: Vec<&str> = Vec::new();
    for view in views {
        let locale = view.on_sale.shown.name_from.locale.as_str();
        if !locales.contains(&locale) {
            locales.push(locale);
        }
    }
    if !locales.is_empty() {
        answer.headers_mut().insert(header::CONTENT_LANGUAGE, headers::value(locales.join(", "))?);
    }
    Ok(())
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
    let (currency, market) = (service.currency(), own(&service).await?);
    let create = async |user, product, request| service.create_product(user, product, request).await;
    let answered = asking::keep(&service, asking, body, |sent| request::new(sent, currency), create).await?;
    let product: &Product = answered.done.made();
    // Nothing of it has been taken in yet.
    let available = product.details.policy.is_tracked().then_some(0);
    let mut answer = kept(StatusCode::CREATED, (product, available), &market)?;
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
    let (id, expected) = (segment_id(&http)?, etag::if_match_of_view(http.headers())?);
    let (currency, market) = (service.currency(), own(&service).await?);
    let change = async |user, patch: request::ProductChange, request| {
        service.change_product(user, id, &expected, |details| patch.clone().of(details), request).await
    };
    let answered =
        asking::keep(&service, asking, body, |sent| request::patch(sent, currency), change).await?;
    let product: &Product = answered.done.made();
    let available = service.product(product.id).await?.available;
    let available = product.details.policy.is_tracked().then(|| available.unwrap_or_default());
    let answer = kept(StatusCode::OK, (product, available), &market)?;
    Ok(answered.mark(answer))
}

/// The default marketplace, whose prices and names are the products' own.
async fn own(service: &KeepingService) -> Result<ChosenMarket, ApiError> {
    Ok(service.choose(&AskedMarket::default(), Languages::default()).await?)
}

/// A product with what is its own, as the answer to who keeps it.
fn kept(status: StatusCode, (product, available): (&Product, Option<i64>), market: &ChosenMarket) -> Answer {
    let (name, name_from) = (product.details.name.clone(), Showing::own_name(market));
    let on_sale = OnSale { terms: product.terms(), shown: Arc::new(Shown { name, name_from, model: None }) };
    let offer = Offer { product: product.clone(), available };
    let view = ProductView { offer, on_sale, listing: None, text: None, description: None };
    writing::tagged(status, &ProductBody::listed(&view, market), tag::of(&view, market))
}
