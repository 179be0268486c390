//! The OpenAPI and `AsyncAPI` documents and the page to try it from, with assets that are compiled in.

use std::sync::{Arc, LazyLock};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::{Bytes, Data},
};
use serde_json::Value;
use utoipa_swagger_ui::Config;

use crate::{events::asyncapi, http::error::ApiError, server::auth::Auth};

/// The assets of a release do not change.
const ASSETS: HeaderValue = HeaderValue::from_static("public, max-age=86400");

static PAGE: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    // Relative to the page, which may be below a path; what is typed in stays in the page.
    let config = Config::from("../openapi.json");
    Arc::new(config.validator_url("none").try_it_out_enabled(true).persist_authorization(false))
});

/// Where the page's program is told what to show, and what it says there of the user.
const INITIALIZER: &str = "swagger-initializer.js";
const BUNDLE: &str = "SwaggerUIBundle({";
const USER_1: &str = r#"
  "onComplete": () => window.ui.preauthorizeApiKey("userId", "1"),"#;

/// So that a phone shows the page at a size that can be read.
const VIEWPORT: &str = r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#;

/// What the page may load: its own assets and nothing from elsewhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

/// What programs read of the API, written once.
#[derive(Debug)]
pub struct Documents {
    openapi: Bytes,
    asyncapi: Bytes,
}

impl Documents {
    /// This one of the API, and that of events.
    #[must_use]
    pub fn of(openapi: &Value) -> Data<Self> {
        let bytes = |json: &Value| serde_json::to_vec(json).unwrap_or_default().into();
        Data::new(Self { openapi: bytes(openapi), asyncapi: bytes(&asyncapi::document()) })
    }
}

/// The OpenAPI document.
pub async fn openapi(documents: Data<Documents>) -> HttpResponse {
    json(documents.openapi.clone())
}

/// The `AsyncAPI` document.
pub async fn asyncapi(documents: Data<Documents>) -> HttpResponse {
    json(documents.asyncapi.clone())
}

fn json(document: Bytes) -> HttpResponse {
    let json = HeaderValue::from_static("application/json");
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, json)).body(document)
}

/// `/docs` is the page `/docs/`: relative to the path that was asked for, which a proxy may have cut.
pub async fn to_page() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "docs/")).finish()
}

/// The page and its files. Where a bare header says who is asking, the page asks as user 1 from the
/// start.
pub async fn page(auth: Data<Auth>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let path = request.match_info().query("file");
    let file = utoipa_swagger_ui::serve(path, Arc::clone(&PAGE)).map_err(|_| ApiError::Internal(None))?;
    let file = file.ok_or_else(|| ApiError::NoRoute(request.path().to_owned()))?;
    let mut response = HttpResponse::Ok();
    response.content_type(file.content_type).insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    let after = |place: &str, text: &str| {
        String::from_utf8_lossy(&file.bytes).replacen(place, &format!("{place}{text}"), 1)
    };
    Ok(match path {
        "" | "index.html" => response.body(after("<head>", VIEWPORT)),
        INITIALIZER if auth.is_bare_header() => response.body(after(BUNDLE, USER_1)),
        INITIALIZER => response.body(file.bytes.into_owned()),
        _ => response.insert_header((header::CACHE_CONTROL, ASSETS)).body(file.bytes.into_owned()),
    })
}
