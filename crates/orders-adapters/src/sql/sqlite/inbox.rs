//! The messages by which something was done.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::ports::Handled;

use super::{
    super::{rows::millis, schema::inbox},
    Conn,
};

/// Whether something was done by a message.
pub fn knows(conn: &mut Conn, handled: Handled) -> QueryResult<bool> {
    let row = inbox::table.find((handled.by, handled.message.get())).select(inbox::at);
    Ok(row.first::<i64>(conn).optional()?.is_some())
}

/// Keeps a message by which something is done.
pub fn keep(conn: &mut Conn, handled: Handled, at: DateTime<Utc>) -> QueryResult<()> {
    let row = (
        inbox::consumer.eq(handled.by),
        inbox::message_id.eq(handled.message.get()),
        inbox::at.eq(millis(at)),
    );
    diesel::insert_into(inbox::table).values(row).execute(conn).map(drop)
}
