//! What is stored of those who read the events, beside what they change. One process has the file, so what is asked
//! for last has what is worked off.

use diesel::QueryResult;
use orders_domain::{
    Consumer, EventId,
    delivery::{Counted, Leased, Progress, Step, Stepped},
};

use super::{Conn, analytics, consumers, counted, leases, pruning, settling};

/// Takes a step; the newest event is this one.
pub fn take(conn: &mut Conn, step: &Step, newest: Option<EventId>) -> QueryResult<Stepped> {
    Ok(match step {
        Step::Open(consumer) => {
            consumers::open(conn, *consumer, newest)?;
            Stepped::Done
        }
        Step::Lease { consumer, holder, .. } => {
            leases::lease(conn, *consumer, holder)?.map_or(Stepped::Others, Stepped::Leased)
        }
        Step::Release { consumer, holder } => done(consumers::release(conn, *consumer, holder)?),
        Step::Progress(progress) => done(advance(conn, progress)?),
        Step::Count(counted) => done(count(conn, counted)?),
        Step::Recount => {
            analytics::reset(conn)?;
            Stepped::Done
        }
        Step::Prune { before, most } => Stepped::Pruned(pruning::prune(conn, *before, *most)?),
    })
}

fn done(is_held: bool) -> Stepped {
    if is_held { Stepped::Done } else { Stepped::Others }
}

/// Stores how far a consumer has come, if it is this one's; whether it is.
fn advance(conn: &mut Conn, progress: &Progress) -> QueryResult<bool> {
    let Some(from) = leases::held(conn, progress.consumer, &progress.holder)? else { return Ok(false) };
    leases::store(conn, progress.consumer, &from.advanced(progress))?;
    settling::settle(conn, progress.consumer, &progress.settled)?;
    Ok(true)
}

/// Stores what was counted, if that is this one's to do and begins where it has ended before; whether it does.
fn count(conn: &mut Conn, counted: &Counted) -> QueryResult<bool> {
    let from = leases::held(conn, Consumer::Rollups, &counted.holder)?;
    let Some(from) = from.filter(|from| from.cursor == counted.after) else { return Ok(false) };
    let leased = Leased { cursor: from.cursor.max(counted.until), ..from };
    leases::store(conn, Consumer::Rollups, &leased)?;
    counted::add(conn, &counted.rollups)?;
    Ok(true)
}
