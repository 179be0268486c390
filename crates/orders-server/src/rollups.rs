//! Counting all orders anew.

use std::{
    io::{Write, stdout},
    sync::Arc,
    thread,
    time::Duration,
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

/// Forgets all that was counted, and counts it anew up to the event that is the newest now, unless a server does: then
/// that is waited for.
///
/// # Errors
///
/// When the database cannot be opened or written.
pub fn rebuild(settings: &RebuildSettings) -> Result<()> {
    let database = &settings.storage.database;
    let newest = storage::recount(database)?;
    let bar = progress::bar(newest.unsigned_abs(), "counting");
    loop {
        count(&settings.storage)?;
        let counted = storage::counted(database)?;
        bar.set_position(counted.unsigned_abs());
        if counted >= newest {
            break;
        }
        thread::sleep(LOOK_AGAIN);
    }
    bar.finish_and_clear();
    Ok(writeln!(stdout().lock(), "counted all orders anew, up to event {newest}")?)
}

/// Counts what is not counted, unless somebody else does.
fn count(settings: &StorageSettings) -> Result<()> {
    let database = settings.database.parse()?;
    let Storage { ports, close, .. } = match storage::open(settings, &database, None) {
        // It counts.
        Err(error) if matches!(error.downcast_ref(), Some(OpenError::InUse(_))) => return Ok(()),
        opened => opened?,
    };
    let holder = Holder::new(&format!("{}-{:016x}", std::process::id(), fastrand::u64(..)))?;
    let text = Arc::new(event_text(EventsSource::default()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (_told, heard) = Stop::new();
    let is_well = runtime.block_on(Worker::new(ports, Arc::new(SystemClock), holder, text).count(heard));
    drop(runtime);
    storage::close(close);
    ensure!(is_well, "not everything could be counted");
    Ok(())
}
