//! What SQLite makes of the statements.

mod kept;
mod plans;
mod plans_of_deliveries;
mod plans_of_stock;
pub mod statements;
pub mod trace;

use std::path::Path;

use super::{Conn, connection, migrations};

/// The connection that writes to a new database in this folder.
pub fn database(folder: &Path) -> Conn {
    let mut conn = connection::writer(&folder.join("orders.sqlite")).unwrap();
    migrations::run(&mut conn).unwrap();
    conn
}
