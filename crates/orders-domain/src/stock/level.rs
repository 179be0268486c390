//! How many pieces of a product there are at a place, and what an order could take of them.

use super::movement::MovementKind;
use crate::{
    catalogue::product::StockPolicy, code::LocationCode, event::facts::Facts, id::ProductId,
    invalid::InvalidInput, number::whole_number, version::Version,
};

whole_number! {
    /// How many pieces are at a place: 0 to 1,000,000,000,000.
    OnHand, "onHand", 0 to 1_000_000_000_000
}
whole_number! {
    /// How many pieces may be reserved at a place beyond those on hand: 0 to 1,000,000,000,000.
    BackorderLimit, "backorderLimit", 0 to 1_000_000_000_000
}

/// How many pieces of a product there are at a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Level {
    /// What is there, reserved or not.
    pub on_hand: i64,
    /// What orders hold of it.
    pub reserved: i64,
    /// How much more than what is there orders may hold, where the product's policy lets them.
    pub backorder_limit: i64,
    /// How often it was counted, delivered to or moved from; `None` before the first time. Orders do not
    /// change it, or nobody could ever count a busy product.
    pub version: Option<Version>,
}

impl Level {
    /// How many pieces are reserved that cannot be there: a count found fewer. Nothing more is reserved until
    /// orders let go of them or others come.
    #[must_use]
    pub fn short(&self) -> i64 {
        (self.reserved - self.on_hand - self.backorder_limit).max(0)
    }

    /// What an order could take of it, were its place active.
    #[must_use]
    pub fn free(&self, policy: StockPolicy) -> i64 {
        let limit = if policy == StockPolicy::Backorder { self.backorder_limit } else { 0 };
        (self.on_hand + limit - self.reserved).max(0)
    }

    /// What is on hand and nobody holds.
    #[must_use]
    pub fn unheld(&self) -> i64 {
        (self.on_hand - self.reserved).max(0)
    }

    /// The level after a movement.
    #[must_use]
    pub fn after(self, kind: MovementKind, quantity: i64) -> Self {
        Self {
            on_hand: self.on_hand + kind.on_hand(quantity),
            reserved: self.reserved + kind.reserved(quantity),
            ..self
        }
    }

    /// The level after somebody of the shop saw to it.
    #[must_use]
    pub fn seen_to(self) -> Self {
        Self { version: Some(self.version.map_or(Version::FIRST, Version::next)), ..self }
    }
}

/// A level as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLevel {
    /// Of which product.
    pub product: ProductId,
    /// Where.
    pub location: LocationCode,
    /// How much.
    pub level: Level,
    /// What an order could take there now; `None` where nobody counts.
    pub available: Option<i64>,
}

impl StockLevel {
    /// The level of a product with this policy at a place that is active or not.
    #[must_use]
    pub fn new(
        product: ProductId,
        location: LocationCode,
        level: Level,
        policy: StockPolicy,
        active: bool,
    ) -> Self {
        let free = if active { level.free(policy) } else { 0 };
        Self { product, location, level, available: policy.is_tracked().then_some(free) }
    }

    /// It, to be kept with what made it so.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts::new()
            .with("location", self.location.as_str())
            .with("onHand", self.level.on_hand)
            .with("reserved", self.level.reserved)
            .with("backorderLimit", self.level.backorder_limit)
            .with("available", self.available)
            .with("version", self.level.version.map(Version::get))
    }

    /// The level of a product that these facts were made of.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when they are none.
    pub fn of_facts(product: ProductId, facts: &Facts) -> Result<Self, InvalidInput> {
        Ok(Self {
            product,
            location: facts.text("location")?.parse()?,
            level: Level {
                on_hand: facts.number("onHand")?,
                reserved: facts.number("reserved")?,
                backorder_limit: facts.number("backorderLimit")?,
                version: facts.may_number("version")?.map(Version::try_from).transpose()?,
            },
            available: facts.may_number("available")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_what_an_order_could_take() {
        let level =
            |on_hand, reserved, backorder_limit| Level { on_hand, reserved, backorder_limit, version: None };
        for (level, deny, backorder, short) in [
            (level(5, 0, 0), 5, 5, 0),
            (level(5, 2, 3), 3, 6, 0),
            (level(5, 8, 3), 0, 0, 0),
            (level(0, 0, 3), 0, 3, 0),
            (level(3, 8, 3), 0, 0, 2),
            (level(0, 1, 0), 0, 0, 1),
        ] {
            assert_eq!(level.free(StockPolicy::Deny), deny, "{level:?}");
            assert_eq!(level.free(StockPolicy::Backorder), backorder, "{level:?}");
            assert_eq!(level.short(), short, "{level:?}");
        }
    }

    #[test]
    fn a_level_is_told_and_read_again() {
        let product = 9.try_into().unwrap();
        let level = Level { on_hand: 3, reserved: 1, backorder_limit: 2, version: Some(Version::FIRST) };
        for policy in StockPolicy::ALL {
            for level in [level, Level::default()] {
                let shown = StockLevel::new(product, "MAIN".parse().unwrap(), level, policy, true);
                assert_eq!(StockLevel::of_facts(product, &shown.facts()), Ok(shown));
            }
        }
    }

    #[test]
    fn an_inactive_place_has_nothing_for_orders() {
        let (product, main) = (9.try_into().unwrap(), "MAIN".parse().unwrap());
        let level = Level { on_hand: 3, ..Level::default() };
        assert_eq!(StockLevel::new(product, main, level, StockPolicy::Deny, false).available, Some(0));
    }
}
