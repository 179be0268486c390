//! How much is on a page.

use crate::invalid::InvalidInput;

/// How many things a page holds at most: 1 to 500, and one more while looking ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit(u16);

impl PageLimit {
    /// The largest page.
    pub const MAX: Self = Self(500);

    /// A page of one.
    pub const ONE: Self = Self(1);

    /// The page of somebody who did not say.
    pub const DEFAULT: Self = Self(100);

    /// What is said of a number that is none.
    #[must_use]
    pub fn refused(value: impl std::fmt::Display) -> InvalidInput {
        InvalidInput::new("limit", format!("{value} is not from 1 to {}", Self::MAX.0))
    }

    /// A page of one more, to see whether another page follows.
    #[must_use]
    pub fn and_one_more(self) -> Self {
        Self(self.0 + 1)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl TryFrom<i64> for PageLimit {
    type Error = InvalidInput;

    fn try_from(value: i64) -> Result<Self, InvalidInput> {
        u16::try_from(value)
            .ok()
            .filter(|limit| (1..=Self::MAX.0).contains(limit))
            .map(Self)
            .ok_or_else(|| Self::refused(value))
    }
}
