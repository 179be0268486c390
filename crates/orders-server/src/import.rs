//! Products and counts from files, and into files; orders from files.

use std::{
    fmt::Write as _,
    io::{Write, stdout},
    path::Path,
};

use anyhow::{Result, anyhow};
use orders_adapters::{
    SystemClock,
    sql::{Bulk, ImportError, Run},
};
use orders_domain::{
    Currency,
    catalogue::import::{ProductImport, ProductTally, Tally},
    faults::Faults,
    order::import::OrderTally,
    ports::Clock,
    stock::import::StockTally,
};

use crate::{
    config::{DatabaseSettings, ExportSettings, ImportOrdersSettings, ProductsCommand, StockCommand},
    files::{
        self, Output, ahead::Ahead, counts, counts::Counts, markets, orders::Orders, products,
        products::Products, table::Table,
    },
    progress, storage,
};

/// Does what is asked of products.
///
/// # Errors
///
/// With a line that says what is wrong, or a line for each bad line of a file.
pub fn products(command: &ProductsCommand) -> Result<()> {
    match command {
        ProductsCommand::Import(settings) => {
            let file = files::input(&settings.file)?;
            let bar = progress::of_bytes(file.metadata()?.len(), "reading");
            let own = settings.shop.currency;
            let mut shop = open(&settings.database, own, settings.dry_run)?;
            let currency = shop.currency()?.or(own).unwrap_or(Currency::USD);
            let mut table =
                Table::new(Products::of(currency, markets::others(shop.as_mut())?), file, bar.clone());
            let run = Run { at: SystemClock.now(), dry: settings.dry_run };
            let done = shop.import_products(ProductImport::new(settings.replace), &mut table, run);
            bar.finish_and_clear();
            let ProductTally { added, changed, unchanged, made_inactive, listings, texts } =
                done.map_err(|error| refused(error, &settings.file))?;
            let said = format!(
                "{added} added, {changed} changed, {unchanged} unchanged, {made_inactive} made inactive"
            );
            say("products", &said, settings.dry_run)?;
            for (what, Tally { added, changed, unchanged }) in [("listings", listings), ("texts", texts)] {
                if added + changed + unchanged > 0 {
                    let said = format!("{added} added, {changed} changed, {unchanged} unchanged");
                    say(what, &said, settings.dry_run)?;
                }
            }
            Ok(())
        }
        ProductsCommand::Export(settings) => {
            export(settings, "products", |shop, to| products::export(shop, to))
        }
    }
}

/// Does what is asked of stock.
///
/// # Errors
///
/// With a line that says what is wrong, or a line for each bad line of a file.
pub fn stock(command: &StockCommand) -> Result<()> {
    match command {
        StockCommand::Import(settings) => {
            let file = files::input(&settings.file)?;
            let bar = progress::of_bytes(file.metadata()?.len(), "reading");
            let mut shop = open(&settings.database, None, settings.dry_run)?;
            let mut table = Table::new(Counts, file, bar.clone());
            let run = Run { at: SystemClock.now(), dry: settings.dry_run };
            let done = shop.import_stock(&mut table, run);
            bar.finish_and_clear();
            let StockTally { added, changed, unchanged } =
                done.map_err(|error| refused(error, &settings.file))?;
            say(
                "levels",
                &format!("{added} added, {changed} changed, {unchanged} unchanged"),
                settings.dry_run,
            )
        }
        StockCommand::Export(settings) => export(settings, "levels", |shop, to| counts::export(shop, to)),
    }
}

/// Brings in orders of another system.
///
/// # Errors
///
/// With a line that says what is wrong, or a line for each bad line of a file.
pub fn orders(settings: &ImportOrdersSettings) -> Result<()> {
    let file = files::input(&settings.file)?;
    let bar = progress::of_bytes(file.metadata()?.len(), "reading");
    let mut shop = open(&settings.database, None, settings.dry_run)?;
    let run = Run { at: SystemClock.now(), dry: settings.dry_run };
    let done = shop.import_orders(&mut Ahead::of(Orders::new(file, bar.clone())), run);
    bar.finish_and_clear();
    if settings.json {
        say_as_json(&done, settings.dry_run)?;
    }
    let OrderTally { added, unchanged, events } = done.map_err(|error| refused(error, &settings.file))?;
    if settings.json {
        return Ok(());
    }
    say("orders", &format!("{added} added, {unchanged} unchanged, {events} events"), settings.dry_run)
}

/// What an import came to, unless it could not be tried.
fn say_as_json(done: &Result<OrderTally, ImportError>, dry_run: bool) -> Result<()> {
    let (OrderTally { added, unchanged, events }, faults) = match done {
        Ok(tally) => (*tally, Faults::default()),
        Err(ImportError::Faults(faults)) => (OrderTally::default(), faults.clone()),
        Err(_) => return Ok(()),
    };
    let first: Vec<_> =
        faults.first().map(|(line, reason)| serde_json::json!({"line": line, "reason": reason})).collect();
    let said = serde_json::json!({
        "dryRun": dry_run, "added": added, "unchanged": unchanged, "events": events, "badLines": faults.lines(),
        "first": first,
    });
    Ok(writeln!(stdout().lock(), "{said}")?)
}

/// Opens the shop, for reading only if nothing is to be stored.
fn open(database: &DatabaseSettings, currency: Option<Currency>, dry_run: bool) -> Result<Box<dyn Bulk>> {
    if dry_run { storage::bulk_to_read(database) } else { storage::bulk(database, currency) }
}

fn say(what: &str, said: &str, dry_run: bool) -> Result<()> {
    let dry = if dry_run { " (dry run: nothing was stored)" } else { "" };
    Ok(writeln!(stdout().lock(), "{what}: {said}{dry}")?)
}

fn export(
    settings: &ExportSettings,
    what: &str,
    write: impl FnOnce(&mut dyn Bulk, &mut Output) -> Result<u64>,
) -> Result<()> {
    let mut shop = storage::bulk_to_read(&settings.database)?;
    let mut output = Output::open(settings.file.as_deref())?;
    let count = write(shop.as_mut(), &mut output)?;
    if let Some(file) = output.finish()? {
        writeln!(stdout().lock(), "wrote {count} {what} to {}", file.display())?;
    }
    Ok(())
}

/// Why nothing was imported, with each bad line.
fn refused(error: ImportError, file: &Path) -> anyhow::Error {
    let faults = match error {
        ImportError::Faults(faults) => faults,
        error => return anyhow::Error::new(error).context("nothing was imported"),
    };
    let mut said =
        format!("nothing was imported: {} of {} cannot be used", bad_lines(&faults), file.display());
    for (line, reason) in faults.first() {
        let _ = write!(said, "\nline {line}: {reason}");
    }
    let shown = faults.first().count() as u64;
    if faults.lines() > shown {
        let _ = write!(said, "\nand {} lines more", faults.lines() - shown);
    }
    anyhow!(said)
}

fn bad_lines(faults: &Faults) -> String {
    match faults.lines() {
        1 => "1 line".to_owned(),
        lines => format!("{lines} lines"),
    }
}
