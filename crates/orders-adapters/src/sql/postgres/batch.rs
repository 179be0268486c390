//! One statement that writes a batch: so one round trip and one flush serve many requests.
//!
//! What stands for many rows is sent as arrays, so the text is the same for every batch and the
//! database keeps it prepared. The statement is a transaction of its own. It is put together from a
//! piece a table, each in the file of its table, in the order in which locks are taken: events, with
//! their keys, before orders. Levels were locked before it.

use std::collections::HashSet;

use diesel::{
    deserialize::{self, FromSqlRow},
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    row::Row,
    sql_types::{BigInt, Nullable, Text},
};
use orders_domain::{
    Idempotency, NewOrder, OrderStatus, UserId, Version,
    ports::{Change, Commit},
    stock::movement::Move,
};

use super::{
    super::rows::{
        column,
        event::{data, data_of_placing},
        nullable,
    },
    Conn,
    changes::Changes,
    events::Events,
    levels::{Levels, Moves},
    orders::{Lines, Orders},
    pieces::Sql,
    shipments::Shipments,
};

/// The rows of a batch, by column. `place` counts from 1 within the new orders and the changes.
#[derive(Debug, Default)]
pub struct Batch<'a> {
    orders: Orders<'a>,
    lines: Lines<'a>,
    /// Of the new orders.
    placings: Events<'a>,
    changes: Changes<'a>,
    /// Of the changes.
    shipments: Shipments<'a>,
    /// Of the changes.
    changings: Events<'a>,
    /// The keys of the batch: the second one of a key would only use up an id.
    keys: HashSet<(UserId, &'a str)>,
    moves: Moves,
    levels: Levels,
}

/// What a commit has become in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// A new order.
    Order,
    /// A change.
    Change,
    /// Nothing: its key is in the batch already.
    Not,
}

impl<'a> Batch<'a> {
    /// A batch that comes to these levels.
    pub fn with_levels(levels: Levels) -> Self {
        Self { levels, ..Self::default() }
    }

    /// Adds a commit: what is sold as the order that it is, and with what moves. Of one key, a batch takes
    /// one only.
    pub fn add(
        &mut self,
        work: &'a Commit,
        sold: Option<&'a NewOrder>,
        moves: &[Move],
    ) -> QueryResult<Added> {
        let asked = work.origin.actor.user().zip(work.made_by.as_ref());
        if let Some((user, Idempotency { key, .. })) = asked
            && !self.keys.insert((user, key.as_str()))
        {
            return Ok(Added::Not);
        }
        let made_by = asked.map(|(_, made_by)| made_by);
        Ok(match (&work.change, sold) {
            (Change::Place(order), _) | (Change::Sell(_), Some(order)) => {
                let place = self.orders.add(order);
                self.lines.add(place, order.lines());
                self.placings.add(&work.origin, made_by, data_of_placing(order.lines()));
                self.moves.of_order(place, moves);
                Added::Order
            }
            (Change::Order(changed), _) => {
                let place = self.changes.add(changed);
                self.changings.add(&work.origin, made_by, data(changed.what(), changed.checkpoint())?);
                self.shipments.add(place, changed);
                self.moves.of_change(place, moves);
                Added::Change
            }
            // What is not sold is not written, and what the shop's people change goes by itself.
            _ => Added::Not,
        })
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty() && self.changes.is_empty()
    }

    /// Writes it. What was not written is not among the answers: what has a key that is taken, and a
    /// change of another version.
    pub fn write(&self, conn: &mut Conn) -> QueryResult<Vec<Written>> {
        let (pending, first) = (OrderStatus::Pending.as_str(), Version::FIRST.get());
        if self.shipments.is_empty() {
            WriteBatch::<false> { batch: self, pending, first }.load(conn)
        } else {
            WriteBatch::<true> { batch: self, pending, first }.load(conn)
        }
    }
}

/// A row that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The new order at this place has this id and date.
    Placed { place: usize, id: i64, date: i64 },
    /// The change at this place is made.
    Changed { place: usize },
}

impl FromSqlRow<(BigInt, Nullable<BigInt>, Nullable<BigInt>), Pg> for Written {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        let place = usize::try_from(column::<BigInt, _, i64>(row, 0)? - 1)?;
        Ok(match (nullable::<BigInt, _, _>(row, 1)?, nullable::<BigInt, _, _>(row, 2)?) {
            (Some(id), Some(date)) => Self::Placed { place, id, date },
            _ => Self::Changed { place },
        })
    }
}

/// The statement: with parcels and cancellations, or without.
struct WriteBatch<'a, const SHIPMENTS: bool> {
    batch: &'a Batch<'a>,
    pending: &'static str,
    first: i64,
}

impl<const SHIPMENTS: bool> QueryId for WriteBatch<'_, SHIPMENTS> {
    type QueryId = WriteBatch<'static, SHIPMENTS>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const SHIPMENTS: bool> Query for WriteBatch<'_, SHIPMENTS> {
    type SqlType = (BigInt, Nullable<BigInt>, Nullable<BigInt>);
}

impl<const SHIPMENTS: bool> RunQueryDsl<Conn> for WriteBatch<'_, SHIPMENTS> {}

impl<const SHIPMENTS: bool> QueryFragment<Pg> for WriteBatch<'_, SHIPMENTS> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Batch { orders, lines, placings, changes, shipments, changings, moves, levels, .. } = self.batch;
        let mut sql = Sql::new(out);
        // What is asked for, without what is known already: a key that was used, an order that has moved on.
        sql.text("WITH ");
        orders.asked(&mut sql)?;
        sql.text(", ");
        placings.said("said_of_order", &mut sql)?;
        sql.text(", ");
        changes.asked(&mut sql)?;
        sql.text(", ");
        changings.said("said_of_change", &mut sql)?;
        sql.text(
            ", new AS MATERIALIZED (SELECT asked.*, actor_kind, actor, request_id, trace_context, data, \
             idempotency_key, request_fingerprint, row_number() OVER (ORDER BY place) - 1 AS nth, \
             max(order_date) OVER (ORDER BY place) AS latest FROM asked JOIN said_of_order USING (place) \
             WHERE NOT known), \
             fresh AS MATERIALIZED (SELECT change.*, marketplace, actor_kind, actor, request_id, trace_context, \
             data, idempotency_key, request_fingerprint, row_number() OVER (ORDER BY place) - 1 AS nth \
             FROM change JOIN said_of_change USING (place) \
             JOIN LATERAL (SELECT orders.marketplace FROM orders WHERE orders.id = change.id AND orders.version = change.seen LIMIT 1) \
             AS present ON true WHERE NOT known), \
             block AS MATERIALIZED (SELECT block.*, placed FROM \
             (SELECT (SELECT count(*) FROM new) AS placed, (SELECT max(order_date) FROM new) AS latest, \
             (SELECT count(*) FROM fresh) AS changed) AS total, \
             LATERAL new_ids(placed, latest, placed + changed) AS block WHERE placed + changed > 0), \
             numbered AS MATERIALIZED (SELECT new.*, first_order + nth AS id, first_event + nth AS event, \
             greatest(latest, earliest) AS at, ",
        );
        sql.bind::<Text, _>(self.pending)?.text(" AS status, ");
        sql.bind::<BigInt, _>(&self.first)?.text(
            " AS version, 'placed' AS type FROM new, block), \
             renumbered AS MATERIALIZED (SELECT fresh.*, first_event + placed + nth AS event FROM fresh, block), ",
        );
        Events::insert(&mut sql);
        sql.text(", ");
        Orders::insert(&mut sql);
        sql.text(", ");
        lines.insert(&mut sql)?;
        sql.text(", ");
        changes.make(SHIPMENTS.then_some(shipments), &mut sql)?;
        if SHIPMENTS {
            sql.text(", ");
            shipments.store(&mut sql)?;
        }
        sql.text(", levelled AS (");
        levels.set(&mut sql)?;
        sql.text("), ");
        moves.insert(&mut sql)?;
        sql.text(
            " SELECT place, id, order_date FROM stored UNION ALL SELECT place, NULL, NULL FROM moved \
             UNION ALL SELECT one, NULL, NULL FROM sure WHERE one <> 1 \
             UNION ALL SELECT one, NULL, NULL FROM surely_moved WHERE one <> 1",
        );
        Ok(())
    }
}
