//! What the use cases need of the world. Adapters implement these traits.
//!
//! A look-up returns an `Option`: absent is not an error. Each method is one atomic change, and no
//! adapter holds a lock across an await. With the feature `mocks` every port has a mock
//! (`MockOrders`, …) made by mockall.

pub use crate::{
    analytics::Analytics,
    catalogue::{
        query::{Offer, ProductQuery},
        repository::Catalogue,
    },
    clock::Clock,
    delivery::ports::{Deliveries, Mailer, Queue, WebhookSender},
    failure::{Cause, PortError},
    feed::{Event, EventFilter, EventLimit, EventPage, Feed, What},
    identity::{
        ports::{Authenticator, Revocations},
        sign_in::{Begun, Challenge, IdentityProvider, Sessions, SignedIn},
    },
    ledger::{Change, Commit, Committed, Handled, Ledger, Made, Refused, Taken},
    market::repository::Markets,
    order::repository::{Health, Observer, Orders},
    stock::repository::{Standing, Stock},
    tracer::{Came, Span, Tracer, Work},
};
#[cfg(any(test, feature = "mocks"))]
pub use crate::{
    analytics::MockAnalytics,
    catalogue::repository::MockCatalogue,
    clock::MockClock,
    delivery::ports::{MockDeliveries, MockMailer, MockQueue, MockWebhookSender},
    feed::MockFeed,
    identity::ports::{MockAuthenticator, MockRevocations},
    ledger::MockLedger,
    market::repository::MockMarkets,
    order::repository::{MockObserver, MockOrders},
    stock::repository::MockStock,
};
