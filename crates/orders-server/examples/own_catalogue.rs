//! The API on a catalogue of one's own, over the in-memory repository: `cargo run --release --example own_catalogue`.
//! Products and prices may come from wherever a shop has them; here they stand below.

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

fn ware((id, name, price): (i64, &str, i64)) -> anyhow::Result<Product> {
    let (id, name) = (ProductId::try_from(id)?, ProductName::parse(name)?);
    Ok(Product::uncounted(id, name, Money::try_from(price)?, Currency::USD))
}

fn offer(product: &Product) -> Offer {
    Offer { product: product.clone(), available: None }
}

#[async_trait]
impl Catalogue for Bakery {
    fn currency(&self) -> Currency {
        Currency::USD
    }

    async fn find(&self, ids: &[ProductId]) -> Result<Vec<Option<Offer>>, PortError> {
        let find = |id| self.0.iter().find(|product| product.id == id);
        Ok(ids.iter().map(|id| find(*id).map(offer)).collect())
    }

    async fn products(&self, query: ProductQuery) -> Result<Vec<Offer>, PortError> {
        let is_next = |product: &&Product| query.after.is_none_or(|after| product.id > after);
        Ok(self.0.iter().filter(is_next).take(query.limit.get()).map(offer).collect())
    }
}

pub(crate) async fn serve(listener: TcpListener) -> anyhow::Result<()> {
    let bakery = Bakery(WARES.into_iter().map(ware).collect::<Result<_, _>>()?);
    let storage = Storage::of(Arc::new(MemoryDatabase::default()));
    let service = OrderService::new(storage, Arc::new(SystemClock)).at_fixed_prices(Arc::new(bakery));
    let api = Api::new(service, Auth::new(AuthScheme::Header, Arc::new(StaticUsers)));
    Ok(orders_api::serve(api, listener, ServerOptions::default(), std::future::pending()).await?)
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    serve(TcpListener::bind("127.0.0.1:3000")?).await
}
