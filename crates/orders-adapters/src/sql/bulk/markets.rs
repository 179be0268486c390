//! Marketplaces and what they say of products, many at a time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use orders_domain::{
    Directory, MarketplaceCode, ProductId,
    catalogue::import::{Known, Said, TextPlace},
    market::{marketplace::NewMarketplace, shown::Showing},
    ports::PortError,
};

use super::ImportError;

/// A database whose marketplaces, listings and texts move in bulk.
pub trait BulkMarkets {
    /// All marketplaces; `None` of a database that was never used.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    fn directory(&mut self) -> Result<Option<Directory>, PortError>;

    /// Where and in which languages there are texts, in an order that is always the same: those for all marketplaces
    /// first.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    fn text_places(&mut self) -> Result<Vec<TextPlace>, PortError>;

    /// What these marketplaces ask for these products, and what the products are called at these places.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    fn known(
        &mut self,
        products: &[ProductId],
        marketplaces: &[MarketplaceCode],
        places: &[TextPlace],
    ) -> Result<HashMap<ProductId, Known>, PortError>;

    /// What a marketplace, and all together, say of these products, each at its id's place; `None` for an unknown
    /// product.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    fn showings(
        &mut self,
        products: &[ProductId],
        marketplace: MarketplaceCode,
    ) -> Result<Vec<Option<Showing>>, PortError>;

    /// Adds marketplaces, each with its event, in one transaction.
    ///
    /// # Errors
    ///
    /// [`ImportError`]; nothing is stored then, as when a code or a country is taken.
    fn add_marketplaces(&mut self, new: Vec<NewMarketplace>, at: DateTime<Utc>) -> Result<(), ImportError>;

    /// Adds listings and texts of products, each with its event, in one transaction; how many of each. Those that are
    /// there already stay as they are.
    ///
    /// # Errors
    ///
    /// [`ImportError`]; nothing is stored then.
    fn add_said(
        &mut self,
        said: Vec<(ProductId, Said)>,
        at: DateTime<Utc>,
    ) -> Result<(u64, u64), ImportError>;
}
