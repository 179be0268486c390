//! The ports of `orders-domain` on real things.
//!
//! | port | adapters |
//! |---|---|
//! | `OrderRepository` | [`SqliteOrders`], `PostgresOrders` (feature `postgres`), [`MemoryOrders`] |
//! | `Inventory` | [`StaticInventory`] |
//! | `Authenticator` | [`StaticUsers`], `JwtAuthenticator` (feature `jwt`) |
//! | `Revocations` | [`SqliteOrders`], `PostgresOrders`, `RedisSessions` (feature `redis`) |
//! | `Clock` | [`SystemClock`] |
//!
//! This is the only crate that names Diesel. It must not know HTTP, and it decides no rule of
//! orders: it stores what the domain made and gives it back.

#[cfg(feature = "jwt")]
pub mod jwt;
mod memory_orders;
#[cfg(feature = "jwt")]
pub mod sessions;
mod shown;
pub mod sql;
mod static_inventory;
mod static_users;
mod status_counter;
mod system_clock;

pub use memory_orders::MemoryOrders;
#[cfg(feature = "postgres")]
pub use sql::postgres::PostgresOrders;
pub use sql::{DatabaseUrl, OpenError, sqlite::SqliteOrders};
pub use static_inventory::StaticInventory;
pub use static_users::StaticUsers;
pub use status_counter::StatusCounter;
pub use system_clock::SystemClock;

#[cfg(test)]
#[path = "../tests/common/orders.rs"]
mod sample;

#[cfg(test)]
#[cfg(feature = "postgres")]
#[path = "../tests/common/postgres.rs"]
mod postgres_server;
