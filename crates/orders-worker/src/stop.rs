//! Being told to stop.

use tokio::sync::watch;

/// Hears when it is time to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// What is told, and who hears it.
    #[must_use]
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (told, heard) = watch::channel(false);
        (told, Self(heard))
    }

    /// Whether it is time. If whoever would tell it has gone, it is.
    #[must_use]
    pub fn is_told(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Returns once it is. Whoever would tell it has gone: it is.
    pub async fn told(&self) {
        let _ = self.0.clone().wait_for(|told| *told).await;
    }
}
