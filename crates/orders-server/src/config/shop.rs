//! Settings of the catalogue and its stock.

use std::{num::NonZeroU64, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use orders_domain::Currency;

use super::{DatabaseSettings, value};

/// How a shop begins.
#[derive(Debug, Clone, Args)]
pub struct ShopSettings {
    /// The currency of all prices, such as EUR. It counts when the database is made and is kept in it
    /// [default: USD]
    #[arg(long, env = "CURRENCY", value_name = "CODE", value_parser = value::parsed::<Currency>)]
    pub currency: Option<Currency>,
}

/// From where products and prices come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CatalogueMode {
    /// From the database, where the shop's people keep them.
    Database,
    /// From the list that is compiled in, which does not change and which nobody counts.
    Static,
}

/// What to do with products.
#[derive(Debug, Subcommand)]
pub enum ProductsCommand {
    /// Add the products of a file, or make them the whole catalogue
    Import(ImportProductsSettings),
    /// Write all products into a file that can be imported
    Export(ExportSettings),
}

/// What to do with stock.
#[derive(Debug, Subcommand)]
pub enum StockCommand {
    /// Store the counts of a file
    Import(ImportStockSettings),
    /// Write what is there of each product at each place into a file that can be imported
    Export(ExportSettings),
}

/// Which products to import.
#[derive(Debug, Args)]
pub struct ImportProductsSettings {
    /// The file, with a header: `id`, `sku`, `name`, `price`, `currency`, `weight_g`, `length_mm`, `width_mm`,
    /// `height_mm`, `stock_policy`, `active`, in any order; only `name` and `price` are needed. For marketplaces
    /// `price:de`, `model:de`, `active:de`, and for languages `name:de:de-AT`, `description:de:de-AT`, with `-` for
    /// every marketplace. `-` is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Change the products that are there, by id or else by sku, and make those that are not in the file
    /// inactive
    #[arg(long)]
    pub replace: bool,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    /// How the shop begins, if it is new
    #[command(flatten)]
    pub shop: ShopSettings,
    /// Where the products are kept
    #[command(flatten)]
    pub database: DatabaseSettings,
}

/// Which counts to import.
#[derive(Debug, Args)]
pub struct ImportStockSettings {
    /// The file, with a header: `product` (its id, or its sku where that is no number), `sku`, `location`,
    /// `on_hand`, `backorder_limit` (empty: as before), `reason` (empty: import), in any order. `-` is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    /// Where the stock is kept
    #[command(flatten)]
    pub database: DatabaseSettings,
}

/// Where an export goes.
#[derive(Debug, Args)]
pub struct ExportSettings {
    /// The file; `-` is stdout, as is none
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Where the products and their stock are kept
    #[command(flatten)]
    pub database: DatabaseSettings,
}

/// Which products and places to make.
#[derive(Debug, Clone, Args)]
pub struct SeedShopSettings {
    /// How many products to add: a tenth of them nobody counts, of the others there is stock
    #[arg(long, value_name = "N")]
    pub products: Option<NonZeroU64>,
    /// How many places to add [default: 3 with the first products, if there is none, and else 0]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub locations: Option<u16>,
    /// Of how many marketplaces the shop is to be beside the default one, of eight that are known: what is added is
    /// sold there too, and orders are spread over all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=8))]
    pub marketplaces: u8,
}
