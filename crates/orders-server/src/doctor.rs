//! Whether what is stored agrees with itself, and what of it can be set right.

use std::{
    io::{Write, stderr, stdout},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use orders_adapters::sql::{Audit, Stretch};
use orders_domain::{
    audit::{DifferenceKind, Findings, Remedy},
    failure::with_causes,
    plural::Counted,
};

use crate::{
    config::{DatabaseSettings, DoctorSettings},
    priority, progress, storage,
};

mod json;

/// Connections that look at orders, each on a thread of its own.
const LOOKERS: usize = 2;

/// What was looked at, and what was found.
#[derive(Debug)]
pub struct Report {
    /// The database, without a password.
    pub database: String,
    /// How many orders there were.
    pub orders: u64,
    /// What is not as it should be.
    pub found: Findings,
}

impl Report {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.found.is_clean()
    }
}

/// The database could not be looked at, or not to the end.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("it could not be found out whether what is stored is sound")]
pub struct NotExamined;

/// Looks, says what is found, and sets right what can be if that is asked for.
///
/// # Errors
///
/// When anything is left that is not as it should be; [`NotExamined`] when that could not be found out.
pub fn doctor(settings: &DoctorSettings) -> Result<()> {
    if !settings.repair {
        priority::lower()?;
    }
    let look = || {
        let database = settings.database.parse()?.absolute().to_string();
        examine(database, &|| storage::audit(&settings.database), settings.most).context(NotExamined)
    };
    let mut report = look()?;
    let found = report.found.count();
    if settings.repair && !report.is_clean() {
        repair(&settings.database, &report.found, settings.most).context(NotExamined)?;
        report = look()?;
    }
    let repaired = settings.repair.then(|| found.saturating_sub(report.found.count()));
    let mut out = stdout().lock();
    if settings.json {
        writeln!(out, "{}", json::document(&report, repaired))?;
    } else {
        show(&mut out, &report, repaired)?;
    }
    if report.is_clean() {
        return Ok(());
    }
    bail!("{} in {}", Counted(i64::try_from(report.found.count())?, "difference"), report.database)
}

/// Looks at a database, which a message calls so, also beside a server; of each kind of difference so many are kept. It is
/// opened once for each who looks.
///
/// # Errors
///
/// When it cannot be opened or read: it must be there, with this program's schema.
pub fn examine(database: String, open: &dyn Fn() -> Result<Box<dyn Audit>>, most: usize) -> Result<Report> {
    let mut first = open()?;
    let newest = first.newest()?;
    // Numbers ascend without many gaps, and to count the rows takes as long as to read them.
    let bar = progress::bar(newest.unsigned_abs(), "looking at");
    let walk = Walk { newest, next: Mutex::new(0), orders: AtomicU64::new(0), bar: &bar };
    let others = (1..LOOKERS).map(|_| open()).collect::<Result<Vec<_>>>()?;
    let found = thread::scope(|scope| {
        let lookers: Vec<_> =
            others.into_iter().map(|other| scope.spawn(|| walk.look(other, most))).collect();
        let mut found = Findings::keeping(most);
        // What is not of orders is looked at meanwhile.
        first.rest(&mut |difference| found.add(difference))?;
        found.merge(walk.look(first, most)?);
        for looker in lookers {
            let seen = looker.join().map_err(|_| anyhow::anyhow!("a thread has failed"))?;
            found.merge(seen?);
        }
        anyhow::Ok(found)
    })?;
    bar.finish_and_clear();
    Ok(Report { database, orders: walk.orders.into_inner(), found })
}

/// A walk along all orders up to the newest that there was at its beginning, by several at once.
struct Walk<'a> {
    newest: i64,
    next: Mutex<i64>,
    orders: AtomicU64,
    bar: &'a ProgressBar,
}

impl Walk<'_> {
    fn stretch(&self, audit: &mut dyn Audit) -> Result<Option<Stretch>> {
        let mut after = self.next.lock().map_err(|_| anyhow::anyhow!("a thread has failed"))?;
        let stretch = audit.stretch(*after, self.newest)?;
        if let Some(Stretch { last, .. }) = stretch {
            *after = last;
        }
        Ok(stretch)
    }

    fn look(&self, mut audit: Box<dyn Audit>, most: usize) -> Result<Findings> {
        let (mut found, mut some) = (Findings::keeping(most), Vec::new());
        while let Some(stretch) = self.stretch(audit.as_mut())? {
            let orders = audit.orders(stretch, &mut some)?;
            some.drain(..).for_each(|difference| found.add(difference));
            self.orders.fetch_add(orders, Ordering::Relaxed);
            self.bar.inc(orders);
        }
        Ok(found)
    }
}

/// Sets right what can be, place by place. Where that fails it is as it was, the others go on, and so many are named.
fn repair(database: &DatabaseSettings, found: &Findings, most: usize) -> Result<()> {
    let mut mend = storage::mend(database)?;
    let mut failed = 0;
    for place in found.repairable() {
        let Err(error) = mend.mend(place) else { continue };
        if failed < most {
            writeln!(stderr(), "warning: {place} could not be repaired: {}", with_causes(&error))?;
        }
        failed += 1;
    }
    if failed > most {
        writeln!(stderr(), "warning: {} more could not be repaired", failed - most)?;
    }
    Ok(())
}

fn show(out: &mut impl Write, report: &Report, repaired: Option<u64>) -> Result<()> {
    if let Some(repaired) = repaired {
        writeln!(out, "repaired {}", Counted(i64::try_from(repaired)?, "difference"))?;
    }
    for (kind, count, shown) in report.found.kinds() {
        for difference in shown {
            writeln!(out, "{difference}")?;
        }
        let more = count - shown.len() as u64;
        if more > 0 {
            writeln!(out, "{kind}: {more} more")?;
        }
        writeln!(out, "  {}", remedy(kind))?;
    }
    let orders = Counted(i64::try_from(report.orders)?, "order");
    if report.is_clean() {
        writeln!(out, "{}: {orders}, and everything else, without a difference", report.database)?;
    }
    Ok(())
}

/// What is done about a kind, or is to be.
fn remedy(kind: DifferenceKind) -> String {
    match kind.remedy() {
        Remedy::Repaired(how) => format!("--repair: {how}"),
        Remedy::Left(what) => format!("not repaired: {what}"),
    }
}
