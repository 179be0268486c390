//! The events of an import, and what moves with them.
//!
//! They get their ids at the end: from the first one that is given out until the commit, readers of events
//! wait for them.

use chrono::{DateTime, Utc};
use diesel::{
    connection::SimpleConnection,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment},
    sql_types::{Array, BigInt, Nullable, Text},
};
use orders_domain::{
    Actor, MarketplaceCode, MovementId,
    stock::movement::{Move, Reason},
};

use super::{
    super::rows::millis,
    Conn,
    changing::close_gate,
    keeping::Told,
    pieces::{Sql, statement},
};

type Big = Array<BigInt>;
type Texts = Array<Text>;
type MayTexts = Array<Nullable<Text>>;

/// An event to be stored, and what moves with it.
pub struct Entry {
    pub told: Told,
    pub moves: Vec<Move>,
    pub reason: Option<Reason>,
}

impl Entry {
    /// An event with which nothing moves.
    pub fn of(told: Told) -> Self {
        Self { told, moves: Vec::new(), reason: None }
    }
}

struct TellEvents<'a>(Events<'a>);
struct TellMoves<'a>(Moves<'a>);

statement!(TellEvents);
statement!(TellMoves);

/// Events without ids, by column.
#[derive(Default)]
struct Events<'a> {
    nth: Vec<i64>,
    kind: Vec<&'a str>,
    subject: Vec<i64>,
    version: Vec<i64>,
    what: Vec<&'static str>,
    data: Vec<&'a str>,
    marketplace: Vec<Option<&'a str>>,
}

impl QueryFragment<Pg> for TellEvents<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("INSERT INTO told SELECT * FROM unnest(").bind::<Big, _>(&self.0.nth)?.text(", ");
        sql.bind::<Texts, _>(&self.0.kind)?.text(", ");
        sql.bind::<Big, _>(&self.0.subject)?.text(", ");
        sql.bind::<Big, _>(&self.0.version)?.text(", ");
        sql.bind::<Texts, _>(&self.0.what)?.text(", ");
        sql.bind::<Texts, _>(&self.0.data)?.text(", ");
        sql.bind::<MayTexts, _>(&self.0.marketplace)?.text(")");
        Ok(())
    }
}

/// Movements of events without ids, by column.
#[derive(Default)]
struct Moves<'a> {
    /// The event's and its own.
    places: [Vec<i64>; 2],
    /// Product, place, how many pieces, and both of the level after.
    numbers: [Vec<i64>; 5],
    kind: Vec<&'static str>,
    reason: Vec<Option<&'a str>>,
}

impl QueryFragment<Pg> for TellMoves<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("INSERT INTO moved SELECT * FROM unnest(");
        for column in self.0.places.iter().chain(&self.0.numbers) {
            sql.bind::<Big, _>(column)?.text(", ");
        }
        sql.bind::<Texts, _>(&self.0.kind)?.text(", ");
        sql.bind::<MayTexts, _>(&self.0.reason)?.text(")");
        Ok(())
    }
}

/// The events of an import, in tables of its own until its end.
pub struct Filling {
    count: i64,
    at: i64,
}

#[derive(QueryableByName)]
struct Given {
    #[diesel(sql_type = BigInt)]
    first_event: i64,
}

impl Filling {
    /// Begins in a transaction.
    pub fn begin(conn: &mut Conn) -> QueryResult<Self> {
        conn.batch_execute(
            "CREATE TEMP TABLE told (nth BIGINT, kind TEXT, subject BIGINT, version BIGINT, type TEXT, data TEXT, \
             marketplace TEXT) ON COMMIT DROP;
             CREATE TEMP TABLE moved (nth BIGINT, position BIGINT, product_id BIGINT, location_id BIGINT, \
             quantity BIGINT, on_hand_after BIGINT, reserved_after BIGINT, kind TEXT, reason TEXT) ON COMMIT DROP",
        )?;
        Ok(Self { count: 0, at: 0 })
    }

    /// Keeps events, with what moves.
    pub fn tell(&mut self, conn: &mut Conn, entries: Vec<Entry>, at: DateTime<Utc>) -> QueryResult<()> {
        if entries.is_empty() {
            return Ok(());
        }
        self.at = millis(at);
        let data = entries.iter().map(|entry| entry.told.data()).collect::<QueryResult<Vec<_>>>()?;
        let subjects: Vec<_> = entries.iter().map(|entry| entry.told.subject.parts()).collect();
        let marketplaces: Vec<_> = entries.iter().map(|entry| entry.told.subject.marketplace()).collect();
        let (mut events, mut moves) = (Events::default(), Moves::default());
        for (((entry, data), (kind, subject)), marketplace) in
            entries.iter().zip(&data).zip(&subjects).zip(&marketplaces)
        {
            for (position, moved) in (0..).zip(&entry.moves) {
                for (column, place) in moves.places.iter_mut().zip([self.count, position]) {
                    column.push(place);
                }
                let Move { product, location, quantity, on_hand_after, reserved_after, .. } = *moved;
                let numbers = [product.get(), location.get(), quantity, on_hand_after, reserved_after];
                for (column, number) in moves.numbers.iter_mut().zip(numbers) {
                    column.push(number);
                }
                moves.kind.push(moved.kind.as_str());
                moves.reason.push(entry.reason.as_ref().map(Reason::as_str));
            }
            events.nth.push(self.count);
            events.kind.push(kind);
            events.subject.push(*subject);
            events.version.push(entry.told.version.get());
            events.what.push(entry.told.event_type.parts().1);
            events.data.push(data);
            events.marketplace.push(marketplace.as_ref().map(MarketplaceCode::as_str));
            self.count += 1;
        }
        TellEvents(events).execute(conn)?;
        if !moves.kind.is_empty() {
            TellMoves(moves).execute(conn)?;
        }
        Ok(())
    }

    /// Stores all events with ids in a row. If products or places were changed, nobody sells by what was
    /// from here to the commit, which is to follow at once.
    pub fn finish(self, conn: &mut Conn, gate: bool) -> QueryResult<()> {
        if self.count == 0 {
            return Ok(());
        }
        let Given { first_event } = diesel::sql_query("SELECT first_event FROM new_ids(0, 0, $1)")
            .bind::<BigInt, _>(self.count)
            .get_result(conn)?;
        diesel::sql_query(
            "INSERT INTO events (id, kind, subject, version, type, at, actor_kind, data, marketplace) \
             SELECT $1 + nth, kind, subject, version, type, $2, $3, data, marketplace FROM told",
        )
        .bind::<BigInt, _>(first_event)
        .bind::<BigInt, _>(self.at)
        .bind::<Text, _>(Actor::Cli.kind())
        .execute(conn)?;
        diesel::sql_query(
            "INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, \
             reason, at) SELECT ($1 + nth) * $2 + position, product_id, location_id, kind, quantity, on_hand_after, \
             reserved_after, reason, $3 FROM moved",
        )
        .bind::<BigInt, _>(first_event)
        .bind::<BigInt, _>(MovementId::BLOCK)
        .bind::<BigInt, _>(self.at)
        .execute(conn)?;
        if gate { close_gate(conn) } else { Ok(()) }
    }
}
