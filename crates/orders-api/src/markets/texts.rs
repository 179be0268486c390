//! The routes of what products are called, one handler each.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use orders_domain::{
    KeepingService, MarketplaceCode, ProductText, Subject,
    catalogue::product::ProductName,
    market::product_text::{Description, TextDetails, TextKey},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, made_or_set};
use crate::{
    http::{
        error::ApiError,
        etag,
        faults::Faults,
        idempotency::KeyHeader,
        json::Json,
        members::{nullable, some_members, text},
        writing,
    },
    server::{
        asking::{self, Asking, DryRunParam},
        auth::CurrentUser,
        ownership::{segment, segment_id},
        payload::UnreadBody,
    },
};

/// What a product is called in a language.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProductText)]
pub struct TextBody<'a> {
    /// Which product.
    #[schema(minimum = 1, example = 9)]
    product_id: i64,
    /// Where; null is everywhere where there is none of the marketplace's own.
    #[schema(required = true, example = "de")]
    marketplace: Option<&'a str>,
    /// In which language, in the one spelling of its tag.
    #[schema(example = "de-AT")]
    locale: &'a str,
    /// Its name.
    #[schema(example = "Schneidbrett aus Bambus")]
    name: &'a str,
    /// What else is said of it.
    #[schema(required = true, example = "Hart und leicht.")]
    description: Option<&'a str>,
}

impl<'a> From<&'a ProductText> for TextBody<'a> {
    fn from(text: &'a ProductText) -> Self {
        Self {
            product_id: text.of.product.get(),
            marketplace: text.of.marketplace.as_ref().map(MarketplaceCode::as_str),
            locale: text.of.locale.as_str(),
            name: text.details.name.as_str(),
            description: text.details.description.as_ref().map(Description::as_str),
        }
    }
}

/// What a product is to be called; all of it.
#[derive(Debug, ToSchema)]
#[schema(as = SetText, example = json!({"name": "Schneidbrett aus Bambus", "description": "Hart und leicht."}))]
#[expect(dead_code, reason = "the schema of what `details` reads")]
pub struct SetTextBody {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What else is said of it, with line feeds; nothing unless it is said.
    #[schema(required = false, min_length = 1, max_length = 4000)]
    description: Option<String>,
}

/// Shows what a product is called in a language.
#[utoipa::path(
    get, path = "/products/{id}/texts/{marketplace}/{locale}", operation_id = "show_text", tag = "marketplaces",
    responses((status = 200, description = "The text", body = TextBody,
        headers(("ETag" = String, description = "The tag of this version"))))
)]
pub async fn show(
    service: Data<KeepingService>,
    CurrentUser { user, .. }: CurrentUser,
    http: HttpRequest,
) -> Answer {
    let of = of(&http)?;
    let text = service.text(user, &of).await?;
    shown(StatusCode::OK, &text.ok_or(ApiError::UnknownText(Subject::Text(of)))?)
}

/// Says what a product is called in a language, in a marketplace or, with `-`, in all.
#[utoipa::path(
    put, path = "/products/{id}/texts/{marketplace}/{locale}", operation_id = "set_text", tag = "marketplaces",
    params(KeyHeader, DryRunParam), request_body = SetTextBody,
    responses(
        (status = 200, description = "The text, which was there", body = TextBody, headers(
            ("ETag" = String, description = "The tag of this version"),
            ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
            ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
        )),
        (status = 201, description = "The text, which is new", body = TextBody, headers(
            ("ETag" = String, description = "The tag of this version"),
            ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
            ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
        )),
    )
)]
pub async fn set(
    service: Data<KeepingService>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let (of, expected) = (of(&http)?, etag::if_match(http.headers())?);
    let mut was_there = false;
    let set = async |user, details: TextDetails, request| {
        was_there = matches!(service.text(user, &of).await, Ok(Some(_)));
        service.set_text(user, &of, &expected, details, request).await
    };
    let answered = asking::keep(&service, asking, body, details, set).await?;
    let text: &ProductText = answered.done.made();
    let answer = shown(made_or_set(&answered.done, text.version, was_there), text)?;
    Ok(answered.mark(answer))
}

/// What stands in the place of a marketplace for all of them.
const ALL: &str = "-";

fn of(http: &HttpRequest) -> Result<TextKey, ApiError> {
    let for_all = http.uri().path().split('/').nth(4) == Some(ALL);
    let marketplace = if for_all { None } else { Some(segment(http, 4)?) };
    Ok(TextKey { product: segment_id(http)?, marketplace, locale: segment(http, 5)? })
}

fn shown(status: StatusCode, text: &ProductText) -> Answer {
    writing::tagged(status, &TextBody::from(text), etag::of(text.version))
}

/// What it is to be called.
fn details((body, mut faults): (Json<'_>, Faults)) -> Result<TextDetails, ApiError> {
    let sent = some_members(body, "", ["name"], ["description"], &mut faults);
    let parts = sent.map(|([name], [description])| {
        let name = text(name, ProductName::parse, &mut faults);
        let description =
            nullable(description, |description| text(description, Description::parse, &mut faults));
        (name, description.or(None))
    });
    faults.into_result()?;
    let Some((Some(name), description)) = parts else { return Err(ApiError::Internal(None)) };
    Ok(TextDetails { name, description })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_name_and_perhaps_more() {
        let read = |body: &'static str| details(Json::parse(body.as_bytes()).unwrap());
        assert_eq!(read(r#"{"name": " Brett ", "description": null}"#).unwrap().name.as_str(), "Brett");
        let lines = read(r#"{"name": "Brett", "description": "eins\r\nzwei"}"#).unwrap().description.unwrap();
        assert_eq!(lines.as_str(), "eins\nzwei");
        let Err(ApiError::Malformed { faults, .. }) =
            read(r#"{"description": "", "locale": "de", "name": 1}"#)
        else {
            panic!()
        };
        assert_eq!(faults.len(), 3, "{faults:?}");
    }
}
