//! What SQLite makes of the statements.

mod plans;
pub mod statements;
pub mod trace;

use std::path::Path;

use super::{Conn, connection, migrate};

/// The connection that writes to a new database in this folder.
pub fn database(folder: &Path) -> Conn {
    let mut conn = connection::writer(&folder.join("orders.sqlite")).unwrap();
    migrate::run(&mut conn).unwrap();
    conn
}
