//! The routes of what was counted, one handler each.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use orders_domain::AnalyticsService;

use crate::{
    http::{error::ApiError, writing},
    server::auth::CurrentUser,
};

mod body;
mod query;

use body::ReportBody;
use query::{Asked, OrdersReportParams, ProductsReportParams, TimeParams};

type Answer = Result<HttpResponse, ApiError>;

/// Counts orders: how many were placed, of what worth, how many pieces were cancelled and left. By status it counts the
/// orders that came to it. Imported orders count when they were placed in the other system.
#[utoipa::path(
    get, path = "/analytics/orders", operation_id = "count_orders", tag = "analytics", params(TimeParams, OrdersReportParams),
    responses((status = 200, description = "The figures of each period and currency; those in which nothing happened are left out", body = ReportBody))
)]
pub async fn orders(service: Data<AnalyticsService>, user: CurrentUser, http: HttpRequest) -> Answer {
    report(&service, user, Asked::orders(http.query_string())?).await
}

/// Shows the best sellers: of each period and currency the products of which the most pieces were ordered.
#[utoipa::path(
    get, path = "/analytics/products", operation_id = "count_products", tag = "analytics", params(TimeParams, ProductsReportParams),
    responses((status = 200, description = "The figures of the best sellers of each period and currency, the best first", body = ReportBody))
)]
pub async fn products(service: Data<AnalyticsService>, user: CurrentUser, http: HttpRequest) -> Answer {
    report(&service, user, Asked::products(http.query_string())?).await
}

async fn report(service: &AnalyticsService, CurrentUser { user, .. }: CurrentUser, asked: Asked) -> Answer {
    let answered = service.report(user, asked.report).await?;
    writing::json(StatusCode::OK, &ReportBody::of(&answered, asked.report.grouping))
}
