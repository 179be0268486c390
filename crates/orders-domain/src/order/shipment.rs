//! The shipment of an order: who carries it and under which number.

use crate::{
    id::{OrderId, ShipmentId},
    invalid::InvalidInput,
    quoted::Quoted,
};

macro_rules! short_text {
    ($(#[$doc:meta])* $name:ident, $field:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(Box<str>);

        impl $name {
            /// The longest text, in characters.
            pub const MAX_CHARS: usize = $max;

            /// Trims Unicode white space and takes what is left, if something of it can be seen, it
            /// is not too long and free of control characters (general category Cc) and of
            /// characters that turn the direction of what follows (UAX #9, 2.1 to 2.4).
            ///
            /// # Errors
            ///
            /// [`InvalidInput`] otherwise.
            pub fn parse(raw: &str) -> Result<Self, InvalidInput> {
                let text = raw.trim();
                let reason = if text.is_empty() {
                    "is empty".to_owned()
                } else if text.chars().any(char::is_control) {
                    format!("{} has a control character", Quoted(text))
                } else if text.chars().any(turns_direction) {
                    format!("{} has a character that turns the direction of the text", Quoted(text))
                } else if text.chars().all(is_invisible) {
                    format!("{} has nothing that can be seen", Quoted(text))
                } else if text.chars().count() > Self::MAX_CHARS {
                    format!("has {} characters, but at most {} are allowed", text.chars().count(), $max)
                } else {
                    return Ok(Self(text.into()));
                };
                Err(InvalidInput::new($field, reason))
            }

            /// The trimmed text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

short_text! {
    /// The carrier's name, such as `USPS`: 1 to 64 characters.
    ShippingProvider, "shippingProvider", 64
}
short_text! {
    /// The carrier's number for the parcel: 1 to 128 characters.
    TrackingNumber, "trackingNumber", 128
}

/// The explicit embeddings, overrides and isolates of UAX #9, which make a text read otherwise than
/// it is.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether nothing is seen of a character: white space, what Unicode 16 calls default ignorable
/// (`DerivedCoreProperties.txt`), and the empty Braille pattern.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fff8}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// A parcel on its way or about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderShipment {
    provider: ShippingProvider,
    tracking_number: TrackingNumber,
}

impl OrderShipment {
    /// A shipment by its carrier and number.
    #[must_use]
    pub fn new(provider: ShippingProvider, tracking_number: TrackingNumber) -> Self {
        Self { provider, tracking_number }
    }

    /// The shipment's id within the order it belongs to: the order's number, for there is never a second one.
    #[must_use]
    pub fn id_in(order: OrderId) -> ShipmentId {
        order.into()
    }

    /// Who carries it.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.provider.as_str()
    }

    /// The carrier's number for it.
    #[must_use]
    pub fn tracking_number(&self) -> &str {
        self.tracking_number.as_str()
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
