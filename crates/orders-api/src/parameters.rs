//! What every query string must keep to, whatever the route.

use form_urlencoded::parse;
use orders_domain::Quoted;

use crate::{error::ApiError, faults::Faults};

/// The most parameters that a query has. Looking for repeated ones looks at all that came before.
const MAX: usize = 32;

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
