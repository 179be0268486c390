//! Settings of the import of orders.

use std::path::PathBuf;

use clap::Args;

use super::DatabaseSettings;

/// Which orders to import.
#[derive(Debug, Args)]
pub struct ImportOrdersSettings {
    /// The file, a JSON object a line: `externalId`, `userId`, `placedAt`, `status`, `currency`, `products` (each with
    /// `id`, `quantity` and `price`), and if there are such `marketplace`, `tracking` (`provider`, `number`) and
    /// `email`. `-` is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    /// Say it as a JSON object
    #[arg(long)]
    pub json: bool,
    /// Where the orders are kept
    #[command(flatten)]
    pub database: DatabaseSettings,
}
