//! Settings of what happens afterwards.

use std::{num::NonZeroU16, path::PathBuf};

use clap::{Args, ValueEnum, builder::EnumValueParser, value_parser};

use super::{
    ServeSettings,
    value::{self, List, Trimmed},
};

/// What a process does of all that there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Serves requests.
    Api,
    /// Works off what happened, and says whether it is well.
    Worker,
    /// Both.
    All,
}

/// What becomes of an order by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FulfilmentMode {
    /// Nothing.
    Manual,
    /// It is planned, and moved to `processing`.
    Automatic,
}

/// How mail goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MailMode {
    /// Onto stdout, in header mode on loopback only.
    Print,
}

/// What happens afterwards, and how.
#[derive(Debug, Clone, Args)]
pub struct DeliverySettings {
    /// What becomes of an order by itself: `automatic` plans it and moves it to `processing`
    #[arg(long, env = "FULFILMENT", default_value = "manual",
        value_parser = Trimmed(EnumValueParser::<FulfilmentMode>::new()))]
    pub fulfilment: FulfilmentMode,
    /// A queue of Amazon SQS into which every event goes, and from which `automatic` reads [default: the database]
    #[arg(long, env = "QUEUE_URL", value_name = "URL", value_parser = value::text)]
    pub queue_url: Option<String>,
    /// The key that seals the secrets of webhooks: 32 bytes in base64 [default: a file beside a SQLite database]
    #[arg(long, env = "SECRETS_KEY", value_name = "BASE64", hide_env_values = true, value_parser = value::text)]
    pub secrets_key: Option<String>,
    /// Webhooks: http too, and port 80
    #[arg(long, env = "WEBHOOKS_ALLOW_HTTP", value_parser = value::switch())]
    pub webhooks_allow_http: bool,
    /// Webhooks: the ports that are allowed
    #[arg(long, env = "WEBHOOKS_PORTS", value_name = "PORT,…", default_value = "443,8443",
        value_parser = ports)]
    pub webhooks_ports: List<NonZeroU16>,
    /// Webhooks: inner nets that are allowed, such as `10.1.0.0/16` [default: none]
    #[cfg(feature = "webhooks")]
    #[arg(long, env = "WEBHOOKS_ALLOW_NETS", value_name = "NET,…", default_value = "", hide_default_value = true,
        value_parser = nets)]
    pub webhooks_allow_nets: List<orders_adapters::outbound::address::IpNet>,
    /// How long what was sent is kept, in days
    #[arg(long, env = "DELIVERY_KEPT_DAYS", value_name = "N", default_value = "30",
        value_parser = Trimmed(value_parser!(u16).range(1..=36_500)))]
    pub delivery_kept_days: u16,
    /// The server that mail to customers goes out by: `smtps://USER:PASSWORD@HOST` [default: no mail]
    #[arg(long, env = "SMTP_URL", value_name = "URL", hide_env_values = true, value_parser = value::text)]
    pub smtp_url: Option<String>,
    /// From whom mail comes, such as `Shop <shop@example.org>`
    #[arg(long, env = "MAIL_FROM", value_name = "ADDRESS", value_parser = value::text)]
    pub mail_from: Option<String>,
    /// A folder with templates in place of those compiled in
    #[arg(long, env = "MAIL_TEMPLATES", value_name = "FOLDER", value_parser = value::path)]
    pub mail_templates: Option<PathBuf>,
    /// Print mail instead of sending it, for development
    #[arg(long, env = "MAIL", value_parser = Trimmed(EnumValueParser::<MailMode>::new()))]
    pub mail: Option<MailMode>,
}

/// Some ports.
fn ports(text: &str) -> Result<List<NonZeroU16>, String> {
    match value::parsed::<List<NonZeroU16>>(text) {
        Ok(ports) if !ports.0.is_empty() => Ok(ports),
        _ => Err("it is not a list of ports such as 443,8443".to_owned()),
    }
}

/// Some nets.
#[cfg(feature = "webhooks")]
fn nets(text: &str) -> Result<List<orders_adapters::outbound::address::IpNet>, String> {
    value::parsed(text).map_err(|_| "it is not a list of nets such as 10.1.0.0/16,10.2.0.1/32".to_owned())
}

/// How to work off what happened.
#[derive(Debug, Args)]
pub struct WorkerSettings {
    /// Work off what is there, and end
    #[arg(long)]
    pub once: bool,
    /// The rest, as for serving
    #[command(flatten)]
    pub serve: ServeSettings,
}
