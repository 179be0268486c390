//! The one port that writes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    catalogue::product::{ChangedProduct, NewProduct, Product},
    code::{Country, MarketplaceCode},
    delivery::{
        progress::{Step, Stepped},
        webhook::{ChangedWebhook, NewWebhook, Webhook},
    },
    event::Origin,
    failure::PortError,
    id::{EventId, UserId},
    market::{
        listing::{Listing, SetListing},
        marketplace::{ChangedMarketplace, Marketplace, NewMarketplace},
        product_text::{ProductText, SetText},
    },
    order::{
        Order,
        basket::{Basket, NotSold},
        change::ChangedOrder,
        key::Idempotency,
        new_order::NewOrder,
    },
    stock::{
        keeping::{Kept, NotKept, StockChange},
        location::{ChangedLocation, Location, NewLocation},
        settling::NotOnHand,
    },
};

pub mod made;
pub mod selling;

/// What becomes of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new order at prices that are fixed, of products that nobody counts.
    Place(NewOrder),
    /// A new order at the catalogue's prices at the commit, with what it wants reserved.
    Sell(Basket),
    /// Another version of an order. What it holds is let go or sent with it.
    Order(Box<ChangedOrder>),
    /// A new product.
    NewProduct(NewProduct),
    /// Another version of a product.
    Product(ChangedProduct),
    /// A new place.
    NewLocation(NewLocation),
    /// Another version of a place.
    Location(ChangedLocation),
    /// Stock that is counted, taken in or moved.
    Stock(StockChange),
    /// A new marketplace.
    NewMarketplace(NewMarketplace),
    /// Another version of a marketplace.
    Marketplace(ChangedMarketplace),
    /// A new or another listing of a product.
    Listing(SetListing),
    /// A new or another text of a product.
    Text(SetText),
    /// A new webhook, which begins with the next event.
    NewWebhook(NewWebhook),
    /// Another version of a webhook, and what becomes of what was sent to it.
    Webhook(ChangedWebhook),
}

/// The message by which a consumer does something, once however often the message comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Handled {
    /// Who does it, and what, if it does several things by one message: 1 to 64 characters.
    pub by: &'static str,
    /// The event that the message is about.
    pub message: EventId,
}

/// All that one use case stores, or nothing of it: what becomes of something, and the event that says
/// so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// What becomes of what.
    pub change: Change,
    /// Who causes it.
    pub origin: Origin,
    /// The key of the request that asks for it, which is kept with the event.
    pub made_by: Option<Idempotency>,
    /// The message by which it is done, which is kept with it.
    pub handled: Option<Handled>,
    /// The present moment, by which a key may be too old.
    pub now: DateTime<Utc>,
}

/// What something has become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// An order.
    Order(Order),
    /// A product.
    Product(Product),
    /// A place.
    Location(Location),
    /// Levels of stock.
    Stock(Kept),
    /// A webhook.
    Webhook(Webhook),
    /// A marketplace.
    Marketplace(Marketplace),
    /// A listing.
    Listing(Listing),
    /// A text.
    Text(ProductText),
}

/// What came of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// It is stored: the thing as it is now.
    Now(Made),
    /// The key had been used for the same request before; the thing is as it was then, and nothing was
    /// stored.
    Before(Made),
}

/// What a new thing was to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// A product has this number.
    ProductId(i64),
    /// A product has this sku.
    Sku(String),
    /// A place has this code.
    LocationCode(String),
    /// There are as many places as there can be.
    Locations,
    /// There are as many webhooks as there can be.
    Webhooks,
    /// A marketplace has this code.
    MarketplaceCode(MarketplaceCode),
    /// Another marketplace has this host.
    Host(String, MarketplaceCode),
    /// This country leads to another marketplace.
    Country(Country, MarketplaceCode),
    /// There are as many marketplaces as there can be.
    Marketplaces,
    /// A product has as many texts as it can have.
    Texts,
}

/// Why nothing was stored. A refusal is an answer about this one commit; only the last is a failure.
#[derive(Debug)]
pub enum Refused {
    /// The thing is not at the version that was changed, or is not there.
    Stale,
    /// The key stands for another request.
    KeyReused,
    /// The message has done it already.
    Handled,
    /// A secret was sealed with another key than the others.
    OtherKey,
    /// What is wanted is not sold so.
    NotSold(NotSold),
    /// What an order holds is not there to be sent.
    NotOnHand(NotOnHand),
    /// Stock is not changed so.
    NotKept(NotKept),
    /// A new thing has a name that another one has.
    Taken(Taken),
    /// A marketplace has prices, or orders, in another currency.
    Priced,
    /// The ledger could not do its part.
    Failed(PortError),
}

impl From<PortError> for Refused {
    fn from(error: PortError) -> Self {
        Self::Failed(error)
    }
}

/// Stores what use cases decide, each commit with its event in one transaction.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Stores it, unless the user's key is known and younger than
    /// [`IdempotencyKey::KEPT`](crate::order::key::IdempotencyKey::KEPT): then it says what the key has
    /// done.
    ///
    /// Dates of orders ascend with ids: the stored `ordered_at` is that of the newest order, if the
    /// clock has gone backwards. What is sold is priced and reserved where nobody can change it before the
    /// commit, by [`selling::sell`].
    ///
    /// # Errors
    ///
    /// [`Refused`]; after [`PortError::Unknown`] the same key finds out.
    async fn commit(&self, work: Commit) -> Result<Committed, Refused>;

    /// What [`Self::commit`] would come to now, found out by doing it and taking it back.
    ///
    /// # Errors
    ///
    /// As [`Self::commit`].
    async fn rehearse(&self, work: Commit) -> Result<Committed, Refused>;

    /// What the user's key has done, if it is known at `now`: the thing as it was then.
    ///
    /// # Errors
    ///
    /// [`Refused::KeyReused`], [`Refused::Failed`].
    async fn recall(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Made>, Refused>;

    /// Stores how far a consumer has come, or whose it is to work off: all of it or nothing.
    ///
    /// # Errors
    ///
    /// [`PortError`]; it can be done again.
    async fn step(&self, step: Step) -> Result<Stepped, PortError>;
}
