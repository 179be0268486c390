//! Which orders a list shows.

use chrono::{DateTime, Utc};

use super::{Order, status::OrderStatus};
use crate::{
    id::{OrderId, UserId},
    invalid::InvalidInput,
};

/// The conditions that an order must meet; an absent one is met by all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// Only in this status.
    pub status: Option<OrderStatus>,
    /// Only of this user.
    pub user: Option<UserId>,
    /// Only placed at this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Only placed before this moment.
    pub to: Option<DateTime<Utc>>,
}

/// How many orders a page holds at most: 1 to 500, and one more while looking ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit(u16);

impl PageLimit {
    /// The largest page.
    pub const MAX: Self = Self(500);

    /// The page of somebody who did not say.
    pub const DEFAULT: Self = Self(100);

    /// What is said of a number that is none.
    #[must_use]
    pub fn refused(value: impl std::fmt::Display) -> InvalidInput {
        InvalidInput::new("limit", format!("{value} is not from 1 to {}", Self::MAX.0))
    }

    /// A page of one order more, to see whether another page follows.
    #[must_use]
    pub fn and_one_more(self) -> Self {
        Self(self.0 + 1)
    }

    /// The number of orders.
    #[must_use]
    pub fn get(self) -> usize {
        usize::from(self.0)
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

/// What to read of the list: ascending by id, from after an id on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderQuery {
    /// Which orders.
    pub filter: OrderFilter,
    /// The last id that the reader has seen.
    pub after: Option<OrderId>,
    /// How many at most.
    pub limit: PageLimit,
}

/// One page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its orders, ascending by id.
    pub orders: Vec<Order>,
    /// Whether other orders follow.
    pub more: bool,
}
