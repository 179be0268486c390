//! Idempotency keys: which order each has made.

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
use orders_domain::{Idempotency, IdempotencyKey, UserId};

use super::{
    super::{
        rows::{column, millis, nullable},
        schema::orders,
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
    /// It has made this order by the same request.
    Made(i64),
    /// It has made an order by another request.
    Reused,
    /// It has made this order, too long ago to count.
    Expired(i64),
}

/// What is known of each of these keys, by their place.
pub fn find(conn: &mut Conn, asked: &[Asked<'_>]) -> QueryResult<HashMap<usize, Known>> {
    let query = FindKeys {
        user: asked.iter().map(|asked| asked.user.get()).collect(),
        key: asked.iter().map(|asked| asked.idempotency.key.as_str()).collect(),
    };
    let rows: Vec<KeyRow> = query.load(conn)?;
    Ok(rows.into_iter().filter_map(|row| Some((row.place, row.known(asked.get(row.place)?)))).collect())
}

/// Takes their keys away from these orders, whose keys count no more.
pub fn free(conn: &mut Conn, ids: &[i64]) -> QueryResult<()> {
    diesel::update(orders::table.filter(orders::id.eq_any(ids)))
        .set((orders::idempotency_key.eq(None::<&str>), orders::request_fingerprint.eq(None::<&[u8]>)))
        .execute(conn)
        .map(drop)
}

struct KeyRow {
    place: usize,
    id: i64,
    date: i64,
    fingerprint: Option<Vec<u8>>,
}

impl KeyRow {
    fn known(&self, asked: &Asked<'_>) -> Known {
        if self.date + IdempotencyKey::KEPT.num_milliseconds() <= millis(asked.now) {
            Known::Expired(self.id)
        } else if self.fingerprint.as_deref() == Some(asked.idempotency.fingerprint.0.as_slice()) {
            Known::Made(self.id)
        } else {
            Known::Reused
        }
    }
}

type KeyTypes = (BigInt, BigInt, BigInt, Nullable<Binary>);

impl FromSqlRow<KeyTypes, Pg> for KeyRow {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        Ok(Self {
            place: usize::try_from(column::<BigInt, _, i64>(row, 0)? - 1)?,
            id: column::<BigInt, _, _>(row, 1)?,
            date: column::<BigInt, _, _>(row, 2)?,
            fingerprint: nullable::<Binary, _, _>(row, 3)?,
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
        sql.text("SELECT place, id, order_date, request_fingerprint FROM unnest(");
        sql.bind::<Array<BigInt>, _>(&self.user)?.text(", ");
        sql.bind::<Array<Text>, _>(&self.key)?.text(
            ") WITH ORDINALITY AS asked (asker, key, place), \
             LATERAL (SELECT id, order_date, request_fingerprint FROM orders \
             WHERE user_id = asked.asker AND idempotency_key = asked.key LIMIT 1) AS known",
        );
        Ok(())
    }
}
