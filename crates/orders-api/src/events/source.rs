//! Where events say that they come from.

use std::str::FromStr;

use orders_domain::Quoted;
use thiserror::Error;

/// Where events say that they come from: a URI reference (RFC 3986, section 4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventsSource(pub(super) String);

/// What was given is no URI reference.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} is not a URI reference of 1 to 255 characters, such as /orders or urn:shop:eu", Quoted(.0))]
pub struct NoEventsSource(String);

impl FromStr for EventsSource {
    type Err = NoEventsSource;

    fn from_str(text: &str) -> Result<Self, NoEventsSource> {
        let is_fine = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte);
        if (1..=255).contains(&text.len()) && text.bytes().all(is_fine) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoEventsSource(text.to_owned()))
        }
    }
}

impl EventsSource {
    /// The same of the servers in a region, which each have a store of their own.
    #[must_use]
    pub fn in_region(self, region: &Region) -> Self {
        Self(format!("{}/{}", self.0, region.0))
    }

    /// The reference.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a region, such as `eu-central-1`: 1 to 32 of a to z, 0 to 9 and `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region(String);

/// What was given is no name of a region.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} is not a region's name of 1 to 32 of a-z, 0-9 and -, such as eu-central-1", Quoted(.0))]
pub struct NoRegion(String);

impl FromStr for Region {
    type Err = NoRegion;

    fn from_str(text: &str) -> Result<Self, NoRegion> {
        let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(is_fine) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoRegion(text.to_owned()))
        }
    }
}

impl Default for EventsSource {
    fn default() -> Self {
        Self("/orders".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_ends_with_its_region() {
        let region: Region = "eu-central-1".parse().unwrap();
        assert_eq!(EventsSource::default().in_region(&region).as_str(), "/orders/eu-central-1");
        let long: EventsSource = "x".repeat(255).parse().unwrap();
        assert_eq!(long.in_region(&region).as_str().len(), 268);
        for bad in ["", "EU", "eu central", "eu/1", &"x".repeat(33)] {
            assert!(bad.parse::<Region>().is_err(), "{bad:?}");
        }
    }
}
