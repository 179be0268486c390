//! Products, places and stock, to read.

use async_trait::async_trait;
use orders_domain::{
    Currency, EventId, LocationCode, MovementId, OrderId, PageLimit, ProductId,
    ports::{Catalogue, Offer, PortError, ProductQuery, Standing, Stock},
    stock::{Location, Movement, StockLevel},
};

use super::super::{
    PostgresDatabase, catalogue, held,
    pool::{Readers, snapshot},
    settled,
};

#[async_trait]
impl Catalogue for PostgresDatabase {
    fn currency(&self) -> Currency {
        self.marketplaces.currency()
    }

    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Option<Offer>>, PortError> {
        let wanted: Vec<_> = ids.iter().map(|id| id.get()).collect();
        let found =
            self.read(move |readers: &Readers| readers.read(|conn| catalogue::find(conn, &wanted))).await?;
        let at = |id: &ProductId| found.iter().find(|offer| offer.product.id == *id).cloned();
        Ok(ids.iter().map(at).collect())
    }

    async fn products(&self, query: ProductQuery) -> Result<Vec<Offer>, PortError> {
        self.read(move |readers: &Readers| readers.read(|conn| catalogue::page(conn, &query))).await
    }
}

#[async_trait]
impl Stock for PostgresDatabase {
    async fn locations(&self) -> Result<Vec<Location>, PortError> {
        self.read(|readers: &Readers| readers.read(catalogue::places)).await
    }

    async fn levels(
        &self,
        product: ProductId,
        at: Option<LocationCode>,
    ) -> Result<Option<Vec<StockLevel>>, PortError> {
        let look =
            move |readers: &Readers| readers.read(|conn| catalogue::levels(conn, product.get(), at.as_ref()));
        self.read(look).await
    }

    async fn standing(&self, order: OrderId, products: &[ProductId]) -> Result<Standing, PortError> {
        let products: Vec<_> = products.iter().map(|id| id.get()).collect();
        let look = move |readers: &Readers| {
            readers.read(|conn| snapshot(conn, |conn| held::standing(conn, order, &products)))
        };
        self.read(look).await
    }

    async fn movements(
        &self,
        product: ProductId,
        after: Option<MovementId>,
        limit: PageLimit,
    ) -> Result<Option<Vec<Movement>>, PortError> {
        let look = move |readers: &Readers| {
            readers.read(|conn| {
                // Of events that are all there.
                let last = match EventId::try_from(settled::events(conn)? + 1) {
                    Ok(next) => MovementId::of_event(next, 0).get() - 1,
                    Err(_) => 0,
                };
                catalogue::movements(conn, product.get(), after, limit, last)
            })
        };
        self.read(look).await
    }
}
