//! Marketplaces, listings and texts, to read.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::Connection;
use orders_domain::{
    Directory, Listing, MarketplaceCode, ProductId, ProductText,
    market::{product_text::TextKey, shown::Showing},
    ports::{Markets, PortError},
};

use super::super::{Conn, SqliteDatabase, markets};

/// Of up to this many products what is shown is read where it is asked for.
const SHORT_PAGE: usize = 101;

#[async_trait]
impl Markets for SqliteDatabase {
    async fn directory(&self) -> Result<Arc<Directory>, PortError> {
        match self.marketplaces.get() {
            Some(directory) => Ok(directory),
            None => self.directory_now().await,
        }
    }

    async fn directory_now(&self) -> Result<Arc<Directory>, PortError> {
        if let Some(directory) = self.marketplaces.get() {
            return Ok(directory);
        }
        let read = |conn: &mut Conn| conn.transaction(markets::directory);
        self.marketplaces.now(self.readers.elsewhere(read)).await
    }

    async fn listing(
        &self,
        product: ProductId,
        marketplace: MarketplaceCode,
    ) -> Result<Option<Listing>, PortError> {
        self.readers.inline(move |conn| markets::listing(conn, product, marketplace)).await
    }

    async fn text(&self, of: TextKey) -> Result<Option<ProductText>, PortError> {
        self.readers.inline(move |conn| markets::text(conn, &of)).await
    }

    async fn showings(
        &self,
        products: &[ProductId],
        marketplace: MarketplaceCode,
    ) -> Result<Vec<Option<Showing>>, PortError> {
        let wanted: Vec<_> = products.iter().map(|id| id.get()).collect();
        let read =
            move |conn: &mut Conn| conn.transaction(|conn| markets::showings(conn, &wanted, marketplace));
        let mut found = if products.len() <= SHORT_PAGE {
            self.readers.inline(read).await?
        } else {
            self.readers.elsewhere(read).await?
        };
        Ok(markets::in_order(products, &mut found))
    }
}
