//! Products that are compiled in.

use std::ops::Bound;

use async_trait::async_trait;
use orders_domain::{
    Currency, Money, Product, ProductId,
    catalogue::product::ProductName,
    ports::{Catalogue, Offer, PortError, ProductQuery},
};

/// Ten products with fixed prices in USD, which nobody counts.
#[derive(Debug, Clone)]
pub struct StaticInventory {
    /// Ascending by id, which is the place plus one.
    products: Vec<Product>,
}

/// Names and prices in minor units of the products 1, 2, …
const PRODUCTS: [(&str, i64); 10] = [
    ("Ceramic mug", 1399),
    ("Cotton tote bag", 1250),
    ("Notebook, dotted, A5", 899),
    ("Fountain pen", 3499),
    ("Desk lamp", 4995),
    ("Wool blanket", 7900),
    ("Insulated bottle, 750 ml", 2750),
    ("Canvas backpack", 6450),
    ("Bamboo cutting board", 1999),
    ("Beeswax candle", 1150),
];

/// The products with which a new shop begins, priced in this currency.
pub(crate) fn first_products(currency: Currency) -> Vec<Product> {
    let product = |id: i64, name: &str, price: i64| {
        let (name, price) = (ProductName::parse(name).ok()?, Money::try_from(price).ok()?);
        Some(Product::uncounted(id.try_into().ok()?, name, price, currency))
    };
    (1..).zip(PRODUCTS).filter_map(|(id, (name, price))| product(id, name, price)).collect()
}

impl Default for StaticInventory {
    fn default() -> Self {
        Self { products: first_products(Currency::USD) }
    }
}

impl StaticInventory {
    /// All of them, ascending by id.
    #[must_use]
    pub fn all(&self) -> &[Product] {
        &self.products
    }

    fn get(&self, id: ProductId) -> Option<&Product> {
        self.products.get(usize::try_from(id.get() - 1).ok()?)
    }
}

#[async_trait]
impl Catalogue for StaticInventory {
    fn currency(&self) -> Currency {
        Currency::USD
    }

    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Option<Offer>>, PortError> {
        let offer = |product: &Product| Offer { product: product.clone(), available: None };
        Ok(ids.iter().map(|id| self.get(*id).map(offer)).collect())
    }

    async fn products(&self, query: ProductQuery) -> Result<Vec<Offer>, PortError> {
        let after = query.after.map_or(Bound::Unbounded, Bound::Excluded);
        let wanted = |product: &&Product| {
            let id = product.id;
            std::ops::RangeBounds::contains(&(after, Bound::Unbounded), &id)
                && query.active.is_none_or(|active| active == product.details.active)
                && query.sku.as_ref().is_none_or(|sku| product.details.sku.as_ref() == Some(sku))
        };
        let offers = self.products.iter().filter(wanted).take(query.limit.get());
        Ok(offers.map(|product| Offer { product: product.clone(), available: None }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use orders_domain::PageLimit;

    #[tokio::test]
    async fn every_product_is_found_at_its_own_id_and_on_its_page() {
        let inventory = StaticInventory::default();
        assert_eq!(inventory.all().len(), PRODUCTS.len());
        let ids: Vec<_> = inventory.all().iter().map(|product| product.id).collect();
        let found: Vec<_> = inventory.find(&ids).await.unwrap().into_iter().flatten().collect();
        assert!(found.iter().map(|offer| &offer.product).eq(inventory.all()));
        let limit = PageLimit::try_from(4).unwrap();
        let mut query = ProductQuery {
            market: orders_domain::MarketplaceCode::DEFAULT,
            active: Some(true),
            sku: None,
            after: None,
            limit,
        };
        let mut seen = Vec::new();
        loop {
            let page = inventory.products(query.clone()).await.unwrap();
            let Some(last) = page.last() else { break };
            query.after = Some(last.product.id);
            seen.extend(page);
        }
        assert_eq!(seen, found);
        query.after = None;
        query.active = Some(false);
        assert_eq!(inventory.products(query).await.unwrap(), []);
    }

    #[tokio::test]
    async fn the_prices_of_the_documented_order_are_1999_and_1399() {
        let inventory = StaticInventory::default();
        let price = |id| inventory.get(ProductId::try_from(id).unwrap()).unwrap().details.price;
        assert_eq!((price(9).minor_units(), price(1).minor_units()), (1999, 1399));
    }

    #[tokio::test]
    async fn an_unknown_product_is_absent_at_its_place() {
        let ids = [11, 1, i64::MAX].map(|id| ProductId::try_from(id).unwrap());
        let found = StaticInventory::default().find(&ids).await.unwrap();
        assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, false]);
    }
}
