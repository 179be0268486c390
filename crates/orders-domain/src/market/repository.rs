//! Who knows the marketplaces, and what they say of products.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    directory::Directory,
    listing::Listing,
    product_text::{ProductText, TextKey},
    shown::Showing,
};
use crate::{code::MarketplaceCode, failure::PortError, id::ProductId};

/// Reads marketplaces, listings and texts.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Markets: Send + Sync {
    /// All marketplaces. What another process has changed less than a second ago may be missing, never what was
    /// changed by this one. What is sold by it is compared with what is stored at the commit.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn directory(&self) -> Result<Arc<Directory>, PortError>;

    /// All marketplaces as they are now.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn directory_now(&self) -> Result<Arc<Directory>, PortError>;

    /// A product's listing in a marketplace.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn listing(
        &self,
        product: ProductId,
        marketplace: MarketplaceCode,
    ) -> Result<Option<Listing>, PortError>;

    /// A text.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn text(&self, of: TextKey) -> Result<Option<ProductText>, PortError>;

    /// What a marketplace says of these products beside what it says of all, each at its id's place; `None` for an
    /// unknown product.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn showings(
        &self,
        products: &[ProductId],
        marketplace: MarketplaceCode,
    ) -> Result<Vec<Option<Showing>>, PortError>;
}
