//! What the shop's people change: products, places, stock and webhooks, each with its event.

use chrono::SubsecRound;
use diesel::QueryResult;
use orders_domain::{
    EventId,
    ports::{Change, Commit, Made},
    stock::keeping::StockChange,
};

use super::{
    super::writer::Outcome,
    Conn,
    commit::{Known, made_by},
    consumers,
    keeping::{self, Told},
    stock,
};

/// Does it, with this event.
pub fn change(conn: &mut Conn, known: &mut Known<'_>, event: EventId, work: &Commit) -> QueryResult<Outcome> {
    if let Change::Stock(change) = &work.change {
        return change_stock(conn, known, event, change, work);
    }
    let at = work.now.trunc_subsecs(3);
    let told = match keeping::store(conn, &work.change, at)? {
        Ok(told) => told,
        Err(outcome) => return Ok(outcome),
    };
    if let Made::Product(product) = &told.made {
        known.stockroom.set_product(product);
    }
    let made = told.tell(conn, event, at, &work.origin, made_by(work))?;
    if let Made::Webhook(webhook) = &made {
        consumers::follow(conn, &work.change, webhook, (event, at))?;
    }
    Ok(Outcome::Made(made))
}

fn change_stock(
    conn: &mut Conn,
    known: &mut Known<'_>,
    event: EventId,
    change: &StockChange,
    work: &Commit,
) -> QueryResult<Outcome> {
    let at = work.now.trunc_subsecs(3);
    let shelves = known.stockroom.knowing(conn, [change.product])?;
    let decision = match keeping::decide(conn, shelves, change)? {
        Ok(decision) => decision,
        Err(outcome) => return Ok(outcome),
    };
    let (told, moves) = Told::kept(decision);
    stock::record(conn, event, &moves, None, Some(&change.reason), at)?;
    told.tell(conn, event, at, &work.origin, made_by(work)).map(Outcome::Made)
}
