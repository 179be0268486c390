//! What is stored of those who read the events, beside what they change. One process has the file, so what is asked
//! for last has what is worked off.

use diesel::QueryResult;
use orders_domain::{
    EventId,
    delivery::{Progress, Step, Stepped},
};

use super::{Conn, consumers, leases, pruning, settling};

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
