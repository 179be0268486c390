//! What became of events at a consumer, all of a progress at once.

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment},
    sql_types::{Array, BigInt, Nullable, Text},
};
use orders_domain::{
    Consumer,
    delivery::{Excerpt, Settled},
};

use super::{
    super::rows::millis,
    Conn,
    pieces::{Sql, statement},
};

type Big = Array<BigInt>;
type MayBig = Array<Nullable<BigInt>>;
type Texts = Array<Text>;
type MayTexts = Array<Nullable<Text>>;

/// Stores it, and has those follow that have waited for what has ended.
pub fn settle(conn: &mut Conn, consumer: Consumer, settled: &[Settled]) -> QueryResult<()> {
    if settled.is_empty() {
        return Ok(());
    }
    let name = consumer.to_string();
    let subjects: Vec<_> = settled.iter().map(|one| one.subject.parts()).collect();
    let mut store = Store { name: &name, ..Store::default() };
    let mut ended = Waiting { name: &name, ..Waiting::default() };
    for (one, (kind, subject)) in settled.iter().zip(&subjects) {
        store.add(one, (kind, *subject));
        if one.may_release() {
            ended.add((kind, *subject), millis(one.at));
        }
    }
    store.execute(conn)?;
    if ended.kind.is_empty() {
        return Ok(());
    }
    let followers: Vec<(i64, i64)> = ended.load(conn)?;
    if followers.is_empty() {
        return Ok(());
    }
    let (event, at) = followers.into_iter().unzip();
    Release { name: &name, event, at }.execute(conn).map(drop)
}

/// What is stored of deliveries and attempts, by column.
#[derive(Default)]
struct Store<'a> {
    name: &'a str,
    event: Vec<i64>,
    kind: Vec<&'a str>,
    subject: Vec<i64>,
    state: Vec<&'static str>,
    next_at: Vec<Option<i64>>,
    tries: Vec<i64>,
    at: Vec<i64>,
    tried_at: Vec<Option<i64>>,
    took: Vec<Option<i64>>,
    status: Vec<Option<i64>>,
    body: Vec<Option<&'a str>>,
    error: Vec<Option<&'a str>>,
}

statement!(Store);

impl<'a> Store<'a> {
    fn add(&mut self, settled: &'a Settled, (kind, subject): (&'a str, i64)) {
        self.event.push(settled.event.get());
        self.kind.push(kind);
        self.subject.push(subject);
        self.state.push(settled.state.as_str());
        self.next_at.push(settled.next_at.map(millis));
        self.tries.push(settled.tries.into());
        self.at.push(millis(settled.at));
        let attempt = settled.attempt.as_ref();
        self.tried_at.push(attempt.map(|tried| millis(tried.at)));
        self.took.push(attempt.map(orders_domain::delivery::Attempt::millis));
        self.status.push(attempt.and_then(|tried| tried.status).map(Into::into));
        self.body.push(attempt.and_then(|tried| tried.body.as_ref()).map(Excerpt::as_str));
        self.error.push(attempt.and_then(|tried| tried.error.as_deref()));
    }
}

impl QueryFragment<Pg> for Store<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("WITH settled AS (SELECT * FROM unnest(").bind::<Big, _>(&self.event)?.text(", ");
        sql.bind::<Texts, _>(&self.kind)?.text(", ");
        sql.bind::<Big, _>(&self.subject)?.text(", ");
        sql.bind::<Texts, _>(&self.state)?.text(", ");
        sql.bind::<MayBig, _>(&self.next_at)?.text(", ");
        sql.bind::<Big, _>(&self.tries)?.text(", ");
        sql.bind::<Big, _>(&self.at)?.text(", ");
        sql.bind::<MayBig, _>(&self.tried_at)?.text(", ");
        sql.bind::<MayBig, _>(&self.took)?.text(", ");
        sql.bind::<MayBig, _>(&self.status)?.text(", ");
        sql.bind::<MayTexts, _>(&self.body)?.text(", ");
        sql.bind::<MayTexts, _>(&self.error)?.text(
            ") AS settled (event, kind, subject, state, next_at, tries, at, tried_at, took_ms, status, body, error)), \
             kept AS (INSERT INTO deliveries (consumer, event, kind, subject, state, next_at, tries, updated_at) SELECT ",
        );
        sql.bind::<Text, _>(self.name)?.text(
            ", event, kind, subject, state, next_at, tries, at FROM settled \
             WHERE state = 'done' OR NOT EXISTS (SELECT FROM deliveries AS known WHERE known.consumer = ",
        );
        sql.bind::<Text, _>(self.name)?.text(
            " AND known.event = settled.event AND known.updated_at > coalesce(settled.tried_at, settled.at)) \
             ORDER BY event \
             ON CONFLICT (consumer, event) DO UPDATE SET state = excluded.state, next_at = excluded.next_at, \
             tries = excluded.tries, updated_at = excluded.updated_at) \
             INSERT INTO attempts (consumer, event, number, at, took_ms, status, body, error) SELECT ",
        );
        sql.bind::<Text, _>(self.name)?.text(
            ", event, 1 + coalesce((SELECT max(before.number) FROM attempts AS before WHERE before.consumer = ",
        );
        sql.bind::<Text, _>(self.name)?.text(
            " AND before.event = settled.event), 0), tried_at, took_ms, status, body, error \
             FROM settled WHERE tried_at IS NOT NULL",
        );
        Ok(())
    }
}

/// The subjects of what has ended, by column: of each the earliest that is pending is looked for, and given back
/// with the moment from which it is to be sent, if it waits.
#[derive(Default)]
struct Waiting<'a> {
    name: &'a str,
    kind: Vec<&'a str>,
    subject: Vec<i64>,
    at: Vec<i64>,
}

statement!(Waiting);

impl<'a> Waiting<'a> {
    fn add(&mut self, (kind, subject): (&'a str, i64), at: i64) {
        self.kind.push(kind);
        self.subject.push(subject);
        self.at.push(at);
    }
}

impl Query for Waiting<'_> {
    type SqlType = (BigInt, BigInt);
}

impl QueryFragment<Pg> for Waiting<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("SELECT earliest.event, max(ended.at) FROM unnest(")
            .bind::<Texts, _>(&self.kind)?
            .text(", ");
        sql.bind::<Big, _>(&self.subject)?.text(", ");
        sql.bind::<Big, _>(&self.at)?.text(
            ") AS ended (kind, subject, at), LATERAL (SELECT event, next_at FROM deliveries WHERE consumer = ",
        );
        sql.bind::<Text, _>(self.name)?.text(
            " AND deliveries.kind = ended.kind AND deliveries.subject = ended.subject \
             AND deliveries.state = 'pending' ORDER BY event LIMIT 1) AS earliest \
             WHERE earliest.next_at IS NULL GROUP BY earliest.event",
        );
        Ok(())
    }
}

/// From when those are to be sent that have waited.
struct Release<'a> {
    name: &'a str,
    event: Vec<i64>,
    at: Vec<i64>,
}

statement!(Release);

impl QueryFragment<Pg> for Release<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("UPDATE deliveries SET next_at = (").bind::<Big, _>(&self.at)?.text(")[array_position(");
        sql.bind::<Big, _>(&self.event)?.text(", event)] WHERE consumer = ");
        sql.bind::<Text, _>(self.name)?.text(" AND event = ANY (");
        sql.bind::<Big, _>(&self.event)?.text(") AND state = 'pending' AND next_at IS NULL");
        Ok(())
    }
}
