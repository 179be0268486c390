//! Which name a request has for the server.
//!
//! A page of another site can make its own name lead to this machine and then ask as if it were ours
//! (DNS rebinding). Where a bare header says who is asking, only names that cannot be had by others
//! are answered.

use std::{
    cell::RefCell,
    net::{Ipv4Addr, Ipv6Addr},
};

use actix_web::{
    dev::ServiceRequest,
    http::header::{self, HeaderValue},
};
use orders_domain::Quoted;

use crate::http::error::ApiError;

/// The mark of a server that answers to loopback names only.
#[derive(Debug, Default)]
pub struct LoopbackOnly {
    /// The name that was found to be one last: clients keep to theirs.
    known: RefCell<Vec<u8>>,
}

/// Whether the server answers to the name that the request has for it.
///
/// # Errors
///
/// 421 if not.
pub fn check(request: &ServiceRequest) -> Result<(), ApiError> {
    let Some(LoopbackOnly { known }) = request.app_data() else { return Ok(()) };
    let sent = request.headers().get(header::HOST).map(HeaderValue::as_bytes);
    let named = match request.uri().authority() {
        Some(authority) => Some(authority.as_str().as_bytes()),
        // Only HTTP/1.0 goes without, and no browser speaks it.
        None => sent,
    };
    let Some(named) = named.filter(|named| *named != known.borrow().as_slice()) else { return Ok(()) };
    let text = String::from_utf8_lossy(named);
    if !is_loopback(&text) {
        return Err(ApiError::Misdirected(format!(
            "the host {} is not this machine by itself",
            Quoted(text)
        )));
    }
    named.clone_into(&mut known.borrow_mut());
    Ok(())
}

/// Whether a host, perhaps with a port, means the machine itself: `localhost` and what is below it
/// (RFC 6761, section 6.3), 127.0.0.0/8 and `::1`.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            let port_is_fine = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
            return port_is_fine && address.parse().is_ok_and(|address: Ipv6Addr| address.is_loopback());
        }
        None => match host.split_once(':') {
            Some((name, port)) if is_port(port) => name,
            Some(_) => return false,
            None => host,
        },
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_localhost = |label: &str| label.eq_ignore_ascii_case("localhost");
    // The last label decides: all that is below `localhost` is.
    is_localhost(name.rsplit('.').next().unwrap_or_default())
        || name.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
}

fn is_port(text: &str) -> bool {
    text.is_empty() || text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_nobody_else_can_have_are_loopback() {
        for host in [
            "localhost",
            "LocalHost:3000",
            "localhost.",
            "shop.localhost",
            "127.0.0.1",
            "127.0.0.1:3000",
            "127.1.2.3:80",
            "[::1]",
            "[::1]:3000",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:3000",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "0.0.0.0",
            "192.168.0.1",
            "[::]",
            "[::2]:3000",
            "[::1]x",
            "::1",
            "localhost:x",
            "notlocalhost",
            "128.0.0.1",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
