//! Entity tags and the conditions on them (RFC 9110, sections 8.8.3 and 13.1).
//!
//! An order's tag is its version in quotes; it is strong, for the version changes with every
//! change of the order. To forget the customer is no change of it, so while something is known of them the tag
//! says that, too.

use std::fmt::Write;

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
};
use orders_domain::{Expected, Order, Version};

use crate::http::error::ApiError;

/// Behind the version of an order while something is known of its customer.
const KNOWN: char = 'k';

/// The tag of what has this version.
#[must_use]
pub fn of(version: Version) -> HeaderValue {
    tag(version, false)
}

/// The tag of an order.
#[must_use]
pub fn of_order(order: &Order) -> HeaderValue {
    let noted = order.cancellations().iter().any(|cancellation| cancellation.note.is_some());
    tag(order.version(), noted || !order.contact().is_empty())
}

/// The tag of what has this version and is shown otherwise to others: with a mark of how, behind a dash.
#[must_use]
pub fn of_view(version: Version, mark: [u8; MARK_BYTES]) -> HeaderValue {
    let mut tag = format!("\"{}-", version.get());
    for byte in mark {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"0\""))
}

fn tag(version: Version, is_known: bool) -> HeaderValue {
    let mut tag = String::with_capacity(23);
    tag.push('"');
    tag.push_str(itoa::Buffer::new().format(version.get()));
    tag.extend(is_known.then_some(KNOWN));
    tag.push('"');
    HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// How many bytes a mark has of how something is shown.
const MARK_BYTES: usize = 6;

/// At which versions `If-Match` lets an order be changed. Weak tags are well-formed but match nothing.
///
/// # Errors
///
/// 400 for a malformed header.
pub fn if_match(headers: &HeaderMap) -> Result<Expected, ApiError> {
    expected(headers, version)
}

/// The same of what is shown to each as they are to see it: how is no matter to who changes it.
///
/// # Errors
///
/// 400 for a malformed header.
pub fn if_match_of_view(headers: &HeaderMap) -> Result<Expected, ApiError> {
    expected(headers, |opaque| {
        let is_mark = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
        match opaque.iter().rposition(|byte| *byte == b'-').map(|dash| (&opaque[..dash], &opaque[dash + 1..]))
        {
            Some((version, mark)) if mark.len() == 2 * MARK_BYTES && mark.iter().all(is_mark) => {
                self::version(version)
            }
            _ => version(opaque),
        }
    })
}

fn expected(headers: &HeaderMap, version: impl Fn(&[u8]) -> Option<Version>) -> Result<Expected, ApiError> {
    Ok(match parse(headers, &header::IF_MATCH)? {
        None | Some(Tags::Any) => Expected::Any,
        Some(Tags::Listed(tags)) => {
            let strong = tags.iter().filter(|tag| !tag.weak);
            Expected::OneOf(strong.filter_map(|tag| version(tag.opaque)).collect())
        }
    })
}

/// The 304 to who has what has this tag already, as `If-None-Match` says.
///
/// # Errors
///
/// 400 for a malformed header.
pub fn not_modified(headers: &HeaderMap, present: &HeaderValue) -> Result<Option<HttpResponse>, ApiError> {
    let answer = || HttpResponse::NotModified().insert_header((header::ETAG, present.clone())).finish();
    Ok(is_known(headers, present)?.then(answer))
}

/// Whether `If-None-Match` names this tag. The comparison is weak.
fn is_known(headers: &HeaderMap, present: &HeaderValue) -> Result<bool, ApiError> {
    Ok(match parse(headers, &header::IF_NONE_MATCH)? {
        None => false,
        Some(Tags::Any) => true,
        Some(Tags::Listed(tags)) => tags.iter().any(|tag| Some(tag.opaque) == unquoted(present)),
    })
}

fn unquoted(tag: &HeaderValue) -> Option<&[u8]> {
    tag.as_bytes().strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// The version that a tag of ours names; only the canonical spelling is one of ours. What is known beside it is no
/// matter: who changes an order wants it at a version.
fn version(opaque: &[u8]) -> Option<Version> {
    let text = std::str::from_utf8(opaque).ok()?;
    let digits = text.strip_suffix(KNOWN).unwrap_or(text);
    let number: i64 = digits.parse().ok()?;
    if number.to_string() == digits { number.try_into().ok() } else { None }
}

enum Tags<'a> {
    Any,
    Listed(Vec<Tag<'a>>),
}

struct Tag<'a> {
    weak: bool,
    opaque: &'a [u8],
}

fn parse<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<Tags<'a>>, ApiError> {
    let mut values = headers.get_all(name).peekable();
    if values.peek().is_none() {
        return Ok(None);
    }
    let mut tags = Vec::new();
    for value in values {
        let text = value.as_bytes().trim_ascii();
        if text == b"*" && tags.is_empty() && headers.get_all(name).count() == 1 {
            return Ok(Some(Tags::Any));
        }
        if !list(text, &mut tags) {
            return Err(ApiError::malformed(format!("{name} {value:?} is not a list of entity tags")));
        }
    }
    if tags.is_empty() {
        return Err(ApiError::malformed(format!("{name} is empty")));
    }
    Ok(Some(Tags::Listed(tags)))
}

/// Reads `#entity-tag`; whether it is one. Empty elements are skipped, as section 5.6.1 wants it.
fn list<'a>(mut text: &'a [u8], tags: &mut Vec<Tag<'a>>) -> bool {
    loop {
        text = text.trim_ascii_start();
        match text {
            [] => return true,
            [b',', rest @ ..] => {
                text = rest;
                continue;
            }
            _ => {}
        }
        let (weak, rest) = match text {
            [b'W', b'/', rest @ ..] => (true, rest),
            _ => (false, text),
        };
        let [b'"', rest @ ..] = rest else { return false };
        let Some(end) = rest.iter().position(|byte| *byte == b'"') else { return false };
        let (opaque, rest) = rest.split_at(end);
        if !opaque.iter().all(|byte| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)) {
            return false;
        }
        tags.push(Tag { weak, opaque });
        text = rest[1..].trim_ascii_start();
        if !matches!(text, [] | [b',', ..]) {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn if_match_names_versions_in_one_or_several_lists() {
        let version = |number| Version::try_from(number).unwrap();
        for (values, expected) in [
            (&[r#""3""#][..], vec![3]),
            (&[r#" "1" , "2" "#], vec![1, 2]),
            (&[r#""1""#, r#""2""#], vec![1, 2]),
            (&[r#",, "1",,"#], vec![1]),
            (&[r#"W/"1""#], vec![]),
            // Whatever was known of the customer then.
            (&[r#""3k", "k", "4kk", "k5""#], vec![3]),
            (&[r#""01", "x", "", "+1", "-1", "0""#], vec![]),
        ] {
            let found = if_match(&headers(header::IF_MATCH, values)).unwrap();
            assert_eq!(found, Expected::OneOf(expected.into_iter().map(version).collect()), "{values:?}");
        }
    }

    #[test]
    fn how_a_thing_was_shown_is_no_matter_to_who_changes_it() {
        let mark = [0, 1, 0xab, 0xff, 9, 16];
        let tag = of_view(Version::FIRST, mark);
        assert_eq!(tag, "\"1-0001abff0910\"");
        let of = |tag: &str| if_match_of_view(&headers(header::IF_MATCH, &[tag])).unwrap();
        assert_eq!(of(tag.to_str().unwrap()), Expected::OneOf(vec![Version::FIRST]));
        assert_eq!(of("\"1\", \"2\""), Expected::OneOf(vec![Version::FIRST, 2.try_into().unwrap()]));
        for other in
            ["\"1-\"", "\"1-0001ABff0910\"", "\"1-0001abff09\"", "\"-0001abff0910\"", "W/\"1-0001abff0910\""]
        {
            assert_eq!(of(other), Expected::OneOf(Vec::new()), "{other}");
        }
        // No order has such a tag.
        assert_eq!(
            if_match(&headers(header::IF_MATCH, &["\"1-0001abff0910\""])).unwrap(),
            Expected::OneOf(Vec::new())
        );
    }

    #[test]
    fn a_star_or_no_header_expects_any_version() {
        assert_eq!(if_match(&headers(header::IF_MATCH, &["*"])).unwrap(), Expected::Any);
        assert_eq!(if_match(&HeaderMap::new()).unwrap(), Expected::Any);
    }

    #[test]
    fn a_malformed_list_is_refused() {
        for bad in ["", ",", "1", r#""1"#, r#""1" "2""#, r#"w/"1""#, r#""1", *"#, "**", r#""a b""#] {
            assert!(if_match(&headers(header::IF_MATCH, &[bad])).is_err(), "{bad:?} was taken");
        }
        assert!(if_match(&headers(header::IF_MATCH, &["*", "*"])).is_err());
    }

    #[test]
    fn if_none_match_compares_weakly() {
        let knows = |value| is_known(&headers(header::IF_NONE_MATCH, &[value]), &of(Version::FIRST)).unwrap();
        assert!(knows(r#""1""#) && knows(r#"W/"1""#) && knows("*") && knows(r#""7", "1""#));
        // What was shown with the customer is not what is shown without.
        assert!(!knows(r#""2""#) && !knows(r#""1k""#));
    }
}
