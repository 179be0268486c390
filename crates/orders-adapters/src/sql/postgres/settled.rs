//! Up to which id a list may go.
//!
//! Ids are given out in order and become visible out of order. A list that showed an order before
//! an earlier one is there would have its reader, who goes on after the last id seen, pass over the
//! earlier one for good. `settled_orders()`, which the migrations define, says how far it may go.

use diesel::{dsl::sql, prelude::*, sql_types::BigInt};

use super::Conn;

/// The id up to which every order is visible to whatever is read after this. Every order that was
/// answered for before this is among them, unless a transaction hangs.
pub fn orders(conn: &mut Conn) -> QueryResult<i64> {
    diesel::select(sql::<BigInt>("settled_orders()")).get_result(conn)
}

/// The newest event up to which every event is there, or 0. Ids that were given out and came to nothing are
/// not passed: after a crash or on another primary they may be given out again.
pub fn events(conn: &mut Conn) -> QueryResult<i64> {
    let newest = "(SELECT coalesce(max(id), 0) FROM events WHERE id <= (SELECT settled_events() OFFSET 0))";
    diesel::select(sql::<BigInt>(newest)).get_result(conn)
}

/// How far the database's log is on disk, in bytes: everything that was answered for is in it.
pub fn log_position(conn: &mut Conn) -> QueryResult<i64> {
    diesel::select(sql::<BigInt>("pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::BIGINT"))
        .get_result(conn)
}

/// How far a replica has come in the log of its primary; `None` if it is none.
pub fn replayed(conn: &mut Conn) -> QueryResult<Option<i64>> {
    use diesel::sql_types::Nullable;

    let position =
        "CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::BIGINT END";
    diesel::select(sql::<Nullable<BigInt>>(position)).get_result(conn)
}
