//! The names of hosts under which marketplaces are reached.

use std::{fmt, str::FromStr};

use crate::{invalid::InvalidInput, quoted::Quoted};

/// The name of a host, such as `shop.example.de`: labels of a to z, 0 to 9 and `-` in ASCII (RFC 1123, 2.1), without a
/// port. Capital letters are made small.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(Box<str>);

impl Host {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 253;

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What somebody who came by `header` (RFC 9110, 7.2) has called the host: without its port and the dot of
    /// the root.
    #[must_use]
    pub fn named_by(header: &str) -> Option<Self> {
        let name = header.rsplit_once(':').map_or(header, |(name, _)| name);
        name.strip_suffix('.').unwrap_or(name).parse().ok()
    }
}

impl FromStr for Host {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if (1..=Self::MAX_CHARS).contains(&text.len()) && text.split('.').all(is_label) {
            return Ok(Self(text.to_ascii_lowercase().into()));
        }
        let reason =
            format!("{} is not a host's name such as shop.example.org, without a port", Quoted(text));
        Err(InvalidInput::new("host", reason))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_without_a_port() {
        assert_eq!("Shop.Example.DE".parse::<Host>().unwrap().as_str(), "shop.example.de");
        for bad in ["", ".", "a..b", "-a.de", "a-.de", "a:80", "a b", "ä.de", "a/b", &"a.".repeat(127)] {
            assert!(bad.parse::<Host>().is_err(), "{bad:?}");
        }
        for named in ["shop.example.de", "SHOP.example.de:3000", "shop.example.de.", "shop.example.de.:443"] {
            assert_eq!(Host::named_by(named).unwrap().as_str(), "shop.example.de", "{named}");
        }
        assert_eq!(Host::named_by("[::1]:3000"), None);
    }
}
