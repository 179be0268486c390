//! Which products a list shows.

use super::product::{Product, Sku};
use crate::{code::MarketplaceCode, id::ProductId, page::PageLimit};

/// What to read of the list of products: ascending by id, from after an id on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductQuery {
    /// Only those that this marketplace lists; the default one shows all.
    pub market: MarketplaceCode,
    /// Only those that can be ordered, or only the others.
    pub active: Option<bool>,
    /// Only the one with this sku.
    pub sku: Option<Sku>,
    /// The last id that the reader has seen.
    pub after: Option<ProductId>,
    /// How many at most.
    pub limit: PageLimit,
}

/// A product as it is shown: with what an order could take of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The product.
    pub product: Product,
    /// How many pieces an order could take now, of all active places together; `None` where nobody counts.
    pub available: Option<i64>,
}

/// One page of the list of products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPage {
    /// Its products, ascending by id.
    pub offers: Vec<Offer>,
    /// Whether other products follow.
    pub more: bool,
}
