//! `postgres://…` URLs: what tokio-postgres reads, and the two parameters of TLS that it does not.

use std::{fmt, net::IpAddr, path::PathBuf, str::FromStr};

use orders_domain::failure::with_causes;
use tokio_postgres::config::{Config, Host, SslMode};

use super::super::OpenError;

/// How far the server is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// `sslmode=disable`: no TLS.
    Disable,
    /// `sslmode=require`: TLS, whoever it is that answers.
    Require,
    /// `sslmode=verify-full`: TLS with a server whose certificate is trusted and names its host.
    VerifyFull,
}

/// Where a PostgreSQL database is, and who asks.
#[derive(Debug, Clone)]
pub struct PostgresUrl {
    pub(super) config: Config,
    pub(super) tls: Tls,
    /// A file of certificates, in PEM, that are trusted instead of the system's.
    pub(super) root_certificates: Option<PathBuf>,
}

impl FromStr for PostgresUrl {
    type Err = OpenError;

    /// Without `sslmode`: `disable` when every host is this machine, otherwise `verify-full`.
    fn from_str(url: &str) -> Result<Self, OpenError> {
        let fail = |reason: String| OpenError::PostgresUrl { url: hidden(url), reason };
        let url = url.trim();
        // What would be read as another host or parameter than was meant is a piece of a password, as a
        // rule, and must not be told.
        if url.matches('@').count() > 1 || url.split_once('?').is_some_and(|(_, query)| query.contains('@')) {
            return Err(fail("it has an `@` in its user, password or parameters: write it `%40`".to_owned()));
        }
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut root_certificates, mut rest) = (None, None, Vec::new());
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match form_urlencoded::parse(parameter.as_bytes()).next() {
                Some((name, value)) if name == "sslmode" => mode = Some(value.into_owned()),
                Some((name, value)) if name == "sslrootcert" => {
                    root_certificates = Some(PathBuf::from(value.into_owned()));
                }
                _ => rest.push(parameter),
            }
        }
        let mut config = Config::from_str(&format!("{address}?{}", rest.join("&")))
            .map_err(|error| fail(reason(&with_causes(&error), address.contains('@'))))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(fail("it names no host".to_owned()));
        }
        let tls = match mode.as_deref() {
            Some("disable") => Tls::Disable,
            Some("require") => Tls::Require,
            None if config.get_hosts().iter().all(is_this_machine) => Tls::Disable,
            Some("verify-full") | None => Tls::VerifyFull,
            Some(_) => return Err(fail("sslmode is not disable, require or verify-full".to_owned())),
        };
        config.ssl_mode(if tls == Tls::Disable { SslMode::Disable } else { SslMode::Require });
        Ok(Self { config, tls, root_certificates })
    }
}

/// Of what the parser says, what repeats nothing of the URL but an option's name; an unknown name only
/// where it is no piece of a password, since the password ends before.
fn reason(said: &str, password_ends: bool) -> String {
    let option = |text| said.split_once(text).map(|(_, option)| option.trim());
    match (option("invalid value for option"), option("unknown option")) {
        (Some(option), _) => format!("the value of {option} is not one that it can have"),
        (None, Some(option)) if password_ends => format!("there is no parameter {option}"),
        _ => "it does not parse: what is not a letter or digit in a user or password is percent-encoded"
            .to_owned(),
    }
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
    }
}

/// Of a URL that cannot be used, what holds no password for sure.
fn hidden(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(_, rest)| ("postgres://", rest));
    match rest.split(['@', '?', '#']).collect::<Vec<_>>().as_slice() {
        // Only where it is no user with a password in front of what is missing.
        [place] if !place.contains(':') => format!("{scheme}{place}"),
        [who, place] if !place.contains(':') && !who.contains('/') && rest.contains('@') => {
            format!("{scheme}{}@{place}", who.split(':').next().unwrap_or_default())
        }
        _ => "postgres://…".to_owned(),
    }
}

/// Without the password.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match host {
                Host::Tcp(name) => f.write_str(name)?,
                Host::Unix(path) => write!(f, "{}", path.display())?,
            }
            let ports = self.config.get_ports();
            if let Some(port) = ports.get(index) {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

/// The same place for the same user.
impl PartialEq for PostgresUrl {
    fn eq(&self, other: &Self) -> bool {
        self.config == other.config
            && self.tls == other.tls
            && self.root_certificates == other.root_certificates
    }
}

impl Eq for PostgresUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> PostgresUrl {
        url.parse().unwrap()
    }

    #[test]
    fn tls_is_off_only_on_this_machine_or_when_told_so() {
        for (url, tls) in [
            ("postgres://u@localhost/orders", Tls::Disable),
            ("postgres://u@127.0.0.1:5433/orders", Tls::Disable),
            ("postgresql://u@%2Frun%2Fpostgresql/orders", Tls::Disable),
            ("postgres://u@db.example/orders", Tls::VerifyFull),
            ("postgres://u@localhost,db.example/orders", Tls::VerifyFull),
            ("postgres://u@db.example/orders?sslmode=disable", Tls::Disable),
            ("postgres://u@localhost/orders?sslmode=require", Tls::Require),
            ("postgres://u@localhost/orders?application_name=a&sslmode=verify-full", Tls::VerifyFull),
        ] {
            assert_eq!(parse(url).tls, tls, "{url}");
        }
    }

    #[test]
    fn the_certificates_file_is_read_from_the_url_and_the_rest_is_kept() {
        let url = parse("postgres://u@db.example/orders?sslrootcert=%2Fetc%2Fca.pem&application_name=shop");
        assert_eq!(url.root_certificates, Some(PathBuf::from("/etc/ca.pem")));
        assert_eq!(url.config.get_application_name(), Some("shop"));
    }

    #[test]
    fn a_url_is_shown_without_its_password() {
        let url = parse("postgres://shop:s3cret@db.example:5433,other/orders?sslmode=require");
        assert_eq!(url.to_string(), "postgres://shop@db.example:5433,other:5432/orders");
        for bad in [
            "postgres://u:s3cret@h/d?sslmode=prefer",
            "postgres://u:s3cret@h:port/d",
            "postgres://u:s3cret@h/d?colour=red",
            "postgres:///orders",
        ] {
            let error = bad.parse::<PostgresUrl>().unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
            assert!(error.contains("postgres://"), "{error}");
        }
        for (bad, shown) in [("u:s3cret@h/d", "u@h/d"), ("foo", "foo")] {
            let error = bad.parse::<PostgresUrl>().unwrap_err().to_string();
            assert!(error.contains(&format!("{shown:?}")), "{error}");
        }
    }
}
