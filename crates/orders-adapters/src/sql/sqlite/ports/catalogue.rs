//! Products, places and stock, to read.

use async_trait::async_trait;
use diesel::Connection;
use orders_domain::{
    Currency, LocationCode, MovementId, OrderId, PageLimit, ProductId,
    ports::{Catalogue, Offer, PortError, ProductQuery, Standing, Stock},
    stock::{Location, Movement, StockLevel},
};

use super::super::{Conn, SqliteDatabase, catalogue, held};

/// Pages up to this many products (100, and one to look ahead) are read where they are asked for.
const SHORT_PAGE: usize = 101;

#[async_trait]
impl Catalogue for SqliteDatabase {
    fn currency(&self) -> Currency {
        self.marketplaces.currency()
    }

    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Option<Offer>>, PortError> {
        let wanted: Vec<_> = ids.iter().map(|id| id.get()).collect();
        // One state of the products and what there is of them.
        let read = move |conn: &mut Conn| conn.transaction(|conn| catalogue::find(conn, &wanted));
        let found = self.readers.inline(read).await?;
        let at = |id: &ProductId| found.iter().find(|offer| offer.product.id == *id).cloned();
        Ok(ids.iter().map(at).collect())
    }

    async fn products(&self, query: ProductQuery) -> Result<Vec<Offer>, PortError> {
        let is_short = query.limit.get() <= SHORT_PAGE;
        let read = move |conn: &mut Conn| conn.transaction(|conn| catalogue::page(conn, &query));
        if is_short { self.readers.inline(read).await } else { self.readers.elsewhere(read).await }
    }
}

#[async_trait]
impl Stock for SqliteDatabase {
    async fn locations(&self) -> Result<Vec<Location>, PortError> {
        self.readers.elsewhere(catalogue::places).await
    }

    async fn levels(
        &self,
        product: ProductId,
        at: Option<LocationCode>,
    ) -> Result<Option<Vec<StockLevel>>, PortError> {
        let read = move |conn: &mut Conn| {
            conn.transaction(|conn| catalogue::levels(conn, product.get(), at.as_ref()))
        };
        self.readers.elsewhere(read).await
    }

    async fn standing(&self, order: OrderId, products: &[ProductId]) -> Result<Standing, PortError> {
        let products: Vec<_> = products.iter().map(|id| id.get()).collect();
        let read = move |conn: &mut Conn| conn.transaction(|conn| held::standing(conn, order, &products));
        self.readers.elsewhere(read).await
    }

    async fn movements(
        &self,
        product: ProductId,
        after: Option<MovementId>,
        limit: PageLimit,
    ) -> Result<Option<Vec<Movement>>, PortError> {
        let read = move |conn: &mut Conn| catalogue::movements(conn, product.get(), after, limit, i64::MAX);
        self.readers.elsewhere(read).await
    }
}
