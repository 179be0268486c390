//! One line of an order.

use std::sync::Arc;

use crate::{id::ProductId, market::shown::Shown, money::Money, quantity::Quantity};

/// A line of an order: so many pieces of a product at the price, and under the name, of the moment of ordering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderProduct {
    product: ProductId,
    price: Money,
    quantity: Quantity,
    shown: Option<Arc<Shown>>,
}

impl OrderProduct {
    /// A line; the price is of one piece and stays for good.
    #[must_use]
    pub fn new(product: ProductId, price: Money, quantity: Quantity) -> Self {
        Self { product, price, quantity, shown: None }
    }

    /// The same, of a product that was shown so.
    #[must_use]
    pub fn shown_as(self, shown: Arc<Shown>) -> Self {
        Self { shown: Some(shown), ..self }
    }

    /// How the product was shown; `None` of what was ordered before that was kept.
    #[must_use]
    pub fn shown(&self) -> Option<&Shown> {
        self.shown.as_deref()
    }

    /// Which product.
    #[must_use]
    pub fn product(&self) -> ProductId {
        self.product
    }

    /// The price of one piece when the order was placed.
    #[must_use]
    pub fn price(&self) -> Money {
        self.price
    }

    /// How many pieces.
    #[must_use]
    pub fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// Price × quantity, or `None` past the range of an `i64`.
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        self.price.checked_mul(self.quantity.get())
    }
}
