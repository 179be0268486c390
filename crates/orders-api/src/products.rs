//! The product routes, one handler each.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use orders_domain::{OrderService, Product};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{error::ApiError, writing},
    server::ownership::segment_id,
};

/// A product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductBody<'a> {
    /// Its number.
    #[schema(minimum = 1, example = 9)]
    id: i64,
    /// Its name.
    #[schema(example = "Bamboo cutting board")]
    name: &'a str,
    /// The present price of one piece in the currency's minor unit.
    #[schema(minimum = 0, example = 1999)]
    price: i64,
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: &'a str,
}

impl<'a> From<&'a Product> for ProductBody<'a> {
    fn from(product: &'a Product) -> Self {
        Self {
            id: product.id.get(),
            name: &product.name,
            price: product.price.minor_units(),
            currency: product.currency.code(),
        }
    }
}

/// Lists all products.
#[utoipa::path(
    get, path = "/products", operation_id = "list_products", tag = "products",
    responses((status = 200, description = "All products, ascending by id", body = [ProductBody]))
)]
pub async fn list(service: Data<OrderService>) -> Result<HttpResponse, ApiError> {
    let products = service.products().await?;
    writing::json(StatusCode::OK, &products.iter().map(ProductBody::from).collect::<Vec<_>>())
}

/// Shows a product.
#[utoipa::path(
    get, path = "/products/{id}", operation_id = "show_product", tag = "products",
    responses((status = 200, description = "The product", body = ProductBody))
)]
pub async fn show(service: Data<OrderService>, http: HttpRequest) -> Result<HttpResponse, ApiError> {
    let product = service.product(segment_id(&http)?).await?;
    writing::json(StatusCode::OK, &ProductBody::from(&product))
}
