//! The shipment of an order: who carries it and under which number.

use crate::{
    id::{OrderId, ShipmentId},
    text::short_text,
};

short_text! {
    /// The carrier's name, such as `USPS`: 1 to 64 characters.
    ShippingProvider, "shippingProvider", 64
}
short_text! {
    /// The carrier's number for the parcel: 1 to 128 characters.
    TrackingNumber, "trackingNumber", 128
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
