//! Settings: each a flag and an environment variable, and the only place that reads either.

use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
};

use clap::{Args, Parser, Subcommand, ValueEnum, builder::EnumValueParser, value_parser};
use orders_api::{EventsSource, PublicUrl, Region};
use value::{List, Origin, Trimmed};

mod analytics;
mod auth;
mod console;
mod database;
mod delivery;
mod importing;
mod keeping;
mod refusal;
mod shop;
mod tools;
mod traces;
mod value;

pub use analytics::{RebuildSettings, RollupsCommand};
#[cfg(feature = "jwt")]
pub use auth::jwt;
pub use auth::{AuthMode, AuthSettings, ListMode};
pub use console::ConsoleSettings;
#[cfg(feature = "postgres")]
pub use database::TransferSettings;
pub use database::{
    DatabaseSettings, DoctorSettings, ForgetSettings, MigrateAction, MigrateSettings, StorageSettings,
};
pub use delivery::{DeliverySettings, FulfilmentMode, Role, WorkerSettings};
pub use importing::ImportOrdersSettings;
pub use keeping::{BackupSettings, DigestSettings, Every, RestoreSettings};
pub use refusal::{BadSetting, exit_code, parse};
pub use shop::{
    CatalogueMode, ExportSettings, ProductsCommand, SeedShopSettings, ShopSettings, StockCommand,
};
pub use tools::{CompletionsSettings, HealthSettings, ManSettings, ServerUrl};
pub use traces::TraceSettings;

/// An order backend: create orders, track their shipment, move their status, cancel them.
#[derive(Debug, Parser)]
#[command(name = "orders", version = env!("ORDERS_VERSION"), args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; without a command: serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve when no command is given.
    #[command(flatten)]
    pub serve: ServeSettings,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the HTTP API (also what `orders` alone does)
    Serve(ServeSettings),
    /// Work off what happened, without serving requests; what `serve` does beside them
    Worker(WorkerSettings),
    /// Bring the database to this program's schema, which serving does by itself; or say where it is
    Migrate(MigrateSettings),
    /// Print the OpenAPI document
    Openapi,
    /// Fill the database with realistic orders, products and stock, for trials
    Seed(SeedSettings),
    /// Forget what is known of a customer: e-mail, address and notes in orders that have ended
    Forget(ForgetSettings),
    /// Import orders of another system from a file: what was placed there, with its own dates
    Import(ImportOrdersSettings),
    /// Look whether what is stored agrees with itself, also beside a server, and set right what can be
    Doctor(DoctorSettings),
    /// Count orders anew
    #[command(subcommand)]
    Rollups(RollupsCommand),
    /// Import products from a file, or export them
    #[command(subcommand)]
    Products(ProductsCommand),
    /// Import counts of stock from a file, or export them
    #[command(subcommand)]
    Stock(StockCommand),
    /// Copy a SQLite database while a server has it or not, once or again and again
    Backup(BackupSettings),
    /// Make a copy a database again, once it was looked at
    Restore(RestoreSettings),
    /// Print SHA-256 of all that is in a database, to compare two
    Digest(DigestSettings),
    /// Copy all orders, products and stock from SQLite into an empty PostgreSQL database, and compare them
    #[cfg(feature = "postgres")]
    Transfer(TransferSettings),
    /// Print a token of a key of your own, for development with AUTH=jwt
    #[cfg(feature = "jwt")]
    Token(jwt::TokenSettings),
    /// Revoke the tokens of a user
    #[cfg(feature = "jwt")]
    #[command(subcommand)]
    Sessions(jwt::SessionsCommand),
    /// Ask a running server whether it is well: code 0, or 1
    Health(HealthSettings),
    /// Print the completions of a shell
    Completions(CompletionsSettings),
    /// Print the manual page, or put one for each command into a folder
    Man(ManSettings),
}

/// How to serve.
#[derive(Debug, Args)]
pub struct ServeSettings {
    /// Address to listen on
    #[arg(long, env = "HOST", default_value = "127.0.0.1", value_parser = value::text)]
    pub host: String,
    /// Port to listen on; 0 takes a free one
    #[arg(long, env = "PORT", default_value_t = 3000, value_parser = Trimmed(value_parser!(u16)))]
    pub port: u16,
    /// Where the orders are kept, and how
    #[command(flatten)]
    pub storage: StorageSettings,
    /// How the shop begins, if it is new
    #[command(flatten)]
    pub shop: ShopSettings,
    /// From where products and prices come
    #[arg(long, env = "CATALOGUE", default_value = "database",
        value_parser = Trimmed(EnumValueParser::<CatalogueMode>::new()))]
    pub catalogue: CatalogueMode,
    /// What the process does: serve requests, work off what happened, or both
    #[arg(long, env = "ROLE", default_value = "all", value_parser = Trimmed(EnumValueParser::<Role>::new()))]
    pub role: Role,
    /// What happens afterwards
    #[command(flatten)]
    pub delivery: DeliverySettings,
    /// Who is asking
    #[command(flatten)]
    pub auth: AuthSettings,
    /// Listen beyond loopback although the header `user_id` proves nothing
    #[arg(long, env = "ALLOW_INSECURE_AUTH", value_parser = value::switch())]
    pub allow_insecure_auth: bool,
    /// Threads that serve requests [default: one for each processor]
    #[arg(long, env = "WORKERS", value_name = "N", value_parser = Trimmed(value_parser!(u16).range(1..=512)))]
    pub workers: Option<u16>,
    /// Connections served at once; more wait
    #[arg(long, env = "MAX_CONNECTIONS", value_name = "N", default_value = "10000",
        value_parser = value::parsed::<NonZeroUsize>)]
    pub max_connections: NonZeroUsize,
    /// How long a connection may rest between requests; behind a proxy: longer than the proxy lets it
    #[arg(long, env = "KEEP_ALIVE_SECONDS", value_name = "N", default_value = "5",
        value_parser = Trimmed(value_parser!(u16).range(1..=3600)))]
    pub keep_alive_seconds: u16,
    /// Requests a second for each user, or for each address of strangers [default: no limit]
    #[arg(long, env = "RATE_LIMIT", value_name = "N", value_parser = value::parsed::<NonZeroU32>)]
    pub rate_limit: Option<NonZeroU32>,
    /// Take the address of strangers from the last entry of X-Forwarded-For, and the country of all from
    /// CloudFront-Viewer-Country
    #[arg(long, env = "BEHIND_PROXY", value_parser = value::switch())]
    pub behind_proxy: bool,
    /// Origins whose pages may read answers, such as `https://shop.example` [default: none]
    #[arg(long, env = "CORS_ORIGINS", value_name = "ORIGIN,…", default_value = "", hide_default_value = true,
        value_parser = value::parsed::<List<Origin>>)]
    pub cors_origins: List<Origin>,
    /// What events say that they come from, such as `urn:shop:eu` [default: /orders]
    #[arg(long, env = "EVENTS_SOURCE", value_name = "URI", value_parser = value::parsed::<EventsSource>)]
    pub events_source: Option<EventsSource>,
    /// The region of this server, whose name stands at the end of what events say that they come from, such as
    /// `eu-central-1` [default: none]
    #[arg(long, env = "REGION", value_name = "NAME", value_parser = value::parsed::<Region>)]
    pub region: Option<Region>,
    /// Where clients reach the server, if a proxy serves it elsewhere: `https://shop.example/path`
    #[arg(long, env = "PUBLIC_URL", value_name = "URL", value_parser = value::parsed::<PublicUrl>)]
    pub public_url: Option<PublicUrl>,
    /// Leave out the page at /docs/
    #[arg(long, env = "NO_DOCS", value_parser = value::switch())]
    pub no_docs: bool,
    /// The pages for the staff
    #[command(flatten)]
    pub console: ConsoleSettings,
    /// Address and port of their own for /metrics [default: the API's]
    #[arg(long, env = "METRICS_ADDR", value_name = "ADDR:PORT", value_parser = value::parsed::<SocketAddr>)]
    pub metrics_addr: Option<SocketAddr>,
    /// Traces
    #[command(flatten)]
    pub traces: TraceSettings,
    /// Form of the log, which goes to stderr
    #[arg(long, env = "LOG_FORMAT", default_value = "text",
        value_parser = Trimmed(EnumValueParser::<LogFormat>::new()))]
    pub log_format: LogFormat,
    /// What is logged: a level, or targets with levels (`info,orders_api=debug`)
    #[arg(
        long,
        env = "RUST_LOG",
        value_name = "FILTER",
        default_value = "info,actix_server=warn,actix_http=off",
        value_parser = value::log_filter
    )]
    pub log: String,
}

impl ServeSettings {
    /// What events say that they come from.
    pub fn source(&self) -> EventsSource {
        let source = self.events_source.clone().unwrap_or_default();
        match &self.region {
            Some(region) => source.in_region(region),
            None => source,
        }
    }
}

/// What to fill the database with.
#[derive(Debug, Args)]
pub struct SeedSettings {
    /// Where the orders are kept
    #[command(flatten)]
    pub database: DatabaseSettings,
    /// How many orders to add
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub orders: u64,
    /// How many users they belong to: the users 1 to N
    #[arg(long, value_name = "N", default_value = "3")]
    pub users: NonZeroU32,
    /// Which products and places to add first
    #[command(flatten)]
    pub products: SeedShopSettings,
    /// How the shop begins, if it is new
    #[command(flatten)]
    pub shop: ShopSettings,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_without_a_command_are_those_of_serve() {
        let cli = Cli::try_parse_from(["orders", "--port", "4000"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.serve.port, 4000);
    }

    #[test]
    fn a_bad_database_url_is_refused_with_its_form() {
        let cli = Cli::try_parse_from(["orders", "--database-url", "orders.db"]).unwrap();
        let error = cli.serve.storage.database.parse().unwrap_err().to_string();
        assert!(error.contains("sqlite://path/to/file"), "{error}");
    }
}
