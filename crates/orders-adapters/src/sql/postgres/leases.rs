//! Whose a consumer is to work off, by the clock of the database.

use std::time::Duration;

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment},
    sql_types::{BigInt, Nullable, Text},
};
use orders_domain::{
    Consumer,
    delivery::{Holder, Leased},
};

use super::{
    super::{
        rows::{consumer::LeasedRow, corrupt},
        schema::consumers,
    },
    Conn,
    pieces::{Sql, statement},
};

/// The present moment in milliseconds.
const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::BIGINT";

/// How far a consumer has come, if it is one; until the end of the transaction nobody else changes it.
pub fn locked(conn: &mut Conn, consumer: Consumer) -> QueryResult<Option<Leased>> {
    let row = consumers::table.find(consumer.to_string()).select(LeasedRow::as_select()).for_update();
    restored(row.first(conn).optional()?)
}

/// The same, if it is this one's.
pub fn held(conn: &mut Conn, consumer: Consumer, holder: &Holder) -> QueryResult<Option<Leased>> {
    let row = consumers::table.find(consumer.to_string()).filter(consumers::holder.eq(holder.as_str()));
    restored(row.select(LeasedRow::as_select()).for_update().first(conn).optional()?)
}

/// Makes it this one's for a time, if it is a consumer and not another one's. Where somebody changes it just now it
/// is not waited for.
pub fn lease(
    conn: &mut Conn,
    consumer: Consumer,
    holder: &Holder,
    term: Duration,
) -> QueryResult<Option<Leased>> {
    let name = consumer.to_string();
    let lease = TakeLease { name: &name, holder: holder.as_str(), term: millis_of(term) };
    let found: Vec<LeasedRow> = lease.load(conn)?;
    restored(found.into_iter().next())
}

/// Stores how far it has come, and that it is the holder's for a time from now on.
pub fn advance(conn: &mut Conn, consumer: Consumer, leased: &Leased, term: Duration) -> QueryResult<()> {
    let name = consumer.to_string();
    Advance { name: &name, row: leased.into(), term: millis_of(term) }.execute(conn).map(drop)
}

fn restored(row: Option<LeasedRow>) -> QueryResult<Option<Leased>> {
    row.map(Leased::try_from).transpose().map_err(corrupt)
}

fn millis_of(term: Duration) -> i64 {
    i64::try_from(term.as_millis()).unwrap_or(i64::MAX / 2).min(i64::MAX / 2)
}

struct TakeLease<'a> {
    name: &'a str,
    holder: &'a str,
    term: i64,
}

statement!(TakeLease);

impl Query for TakeLease<'_> {
    type SqlType = (BigInt, Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>);
}

impl QueryFragment<Pg> for TakeLease<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("UPDATE consumers SET holder = ").bind::<Text, _>(self.holder)?;
        sql.text(", held_until = ").text(NOW).text(" + ").bind::<BigInt, _>(&self.term)?;
        sql.text(" WHERE name = (SELECT name FROM consumers WHERE name = ").bind::<Text, _>(self.name)?;
        sql.text(" AND (holder IS NULL OR holder = ").bind::<Text, _>(self.holder)?;
        sql.text(" OR held_until <= ")
            .text(NOW)
            .text(") FOR UPDATE SKIP LOCKED) RETURNING cursor, replay_after, replay_until, failing_since");
        Ok(())
    }
}

struct Advance<'a> {
    name: &'a str,
    row: LeasedRow,
    term: i64,
}

statement!(Advance);

impl QueryFragment<Pg> for Advance<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("UPDATE consumers SET cursor = ").bind::<BigInt, _>(&self.row.cursor)?;
        sql.text(", replay_after = ").bind::<Nullable<BigInt>, _>(&self.row.replay_after)?;
        sql.text(", replay_until = ").bind::<Nullable<BigInt>, _>(&self.row.replay_until)?;
        sql.text(", failing_since = ").bind::<Nullable<BigInt>, _>(&self.row.failing_since)?;
        sql.text(", held_until = ").text(NOW).text(" + ").bind::<BigInt, _>(&self.term)?;
        sql.text(" WHERE name = ").bind::<Text, _>(self.name)?;
        Ok(())
    }
}
