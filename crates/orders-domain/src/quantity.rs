//! How many pieces.

use crate::invalid::InvalidInput;

/// How many pieces of a product: 1 to 100,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(u32);

impl Quantity {
    /// The largest quantity of a line, merged lines included.
    pub const MAX: u32 = 100_000;

    /// What is said of a number that is none.
    #[must_use]
    pub fn refused(value: impl std::fmt::Display) -> InvalidInput {
        InvalidInput::new("quantity", format!("{value} is not from 1 to {}", Self::MAX))
    }

    /// So many pieces, if that is a quantity: none is not.
    #[must_use]
    pub fn of(pieces: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&pieces).then_some(Self(pieces))
    }

    /// The number of pieces.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    /// Both together.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] past [`Self::MAX`].
    pub fn plus(self, other: Self) -> Result<Self, InvalidInput> {
        Self::try_from(i64::from(self.0) + i64::from(other.0))
    }
}

impl TryFrom<i64> for Quantity {
    type Error = InvalidInput;

    fn try_from(value: i64) -> Result<Self, InvalidInput> {
        u32::try_from(value)
            .ok()
            .filter(|pieces| (1..=Self::MAX).contains(pieces))
            .map(Self)
            .ok_or_else(|| Self::refused(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_1_to_100000() {
        for (value, good) in [(-1, false), (0, false), (1, true), (100_000, true), (100_001, false)] {
            assert_eq!(Quantity::try_from(value).is_ok(), good, "{value}");
        }
        assert!(Quantity::try_from(i64::MAX).is_err());
    }

    #[test]
    fn two_quantities_together_keep_the_limit() {
        let quantity = |value| Quantity::try_from(value).unwrap();
        assert_eq!(quantity(99_999).plus(quantity(1)), Ok(quantity(100_000)));
        assert_eq!(quantity(99_999).plus(quantity(2)), Err(Quantity::refused(100_001)));
    }
}
