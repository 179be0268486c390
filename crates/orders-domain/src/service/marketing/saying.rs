//! What the shop's people say of products in marketplaces, and what was said.

use crate::{
    code::MarketplaceCode,
    id::ProductId,
    identity::{UseCase, User},
    ledger::Change,
    market::{
        listing::{Listing, ListingDetails},
        product_text::{ProductText, TextDetails, TextKey},
    },
    order::request::Request,
    service::{KeepingError, KeepingService, keeping::Decided, storage::Done},
    version::Expected,
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

    /// Says on what terms a marketplace sells a product.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Fixed`], [`KeepingError::UnknownProduct`],
    /// [`KeepingError::UnknownMarketplace`], [`KeepingError::OwnPrices`], [`KeepingError::Changed`],
    /// [`KeepingError::KeyReused`], [`KeepingError::Unavailable`].
    pub async fn set_listing(
        &self,
        asker: User,
        (product, code): (ProductId, MarketplaceCode),
        expected: &Expected,
        details: ListingDetails,
        request: Request,
    ) -> Result<Done<Listing>, KeepingError> {
        self.may_market(asker)?;
        self.product(product).await?;
        self.marketplace(code).await?;
        if code.is_default() {
            return Err(KeepingError::OwnPrices);
        }
        let decide = async |_| {
            let present = self.storage.markets.listing(product, code).await?;
            if !expected.admits_present(present.as_ref().map(|present| present.version)) {
                return Ok(Decided::Refused(KeepingError::Changed));
            }
            Ok(Listing::set((product, code), present, details.clone()).map(Change::Listing).into())
        };
        self.settle(asker, request, decide).await
    }

    /// Says what a product is called in a language, in a marketplace or in all.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Fixed`], [`KeepingError::UnknownProduct`],
    /// [`KeepingError::UnknownMarketplace`], [`KeepingError::Changed`], [`KeepingError::Taken`],
    /// [`KeepingError::KeyReused`], [`KeepingError::Unavailable`].
    pub async fn set_text(
        &self,
        asker: User,
        of: &TextKey,
        expected: &Expected,
        details: TextDetails,
        request: Request,
    ) -> Result<Done<ProductText>, KeepingError> {
        self.may_market(asker)?;
        self.product(of.product).await?;
        if let Some(code) = of.marketplace {
            self.marketplace(code).await?;
        }
        let decide = async |_| {
            let present = self.storage.markets.text(of.clone()).await?;
            if !expected.admits_present(present.as_ref().map(|present| present.version)) {
                return Ok(Decided::Refused(KeepingError::Changed));
            }
            Ok(ProductText::set(of.clone(), present, details.clone()).map(Change::Text).into())
        };
        self.settle(asker, request, decide).await
    }
}
