//! The API on a catalogue of one's own, over the in-memory repository: `cargo run --release --example own_catalogue`,
//! then as in README.md. Products and prices may come from wherever a shop has them; here they stand below.

use std::{net::TcpListener, sync::Arc};

use async_trait::async_trait;
use orders_adapters::{MemoryDatabase, StaticUsers, SystemClock};
use orders_api::{Api, Auth, AuthScheme, ServerOptions};
use orders_domain::{
    Currency, Money, OrderService, Product, ProductId, Storage,
    catalogue::product::ProductName,
    ports::{Catalogue, Offer, PortError, ProductQuery},
};

/// What is sold: number, name, price in cents. Nobody counts it.
const WARES: [(i64, &str, i64); 2] = [(1, "Rye bread", 420), (7, "Poppy seed roll", 85)];

struct Bakery(Vec<Product>);

impl Bakery {
    fn open() -> anyhow::Result<Self> {
        let product = |(id, name, price): (i64, &str, i64)| {
            let (name, price) = (ProductName::parse(name)?, Money::try_from(price)?);
            Ok(Product::uncounted(ProductId::try_from(id)?, name, price, Currency::EUR))
        };
        WARES.into_iter().map(product).collect::<anyhow::Result<_>>().map(Self)
    }
}

#[async_trait]
impl Catalogue for Bakery {
    fn currency(&self) -> Currency {
        Currency::EUR
    }

    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Option<Offer>>, PortError> {
        let product = |id| self.0.iter().find(|product| product.id == *id);
        let offer = |id| Some(Offer { product: Product::clone(product(id)?), available: None });
        Ok(ids.iter().map(offer).collect())
    }

    async fn products(&self, query: ProductQuery) -> Result<Vec<Offer>, PortError> {
        let is_next = |product: &&Product| query.after.is_none_or(|after| product.id > after);
        let page = self.0.iter().filter(is_next).take(query.limit.get()).cloned();
        Ok(page.map(|product| Offer { product, available: None }).collect())
    }
}

pub async fn serve(listener: TcpListener) -> anyhow::Result<()> {
    let storage = Storage::of(Arc::new(MemoryDatabase::default()));
    let service =
        OrderService::new(storage, Arc::new(SystemClock)).at_fixed_prices(Arc::new(Bakery::open()?));
    let api = Api::new(service, Auth::new(AuthScheme::Header, Arc::new(StaticUsers)));
    Ok(orders_api::serve(api, listener, ServerOptions::default(), std::future::pending()).await?)
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    serve(TcpListener::bind("127.0.0.1:3000")?).await
}
