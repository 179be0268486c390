//! Marketplaces, listings and texts, to read.

use std::sync::Arc;

use async_trait::async_trait;
use orders_domain::{
    Directory, Listing, MarketplaceCode, ProductId, ProductText,
    market::{product_text::TextKey, shown::Showing},
    ports::{Markets, PortError},
};

use super::super::{
    PostgresDatabase, markets,
    pool::{Readers, snapshot},
};

#[async_trait]
impl Markets for PostgresDatabase {
    async fn directory(&self) -> Result<Arc<Directory>, PortError> {
        match self.marketplaces.get() {
            Some(directory) => Ok(directory),
            None => self.directory_now().await,
        }
    }

    async fn directory_now(&self) -> Result<Arc<Directory>, PortError> {
        let look = |readers: &Readers| readers.read(|conn| snapshot(conn, markets::directory));
        self.marketplaces.now(self.read(look)).await
    }

    async fn listing(
        &self,
        product: ProductId,
        marketplace: MarketplaceCode,
    ) -> Result<Option<Listing>, PortError> {
        let look = move |readers: &Readers| readers.read(|conn| markets::listing(conn, product, marketplace));
        self.read(look).await
    }

    async fn text(&self, of: TextKey) -> Result<Option<ProductText>, PortError> {
        self.read(move |readers: &Readers| readers.read(|conn| markets::text(conn, &of))).await
    }

    async fn showings(
        &self,
        products: &[ProductId],
        marketplace: MarketplaceCode,
    ) -> Result<Vec<Option<Showing>>, PortError> {
        let wanted: Vec<_> = products.iter().map(|id| id.get()).collect();
        let look = move |readers: &Readers| {
            readers.read(|conn| snapshot(conn, |conn| markets::showings(conn, &wanted, marketplace)))
        };
        let mut found = self.read(look).await?;
        Ok(markets::in_order(products, &mut found))
    }
}
