//! Who knows what is sold.

use async_trait::async_trait;

use super::query::{Offer, ProductQuery};
use crate::{failure::PortError, id::ProductId, money::Currency};

/// Reads the products, with their present prices and what there is of them.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// The shop's own currency: that of all prices.
    fn currency(&self) -> Currency;

    /// The products with these ids, each at its id's place; `None` for an unknown one.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Option<Offer>>, PortError>;

    /// Some of the products, ascending by id.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn products(&self, query: ProductQuery) -> Result<Vec<Offer>, PortError>;
}
