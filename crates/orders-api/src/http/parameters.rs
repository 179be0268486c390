//! What every query string must keep to, whatever the route.

use std::{
    borrow::Cow,
    fmt::Display,
    num::IntErrorKind::{NegOverflow, PosOverflow},
    str::FromStr,
};

use chrono::{DateTime, Datelike, Utc};
use form_urlencoded::parse;
use orders_domain::{InvalidInput, PageLimit, Quoted, Version};
use utoipa::IntoParams;

use crate::http::{error::ApiError, faults::Faults};

/// The most parameters that a query has. Looking for repeated ones looks at all that came before.
const MAX: usize = 32;

/// The parameter of one order, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what [`version`] reads")]
pub struct VersionParam {
    /// Show the order as it was at this version.
    #[param(minimum = 1, nullable = false)]
    version: Option<i64>,
}

/// A query of at most [`MAX`] parameters.
///
/// # Errors
///
/// 400 for more.
pub fn bounded(query: &str) -> Result<(), ApiError> {
    if query.split('&').nth(MAX).is_some() {
        return Err(ApiError::malformed(format!("the query has more than {MAX} parameters")));
    }
    Ok(())
}

/// A query of a route that knows no parameters.
///
/// # Errors
///
/// 400 for too many, 422 with each of them: one that is overlooked might have been meant to hold
/// something back.
pub fn none(query: &str) -> Result<(), ApiError> {
    if query.is_empty() {
        return Ok(());
    }
    bounded(query)?;
    let mut faults = Faults::default();
    for (name, _) in parse(query.as_bytes()) {
        unknown(&name, &mut faults);
    }
    faults.into_result()
}

/// A parameter that the route does not know.
pub fn unknown(name: &str, faults: &mut Faults) {
    faults.invalid(format_args!("/{name}"), format_args!("the parameter {} is not known here", Quoted(name)));
}

/// Has each parameter of a query taken once, with the pointer to it.
pub fn each(query: &str, faults: &mut Faults, mut take: impl FnMut(&str, &str, String, &mut Faults)) {
    let mut seen: Vec<Cow<'_, str>> = Vec::new();
    for (name, value) in parse(query.as_bytes()) {
        let pointer = format!("/{name}");
        if seen.contains(&name) {
            faults.malformed(pointer, format_args!("the parameter {} is repeated", Quoted(&name)));
            continue;
        }
        take(&name, &value, pointer, faults);
        seen.push(name);
    }
}

/// Whether a query asks for a dry run, which is all that it may ask.
///
/// # Errors
///
/// 400 for what is not `true` or `false`, 422 for unknown parameters.
pub fn dry_run(query: &str) -> Result<bool, ApiError> {
    dry_run_or(query, |name, _, _, faults| unknown(name, faults))
}

/// The same of a query that may ask something else, which is taken so.
///
/// # Errors
///
/// 400 for what is not `true` or `false` or is repeated, and what the taker finds wrong.
pub fn dry_run_or(
    query: &str,
    mut take: impl FnMut(&str, &str, String, &mut Faults),
) -> Result<bool, ApiError> {
    if query.is_empty() {
        return Ok(false);
    }
    let (mut faults, mut is_dry) = (Faults::default(), false);
    each(query, &mut faults, |name, value, pointer, faults| match (name, value) {
        ("dryRun", "true") => is_dry = true,
        ("dryRun", "false") => is_dry = false,
        ("dryRun", other) => {
            faults.malformed(pointer, format_args!("dryRun {} is not true or false", Quoted(other)));
        }
        (name, value) => take(name, value, pointer, faults),
    });
    faults.into_result().map(|()| is_dry)
}

/// Which version of a thing a query asks for.
///
/// # Errors
///
/// 400 for what is no version, 422 for unknown parameters.
pub fn version(query: &str) -> Result<Option<Version>, ApiError> {
    if query.is_empty() {
        return Ok(None);
    }
    let (mut faults, mut version) = (Faults::default(), None);
    each(query, &mut faults, |name, value, pointer, faults| match name {
        "version" => version = spelled(value.parse(), pointer, faults),
        _ => unknown(name, faults),
    });
    faults.into_result().map(|()| version)
}

/// A value of one spelling.
pub fn spelled<T>(parsed: Result<T, impl Display>, pointer: String, faults: &mut Faults) -> Option<T> {
    parsed.map_err(|reason| faults.malformed(pointer, reason)).ok()
}

/// The id after which a page begins: the last one that was seen. 0 is what a client has seen that has
/// seen nothing.
pub fn after<T: FromStr<Err: Display>>(value: &str, pointer: String, faults: &mut Faults) -> Option<T> {
    if value == "0" { None } else { spelled(value.parse(), pointer, faults) }
}

/// Reads a query that wants a page and says nothing else: after which id, and how much.
///
/// # Errors
///
/// 400 for parameters that do not parse or are repeated, 422 for unknown ones and values out of range.
pub fn page<T: FromStr<Err: Display>>(query: &str) -> Result<(Option<T>, PageLimit), ApiError> {
    let mut faults = Faults::default();
    let (mut last, mut limit) = (None, PageLimit::DEFAULT);
    each(query, &mut faults, |name, value, pointer, faults| match name {
        "limit" => page_limit(&mut limit, value, pointer, faults),
        "after" => last = after(value, pointer, faults),
        _ => unknown(name, faults),
    });
    faults.into_result().map(|()| (last, limit))
}

/// How much a page has, in place of what it has had until now.
pub fn page_limit(into: &mut PageLimit, value: &str, pointer: String, faults: &mut Faults) {
    if let Some(read) = limit(value, pointer, |value| PageLimit::refused(value), faults) {
        *into = read;
    }
}

/// A limit, which is a whole number within a range.
pub fn limit<T: TryFrom<i64, Error = InvalidInput>>(
    value: &str,
    pointer: String,
    refused: impl FnOnce(&str) -> InvalidInput,
    faults: &mut Faults,
) -> Option<T> {
    match value.parse::<i64>().map(T::try_from) {
        Ok(Ok(limit)) => return Some(limit),
        Ok(Err(reason)) => faults.invalid(pointer, reason),
        Err(error) if matches!(error.kind(), PosOverflow | NegOverflow) => {
            faults.invalid(pointer, refused(value));
        }
        Err(_) => {
            faults.malformed(pointer, format_args!("limit {} is not a whole number", Quoted(value)));
        }
    }
    None
}

/// A moment in RFC 3339. In a query an unescaped `+` arrives as a space, and no moment has a space
/// where its offset begins, so it is taken for the plus that was meant.
pub fn moment(value: &str, pointer: &str, faults: &mut Faults) -> Option<DateTime<Utc>> {
    let repaired = match value.rsplit_once(' ') {
        Some((time, offset)) if time.contains(['T', 't']) => format!("{time}+{offset}"),
        _ => value.to_owned(),
    };
    let Ok(moment) = DateTime::parse_from_rfc3339(&repaired) else {
        let form = "is not a moment in RFC 3339, such as 2026-11-22T10:00:00Z";
        faults.malformed(pointer, format_args!("{} {form}", Quoted(value)));
        return None;
    };
    let moment = moment.to_utc();
    // The offset can take it to a year that RFC 3339 cannot write.
    if !(0..=9999).contains(&moment.year()) {
        faults.invalid(pointer, format_args!("{} is not in the years 0000 to 9999 of UTC", Quoted(value)));
        return None;
    }
    Some(moment)
}

/// A whole number within a range, of a parameter of this name.
pub fn limit_of<T: TryFrom<i64, Error = InvalidInput>>(
    name: &'static str,
    value: &str,
    pointer: String,
    faults: &mut Faults,
) -> Option<T> {
    let Ok(number) = value.parse::<i64>() else {
        faults.malformed(pointer, format_args!("{name} {} is not a whole number", Quoted(value)));
        return None;
    };
    T::try_from(number).map_err(|reason| faults.invalid(pointer, reason)).ok()
}
