//! From one database into another.

use std::{
    io::{Write, stdout},
    sync::mpsc::sync_channel,
    thread,
};

use anyhow::{Context, Result, bail, ensure};
use indicatif::ProgressBar;
use orders_adapters::{
    DatabaseUrl,
    sql::{
        BulkOrders, BulkParts, BulkShop, Digests, Key, Part, StoredOrder, postgres::PostgresCopy,
        sqlite::SqliteCopy,
    },
};
use orders_domain::{Currency, OrderId, ports::PortError};

use crate::{
    config::TransferSettings,
    digest::{Entries, Kind},
    progress,
};

/// Pages that are read ahead, so that reading and writing go on at once.
const AHEAD: usize = 4;

/// Orders that are stored in one transaction, at least.
const BATCH: usize = 4_000;

/// Copies all orders, products and stock of a file into an empty PostgreSQL database, then compares both.
///
/// # Errors
///
/// When either cannot be opened, read or written, or when they differ in the end. A transfer that
/// was interrupted goes on where it was when it is run again.
pub fn transfer(settings: &TransferSettings) -> Result<()> {
    let DatabaseUrl::Sqlite(file) = settings.from.parse()? else {
        bail!("--from names a file with orders: sqlite://PATH");
    };
    let DatabaseUrl::Postgres(url) = settings.to.parse()? else {
        bail!("--to names a PostgreSQL database: postgres://USER@HOST/DATABASE");
    };
    ensure!(file.exists(), "there is no file {}", file.display());
    let name = std::path::absolute(&file)?.display().to_string();
    let mut source = SqliteCopy::open(&file)?;
    let mut target = PostgresCopy::open(&url, settings.postgres.options())?;
    let currency = source.currency()?.unwrap_or(Currency::USD);
    let last = target.begin(&name, currency)?;

    let count = source.count()?;
    // Parcels name the places that they leave from.
    copy_part(&mut source, &mut target, Part::Locations)?;
    let mut out = stdout().lock();
    if last > 0 {
        writeln!(out, "going on after order {last}")?;
    }
    let bar = progress::bar(u64::try_from(count)?, "copying");
    bar.set_position(u64::try_from(target.count()?)?);
    let after = (last > 0).then(|| OrderId::try_from(last)).transpose()?;
    let mut source = copy(source, after, |orders| {
        bar.inc(orders.len() as u64);
        target.copy(orders)
    })?;
    bar.finish_and_clear();

    for part in Part::ALL {
        copy_part(&mut source, &mut target, part)?;
    }
    target.revoke(&source.revocations()?).context("the revocations cannot be stored")?;
    target.keep_secrets_key(source.secrets_key()?).context("the key's name cannot be stored")?;
    let theirs = target.count()?;
    ensure!(theirs == count, "{count} orders became {theirs}");
    let (mut all, mut rows) = (Digests::default(), Vec::new());
    compare(&mut source, &mut target, Kind::Orders, &mut all)?;
    compare(&mut source, &mut target, Kind::Currency, &mut all)?;
    for part in Part::ALL {
        rows.push(format!("{} {part}", compare(&mut source, &mut target, Kind::Part(part), &mut all)?));
    }
    target.finish()?;
    writeln!(out, "copied {count} orders; each is the same in both databases")?;
    writeln!(out, "so are {}", rows.join(", "))?;
    writeln!(out, "SHA-256 of all: {}", all.finish())?;
    Ok(())
}

/// Copies what is not there yet of a part.
fn copy_part(source: &mut SqliteCopy, target: &mut PostgresCopy, part: Part) -> Result<()> {
    let mut after = target.last_of(part)?;
    loop {
        let rows = source.rows_after(part, &after).context("the file cannot be read")?;
        let Some(last) = rows.last() else { return Ok(()) };
        target.copy_rows(&rows).with_context(|| format!("the {part} cannot be stored"))?;
        after = last;
    }
}

/// Gives everything after an id to `store`, in batches, while the next ones are read; and the source
/// back.
fn copy(
    mut source: SqliteCopy,
    after: Option<OrderId>,
    mut store: impl FnMut(&[StoredOrder]) -> Result<(), PortError>,
) -> Result<SqliteCopy> {
    let (pages, read) = sync_channel::<Result<Vec<StoredOrder>, PortError>>(AHEAD);
    let reader = thread::spawn(move || {
        let mut after = after;
        loop {
            let page = source.stored_after(after);
            let Some(last) = page.as_ref().ok().and_then(|orders| orders.last()) else {
                // The end, or what is wrong; nobody may be listening any more.
                let _ = pages.send(page);
                return source;
            };
            after = Some(last.order.id());
            if pages.send(page).is_err() {
                return source;
            }
        }
    });
    let mut batch = Vec::with_capacity(2 * BATCH);
    for page in read {
        batch.extend(page.context("the file cannot be read")?);
        if batch.len() >= BATCH {
            store(&batch).context("the orders cannot be stored")?;
            batch.clear();
        }
    }
    store(&batch).context("the orders cannot be stored")?;
    reader.join().map_err(|_| anyhow::anyhow!("the reader has failed"))
}

/// Compares all of a kind in both, one by one; how many there are.
fn compare(source: &mut SqliteCopy, target: &mut PostgresCopy, kind: Kind, all: &mut Digests) -> Result<u64> {
    let bar = match kind {
        Kind::Orders => progress::bar(u64::try_from(source.count()?)?, "comparing"),
        Kind::Currency | Kind::Part(_) => ProgressBar::hidden(),
    };
    let (mut ours, mut theirs) = (Entries::of(source, kind), Entries::of(target, kind));
    loop {
        match (ours.next().transpose()?, theirs.next().transpose()?) {
            (None, None) => break,
            (Some(one), Some(other)) if one == other => all.add(&one.1),
            (Some((key, _)), Some(_)) => bail!("{} is not the same in both databases", named(kind, &key)),
            (Some((key, _)), None) | (None, Some((key, _))) => {
                bail!("{} is in one database only", named(kind, &key))
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(bar.position())
}

fn named(kind: Kind, key: &Key) -> String {
    match kind {
        Kind::Orders => format!("order {}", key.first),
        Kind::Currency => kind.to_string(),
        Kind::Part(part) => format!("of the {part}, {key}"),
    }
}
