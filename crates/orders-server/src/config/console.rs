//! Settings of the pages for the shop's staff.

use clap::Args;

use super::value;

/// Which pages there are for the staff, and how they sign in.
#[derive(Debug, Clone, Args)]
pub struct ConsoleSettings {
    /// Leave out the pages at /console/
    #[arg(long, env = "NO_CONSOLE", value_parser = value::switch())]
    pub no_console: bool,
    /// With AUTH=jwt: as which client people sign in at the issuer; without it there are no pages at /console/
    #[cfg(feature = "jwt")]
    #[arg(long, env = "CONSOLE_CLIENT_ID", value_name = "ID", value_parser = value::text)]
    pub console_client_id: Option<String>,
    /// Which scopes are asked for when they do, with spaces between [default: all that there are]
    #[cfg(feature = "jwt")]
    #[arg(long, env = "CONSOLE_SCOPES", value_name = "SCOPES", value_parser = value::text)]
    pub console_scopes: Option<String>,
}
