//! The OpenAPI document and the page to try it from, with assets that are compiled in.

use std::sync::{Arc, LazyLock};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::Data,
};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use crate::{error::ApiError, response};

/// The assets of a release do not change.
const ASSETS: HeaderValue = HeaderValue::from_static("public, max-age=86400");

static PAGE: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    // Relative to the page, which may be below a path; what is typed in stays in the page.
    let config = Config::from("../openapi.json");
    Arc::new(config.validator_url("none").try_it_out_enabled(true).persist_authorization(false))
});

/// So that a phone shows the page at a size that can be read.
const VIEWPORT: &str = r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#;

/// What the page may load: its own assets and nothing from elsewhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

/// The OpenAPI document.
pub async fn openapi(document: Data<OpenApi>) -> Result<HttpResponse, ApiError> {
    response::json(StatusCode::OK, &**document)
}

/// `/docs` is the page `/docs/`, and `/` leads there: relative to the path that was asked for, which a
/// proxy may have cut.
pub async fn to_page() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "docs/")).finish()
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
    if path.is_empty() || path == "index.html" {
        let page = String::from_utf8_lossy(&file.bytes);
        return Ok(response.body(page.replacen("<head>", &format!("<head>{VIEWPORT}"), 1)));
    }
    response.insert_header((header::CACHE_CONTROL, ASSETS));
    Ok(response.body(file.bytes.into_owned()))
}
