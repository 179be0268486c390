//! Counting all orders anew.

use std::{
    io::{Write, stdout},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use orders_adapters::{OpenError, SystemClock};
use orders_api::{EventsSource, event_text};
use orders_domain::delivery::Holder;
use orders_worker::{Stop, Worker};

use crate::{
    config::{RebuildSettings, StorageSettings},
    progress,
    storage::{self, Storage},
};

/// How often it is looked how far a server has come that counts.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How long it is waited for somebody else who counts, and comes no further.
const STANDSTILL: Duration = Duration::from_mins(1);

/// Forgets all that was counted, and counts it anew up to the event that is the newest now, unless a server does: then
/// that is waited for.
///
/// # Errors
///
/// When the database cannot be opened or written, or who has it does not count.
pub fn rebuild(settings: &RebuildSettings) -> Result<()> {
    let database = &settings.storage.database;
    let newest = storage::recount(database)?;
    let bar = progress::bar(newest.unsigned_abs(), "counting");
    // Once: what a PostgreSQL database has opened stays open until the process ends.
    let mut opened = None;
    let (mut seen, mut since) = (0, Instant::now());
    loop {
        if opened.is_none() {
            opened = open(&settings.storage)?;
        }
        if let Some(Storage { ports, .. }) = &opened {
            count(ports.clone())?;
        }
        let counted = storage::counted(database)?;
        bar.set_position(counted.unsigned_abs());
        if counted >= newest {
            break;
        }
        if counted != seen {
            (seen, since) = (counted, Instant::now());
        }
        ensure!(
            since.elapsed() < STANDSTILL,
            "the figures are forgotten, and not counted anew: the process that has the database does not work"
        );
        thread::sleep(LOOK_AGAIN);
    }
    if let Some(Storage { close, .. }) = opened {
        storage::close(close);
    }
    bar.finish_and_clear();
    Ok(writeln!(stdout().lock(), "counted all orders anew, up to event {newest}")?)
}

/// Opens the database, unless a server has it.
fn open(settings: &StorageSettings) -> Result<Option<Storage>> {
    match storage::open(settings, &settings.database.parse()?, None) {
        Err(error) if matches!(error.downcast_ref(), Some(OpenError::InUse(_))) => Ok(None),
        opened => opened.map(Some),
    }
}

/// Counts what is not counted, unless somebody else does.
fn count(ports: orders_domain::Storage) -> Result<()> {
    let holder = Holder::new(&format!("{}-{:016x}", std::process::id(), fastrand::u64(..)))?;
    let text = Arc::new(event_text(EventsSource::default()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (_told, heard) = Stop::new();
    let is_well = runtime.block_on(Worker::new(ports, Arc::new(SystemClock), holder, text).count(heard));
    ensure!(is_well, "not everything could be counted");
    Ok(())
}
