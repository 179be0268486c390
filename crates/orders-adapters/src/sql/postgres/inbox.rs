//! The messages by which something was done.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::ports::Handled;

use super::{
    super::{rows::millis, schema::inbox},
    Conn,
};

/// Keeps a message by which something is done; whether it was not kept before.
pub fn keep(conn: &mut Conn, handled: Handled, at: DateTime<Utc>) -> QueryResult<bool> {
    let row = (
        inbox::consumer.eq(handled.by),
        inbox::message_id.eq(handled.message.get()),
        inbox::at.eq(millis(at)),
    );
    Ok(diesel::insert_into(inbox::table).values(row).on_conflict_do_nothing().execute(conn)? > 0)
}
