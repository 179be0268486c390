//! Words by which people and programs name things of the shop's own.

use std::{fmt, str::FromStr, sync::Arc};

use crate::{invalid::InvalidInput, quoted::Quoted};

/// The name of a place where goods are kept, such as `MAIN`: a letter or digit, and up to 31 more of those,
/// `-` and `_`. It stands in paths and never changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocationCode(Arc<str>);

impl LocationCode {
    /// The longest code, in characters.
    pub const MAX_CHARS: usize = 32;

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LocationCode {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if begins && text.len() <= Self::MAX_CHARS && text.bytes().all(is_fine) {
            return Ok(Self(text.into()));
        }
        let reason = format!(
            "{} is not a letter or digit and up to {} more of those, - and _",
            Quoted(text),
            Self::MAX_CHARS - 1
        );
        Err(InvalidInput::new("location", reason))
    }
}

impl fmt::Display for LocationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a marketplace, such as `de`: 2 to 16 of a to z, 0 to 9 and `-`. It stands in paths and never
/// changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarketplaceCode {
    // Padded with zeros, so that codes compare as texts do.
    bytes: [u8; Self::MAX_CHARS],
    length: u8,
}

impl MarketplaceCode {
    /// The longest code, in characters.
    pub const MAX_CHARS: usize = 16;

    /// The marketplace that is there from the start: `default`.
    pub const DEFAULT: Self = Self { bytes: *b"default\0\0\0\0\0\0\0\0\0", length: 7 };

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let code = self.bytes.get(..self.length.into()).unwrap_or_default();
        std::str::from_utf8(code).unwrap_or_default()
    }

    /// Whether it is the one that is there from the start.
    #[must_use]
    pub fn is_default(self) -> bool {
        self == Self::DEFAULT
    }
}

impl FromStr for MarketplaceCode {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (2..=Self::MAX_CHARS).contains(&text.len()) && text.bytes().all(is_fine) {
            let mut bytes = [0; Self::MAX_CHARS];
            bytes[..text.len()].copy_from_slice(text.as_bytes());
            let length = u8::try_from(text.len()).unwrap_or_default();
            return Ok(Self { bytes, length });
        }
        let reason = format!("{} is not 2 to {} of a-z, 0-9 and -", Quoted(text), Self::MAX_CHARS);
        Err(InvalidInput::new("marketplace", reason))
    }
}

impl fmt::Display for MarketplaceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for MarketplaceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// A country by its ISO 3166-1 alpha-2 code, such as `DE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// The codes that ISO 3166-1 assigns officially.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ \
BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES \
ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO \
IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK \
ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR \
PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK \
TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

impl Country {
    /// Each country, in the order of the alphabet.
    pub fn all() -> impl Iterator<Item = Self> {
        COUNTRIES.split(' ').filter_map(|code| Some(Self(code.as_bytes().try_into().ok()?)))
    }

    /// The two letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Country {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        match <[u8; 2]>::try_from(text.as_bytes()) {
            Ok(code) if COUNTRIES.split(' ').any(|known| known == text) => Ok(Self(code)),
            _ => {
                let reason = format!("{} is not a country's code of ISO 3166-1 alpha-2", Quoted(text));
                Err(InvalidInput::new("country", reason))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_word_that_needs_no_escaping() {
        for good in ["MAIN", "1", "berlin-2", "a_b", &"x".repeat(32)] {
            assert!(good.parse::<LocationCode>().is_ok(), "{good:?}");
        }
        for bad in ["", "-a", "_", "a b", "a/b", "ä", "a.b", &"x".repeat(33)] {
            assert!(bad.parse::<LocationCode>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_marketplace_is_a_short_word_that_needs_no_escaping() {
        for good in ["de", "default", "eu-north-1", "-1", &"x".repeat(16)] {
            let code: MarketplaceCode = good.parse().unwrap();
            assert_eq!((code.as_str(), code.to_string().as_str()), (good, good));
            assert_eq!(code.is_default(), good == "default");
        }
        for bad in ["", "d", "DE", "a b", "a/b", "ä1", "a_b", &"x".repeat(17)] {
            assert!(bad.parse::<MarketplaceCode>().is_err(), "{bad:?}");
        }
        let mut codes: Vec<MarketplaceCode> =
            ["b1", "b", "a0", "b-"].iter().filter_map(|c| c.parse().ok()).collect();
        codes.sort_unstable();
        assert_eq!(codes.iter().map(MarketplaceCode::as_str).collect::<Vec<_>>(), ["a0", "b-", "b1"]);
    }

    #[test]
    fn a_country_is_one_that_iso_3166_knows() {
        assert_eq!(Country::all().count(), 249);
        assert_eq!("DE".parse::<Country>().unwrap().code(), "DE");
        for bad in ["", "de", "DEU", "XX", "UK", "D ", "E D"] {
            assert!(bad.parse::<Country>().is_err(), "{bad:?}");
        }
    }
}
