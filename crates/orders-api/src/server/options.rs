//! How the API is served.

use std::{num::NonZeroUsize, time::Duration};

/// How it is served.
#[derive(Debug, Clone, Copy)]
pub struct ServerOptions {
    /// Threads that serve requests.
    pub workers: NonZeroUsize,
    /// Connections that are served at once; more wait to be accepted.
    pub max_connections: usize,
    /// How long a connection may rest between requests.
    pub keep_alive: Duration,
}

impl Default for ServerOptions {
    /// As many workers as the machine has processors, 10,000 connections that rest 5 seconds at most.
    fn default() -> Self {
        let workers = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { workers, max_connections: 10_000, keep_alive: Duration::from_secs(5) }
    }
}
