//! How often an order was changed.

use crate::invalid::InvalidInput;

/// Counts the changes of an order, from 1. Two reads with the same version saw the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(i64);

impl Version {
    /// The version of an order that was never changed.
    pub const FIRST: Self = Self(1);

    /// The number, at least 1.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }

    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl TryFrom<i64> for Version {
    type Error = InvalidInput;

    fn try_from(value: i64) -> Result<Self, InvalidInput> {
        if value >= 1 {
            Ok(Self(value))
        } else {
            Err(InvalidInput::new("version", format!("{value} is below 1")))
        }
    }
}
