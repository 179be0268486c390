//! What somebody asks of the list of orders. Whether a list of all of it together is offered,
//! [`super::list`] says.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

use super::{Order, contact::Email, imported::ExternalId, status::Statuses};
use crate::{
    code::MarketplaceCode,
    id::{OrderId, ProductId, UserId},
    invalid::{InvalidInput, list},
    page::PageLimit,
    quoted::Quoted,
    shipment::{status::Fulfillment, tracking::TrackingNumber},
};

/// The conditions that an order must meet; an absent one is met by all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// Only in one of these statuses.
    pub status: Option<Statuses>,
    /// Only with parcels as far as this.
    pub fulfillment: Option<Fulfillment>,
    /// Only of this user.
    pub user: Option<UserId>,
    /// Only placed in this marketplace.
    pub marketplace: Option<MarketplaceCode>,
    /// Only with a line of this product.
    pub product: Option<ProductId>,
    /// Only with a parcel of this number.
    pub tracking: Option<TrackingNumber>,
    /// Only with this name in the system from which it was imported.
    pub external: Option<ExternalId>,
    /// Only of the customer with this address, in whatever case its letters A to Z are.
    pub email: Option<Email>,
    /// Only placed at this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Only placed before this moment.
    pub to: Option<DateTime<Utc>>,
    /// Only changed last at this moment or later.
    pub updated_from: Option<DateTime<Utc>>,
    /// Only changed last before this moment.
    pub updated_to: Option<DateTime<Utc>>,
}

impl OrderFilter {
    /// Whether it is about when orders changed last.
    #[must_use]
    pub fn is_of_updates(&self) -> bool {
        self.updated_from.is_some() || self.updated_to.is_some()
    }

    /// The sort of a list with these conditions whose reader did not say.
    #[must_use]
    pub fn usual_sort(&self) -> Sort {
        if self.is_of_updates() { Sort::Updated } else { Sort::Id }
    }
}

/// In which order a list is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// By number, the oldest order first.
    #[default]
    Id,
    /// By number, the newest order first.
    IdDescending,
    /// By the last change and then by number, what rests longest first.
    Updated,
    /// By the last change and then by number, what has changed last first.
    UpdatedDescending,
}

/// Each, and its word.
const SORTS: [(Sort, &str); 4] = [
    (Sort::Id, "id"),
    (Sort::IdDescending, "-id"),
    (Sort::Updated, "updatedAt"),
    (Sort::UpdatedDescending, "-updatedAt"),
];

impl Sort {
    /// Every one, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Id, Self::IdDescending, Self::Updated, Self::UpdatedDescending];

    /// The word for it on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        SORTS[self as usize].1
    }

    /// Whether it goes by the last change.
    #[must_use]
    pub fn is_by_update(self) -> bool {
        matches!(self, Self::Updated | Self::UpdatedDescending)
    }

    /// Whether what is greater comes first.
    #[must_use]
    pub fn is_descending(self) -> bool {
        matches!(self, Self::IdDescending | Self::UpdatedDescending)
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Sort {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        Self::ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| {
            let reason = format!("{} is not one of {}", Quoted(word), list(&Self::ALL));
            InvalidInput::new("sort", reason)
        })
    }
}

/// Where a page begins: behind the order that the reader has seen last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// In a list by number: its number.
    Order(OrderId),
    /// In a list by the last change: when that was, and its number.
    Update(DateTime<Utc>, OrderId),
}

impl Cursor {
    /// The place behind an order in a list of this sort.
    #[must_use]
    pub fn behind(order: &Order, sort: Sort) -> Self {
        if sort.is_by_update() {
            Self::Update(order.updated_at(), order.id())
        } else {
            Self::Order(order.id())
        }
    }
}

/// What to read of which list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderQuery {
    /// Which orders.
    pub filter: OrderFilter,
    /// In which order.
    pub sort: Sort,
    /// Behind which order; `None` from the first one on.
    pub after: Option<Cursor>,
    /// How many at most.
    pub limit: PageLimit,
}

/// One page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its orders, in the order of the list.
    pub orders: Vec<Order>,
    /// Whether other orders follow.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_sorts_lists_every_word_at_its_own_row() {
        for (index, sort) in Sort::ALL.into_iter().enumerate() {
            assert_eq!(SORTS[index].0, sort);
            assert_eq!(sort.as_str().parse(), Ok(sort));
        }
        let error = "name".parse::<Sort>().unwrap_err().to_string();
        assert_eq!(error, r#"sort "name" is not one of id, -id, updatedAt, -updatedAt"#);
    }
}
