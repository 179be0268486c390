//! The OpenAPI document and the page to try it from, with assets that are compiled in.

use std::sync::{Arc, LazyLock};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use crate::{error::ApiError, openapi, response};

static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(openapi::document);

static PAGE: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from("/openapi.json");
    Arc::new(config.validator_url("none").try_it_out_enabled(true).persist_authorization(true))
});

/// What the page may load: its own assets and nothing from elsewhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

/// The OpenAPI document.
pub async fn openapi() -> Result<HttpResponse, ApiError> {
    response::json(StatusCode::OK, &*DOCUMENT)
}

/// `/docs` is the page `/docs/`.
pub async fn to_page() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// The page and its files.
pub async fn page(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let path = request.match_info().query("file");
    let file = utoipa_swagger_ui::serve(path, Arc::clone(&PAGE)).map_err(|_| ApiError::Internal(None))?;
    let file = file.ok_or_else(|| ApiError::NoRoute(request.path().to_owned()))?;
    let mut response = HttpResponse::Ok();
    response.content_type(file.content_type).insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    Ok(response.body(file.bytes.into_owned()))
}
