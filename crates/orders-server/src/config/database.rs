//! Settings of storage.

use clap::{Args, ValueEnum};
use orders_adapters::{DatabaseUrl, OpenError};
use orders_domain::UserId;

use super::{refusal::BadSetting, value};

/// Where the orders are kept.
#[derive(Debug, Clone, Args)]
pub struct DatabaseSettings {
    /// Where the orders are kept: a file, made if need be with its folder (`sqlite://PATH`), or a
    /// PostgreSQL server (`postgres://USER:PASSWORD@HOST/DATABASE`)
    #[arg(
        long,
        env = "DATABASE_URL",
        value_name = "URL",
        default_value = "sqlite://db/orders.sqlite",
        hide_env_values = true,
        value_parser = value::text
    )]
    pub database_url: String,
    /// How PostgreSQL is used
    #[cfg(feature = "postgres")]
    #[command(flatten)]
    pub postgres: postgres::PostgresSettings,
}

impl DatabaseSettings {
    /// The URL, parsed here rather than with the flags: a bad one is a line on its own.
    ///
    /// # Errors
    ///
    /// When it is of no known form.
    pub fn parse(&self) -> Result<DatabaseUrl, BadSetting> {
        self.database_url
            .parse()
            .map_err(|error: OpenError| BadSetting(format!("--database-url (DATABASE_URL): {error}")))
    }
}

/// Where the orders are kept, and from where they may be read.
#[derive(Debug, Clone, Args)]
pub struct StorageSettings {
    /// Where the orders are kept
    #[command(flatten)]
    pub database: DatabaseSettings,
    /// A streaming replica of a PostgreSQL database, from which lists are read [default: none]
    #[cfg(feature = "postgres")]
    #[arg(long, env = "DATABASE_REPLICA_URL", value_name = "URL", hide_env_values = true,
        value_parser = value::text)]
    pub database_replica_url: Option<String>,
}

/// What to do about the schema.
#[derive(Debug, Args)]
pub struct MigrateSettings {
    /// What to do
    #[arg(value_enum, default_value_t = MigrateAction::Up)]
    pub action: MigrateAction,
    /// With `down`: even if orders or anything else are lost
    #[arg(long)]
    pub lose_orders: bool,
    /// Where the orders are kept
    #[command(flatten)]
    pub database: DatabaseSettings,
}

/// Whom to forget.
#[derive(Debug, Args)]
pub struct ForgetSettings {
    /// The user's number
    #[arg(long, value_name = "N", value_parser = value::parsed::<UserId>)]
    pub user: UserId,
    /// Where the orders are kept
    #[command(flatten)]
    pub database: DatabaseSettings,
}

/// Where to look, and what to do about what is found.
#[derive(Debug, Args)]
pub struct DoctorSettings {
    /// Set right what can be; on SQLite no server may have the file
    #[arg(long)]
    pub repair: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// How many differences of each kind are shown; all are counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub most: usize,
    /// Where the orders are kept
    #[command(flatten)]
    pub database: DatabaseSettings,
}

/// What to do about the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MigrateAction {
    /// Say which migrations the database has.
    Status,
    /// Apply what is missing.
    Up,
    /// Take the newest one back.
    Down,
}

#[cfg(feature = "postgres")]
pub use postgres::TransferSettings;

#[cfg(feature = "postgres")]
mod postgres {
    //! Settings that only PostgreSQL needs.

    use std::{num::NonZeroU32, time::Duration};

    use clap::Args;
    use orders_adapters::sql::postgres::PostgresOptions;
    use orders_domain::Currency;

    use crate::config::value::{self, Trimmed};

    /// How PostgreSQL is used.
    #[derive(Debug, Clone, Args)]
    #[expect(clippy::struct_field_names, reason = "each is the name of its flag")]
    pub struct PostgresSettings {
        /// PostgreSQL: connections for lists and events; one more reads single orders
        #[arg(long, env = "DATABASE_POOL_SIZE", value_name = "N", default_value = "8",
            value_parser = value::parsed::<NonZeroU32>)]
        pub database_pool_size: NonZeroU32,
        /// PostgreSQL: connections that write, each a batch at a time
        #[arg(long, env = "DATABASE_WRITERS", value_name = "N", default_value = "2",
            value_parser = Trimmed(clap::value_parser!(u32).range(1..=16)))]
        pub database_writers: u32,
        /// PostgreSQL: how long connecting may take, in milliseconds
        #[arg(long, env = "DATABASE_CONNECT_TIMEOUT_MS", value_name = "N", default_value = "3000",
            value_parser = value::parsed::<NonZeroU32>)]
        pub database_connect_timeout_ms: NonZeroU32,
        /// PostgreSQL: how long a statement may take, in milliseconds
        #[arg(long, env = "DATABASE_STATEMENT_TIMEOUT_MS", value_name = "N", default_value = "10000",
            value_parser = value::parsed::<NonZeroU32>)]
        pub database_statement_timeout_ms: NonZeroU32,
        /// PostgreSQL: how long a statement may wait for a lock, in milliseconds
        #[arg(long, env = "DATABASE_LOCK_TIMEOUT_MS", value_name = "N", default_value = "1000",
            value_parser = value::parsed::<NonZeroU32>)]
        pub database_lock_timeout_ms: NonZeroU32,
    }

    impl PostgresSettings {
        /// The same for the adapter, with this currency for a shop that begins.
        pub fn options_in(&self, currency: Option<Currency>) -> PostgresOptions {
            PostgresOptions { currency: currency.unwrap_or(Currency::USD), ..self.options() }
        }

        /// The same for the adapter.
        pub fn options(&self) -> PostgresOptions {
            let millis = |number: NonZeroU32| Duration::from_millis(number.get().into());
            PostgresOptions {
                pool_size: self.database_pool_size.get(),
                writers: self.database_writers,
                connect_timeout: millis(self.database_connect_timeout_ms),
                statement_timeout: millis(self.database_statement_timeout_ms),
                lock_timeout: millis(self.database_lock_timeout_ms),
                ..PostgresOptions::default()
            }
        }
    }

    /// From where to where.
    #[derive(Debug, Args)]
    pub struct TransferSettings {
        /// The file with the orders: `sqlite://PATH`; no server may have it open
        #[arg(long, value_name = "URL")]
        pub from: String,
        /// The database to fill: `postgres://…`; it must hold no orders, products or stock, but the products
        /// with which a database begins, and those of a transfer of the same file that was interrupted
        #[arg(long, value_name = "URL")]
        pub to: String,
        /// How PostgreSQL is used
        #[command(flatten)]
        pub postgres: PostgresSettings,
    }
}
