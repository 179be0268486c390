//! Which orders a list shows.

use chrono::{DateTime, Utc};

use super::{Order, status::OrderStatus};
use crate::{
    id::{OrderId, UserId},
    page::PageLimit,
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
