//! Events, as a piece of the statement that writes a batch.

use diesel::{
    QueryResult,
    deserialize::{self, FromSqlRow},
    pg::Pg,
    row::Row,
    sql_types::{Array, BigInt, Binary, Nullable, Text},
};
use orders_domain::{Idempotency, Origin, RequestId, TraceContext, UserId};

use super::{
    super::rows::event::{EventRow, EventTypes, KeyedEventRow, KeyedEventTypes},
    pieces::Sql,
};

impl FromSqlRow<EventTypes, Pg> for EventRow {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        Self::read(row)
    }
}

impl FromSqlRow<KeyedEventTypes, Pg> for KeyedEventRow {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        Self::read(row)
    }
}

/// What is said of new orders or of changes, by column.
#[derive(Debug, Default)]
pub struct Events<'a> {
    actor_kind: Vec<&'static str>,
    actor: Vec<Option<i64>>,
    request: Vec<Option<&'a str>>,
    trace: Vec<Option<&'a [u8]>>,
    data: Vec<String>,
    key: Vec<Option<&'a str>>,
    fingerprint: Vec<Option<&'a [u8]>>,
}

impl<'a> Events<'a> {
    /// Adds what is said of the next one.
    pub fn add(&mut self, origin: &'a Origin, made_by: Option<&'a Idempotency>, data: String) {
        self.actor_kind.push(origin.actor.kind());
        self.actor.push(origin.actor.user().map(UserId::get));
        self.request.push(origin.request.as_ref().map(RequestId::as_str));
        self.trace.push(origin.trace.as_ref().map(TraceContext::as_bytes));
        self.data.push(data);
        self.key.push(made_by.map(|made_by| made_by.key.as_str()));
        self.fingerprint.push(made_by.map(|made_by| made_by.fingerprint.0.as_slice()));
    }

    /// They by their place, under this name, and whether their key is known.
    pub fn said<'b>(&'b self, name: &str, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text(name).text(" AS (SELECT said.*, known.id IS NOT NULL AS known FROM unnest(");
        sql.bind::<Array<Text>, _>(&self.actor_kind)?.text(", ");
        sql.bind::<Array<Nullable<BigInt>>, _>(&self.actor)?.text(", ");
        sql.bind::<Array<Nullable<Text>>, _>(&self.request)?.text(", ");
        sql.bind::<Array<Nullable<Binary>>, _>(&self.trace)?.text(", ");
        sql.bind::<Array<Text>, _>(&self.data)?.text(", ");
        sql.bind::<Array<Nullable<Text>>, _>(&self.key)?.text(", ");
        sql.bind::<Array<Nullable<Binary>>, _>(&self.fingerprint)?;
        sql.text(
            ") WITH ORDINALITY AS said (actor_kind, actor, request_id, trace_context, data, idempotency_key, \
             request_fingerprint, place) \
             LEFT JOIN LATERAL (SELECT id FROM events WHERE events.actor = said.actor \
             AND events.idempotency_key = said.idempotency_key LIMIT 1) AS known ON true)",
        );
        Ok(())
    }

    /// Stores those of the new orders and of the changes. A key that another server has taken in the
    /// meantime keeps its event out, and so does the event of the same version. Looking out for that is
    /// not free, so new orders without a key go by themselves.
    pub fn insert(sql: &mut Sql<'_, '_>) {
        const PLACED: &str = "event, 'order', id, version, type, at, actor_kind, actor, request_id, trace_context, \
             data, marketplace";
        const COLUMNS: &str = "id, kind, subject, version, type, at, actor_kind, actor, request_id, trace_context, data, marketplace";
        sql.text("told_without_key AS (INSERT INTO events (")
            .text(COLUMNS)
            .text(") SELECT ")
            .text(PLACED)
            .text(
                " FROM numbered WHERE idempotency_key IS NULL RETURNING id), \
             told_with_key AS (INSERT INTO events (",
            );
        sql.text(COLUMNS).text(", idempotency_key, request_fingerprint) SELECT ").text(PLACED).text(
            ", idempotency_key, request_fingerprint FROM (\
             SELECT event, id, version, type, at, actor_kind, actor, request_id, trace_context, data, \
             marketplace, idempotency_key, request_fingerprint FROM numbered WHERE idempotency_key IS NOT NULL UNION ALL \
             SELECT event, id, version, type, at, actor_kind, actor, request_id, trace_context, data, \
             marketplace, idempotency_key, request_fingerprint FROM renumbered) AS careful ORDER BY id, version \
             ON CONFLICT DO NOTHING RETURNING id), \
             told AS (SELECT id AS event FROM told_without_key UNION ALL SELECT id FROM told_with_key)",
        );
    }
}
