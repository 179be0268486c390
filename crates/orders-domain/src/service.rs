//! The use cases: one method each, over the ports.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    catalogue::repository::Catalogue,
    clock::Clock,
    failure::PortError,
    id::OrderId,
    identity::{Ownership, UseCase, User},
    ledger::{Change, Refused},
    market::{Directory, Marketplace},
    order::{
        Order,
        audience::Audience,
        basket::NotSold,
        basket::RequestedLine,
        error::OrderError,
        owned::OwnedOrder,
        query::{OrderQuery, Page},
        repository::{Health, Observer},
        request::Request,
        status::OrderStatus,
    },
    version::Expected,
};

mod analytics;
mod changing;
mod fulfilling;
mod history;
mod keeping;
mod marketing;
mod selling;
mod shipping;
mod storage;
mod webhooks;

pub use analytics::{AnalyticsError, AnalyticsService, AnsweredReport, AskedReport};
pub use keeping::{KeepingError, KeepingService};
pub use marketing::ProductView;
pub use selling::Placing;
pub use shipping::AskedShipment;
pub use storage::{Done, Storage};
pub use webhooks::{WebhookChange, WebhookError, WebhookService, WithSecret};

/// From where prices come.
#[derive(Clone)]
enum Sells {
    /// From the catalogue that is stored with the orders: the ledger looks them up at the commit.
    Stored,
    /// From a list that does not change, of products that nobody counts, in the one marketplace that they have.
    Fixed(Arc<dyn Catalogue>, Arc<Directory>),
}

impl Sells {
    fn catalogue<'a>(&'a self, storage: &'a Storage) -> &'a Arc<dyn Catalogue> {
        match self {
            Self::Stored => &storage.catalogue,
            Self::Fixed(catalogue, _) => catalogue,
        }
    }
}

/// The use cases of orders over the ports.
pub struct OrderService {
    storage: Storage,
    sells: Sells,
    clock: Arc<dyn Clock>,
    observer: Option<Arc<dyn Observer>>,
}

impl OrderService {
    /// The use cases over these ports, with the catalogue that is stored with the orders.
    #[must_use]
    pub fn new(storage: Storage, clock: Arc<dyn Clock>) -> Self {
        Self { storage, sells: Sells::Stored, clock, observer: None }
    }

    /// The same, with a list of products that does not change and that nobody counts.
    #[must_use]
    pub fn at_fixed_prices(self, catalogue: Arc<dyn Catalogue>) -> Self {
        let only = Directory::new(Marketplace::first(catalogue.currency()), []);
        Self { sells: Sells::Fixed(catalogue, Arc::new(only)), ..self }
    }

    /// What the shop's people do with the same products and places.
    #[must_use]
    pub fn keeping(&self) -> KeepingService {
        KeepingService::new(self.storage.clone(), self.sells.clone(), Arc::clone(&self.clock))
    }

    /// The use cases of webhooks with the same storage, sending to none.
    #[must_use]
    pub fn webhooks(&self) -> WebhookService {
        WebhookService::new(self.storage.clone(), Arc::clone(&self.clock))
    }

    /// What was counted of the same orders.
    #[must_use]
    pub fn analytics(&self) -> AnalyticsService {
        AnalyticsService::new(self.storage.clone(), Arc::clone(&self.clock))
    }

    fn catalogue(&self) -> &Arc<dyn Catalogue> {
        self.sells.catalogue(&self.storage)
    }

    /// The same, with somebody told of what is committed.
    #[must_use]
    pub fn observed_by(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer: Some(observer), ..self }
    }

    fn reached(&self, status: OrderStatus) {
        if let Some(observer) = &self.observer {
            observer.status_reached(status);
        }
    }

    /// Places an order of these lines at the prices of the commit, and reserves what is counted. Lines
    /// naming the same product become one, in the order of first appearance. With an expected total, only
    /// if it costs that. What is known of the customer stands with the order, and so does the marketplace.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`], [`OrderError::NotChosen`], [`OrderError::Invalid`] with every fault of the
    /// lines, [`OrderError::NotSoldHere`], [`OrderError::PriceChanged`], [`OrderError::OutOfStock`],
    /// [`OrderError::KeyReused`], [`OrderError::Unavailable`].
    pub async fn place(
        &self,
        asker: User,
        lines: &[RequestedLine],
        placing: &Placing<'_>,
        request: Request,
    ) -> Result<Done<Order>, OrderError> {
        UseCase::Place.check(asker, Ownership::Own)?;
        let now = self.clock.now();
        for latest in [false, true] {
            let market = match self.market(placing, latest).await? {
                Ok(market) => market,
                // What is sold, and where, changes, but the answer to a key does not.
                Err(not_chosen) => {
                    return self.recall(asker, &request, OrderError::NotChosen(not_chosen)).await;
                }
            };
            let sale = match self.sale(asker, lines, placing, market, now).await? {
                Ok(sale) => sale,
                Err(not_sold) => return self.recall(asker, &request, not_sold.into()).await,
            };
            match self.commit(sale, request.clone(), now).await {
                Err(Refused::NotSold(NotSold::MarketplaceChanged)) => {}
                done => {
                    let done = done.map_err(refused)?;
                    if let Done::Now(order) = &done
                        && !request.rehearsal
                    {
                        self.reached(order.status());
                    }
                    return Ok(done);
                }
            }
        }
        Err(OrderError::Unavailable(PortError::Busy))
    }

    /// The order, if the user may do this with it: because it is theirs, as a rule.
    ///
    /// # Errors
    ///
    /// [`OrderError::NotOwned`] if it is not there or somebody else's, [`OrderError::MissingScope`]
    /// if it is the user's but they may not do this, [`OrderError::Unavailable`].
    pub async fn owned(&self, asker: User, use_case: UseCase, id: OrderId) -> Result<OwnedOrder, OrderError> {
        let order = self.storage.orders.find(id).await?;
        use_case.check(asker, Ownership::of(asker.id(), order.as_ref().map(Order::user)))?;
        let order = order.ok_or(OrderError::NotOwned)?;
        Ok(OwnedOrder { asker, order, expected: Expected::Any })
    }

    async fn commit(
        &self,
        change: Change,
        request: Request,
        now: DateTime<Utc>,
    ) -> Result<Done<Order>, Refused> {
        self.storage.commit(change, request, now).await?.of()
    }

    /// What the request's key has done already, or this refusal.
    async fn recall(
        &self,
        asker: User,
        request: &Request,
        refusal: OrderError,
    ) -> Result<Done<Order>, OrderError> {
        self.recalled(asker, request).await?.ok_or(refusal)
    }

    /// What the request's key has done already: for a caller that is about to refuse the request.
    ///
    /// # Errors
    ///
    /// [`OrderError::KeyReused`], [`OrderError::Unavailable`].
    pub async fn recalled(&self, asker: User, request: &Request) -> Result<Option<Done<Order>>, OrderError> {
        let recalled = self.storage.recall(asker, request, self.clock.now()).await.map_err(refused)?;
        recalled.map(Done::of).transpose().map_err(refused)
    }

    /// One page of the orders that these may see.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`], [`OrderError::NotOffered`], [`OrderError::Unavailable`].
    pub async fn list(&self, audience: Audience, query: OrderQuery) -> Result<Page, OrderError> {
        let wanted = query.limit.get();
        let limit = query.limit.and_one_more();
        let Some(listing) = audience.listing(OrderQuery { limit, ..query })? else {
            return Ok(Page { orders: Vec::new(), more: false });
        };
        let mut orders = self.storage.orders.page(listing).await?;
        let more = orders.len() > wanted;
        orders.truncate(wanted);
        Ok(Page { orders, more })
    }

    /// Whether orders can be read and written now.
    pub async fn health(&self) -> Health {
        self.storage.orders.health().await
    }
}

/// What a ledger's refusal comes to; that a change was stale is not for the asker.
fn refused(refused: Refused) -> OrderError {
    match refused {
        Refused::KeyReused => OrderError::KeyReused,
        Refused::Stale => OrderError::Changed,
        Refused::NotSold(not_sold) => not_sold.into(),
        Refused::NotOnHand(not_on_hand) => OrderError::NotOnHand(not_on_hand),
        // Of other things, and what only a message does.
        Refused::NotKept(_) | Refused::Taken(_) | Refused::Priced | Refused::Handled | Refused::OtherKey => {
            OrderError::Unavailable(PortError::Corrupt("the ledger has refused another change".into()))
        }
        Refused::Failed(error) => OrderError::Unavailable(error),
    }
}

#[cfg(test)]
mod tests;
