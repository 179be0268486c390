//! What the use cases need of the world. Adapters implement these traits.
//!
//! A look-up returns an `Option`: absent is not an error. Each method is one atomic change, and no
//! adapter holds a lock across an await. With the feature `mocks` every port has a mock
//! (`MockOrderRepository`, …) made by mockall.

pub use crate::{
    catalogue::inventory::Inventory,
    clock::Clock,
    failure::{Cause, PortError},
    identity::ports::{Authenticator, Revocations},
    order::repository::{Health, Insertion, Observer, OrderRepository},
};
#[cfg(any(test, feature = "mocks"))]
pub use crate::{
    catalogue::inventory::MockInventory,
    clock::MockClock,
    identity::ports::{MockAuthenticator, MockRevocations},
    order::repository::{MockObserver, MockOrderRepository},
};
