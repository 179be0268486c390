//! The address to listen on.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use anyhow::{Context, Result, bail};
use socket2::{Domain, Protocol, Socket, Type};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 4096;

/// The address of a host and port, if it may be listened on.
///
/// # Errors
///
/// When the host is unknown, or is not loopback although anyone could claim to be anyone there.
pub fn address(host: &str, port: u16, allow_insecure_auth: bool) -> Result<SocketAddr> {
    let mut addresses =
        (host, port).to_socket_addrs().with_context(|| format!("the host {host:?} is unknown"))?;
    let address = addresses.next().with_context(|| format!("the host {host:?} has no address"))?;
    if !address.ip().is_loopback() && !allow_insecure_auth {
        bail!(
            "{host} can be reached from other machines, and the header user_id proves nothing: listen on \
             127.0.0.1, or give --allow-insecure-auth if something else keeps strangers away"
        );
    }
    Ok(address)
}

/// A listener there.
///
/// # Errors
///
/// When the port is in use or may not be had.
pub fn listener(address: SocketAddr) -> Result<TcpListener> {
    let listen = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        std::io::Result::Ok(socket.into())
    };
    listen().with_context(|| format!("cannot listen on {address}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_loopback_is_refused_unless_told_in_so_many_words() {
        assert!(address("0.0.0.0", 0, false).is_err());
        assert!(address("::", 0, false).is_err());
        assert!(address("0.0.0.0", 0, true).is_ok());
        assert!(address("127.0.0.1", 0, false).is_ok());
        assert!(address("::1", 0, false).is_ok());
    }

    #[test]
    fn a_port_in_use_is_named() {
        let first = listener("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = first.local_addr().unwrap();
        let error = format!("{:#}", listener(address).unwrap_err());
        assert!(error.contains(&address.to_string()) && error.contains("in use"), "{error}");
    }
}
