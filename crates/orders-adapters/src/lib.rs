//! The ports of `orders-domain` on real things.
//!
//! | port | adapters |
//! |---|---|
//! | `Orders`, `Ledger`, `Feed` | [`SqliteDatabase`], `PostgresDatabase` (feature `postgres`), [`MemoryDatabase`] |
//! | `Inventory` | [`StaticInventory`] |
//! | `Authenticator` | [`StaticUsers`], `JwtAuthenticator` (feature `jwt`) |
//! | `Revocations` | [`SqliteDatabase`], `PostgresDatabase`, `RedisSessions` (feature `redis`) |
//! | `Clock` | [`SystemClock`] |
//! | `WebhookSender` | `HttpWebhooks` (feature `webhooks`) |
//! | `Mailer` | `PrintMailer` (feature `mail`), `SmtpMailer` (feature `smtp`) |
//! | `Queue` | `SqsQueue` (feature `sqs`) |
//!
//! This is the only crate that names Diesel. It must not know HTTP, and it decides no rule of
//! orders: it stores what the domain made and gives it back.

pub mod hex;
#[cfg(feature = "jwt")]
pub mod jwt;
mod memory;
#[cfg(any(feature = "mail", feature = "sqs", feature = "webhooks"))]
pub mod outbound;
#[cfg(feature = "jwt")]
pub mod sessions;
mod shown;
mod signed_in;
pub mod sql;
mod static_inventory;
mod static_users;
mod status_counter;
mod system_clock;
pub mod traced;

pub use memory::MemoryDatabase;
pub use signed_in::MemorySignedIn;
#[cfg(feature = "postgres")]
pub use sql::postgres::PostgresDatabase;
pub use sql::{DatabaseUrl, OpenError, sqlite::SqliteDatabase};
pub use static_inventory::StaticInventory;
pub use static_users::StaticUsers;
pub use status_counter::StatusCounter;
pub use system_clock::SystemClock;

#[cfg(test)]
#[path = "../tests/common/lists.rs"]
mod lists;

#[cfg(test)]
#[path = "../tests/common/orders.rs"]
mod sample;

#[cfg(test)]
use sample as common;

#[cfg(test)]
#[expect(dead_code, reason = "other tests need more of it")]
#[path = "../tests/common/hooks.rs"]
mod hooks;

#[cfg(test)]
#[expect(dead_code, reason = "other tests need more of it")]
#[path = "../tests/common/shop.rs"]
mod shop;

#[cfg(test)]
#[cfg(feature = "postgres")]
#[path = "../tests/common/postgres.rs"]
mod postgres_server;
