//! What the use cases read and write, and what comes of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    analytics::Analytics,
    catalogue::{Product, repository::Catalogue},
    delivery::{ports::Deliveries, webhook::Webhook},
    event::Origin,
    failure::PortError,
    feed::Feed,
    identity::User,
    ledger::{Change, Commit, Committed, Handled, Ledger, Made, Refused},
    market::{Listing, Marketplace, ProductText, repository::Markets},
    order::{Order, repository::Orders, request::Request},
    stock::{Location, keeping::Kept, repository::Stock},
};

/// A thing with which something was done, now or by an earlier request with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done<T> {
    /// By this request, or it was so already.
    Now(T),
    /// By an earlier one; the thing is as it was then.
    Before(T),
}

impl<T> Done<T> {
    /// The thing.
    #[must_use]
    pub fn made(&self) -> &T {
        match self {
            Self::Now(made) | Self::Before(made) => made,
        }
    }
}

impl Done<Made> {
    /// The same as what it has to be: what is made goes by what was asked for.
    pub(super) fn of<T: TryFrom<Made, Error = PortError>>(self) -> Result<Done<T>, Refused> {
        Ok(match self {
            Self::Now(made) => Done::Now(made.try_into()?),
            Self::Before(made) => Done::Before(made.try_into()?),
        })
    }
}

macro_rules! made {
    ($($kind:ident($thing:ty)),+) => {$(
        impl TryFrom<Made> for $thing {
            type Error = PortError;

            fn try_from(made: Made) -> Result<Self, PortError> {
                match made {
                    Made::$kind(thing) => Ok(thing),
                    other => Err(PortError::Corrupt(format!("the ledger made {other:?}").into())),
                }
            }
        }
    )+};
}

made!(
    Order(Order),
    Product(Product),
    Location(Location),
    Stock(Kept),
    Webhook(Webhook),
    Marketplace(Marketplace),
    Listing(Listing),
    Text(ProductText)
);

/// Where things are kept: what writes and what reads them.
#[derive(Clone)]
pub struct Storage {
    /// Reads orders.
    pub orders: Arc<dyn Orders>,
    /// Writes.
    pub ledger: Arc<dyn Ledger>,
    /// Reads what happened.
    pub feed: Arc<dyn Feed>,
    /// Reads products.
    pub catalogue: Arc<dyn Catalogue>,
    /// Reads what there is of them.
    pub stock: Arc<dyn Stock>,
    /// Reads marketplaces, and what they say of products.
    pub markets: Arc<dyn Markets>,
    /// Reads webhooks, and what was sent to them.
    pub deliveries: Arc<dyn Deliveries>,
    /// Reads what is counted, and what is to be.
    pub analytics: Arc<dyn Analytics>,
}

impl Storage {
    /// A database that does it all.
    #[must_use]
    pub fn of(
        database: Arc<
            impl Orders + Ledger + Feed + Catalogue + Stock + Markets + Deliveries + Analytics + 'static,
        >,
    ) -> Self {
        Self {
            orders: Arc::clone(&database) as _,
            ledger: Arc::clone(&database) as _,
            feed: Arc::clone(&database) as _,
            catalogue: Arc::clone(&database) as _,
            stock: Arc::clone(&database) as _,
            markets: Arc::clone(&database) as _,
            deliveries: Arc::clone(&database) as _,
            analytics: database,
        }
    }

    pub(super) async fn commit(
        &self,
        change: Change,
        request: Request,
        now: DateTime<Utc>,
    ) -> Result<Done<Made>, Refused> {
        let Request { origin, idempotency, rehearsal } = request;
        let work = Commit { change, origin, made_by: idempotency, handled: None, now };
        let committed =
            if rehearsal { self.ledger.rehearse(work).await } else { self.ledger.commit(work).await };
        Ok(match committed? {
            Committed::Now(made) => Done::Now(made),
            Committed::Before(made) => Done::Before(made),
        })
    }

    /// Has a change done by a message, once however often it comes.
    pub(super) async fn handle(
        &self,
        change: Change,
        origin: Origin,
        handled: Handled,
        now: DateTime<Utc>,
    ) -> Result<Made, Refused> {
        let work = Commit { change, origin, made_by: None, handled: Some(handled), now };
        match self.ledger.commit(work).await? {
            Committed::Now(made) | Committed::Before(made) => Ok(made),
        }
    }

    /// What the request's key has done already.
    pub(super) async fn recall(
        &self,
        asker: User,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Result<Option<Done<Made>>, Refused> {
        let Some(idempotency) = request.idempotency.clone() else { return Ok(None) };
        Ok(self.ledger.recall(asker.id(), idempotency, now).await?.map(Done::Before))
    }
}
