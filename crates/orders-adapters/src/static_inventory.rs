//! An inventory that is compiled in.

use async_trait::async_trait;
use orders_domain::{
    Currency, Money, Product, ProductId,
    ports::{Inventory, PortError},
};

/// Ten products with fixed prices in USD.
#[derive(Debug, Clone)]
pub struct StaticInventory {
    /// Ascending by id, which is the place plus one.
    products: Vec<Product>,
}

/// Names and prices in cents of the products 1, 2, …
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

impl Default for StaticInventory {
    fn default() -> Self {
        let product = |id: i64, name: &str, price: i64| {
            Some(Product {
                id: id.try_into().ok()?,
                name: name.into(),
                price: Money::try_from(price).ok()?,
                currency: Currency::USD,
            })
        };
        let products =
            (1..).zip(PRODUCTS).filter_map(|(id, (name, price))| product(id, name, price)).collect();
        Self { products }
    }
}

impl StaticInventory {
    fn get(&self, id: ProductId) -> Option<&Product> {
        self.products.get(usize::try_from(id.get() - 1).ok()?)
    }
}

#[async_trait]
impl Inventory for StaticInventory {
    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Option<Product>>, PortError> {
        Ok(ids.iter().map(|id| self.get(*id).cloned()).collect())
    }

    async fn all(&self) -> Result<Vec<Product>, PortError> {
        Ok(self.products.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_product_is_found_at_its_own_id() {
        let inventory = StaticInventory::default();
        let all = inventory.all().await.unwrap();
        assert_eq!(all.len(), PRODUCTS.len());
        let ids: Vec<_> = all.iter().map(|product| product.id).collect();
        let found = inventory.find(&ids).await.unwrap();
        assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), all);
    }

    #[tokio::test]
    async fn the_prices_of_the_documented_order_are_1999_and_1399() {
        let inventory = StaticInventory::default();
        let price = |id| inventory.get(ProductId::try_from(id).unwrap()).unwrap().price;
        assert_eq!((price(9).minor_units(), price(1).minor_units()), (1999, 1399));
    }

    #[tokio::test]
    async fn an_unknown_product_is_absent_at_its_place() {
        let ids = [11, 1, i64::MAX].map(|id| ProductId::try_from(id).unwrap());
        let found = StaticInventory::default().find(&ids).await.unwrap();
        assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, false]);
    }
}
