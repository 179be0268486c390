//! Identifiers: positive 64-bit integers with one spelling each.

use std::{fmt, str::FromStr};

use crate::{code::MarketplaceCode, invalid::InvalidInput, quoted::Quoted};

/// The canonical spelling `[1-9][0-9]{0,18}`, in ASCII, of a value that fits an `i64`.
///
/// `None` for any other spelling, also for those that `i64::from_str` takes (`+1`, `01`).
fn parse_canonical(text: &str) -> Option<i64> {
    let canonical = matches!(text.as_bytes(), [b'1'..=b'9', rest @ ..]
        if rest.len() <= 18 && rest.iter().all(u8::is_ascii_digit));
    if canonical { text.parse().ok() } else { None }
}

fn refused(what: &'static str, text: &str) -> InvalidInput {
    let reason =
        format!("{} is not a whole number from 1 to 9223372036854775807 in plain digits", Quoted(text));
    InvalidInput::new(what, reason)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// The smallest one.
            pub const MIN: Self = Self(1);

            /// The largest one.
            pub const MAX: Self = Self(i64::MAX);

            /// The bare number, at least 1.
            #[must_use]
            pub fn get(self) -> i64 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = InvalidInput;

            fn try_from(value: i64) -> Result<Self, InvalidInput> {
                if value >= 1 {
                    Ok(Self(value))
                } else {
                    Err(refused($what, &value.to_string()))
                }
            }
        }

        impl FromStr for $name {
            type Err = InvalidInput;

            fn from_str(text: &str) -> Result<Self, InvalidInput> {
                parse_canonical(text)
                    .map(Self)
                    .ok_or_else(|| refused($what, text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// Names an order. Ascending in the order of creation.
    OrderId, "order id"
}
id! {
    /// Names a product.
    ProductId, "product id"
}
id! {
    /// Names an event. Ascending in the order in which readers see them.
    EventId, "event id"
}
id! {
    /// Names a place where goods are kept, inside the program; people know it by its
    /// [`LocationCode`](crate::code::LocationCode). Ascending with its age.
    LocationId, "location id"
}
id! {
    /// Names a movement of stock; derived from its event's id and its place among the event's movements.
    MovementId, "movement id"
}
id! {
    /// Names a user.
    UserId, "user id"
}
id! {
    /// Names a line of an order; derived from the order's id and the line's position.
    OrderProductId, "order product id"
}
id! {
    /// Names a shipment; derived from the order's id and the shipment's number.
    ShipmentId, "shipment id"
}

id! {
    /// Names a webhook. Ascending with its age.
    WebhookId, "webhook id"
}

impl EventId {
    /// The number before it, after which a reading begins with this event; `None` before the first one.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        Self::try_from(self.0 - 1).ok()
    }
}

impl From<OrderId> for ShipmentId {
    /// That of the first shipment.
    fn from(order: OrderId) -> Self {
        Self(order.0)
    }
}

impl ShipmentId {
    /// The id so many steps of [`Self::APART`] after it. Saturates past 2⁶³.
    pub(crate) fn apart(self, steps: i64) -> Self {
        Self(self.0.saturating_add(steps.saturating_mul(Self::APART)))
    }
}

impl ProductId {
    /// There is no product of this number.
    #[must_use]
    pub fn unknown(self) -> InvalidInput {
        InvalidInput::new("product", format!("{self} does not exist"))
    }

    /// There is such a product, but it cannot be ordered.
    #[must_use]
    pub fn not_for_sale(self) -> InvalidInput {
        InvalidInput::new("product", format!("{self} is not for sale"))
    }

    /// There is such a product, but not in this marketplace.
    #[must_use]
    pub fn not_sold_in(self, marketplace: MarketplaceCode) -> InvalidInput {
        InvalidInput::new("product", format!("{self} is not sold in marketplace {marketplace}"))
    }
}

impl MovementId {
    /// How many consecutive ids each event owns, so no counter is needed. It has no more movements.
    pub const BLOCK: i64 = 8192;

    /// The id of the movement at `position` (from 0) of an event. Saturates past 2⁵⁰ events.
    #[must_use]
    pub fn of_event(event: EventId, position: usize) -> Self {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        Self(event.0.saturating_mul(Self::BLOCK).saturating_add(position))
    }

    /// The event that it belongs to.
    #[must_use]
    pub fn event(self) -> Option<EventId> {
        EventId::try_from(self.0 / Self::BLOCK).ok()
    }
}

impl OrderProductId {
    /// How many consecutive ids each order owns, so no counter is needed. It has no more lines.
    pub const BLOCK: u8 = 100;

    /// The id of the line at `position` (from 0) of an order.
    ///
    /// Saturates for order ids beyond `i64::MAX / 100`.
    #[must_use]
    pub fn of_line(order: OrderId, position: usize) -> Self {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        Self((order.0 - 1).saturating_mul(Self::BLOCK.into()).saturating_add(position).saturating_add(1))
    }

    /// The order to which it belongs.
    #[must_use]
    pub fn order(self) -> OrderId {
        OrderId((self.0 - 1) / i64::from(Self::BLOCK) + 1)
    }

    /// Its position among the lines of its order, from 0.
    #[must_use]
    pub fn position(self) -> u8 {
        u8::try_from((self.0 - 1) % i64::from(Self::BLOCK)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        for good in ["1", "10", "999", "9223372036854775807"] {
            assert_eq!(good.parse::<OrderId>().map(|id| id.to_string()), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "0",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1.0",
            "1e1",
            "0x1",
            "١",
            "1a",
            "%31",
            "9223372036854775808",
            "10000000000000000000",
        ] {
            assert!(bad.parse::<OrderId>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn numbers_below_one_are_no_ids() {
        assert!(UserId::try_from(0).is_err());
        assert!(UserId::try_from(-1).is_err());
        assert_eq!(UserId::try_from(1).map(UserId::get), Ok(1));
    }

    #[test]
    fn line_ids_of_neighbouring_orders_do_not_meet() {
        let order = |id| OrderId::try_from(id).unwrap();
        assert_eq!(OrderProductId::of_line(order(1), 0).get(), 1);
        assert_eq!(OrderProductId::of_line(order(1), 99).get(), 100);
        assert_eq!(OrderProductId::of_line(order(2), 0).get(), 101);
        for (id, position) in [(1, 0), (1, 99), (2, 0), (7, 42)] {
            let line = OrderProductId::of_line(order(id), position);
            assert_eq!((line.order(), usize::from(line.position())), (order(id), position));
        }
    }

    #[test]
    fn a_movement_tells_its_event() {
        let event = EventId::try_from(3).unwrap();
        for position in [0, 1, 8191] {
            assert_eq!(MovementId::of_event(event, position).event(), Some(event));
        }
        assert_eq!(MovementId::of_event(event, 8191).get() + 1, 4 * MovementId::BLOCK);
    }
}
