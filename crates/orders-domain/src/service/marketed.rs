//! What the shop's people have said of products in marketplaces.

use super::{KeepingError, KeepingService};
use crate::{
    code::MarketplaceCode,
    id::ProductId,
    identity::{UseCase, User},
    market::{
        listing::Listing,
        product_text::{ProductText, TextKey},
    },
};

impl KeepingService {
    /// On what terms a marketplace sells a product, if that was said.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::UnknownProduct`], [`KeepingError::UnknownMarketplace`],
    /// [`KeepingError::Unavailable`].
    pub async fn listing(
        &self,
        asker: User,
        (product, code): (ProductId, MarketplaceCode),
    ) -> Result<Option<Listing>, KeepingError> {
        self.may(asker, UseCase::KeepProducts)?;
        self.product(product).await?;
        self.marketplace(code).await?;
        Ok(self.storage.markets.listing(product, code).await?)
    }

    /// What a product is called in a language, in a marketplace or in all, if that was said.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::UnknownProduct`], [`KeepingError::UnknownMarketplace`],
    /// [`KeepingError::Unavailable`].
    pub async fn text(&self, asker: User, of: &TextKey) -> Result<Option<ProductText>, KeepingError> {
        self.may(asker, UseCase::KeepProducts)?;
        self.product(of.product).await?;
        if let Some(code) = of.marketplace {
            self.marketplace(code).await?;
        }
        Ok(self.storage.markets.text(of.clone()).await?)
    }
}
