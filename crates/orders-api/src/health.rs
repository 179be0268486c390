//! Whether the process lives, and whether it can do its work.

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use orders_domain::OrderService;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{error::ApiError, writing};

/// What a health check says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
pub struct HealthBody {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

const OK: HealthBody = HealthBody { status: "ok" };

/// Whether the process answers at all.
#[utoipa::path(
    get, path = "/health/live", tag = "operations",
    responses((status = 200, description = "The process lives", body = HealthBody))
)]
pub async fn live() -> Result<HttpResponse, ApiError> {
    writing::json(StatusCode::OK, &OK)
}

/// Whether orders can be read and written now; a refusal names the part that fails.
#[utoipa::path(
    get, path = "/health/ready", tag = "operations",
    responses((status = 200, description = "Orders can be read and written", body = HealthBody))
)]
pub async fn ready(service: Data<OrderService>) -> Result<HttpResponse, ApiError> {
    let health = service.health().await;
    let failing = match (health.reads, health.writes) {
        (Ok(()), Ok(())) => return writing::json(StatusCode::OK, &OK),
        (Ok(()), Err(cause)) => ("storage takes no writes", cause),
        (Err(cause), Ok(())) => ("storage gives no reads", cause),
        (Err(cause), Err(_)) => ("storage takes no writes and gives no reads", cause),
    };
    let (detail, cause) = failing;
    Err(ApiError::Unavailable { detail, cause: Some(cause) })
}
