//! Idempotency keys: which event each has made.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    deserialize::{self, FromSqlRow},
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    row::Row,
    sql_types::{Array, BigInt, Binary, Nullable, Text},
};
use orders_domain::{Idempotency, KeyUse, UserId};

use super::{
    super::{
        rows::{self, column, event::ORDER, nullable},
        schema::events,
    },
    Conn,
    pieces::Sql,
};

/// A user's key, and the request that it comes with now.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub user: UserId,
    pub idempotency: &'a Idempotency,
    pub now: DateTime<Utc>,
}

/// What is known of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    /// It has made this version of this order by the same request.
    MadeOrder(i64, i64),
    /// It has made what this event says by the same request.
    Made(i64),
    /// It stands for another request.
    Reused,
    /// It has made this event, too long ago to count.
    Expired(i64),
}

/// What is known of each of these keys, by their place.
pub fn find(conn: &mut Conn, asked: &[Asked<'_>]) -> QueryResult<HashMap<usize, Known>> {
    let query = FindKeys {
        user: asked.iter().map(|asked| asked.user.get()).collect(),
        key: asked.iter().map(|asked| asked.idempotency.key.as_str()).collect(),
    };
    let rows: Vec<KeyRow> = query.load(conn)?;
    let known = rows.iter().filter_map(|row| Some((row.place, row.known(asked.get(row.place)?))));
    known.map(|(place, known)| Ok((place, known?))).collect()
}

/// Takes their keys away from these events, whose keys count no more.
pub fn free(conn: &mut Conn, ids: &[i64]) -> QueryResult<()> {
    diesel::update(events::table.filter(events::id.eq_any(ids)))
        .set((events::idempotency_key.eq(None::<&str>), events::request_fingerprint.eq(None::<&[u8]>)))
        .execute(conn)
        .map(drop)
}

struct KeyRow {
    place: usize,
    event: i64,
    kind: String,
    subject: i64,
    version: i64,
    date: i64,
    fingerprint: Option<Vec<u8>>,
}

impl KeyRow {
    fn known(&self, asked: &Asked<'_>) -> QueryResult<Known> {
        let used_at = rows::moment(self.date).map_err(rows::corrupt)?;
        let used_for = self.fingerprint.as_deref().unwrap_or_default();
        Ok(match asked.idempotency.judge(used_at, used_for, asked.now) {
            KeyUse::Free => Known::Expired(self.event),
            KeyUse::Again if self.kind == ORDER => Known::MadeOrder(self.subject, self.version),
            KeyUse::Again => Known::Made(self.event),
            KeyUse::Reused => Known::Reused,
        })
    }
}

type KeyTypes = (BigInt, BigInt, BigInt, BigInt, BigInt, Nullable<Binary>, Text);

impl FromSqlRow<KeyTypes, Pg> for KeyRow {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        Ok(Self {
            place: usize::try_from(column::<BigInt, _, i64>(row, 0)? - 1)?,
            event: column::<BigInt, _, _>(row, 1)?,
            kind: column::<Text, _, _>(row, 6)?,
            subject: column::<BigInt, _, _>(row, 2)?,
            version: column::<BigInt, _, _>(row, 3)?,
            date: column::<BigInt, _, _>(row, 4)?,
            fingerprint: nullable::<Binary, _, _>(row, 5)?,
        })
    }
}

struct FindKeys<'a> {
    user: Vec<i64>,
    key: Vec<&'a str>,
}

impl QueryId for FindKeys<'_> {
    type QueryId = FindKeys<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for FindKeys<'_> {
    type SqlType = KeyTypes;
}

impl RunQueryDsl<Conn> for FindKeys<'_> {}

impl QueryFragment<Pg> for FindKeys<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("SELECT place, id, subject, version, at, request_fingerprint, kind FROM unnest(");
        sql.bind::<Array<BigInt>, _>(&self.user)?.text(", ");
        sql.bind::<Array<Text>, _>(&self.key)?.text(
            ") WITH ORDINALITY AS asked (asker, key, place), \
             LATERAL (SELECT id, subject, version, at, request_fingerprint, kind FROM events \
             WHERE actor = asked.asker AND idempotency_key = asked.key LIMIT 1) AS known",
        );
        Ok(())
    }
}
