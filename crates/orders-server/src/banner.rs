//! What the server says when it is up.

use std::{
    io::{Result, Write, stdout},
    net::SocketAddr,
};

use orders_adapters::DatabaseUrl;

/// Prints where it listens, which database it uses and where its pages are, if it has some.
///
/// # Errors
///
/// When stdout cannot be written.
pub fn print(address: SocketAddr, database: &DatabaseUrl, (console, page): (bool, bool)) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "listening on  http://{address}")?;
    writeln!(out, "database      {}", database.absolute())?;
    if console {
        writeln!(out, "console       http://{address}/console/")?;
    }
    if page {
        writeln!(out, "try it        http://{address}/docs/")?;
    }
    out.flush()
}
