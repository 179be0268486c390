//! Who knows what is sold.

use async_trait::async_trait;

use super::product::Product;
use crate::{failure::PortError, id::ProductId};

/// Knows the products and their present prices.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Inventory: Send + Sync {
    /// The products with these ids, each at its id's place; `None` for an unknown one.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Option<Product>>, PortError>;

    /// All products, ascending by id.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    async fn all(&self) -> Result<Vec<Product>, PortError>;
}
