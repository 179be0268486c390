//! JSON written, as an answer and into memory.

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::error::ApiError;

/// A JSON answer.
///
/// # Errors
///
/// 500 if the body cannot be written, which no body of ours can.
pub fn json(status: StatusCode, body: &impl Serialize) -> Result<HttpResponse, ApiError> {
    Ok(ok_json(status, serde_json::to_vec(body).map_err(|_| ApiError::Internal(None))?))
}

/// A JSON answer with the tag of what it shows.
///
/// # Errors
///
/// As [`json`].
pub fn tagged(status: StatusCode, body: &impl Serialize, tag: HeaderValue) -> Result<HttpResponse, ApiError> {
    let mut answer = json(status, body)?;
    answer.headers_mut().insert(header::ETAG, tag);
    Ok(answer)
}

/// A JSON body that is written already.
pub fn ok_json(status: StatusCode, body: Vec<u8>) -> HttpResponse {
    let json = HeaderValue::from_static("application/json");
    HttpResponse::build(status).insert_header((header::CONTENT_TYPE, json)).body(body)
}

/// A number, after this.
pub fn number(out: &mut Vec<u8>, before: &str, number: i64) {
    out.extend_from_slice(before.as_bytes());
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// A text of ours, in which nothing is to be escaped; the quote before it is in `before`.
pub fn plain_text(out: &mut Vec<u8>, before: &str, text: &str) {
    out.extend_from_slice(before.as_bytes());
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// A text of somebody else's.
pub fn any_text(out: &mut Vec<u8>, before: &str, text: &str) {
    out.extend_from_slice(before.as_bytes());
    // A text into memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}

/// Millionths of a degree as a number of degrees, without zeros at its end.
pub fn degrees(out: &mut Vec<u8>, millionths: i64) {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, rest) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let text = format!("{sign}{whole}.{rest:06}");
    out.extend_from_slice(text.trim_end_matches('0').trim_end_matches('.').as_bytes());
}

/// A moment as all bodies have it.
pub fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}
