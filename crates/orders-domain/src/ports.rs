//! What the use cases need of the world. Adapters implement these traits.
//!
//! A look-up returns an `Option`: absent is not an error. Each method is one atomic change, and no
//! adapter holds a lock across an await. With the feature `mocks` every port has a mock
//! (`MockOrders`, …) made by mockall.

pub use crate::{
    catalogue::inventory::Inventory,
    clock::Clock,
    failure::{Cause, PortError},
    feed::{EventFilter, EventLimit, EventPage, Feed},
    identity::ports::{Authenticator, Revocations},
    ledger::{Change, Commit, Committed, Ledger, Refused},
    order::repository::{Health, Observer, Orders},
};
#[cfg(any(test, feature = "mocks"))]
pub use crate::{
    catalogue::inventory::MockInventory,
    clock::MockClock,
    feed::MockFeed,
    identity::ports::{MockAuthenticator, MockRevocations},
    ledger::MockLedger,
    order::repository::{MockObserver, MockOrders},
};
