//! Settings of the commands that are about the program itself.

use std::{path::PathBuf, str::FromStr};

use actix_web::http::Uri;
use clap::{Args, builder::EnumValueParser, value_parser};
use clap_complete::Shell;

use super::value::{self, Trimmed};

/// For which shell.
#[derive(Debug, Args)]
pub struct CompletionsSettings {
    /// The shell
    #[arg(value_name = "SHELL", value_parser = EnumValueParser::<Shell>::new())]
    pub shell: Shell,
}

/// Where to put the pages.
#[derive(Debug, Args)]
pub struct ManSettings {
    /// A folder, which is made if need be: a page for each command into it [default: the first page to stdout]
    #[arg(value_name = "DIR", value_parser = value::path)]
    pub folder: Option<PathBuf>,
}

/// Which server to ask, and for how long.
#[derive(Debug, Args)]
pub struct HealthSettings {
    /// Where the server is, such as `http://127.0.0.1:3000`, and what to ask it for if not `/health/live`
    /// [default: this machine at PORT]
    #[arg(long, value_name = "URL", value_parser = value::parsed::<ServerUrl>)]
    pub url: Option<ServerUrl>,
    /// The port on this machine, where no URL is given
    #[arg(long, env = "PORT", default_value_t = 3000, value_parser = Trimmed(value_parser!(u16).range(1..)))]
    pub port: u16,
    /// How long to wait for the answer, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 3000, value_parser = Trimmed(value_parser!(u32).range(1..=60_000)))]
    pub timeout_ms: u32,
}

impl HealthSettings {
    /// Whom to ask, and for what.
    pub fn server(&self) -> ServerUrl {
        let here =
            || ServerUrl { host: "127.0.0.1".to_owned(), port: self.port, path: "/health/live".to_owned() };
        self.url.clone().unwrap_or_else(here)
    }
}

/// Where a server is, and one of its paths. Without TLS: it is asked beside it, not through a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    /// A name or an address; one of version 6 in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The path, with the query.
    pub path: String,
}

impl FromStr for ServerUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const REFUSED: &str = "it is not an address such as http://127.0.0.1:3000";
        let uri: Uri = text.parse().map_err(|_| REFUSED)?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
        match (uri.scheme_str(), authority) {
            (Some("http"), Some(authority)) => {
                let path = match uri.path_and_query().map_or("/", |path| path.as_str()) {
                    "/" => "/health/live",
                    path => path,
                };
                let port = authority.port_u16().unwrap_or(80);
                Ok(Self { host: authority.host().to_owned(), port, path: path.to_owned() })
            }
            _ => Err(REFUSED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_that_of_liveness_unless_another_one_is_given() {
        let url = |host: &str, port, path: &str| {
            Ok(ServerUrl { host: host.to_owned(), port, path: path.to_owned() })
        };
        assert_eq!("http://127.0.0.1:3000".parse(), url("127.0.0.1", 3000, "/health/live"));
        assert_eq!("http://[::1]:3000/".parse(), url("[::1]", 3000, "/health/live"));
        assert_eq!("http://orders/health/ready".parse(), url("orders", 80, "/health/ready"));
    }

    #[test]
    fn what_is_no_plain_http_address_is_refused() {
        for bad in ["", "127.0.0.1:3000", "https://127.0.0.1", "http://user:word@host", "http://", "/health"]
        {
            assert!(bad.parse::<ServerUrl>().is_err(), "{bad:?} was taken");
        }
    }
}
