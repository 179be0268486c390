//! What form of an answer a client takes (RFC 9110, section 12.5.1): the one place that looks at
//! `Accept`.

use actix_web::http::header::{self, HeaderMap};

use crate::http::error::ApiError;

/// A form that an answer can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/json`.
    Json,
    /// `application/x-ndjson`: one JSON text a line.
    NdJson,
    /// `text/csv`: RFC 4180, with a header.
    Csv,
    /// `text/event-stream`: server-sent events.
    EventStream,
}

impl Media {
    /// Its name in `Accept`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::NdJson => "application/x-ndjson",
            Self::Csv => "text/csv",
            Self::EventStream => "text/event-stream",
        }
    }

    /// Its name in `Content-Type`, with its parameters.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            other => other.name(),
        }
    }
}

/// Qualities are counted in thousandths.
const BEST: u16 = 1000;

/// The form that is preferred among those offered; the first of them where several are alike, or
/// nothing is said.
///
/// # Errors
///
/// 406 when none is acceptable.
pub fn choose(headers: &HeaderMap, offered: &'static [Media]) -> Result<Media, ApiError> {
    if !headers.contains_key(header::ACCEPT) {
        return offered.first().copied().ok_or(ApiError::Internal(None));
    }
    let mut best = None;
    for media in offered {
        let quality = quality(headers, media.name());
        if quality > best.map_or(0, |(_, best)| best) {
            best = Some((*media, quality));
        }
    }
    best.map(|(media, _)| media).ok_or(ApiError::NotAcceptable { offered })
}

/// How much a form is wanted: as the most precise range says that it falls into, 0 for none. Elements
/// that are no media ranges are passed over; if nothing is left, nothing was said.
fn quality(headers: &HeaderMap, name: &str) -> u16 {
    let (kind, _) = name.split_once('/').unwrap_or((name, ""));
    let (mut found, mut said_anything) = (None, false);
    let values = headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    for element in values.flat_map(|value| value.split(',')) {
        let mut parts = element.split(';').map(str::trim);
        let Some((range_kind, range_form)) = parts.next().and_then(|range| range.split_once('/')) else {
            continue;
        };
        said_anything = true;
        let precision = match (range_kind, range_form) {
            ("*", "*") => 0,
            (range, "*") if range.eq_ignore_ascii_case(kind) => 1,
            _ if name.eq_ignore_ascii_case(element.split(';').next().unwrap_or_default().trim()) => 2,
            _ => continue,
        };
        let quality = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim_end().eq_ignore_ascii_case("q"))
            .map_or(BEST, |(_, value)| weight(value.trim()));
        // Of two equally precise ones the better counts.
        found = found.max(Some((precision, quality)));
    }
    match found {
        Some((_, quality)) => quality,
        None if said_anything => 0,
        None => BEST,
    }
}

/// `qvalue` of section 12.4.2; one of another form says as much as none.
fn weight(text: &str) -> u16 {
    match text.parse::<f32>() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1000")]
        Ok(value) if (0.0..=1.0).contains(&value) => (value * f32::from(BEST)).round() as u16,
        _ => BEST,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const BOTH: &[Media] = &[Media::Json, Media::NdJson];

    fn chosen(accept: &[&str]) -> Option<Media> {
        chosen_of(BOTH, accept)
    }

    fn chosen_of(offered: &'static [Media], accept: &[&str]) -> Option<Media> {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, HeaderValue::from_str(value).unwrap());
        }
        choose(&headers, offered).ok()
    }

    #[test]
    fn of_three_forms_the_one_is_given_that_is_preferred() {
        const THREE: &[Media] = &[Media::Json, Media::NdJson, Media::Csv];
        for (accept, expected) in [
            ("text/csv", Some(Media::Csv)),
            ("text/csv; header=absent", Some(Media::Csv)),
            ("text/*", Some(Media::Csv)),
            ("text/csv, */*", Some(Media::Json)),
            ("text/csv, application/x-ndjson;q=0.9", Some(Media::Csv)),
            ("application/x-ndjson, text/csv", Some(Media::NdJson)),
            ("text/csv, application/json;q=0.9, */*;q=0.1", Some(Media::Csv)),
            ("text/csv;q=0, text/*", None),
            ("text/html", None),
        ] {
            assert_eq!(chosen_of(THREE, &[accept]), expected, "{accept}");
        }
    }

    #[test]
    fn json_is_given_unless_ndjson_is_preferred() {
        let (json, ndjson) = (Some(Media::Json), Some(Media::NdJson));
        for (accept, expected) in [
            (&[][..], json),
            (&["application/json,application/x-ndjson,application/problem+json"], json),
            (&["application/x-ndjson, application/json"], json),
            (&["application/x-ndjson, */*"], json),
            (&["application/x-ndjson"], ndjson),
            (&["Application/X-NDJSON;q=0.001"], ndjson),
            (&["application/x-ndjson, application/problem+json"], ndjson),
            (&["application/json;q=0.9, application/x-ndjson"], ndjson),
            (&["application/json; q=0.1", "application/x-ndjson ; q=0.2"], ndjson),
            (&["application/x-ndjson, */*;q=0.5"], ndjson),
            (&["application/json;q=0, */*"], ndjson),
            (&["application/x-ndjson;q=0, */*"], json),
            (&["application/*"], json),
            (&["application/x-ndjson;q=nonsense"], ndjson),
            (&["", "nonsense"], json),
            (&["text/csv"], None),
            (&["application/json;q=0"], None),
            (&["application/x-ndjson2"], None),
            (&["text/*, application/json;q=0.000"], None),
        ] {
            assert_eq!(chosen(accept), expected, "{accept:?}");
        }
    }
}
