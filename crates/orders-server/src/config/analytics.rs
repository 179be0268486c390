//! Settings of what is counted.

use clap::{Args, Subcommand};

use super::StorageSettings;

/// What to do with what was counted.
#[derive(Debug, Subcommand)]
pub enum RollupsCommand {
    /// Count all orders anew from their events, beside a server or without one; what is asked meanwhile says how far it is
    Rebuild(RebuildSettings),
}

/// Where to count.
#[derive(Debug, Args)]
pub struct RebuildSettings {
    /// Where the orders are kept
    #[command(flatten)]
    pub storage: StorageSettings,
}
