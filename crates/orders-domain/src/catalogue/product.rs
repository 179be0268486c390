//! What the inventory sells.

use std::sync::Arc;

use crate::{
    id::ProductId,
    money::{Currency, Money},
};

/// A product as the inventory knows it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its number.
    pub id: ProductId,
    /// Its name for people.
    pub name: Arc<str>,
    /// The price of one piece at this moment.
    pub price: Money,
    /// The currency of the price.
    pub currency: Currency,
}
