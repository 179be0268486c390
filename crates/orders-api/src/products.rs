//! The product routes, one handler each.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use orders_domain::OrderService;

use crate::{
    http::error::ApiError,
    orders::response::{self, ProductBody},
    server::ownership::segment_id,
};

/// Lists all products.
#[utoipa::path(
    get, path = "/products", operation_id = "list_products", tag = "products",
    responses((status = 200, description = "All products, ascending by id", body = [ProductBody]))
)]
pub async fn list(service: Data<OrderService>) -> Result<HttpResponse, ApiError> {
    let products = service.products().await?;
    response::json(StatusCode::OK, &products.iter().map(ProductBody::from).collect::<Vec<_>>())
}

/// Shows a product.
#[utoipa::path(
    get, path = "/products/{id}", operation_id = "show_product", tag = "products",
    responses((status = 200, description = "The product", body = ProductBody))
)]
pub async fn show(service: Data<OrderService>, http: HttpRequest) -> Result<HttpResponse, ApiError> {
    let product = service.product(segment_id(&http)?).await?;
    response::json(StatusCode::OK, &ProductBody::from(&product))
}
