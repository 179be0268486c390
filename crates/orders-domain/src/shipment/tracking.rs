//! Who carries a parcel, and under which number.

use crate::text::short_text;

short_text! {
    /// The carrier's name, such as `USPS`: 1 to 64 characters.
    ShippingProvider, "shippingProvider", 64
}
short_text! {
    /// The carrier's number for the parcel: 1 to 128 characters.
    TrackingNumber, "trackingNumber", 128
}

/// Who carries a parcel and under which number: both, or neither is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracking {
    provider: ShippingProvider,
    number: TrackingNumber,
}

impl Tracking {
    /// By its carrier and number.
    #[must_use]
    pub fn new(provider: ShippingProvider, number: TrackingNumber) -> Self {
        Self { provider, number }
    }

    /// Both.
    #[must_use]
    pub fn parts(&self) -> (&ShippingProvider, &TrackingNumber) {
        (&self.provider, &self.number)
    }

    /// Who carries it.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.provider.as_str()
    }

    /// The carrier's number for it.
    #[must_use]
    pub fn number(&self) -> &str {
        self.number.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_the_text_is_not_part_of_it() {
        let provider = ShippingProvider::parse("\u{2003}\t USPS \u{a0}\n").unwrap();
        assert_eq!(provider.as_str(), "USPS");
    }

    #[test]
    fn the_length_counts_characters_not_bytes() {
        assert!(ShippingProvider::parse(&"ß".repeat(64)).is_ok());
        assert!(ShippingProvider::parse(&"ß".repeat(65)).is_err());
        assert!(TrackingNumber::parse(&"9".repeat(128)).is_ok());
        assert!(TrackingNumber::parse(&"9".repeat(129)).is_err());
    }

    #[test]
    fn empty_and_control_characters_are_refused() {
        for bad in ["", " \u{3000} ", "a\0b", "a\nb", "a\u{85}b", "a\u{7f}b"] {
            assert!(TrackingNumber::parse(bad).is_err(), "{bad:?} was taken");
        }
    }
}
