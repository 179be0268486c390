//! The composition root: settings, and what they put together.
//!
//! This is the only crate that names both the API and the adapters. It must not know any rule of
//! orders, nor how anything is served or stored: it chooses who does.

use anyhow::Result;

mod authentication;
mod backup;
mod banner;
mod commands;
mod config;
mod console;
mod delivery;
mod digest;
mod doctor;
mod files;
mod import;
mod interrupt;
mod listen;
mod observe;
mod priority;
mod progress;
mod restore;
mod rollups;
mod seed;
mod serving;
mod storage;
mod tools;
mod traces;
#[cfg(feature = "postgres")]
mod transfer;

pub use config::{Cli, exit_code, parse};
use config::{Command, Role, ServeSettings, WorkerSettings};

/// Does what the command line says.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn run(cli: Cli) -> Result<()> {
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(settings) => serving::serve(settings),
        Command::Worker(WorkerSettings { once: true, serve }) => serving::work_off(&serve),
        Command::Worker(WorkerSettings { once: false, serve }) => {
            serving::serve(ServeSettings { role: Role::Worker, ..serve })
        }
        Command::Migrate(settings) => commands::migrate(&settings),
        Command::Openapi => commands::openapi(),
        Command::Doctor(settings) => doctor::doctor(&settings),
        Command::Forget(settings) => commands::forget(&settings),
        Command::Rollups(config::RollupsCommand::Rebuild(settings)) => rollups::rebuild(&settings),
        Command::Seed(settings) => seed::seed(&settings),
        Command::Import(settings) => import::orders(&settings),
        Command::Products(command) => import::products(&command),
        Command::Stock(command) => import::stock(&command),
        Command::Backup(settings) => backup::backup(&settings),
        Command::Restore(settings) => restore::restore(&settings),
        Command::Digest(settings) => digest::digest(&settings),
        #[cfg(feature = "postgres")]
        Command::Transfer(settings) => transfer::transfer(&settings),
        #[cfg(feature = "jwt")]
        Command::Token(settings) => authentication::jwt::mint(&settings),
        #[cfg(feature = "jwt")]
        Command::Sessions(config::jwt::SessionsCommand::Revoke(settings)) => {
            authentication::jwt::revoke(&settings)
        }
        Command::Health(settings) => tools::health(&settings),
        Command::Completions(settings) => tools::completions(&settings),
        Command::Man(settings) => tools::man(&settings),
    }
}
