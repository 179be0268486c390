//! To where a webhook may lead.
//!
//! An address is looked at twice: its text when it is given and before each try, and what its name resolves to at
//! each connect. Both are read by the crate `url`, as the HTTP client reads them, so that what was looked at is
//! what is connected to.

mod nets;
mod resolver;

use std::net::IpAddr;

pub use ipnet::IpNet;
use orders_domain::{InvalidInput, Quoted, delivery::WebhookUrl};
use url::{Host, Url};

pub use resolver::{Lookup, SystemLookup};
pub(super) use resolver::{Unresolved, VettedResolver};

/// To where webhooks may lead: by default to public addresses, by https, at ports 443 and 8443.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destinations {
    /// Whether http is allowed too, and with it port 80.
    pub allow_http: bool,
    /// The ports that are allowed.
    pub ports: Vec<u16>,
    /// Nets that are allowed although they are not public.
    pub allow_nets: Vec<IpNet>,
}

impl Default for Destinations {
    fn default() -> Self {
        Self { allow_http: false, ports: vec![443, 8443], allow_nets: Vec::new() }
    }
}

impl Destinations {
    /// The address, if it is one to which may be sent as far as that can be told without asking for its name.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] about `url` otherwise.
    pub fn admit(&self, text: &str) -> Result<WebhookUrl, InvalidInput> {
        let url = WebhookUrl::parse(text)?;
        self.vetted(&url).map(|_| url)
    }

    /// The address as the client is given it.
    ///
    /// # Errors
    ///
    /// As [`Self::admit`].
    pub(super) fn vetted(&self, given: &WebhookUrl) -> Result<Url, InvalidInput> {
        let text = given.as_str();
        let refused = |reason: String| InvalidInput::new("url", format!("{} {reason}", Quoted(text)));
        // What comes after the scheme ends where everybody else thinks that it does (WHATWG URL, 4.4, reads a
        // backslash as a slash and skips further slashes).
        let authority = given.origin().split_once("://").map_or("", |(_, authority)| authority);
        if text.contains('\\') {
            return Err(refused("has a backslash".into()));
        }
        if authority.is_empty() {
            return Err(refused("names no host".into()));
        }
        if authority.contains('@') {
            return Err(refused("has a user name in it".into()));
        }
        let url = Url::parse(text).map_err(|error| refused(format!("is no URL: {error}")))?;
        if url.scheme() != "https" && !(self.allow_http && url.scheme() == "http") {
            return Err(refused("is not https".into()));
        }
        if url.fragment().is_some() {
            return Err(refused("has a fragment".into()));
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if !self.allows_port(port) {
            let http = self.allow_http.then_some(80);
            let ports =
                http.iter().chain(&self.ports).map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(refused(format!("leads to port {port}, but only {ports} are allowed")));
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(name)) if name.trim_end_matches('.').is_empty() => {
                return Err(refused("names no host".into()));
            }
            Some(Host::Domain(_)) => None,
            None => return Err(refused("names no host".into())),
        };
        if literal.is_some_and(|address| !self.allows(address)) {
            return Err(refused("leads to an address that is not public".into()));
        }
        Ok(url)
    }

    fn allows_port(&self, port: u16) -> bool {
        self.ports.contains(&port) || (self.allow_http && port == 80)
    }

    /// Whether may be connected to this address.
    pub(super) fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        nets::is_public(address) || self.allow_nets.iter().any(|net| net.contains(&address))
    }
}

#[cfg(test)]
mod tests;
