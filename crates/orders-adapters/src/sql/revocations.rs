//! Whose tokens were revoked, against the seam's connection (`super::Conn`): one row for each user.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, query_dsl::methods::FilterDsl, upsert::excluded};
use orders_domain::UserId;

use super::{
    super::{OpenError, rows::millis, schema::revocations},
    Conn, migrations,
};

/// When the user's tokens were revoked last, in milliseconds since 1970.
pub fn revoked_at(conn: &mut Conn, user: UserId) -> QueryResult<Option<i64>> {
    revocations::table.find(user.get()).select(revocations::revoked_at).first(conn).optional()
}

/// Has the user's tokens made until `at` count for nothing. What was revoked later stays revoked.
pub fn revoke(conn: &mut Conn, user: UserId, at: DateTime<Utc>) -> Result<(), OpenError> {
    migrations::refuse_other(conn)?;
    Ok(add(conn, &[(user.get(), millis(at))])?)
}

/// Adds these, each the latest of its user.
pub fn add(conn: &mut Conn, revoked: &[(i64, i64)]) -> QueryResult<()> {
    conn.transaction(|conn| {
        for (user, at) in revoked {
            let insert = diesel::insert_into(revocations::table)
                .values((revocations::user_id.eq(user), revocations::revoked_at.eq(at)))
                .on_conflict(revocations::user_id)
                .do_update()
                .set(revocations::revoked_at.eq(excluded(revocations::revoked_at)));
            FilterDsl::filter(insert, revocations::revoked_at.lt(excluded(revocations::revoked_at)))
                .execute(conn)?;
        }
        Ok(())
    })
}
