//! What is stored of those who read the events, beside what they change: a transaction each.

use diesel::{Connection, QueryResult};
use orders_domain::{
    Consumer,
    delivery::{Counted, Leased, Progress, Step, Stepped},
    ports::PortError,
};

use super::{
    super::{
        rows::{consumer::event_of, corrupt},
        writer::Outcome,
    },
    Conn, analytics,
    changing::patiently,
    consumers, counted, leases, pruning, settled, settling,
};

/// Takes a step, again where another one was in the way.
///
/// # Errors
///
/// [`PortError::Unavailable`] when nothing was written, [`PortError::Unknown`] when that is not known.
pub fn take_patiently(conn: &mut Conn, step: &Step) -> Result<Outcome, PortError> {
    patiently(conn, |conn| take(conn, step)).map(Outcome::Stepped)
}

fn take(conn: &mut Conn, step: &Step) -> QueryResult<Stepped> {
    Ok(match step {
        Step::Open(consumer) => {
            if consumers::find(conn, *consumer)?.is_none() {
                let newest = event_of(settled::events(conn)?).map_err(corrupt)?;
                consumers::open(conn, *consumer, newest)?;
            }
            Stepped::Done
        }
        Step::Lease { consumer, holder, term } => {
            leases::lease(conn, *consumer, holder, *term)?.map_or(Stepped::Others, Stepped::Leased)
        }
        Step::Release { consumer, holder } => done(consumers::release(conn, *consumer, holder)?),
        Step::Progress(progress) => done(conn.transaction(|conn| advance(conn, progress))?),
        Step::Count(counted) => done(conn.transaction(|conn| count(conn, counted))?),
        Step::Recount => {
            conn.transaction(analytics::reset)?;
            Stepped::Done
        }
        Step::Prune { before, most } => {
            Stepped::Pruned(conn.transaction(|conn| pruning::prune(conn, *before, *most))?)
        }
    })
}

fn done(is_held: bool) -> Stepped {
    if is_held { Stepped::Done } else { Stepped::Others }
}

/// Stores how far a consumer has come, if it is this one's; whether it is.
fn advance(conn: &mut Conn, progress: &Progress) -> QueryResult<bool> {
    let Some(from) = leases::held(conn, progress.consumer, &progress.holder)? else { return Ok(false) };
    leases::advance(conn, progress.consumer, &from.advanced(progress), progress.term)?;
    settling::settle(conn, progress.consumer, &progress.settled)?;
    Ok(true)
}

/// Stores what was counted, if that is this one's to do and begins where it has ended before; whether it does.
fn count(conn: &mut Conn, counted: &Counted) -> QueryResult<bool> {
    let from = leases::held(conn, Consumer::Rollups, &counted.holder)?;
    let Some(from) = from.filter(|from| from.cursor == counted.after) else { return Ok(false) };
    let leased = Leased { cursor: from.cursor.max(counted.until), ..from };
    leases::advance(conn, Consumer::Rollups, &leased, counted.term)?;
    counted::add(conn, &counted.rollups)?;
    Ok(true)
}
