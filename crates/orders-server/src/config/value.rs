//! How the value of a setting is read, whichever it is: white space at its ends does not count, and
//! what is wrong is said in a line.

use std::{ffi::OsStr, fmt::Display, path::PathBuf, str::FromStr};

use actix_web::http::Uri;
use clap::{
    Arg, Command, Error,
    builder::{BoolishValueParser, PossibleValue, TypedValueParser},
};
use tracing_subscriber::EnvFilter;

/// Reads a value with the white space at its ends cut off.
#[derive(Debug, Clone)]
pub struct Trimmed<P>(pub P);

impl<P: TypedValueParser> TypedValueParser for Trimmed<P> {
    type Value = P::Value;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<P::Value, Error> {
        let trimmed = value.to_str().map_or(value, |text| OsStr::new(text.trim()));
        self.0.parse_ref(command, arg, trimmed)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.0.possible_values()
    }
}

/// A switch: `true` or `false`, and what else means these.
pub fn switch() -> Trimmed<BoolishValueParser> {
    Trimmed(BoolishValueParser::new())
}

/// A text that is not empty.
pub fn text(value: &str) -> Result<String, String> {
    match value.trim() {
        "" => Err("it is empty".to_owned()),
        text => Ok(text.to_owned()),
    }
}

/// A path that is not empty.
pub fn path(value: &str) -> Result<PathBuf, String> {
    text(value).map(PathBuf::from)
}

/// Anything that can be read from a text.
pub fn parsed<T: FromStr<Err: Display>>(value: &str) -> Result<T, String> {
    value.trim().parse().map_err(|error: T::Err| error.to_string())
}

/// Several values with commas between them; empty ones are passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: FromStr<Err: Display>> FromStr for List<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// An origin (RFC 6454): scheme, host and perhaps port, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(pub String);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("{text:?} is not an origin such as https://shop.example");
        let uri: Uri = text.parse().map_err(|_| refused())?;
        match (uri.scheme_str(), uri.authority()) {
            // As browsers send it: nothing after the host and port, everything in lower case.
            (Some(scheme @ ("http" | "https")), Some(authority))
                if text.eq_ignore_ascii_case(&format!("{scheme}://{authority}"))
                    && !authority.as_str().contains('@') =>
            {
                Ok(Self(text.to_ascii_lowercase()))
            }
            _ => Err(refused()),
        }
    }
}

/// What is logged. A word that is neither a level nor `target=level` would silence everything else.
pub fn log_filter(value: &str) -> Result<String, String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let filter: List<String> = parsed(&text(value)?)?;
    for directive in &filter.0 {
        if !directive.contains('=') && !LEVELS.contains(&directive.to_ascii_lowercase().as_str()) {
            return Err(format!("{directive:?} is neither a level ({}) nor target=level", LEVELS.join(", ")));
        }
    }
    let filter = filter.0.join(",");
    EnvFilter::try_new(&filter).map_err(|error| error.to_string())?;
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_blanks_trimmed_and_empties_dropped() {
        let list: List<Origin> = " https://a.example, https://b.example:8443 ,,".parse().unwrap();
        assert_eq!(list.0, ["https://a.example", "https://b.example:8443"].map(|o| Origin(o.to_owned())));
        assert_eq!("".parse::<List<Origin>>().unwrap().0, []);
    }

    #[test]
    fn an_origin_has_no_path_and_is_no_pattern() {
        assert_eq!("HTTPS://A.example".parse(), Ok(Origin("https://a.example".to_owned())));
        for bad in [
            "*",
            "https://a.example/",
            "a.example",
            "null",
            "ftp://a",
            "https://*",
            "https://u@a.example",
            "https://a b",
        ] {
            assert!(bad == "https://*" || bad.parse::<Origin>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_filter_that_would_silence_the_log_is_refused() {
        for good in ["info", " DEBUG ", "info,orders_api=debug", "off", "warn, actix_http=off"] {
            assert!(log_filter(good).is_ok(), "{good:?}");
        }
        for bad in ["", " ", "verbose", "info,verbose", "a=b=c", "orders_api=loud"] {
            assert!(log_filter(bad).is_err(), "{bad:?} was taken");
        }
    }
}
