//! Products, places and stock, to read.

use std::ops::Bound;

use async_trait::async_trait;
use orders_domain::{
    Currency, LocationCode, LocationId, MarketplaceCode, MovementId, OrderId, PageLimit, Product, ProductId,
    ports::{Catalogue, Offer, PortError, ProductQuery, Standing, Stock},
    stock::{Level, Location, Movement, StockLevel, holding, shelves::Shelf},
};

use super::{MemoryDatabase, State};

impl State {
    fn offer(&self, product: &Product) -> Offer {
        let shelves = self.shelves([product.id]);
        let available = shelves.shelf(product.id).and_then(Shelf::available);
        Offer { product: product.clone(), available }
    }
}

#[async_trait]
impl Catalogue for MemoryDatabase {
    fn currency(&self) -> Currency {
        let state = self.state();
        let first = state.marketplaces.get(&MarketplaceCode::DEFAULT);
        first.map_or(Currency::USD, |first| first.details.currency)
    }

    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Option<Offer>>, PortError> {
        let state = self.state();
        Ok(ids.iter().map(|id| state.products.get(id).map(|product| state.offer(product))).collect())
    }

    async fn products(&self, query: ProductQuery) -> Result<Vec<Offer>, PortError> {
        let state = self.state();
        let start = query.after.map_or(Bound::Unbounded, Bound::Excluded);
        let wanted =
            state.products.range((start, Bound::Unbounded)).map(|(_, product)| product).filter(|product| {
                let listed = || state.listings.get(&(product.id, query.market));
                (query.market.is_default() || listed().is_some_and(|listing| listing.details.active))
                    && query.active.is_none_or(|active| active == product.details.active)
                    && query.sku.as_ref().is_none_or(|sku| product.details.sku.as_ref() == Some(sku))
            });
        Ok(wanted.take(query.limit.get()).map(|product| state.offer(product)).collect())
    }
}

#[async_trait]
impl Stock for MemoryDatabase {
    async fn locations(&self) -> Result<Vec<Location>, PortError> {
        Ok(self.state().places.clone())
    }

    async fn levels(
        &self,
        product: ProductId,
        at: Option<LocationCode>,
    ) -> Result<Option<Vec<StockLevel>>, PortError> {
        let state = self.state();
        let Some(known) = state.products.get(&product) else { return Ok(None) };
        let shown = |place: &Location| {
            let level = state.levels.get(&(product, place.id.get())).copied().unwrap_or_default();
            StockLevel::new(product, place.code.clone(), level, known.details.policy, place.details.active)
        };
        let wanted = state.places.iter().filter(|place| at.as_ref().is_none_or(|code| place.code == *code));
        Ok(Some(wanted.map(shown).collect()))
    }

    async fn standing(&self, order: OrderId, products: &[ProductId]) -> Result<Standing, PortError> {
        let state = self.state();
        let mut held = holding::held(&state.of_lines(order));
        state.look_behind(&mut held);
        let known = state.levels.iter().filter(|((product, _), _)| products.contains(product));
        let level = |((product, place), level): (&(ProductId, i64), &Level)| {
            let place = LocationId::try_from(*place).map_err(PortError::corrupt)?;
            Ok((*product, place, *level))
        };
        Ok(Standing { held, levels: known.map(level).collect::<Result<_, PortError>>()? })
    }

    async fn movements(
        &self,
        product: ProductId,
        after: Option<MovementId>,
        limit: PageLimit,
    ) -> Result<Option<Vec<Movement>>, PortError> {
        let state = self.state();
        if !state.products.contains_key(&product) {
            return Ok(None);
        }
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let later = state.movements.range((start, Bound::Unbounded)).map(|(_, of)| of);
        let of_product = later.filter(|(of, _)| *of == product).map(|(_, movement)| movement);
        Ok(Some(of_product.take(limit.get()).cloned().collect()))
    }
}
