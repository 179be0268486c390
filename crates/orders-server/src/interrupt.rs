//! How a long command is told to end.

use std::{
    convert::Infallible,
    io,
    sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel},
    thread,
    time::Duration,
};

use tokio::signal::unix::{SignalKind, signal};

/// Whether SIGTERM or SIGINT has come, which end nothing by themselves from then on.
pub struct Interrupt(Receiver<Infallible>);

impl Interrupt {
    /// From now on.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn listen() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (mut terminate, mut interrupt) = {
            let _inside = runtime.enter();
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)
        };
        let (told, heard) = channel();
        thread::Builder::new().name("orders-signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            });
            drop(told);
        })?;
        Ok(Self(heard))
    }

    /// Whether one has come.
    pub fn is_told(&self) -> bool {
        self.0.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Waits for so long, or until one comes; whether one has.
    pub fn wait(&self, limit: Duration) -> bool {
        self.0.recv_timeout(limit) == Err(RecvTimeoutError::Disconnected)
    }

    /// Does this, on a thread of its own, when one comes.
    ///
    /// # Errors
    ///
    /// When there can be no thread.
    pub fn then(self, act: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let wait = move || {
            if self.0.recv().is_err() {
                act();
            }
        };
        thread::Builder::new().name("orders-interrupted".to_owned()).spawn(wait).map(drop)
    }
}
