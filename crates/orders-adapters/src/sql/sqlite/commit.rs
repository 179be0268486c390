//! One write after the other, in the writer's transaction: a file a table says how, this one what.

use chrono::{DateTime, Utc};
use diesel::{connection::SimpleConnection, prelude::*, result::Error};
use orders_domain::{
    ChangedOrder, EventId, EventType, Idempotency, KeyUse, NewOrder, Order, OrderId, ProductId, UserId,
    ledger::selling::{self, Sold},
    ports::{Change, Commit, Made, Refused},
    stock::{movement::Move, queue},
};

use super::{
    super::{
        failure,
        rows::{
            self,
            consumer::event_of,
            event::{NewEventRow, data, data_of_placing},
        },
        writer::{Isolation, Outcome, Outcomes, Write},
    },
    Conn, changing, events, held, history, inbox,
    keys::Keys,
    lists, queries, shipments, steps,
    stock::{self, Stockroom},
};

/// What the next rows get.
#[derive(Debug, Clone, Copy)]
pub struct Counters {
    pub last_order: i64,
    /// No later order has an earlier date.
    pub newest: DateTime<Utc>,
    pub last_event: i64,
}

impl Counters {
    /// Read from the tables.
    pub fn read(conn: &mut Conn) -> QueryResult<Self> {
        let (last_order, newest) = lists::newest(conn)?.unwrap_or_default();
        let newest = rows::moment(newest).map_err(rows::corrupt)?;
        Ok(Self { last_order, newest, last_event: events::last(conn)?.unwrap_or_default() })
    }

    /// The number of the event that is written next.
    pub fn next_event(&self) -> QueryResult<EventId> {
        EventId::try_from(self.last_event + 1).map_err(|error| Error::SerializationError(error.into()))
    }
}

/// What the writer knows of the tables.
pub struct Known<'a> {
    pub keys: &'a mut Keys,
    pub stockroom: &'a mut Stockroom,
    pub next: Counters,
}

/// The moment for which a write asks about its key, if it has one.
pub fn asked_at(write: &Write) -> Option<DateTime<Utc>> {
    match write {
        Write::Commit(work) | Write::Rehearse(work) => work.made_by.as_ref().map(|_| work.now),
        Write::Recall { now, .. } => Some(*now),
        Write::Step(_) | Write::Probe => None,
    }
}

/// All of a batch.
pub fn write_all(
    conn: &mut Conn,
    known: &mut Known<'_>,
    batch: &[Write],
    isolation: Isolation,
) -> QueryResult<Outcomes> {
    let mut outcomes = Outcomes::with_capacity(batch.len());
    for asked in batch {
        outcomes.push(match isolation {
            Isolation::Together => Ok(write(conn, known, asked)?),
            Isolation::Each => {
                let (kept, before) = (known.keys.uncommitted(), known.next);
                let alone = |conn: &mut Conn| {
                    let outcome = write(conn, known, asked)?;
                    known.stockroom.store(conn)?;
                    Ok(outcome)
                };
                conn.transaction(alone).map_err(|error| {
                    known.keys.roll_back_to(kept);
                    // What the writes before it made of it is stored.
                    known.stockroom.forget();
                    known.next = before;
                    failure(error)
                })
            }
        });
    }
    known.stockroom.store(conn)?;
    Ok(outcomes)
}

fn write(conn: &mut Conn, known: &mut Known<'_>, write: &Write) -> QueryResult<Outcome> {
    match write {
        Write::Commit(work) => {
            let outcome = commit(conn, known, work)?;
            match &work.change {
                // The order of places may be another one now, or in which currency all is priced.
                Change::Location(_) | Change::NewMarketplace(_) | Change::Marketplace(_) => {
                    known.stockroom.store(conn)?;
                    known.stockroom.forget();
                }
                Change::Listing(set) => shown_otherwise(conn, known, set.listing().product)?,
                Change::Text(set) => shown_otherwise(conn, known, set.text().of.product)?,
                _ => {}
            }
            Ok(outcome)
        }
        Write::Rehearse(work) => rehearse(conn, known, work),
        Write::Recall { user, idempotency, now } => {
            Ok(recall(conn, known.keys, *user, idempotency, *now)?.unwrap_or(Outcome::Nothing))
        }
        Write::Step(step) => {
            let newest = event_of(known.next.last_event).map_err(rows::corrupt)?;
            steps::take(conn, step, newest).map(Outcome::Stepped)
        }
        // Rewrites a number in the file's header with what it is.
        Write::Probe => conn.batch_execute("PRAGMA user_version = 0").map(|()| Outcome::Nothing),
    }
}

/// What marketplaces say of a product may be otherwise now.
fn shown_otherwise(conn: &mut Conn, known: &mut Known<'_>, product: ProductId) -> QueryResult<()> {
    known.stockroom.store(conn)?;
    known.stockroom.forget_product(product);
    Ok(())
}

fn commit(conn: &mut Conn, known: &mut Known<'_>, work: &Commit) -> QueryResult<Outcome> {
    let asked = work.origin.actor.user().zip(work.made_by.as_ref());
    if let Some((user, asked)) = asked
        && let Some(known) = recall(conn, known.keys, user, asked, work.now)?
    {
        return Ok(known);
    }
    if let Some(handled) = work.handled
        && inbox::knows(conn, handled)?
    {
        return Ok(Outcome::Refused(Refused::Handled));
    }
    let event = known.next.next_event()?;
    let outcome = match &work.change {
        Change::Place(order) => {
            let order = place(conn, known, event, order, work)?;
            Outcome::Placed(order.id(), order.ordered_at())
        }
        Change::Sell(basket) => {
            let shelves = known.stockroom.knowing_of(conn, basket)?;
            match selling::sell(shelves, basket) {
                Ok(Sold { order, moves }) => {
                    let order = place(conn, known, event, &order, work)?;
                    stock::record(conn, event, &moves, Some(order.id()), None, order.ordered_at())?;
                    Outcome::Made(Made::Order(order))
                }
                Err(not_sold) => Outcome::Refused(Refused::NotSold(not_sold)),
            }
        }
        Change::Order(changed) => change(conn, known, event, changed, work)?,
        Change::NewProduct(_)
        | Change::Product(_)
        | Change::NewLocation(_)
        | Change::Location(_)
        | Change::Stock(_)
        | Change::NewMarketplace(_)
        | Change::Marketplace(_)
        | Change::Listing(_)
        | Change::Text(_)
        | Change::NewWebhook(_)
        | Change::Webhook(_) => changing::change(conn, known, event, work)?,
    };
    if matches!(outcome, Outcome::Refused(_) | Outcome::Same(_)) {
        return Ok(outcome);
    }
    if let Some(handled) = work.handled {
        inbox::keep(conn, handled, work.now)?;
    }
    known.next.last_event = event.get();
    if let Some((user, Idempotency { key, .. })) = asked {
        known.keys.insert(user, key, event.get());
    }
    Ok(outcome)
}

/// Stores a new order with its event.
fn place(
    conn: &mut Conn,
    known: &mut Known<'_>,
    event: EventId,
    order: &NewOrder,
    work: &Commit,
) -> QueryResult<Order> {
    let said = data_of_placing(order.lines());
    let id = OrderId::try_from(known.next.last_order + 1);
    let id = id.map_err(|error| Error::SerializationError(error.into()))?;
    let order = order.clone().not_before(known.next.newest).with_id(id);
    queries::insert(conn, &order)?;
    let said = (EventType::Placed, said.as_str());
    events::insert(conn, NewEventRow::of(event.get(), &order, said, &work.origin, made_by(work)))?;
    known.next = Counters { last_order: id.get(), newest: order.ordered_at(), ..known.next };
    Ok(order)
}

/// Stores what has become of an order, and of what it holds.
fn change(
    conn: &mut Conn,
    known: &mut Known<'_>,
    event: EventId,
    changed: &ChangedOrder,
    work: &Commit,
) -> QueryResult<Outcome> {
    let order = changed.order();
    let mut moves: Vec<Move> = Vec::new();
    let settlement = changed.settlement();
    if !settlement.is_empty() {
        let mut held = held::held(conn, order.id())?;
        if !held.is_empty() && !queries::is_at(conn, order.id(), changed.seen())? {
            return Ok(Outcome::Refused(Refused::Stale));
        }
        let shelves = known.stockroom.knowing(conn, held.iter().map(|held| held.product))?;
        if settlement.takes() {
            let level = |product, place| shelves.level(product, place);
            queue::look_behind(&mut held, level, |product, after, most| {
                held::newest(conn, product, after, most)
            })?;
        }
        match shelves.settle(&held, &settlement) {
            Ok(settled) => moves = settled,
            Err(not_on_hand) => return Ok(Outcome::Refused(Refused::NotOnHand(not_on_hand))),
        }
    }
    if !queries::change(conn, changed)? {
        return Ok(Outcome::Refused(Refused::Stale));
    }
    shipments::change(conn, changed, event.get())?;
    let said = data(changed.what(), changed.checkpoint())?;
    let said = (changed.what().event_type(), said.as_str());
    events::insert(conn, NewEventRow::of(event.get(), order, said, &work.origin, made_by(work)))?;
    stock::record(conn, event, &moves, Some(order.id()), None, order.updated_at())?;
    Ok(Outcome::Changed)
}

/// The key that is kept with its event.
pub fn made_by(work: &Commit) -> Option<&Idempotency> {
    work.origin.actor.user().and(work.made_by.as_ref())
}

/// Does it and takes it back, so that it is as if it had never been, its numbers included.
fn rehearse(conn: &mut Conn, known: &mut Known<'_>, work: &Commit) -> QueryResult<Outcome> {
    let (kept, stocked, before) = (known.keys.uncommitted(), known.stockroom.mark(), known.next);
    let mut outcome = None;
    let taken_back = conn.transaction::<(), _, _>(|conn| {
        outcome = Some(commit(conn, known, work)?);
        Err(Error::RollbackTransaction)
    });
    known.keys.roll_back_to(kept);
    known.stockroom.roll_back_to(stocked);
    known.next = before;
    match (taken_back, outcome) {
        (Err(Error::RollbackTransaction), Some(outcome)) => Ok(outcome),
        (Err(error), _) => Err(error),
        (Ok(()), _) => Err(Error::BrokenTransactionManager),
    }
}

/// What this key's first request was told, if there was one and it is not too long ago.
fn recall(
    conn: &mut Conn,
    keys: &Keys,
    user: UserId,
    asked: &Idempotency,
    now: DateTime<Utc>,
) -> QueryResult<Option<Outcome>> {
    let Some(event) = keys.event(user, &asked.key) else { return Ok(None) };
    let events::Made { kind, subject, version, at, fingerprint } = events::made(conn, event)?;
    let used_at = rows::moment(at).map_err(rows::corrupt)?;
    match asked.judge(used_at, &fingerprint.unwrap_or_default(), now) {
        KeyUse::Free => Ok(None),
        KeyUse::Reused => Ok(Some(Outcome::Refused(Refused::KeyReused))),
        KeyUse::Again if kind == rows::event::ORDER => {
            let order = queries::order(conn, subject)?;
            history::as_of(conn, order, version).map(|order| Some(Outcome::Known(Made::Order(order))))
        }
        KeyUse::Again => history::made(conn, event).map(|made| Some(Outcome::Known(made))),
    }
}
