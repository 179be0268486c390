//! The events of an import, and what moves with them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::{
    Actor, EventId, Origin,
    stock::movement::{Move, Reason},
};

use super::{super::rows::corrupt, Conn, events, keeping::Told, stock};

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

/// The events of an import.
pub struct Filling {
    last_event: i64,
    origin: Origin,
}

impl Filling {
    /// Begins in a transaction.
    pub fn begin(conn: &mut Conn) -> QueryResult<Self> {
        Ok(Self { last_event: events::last(conn)?.unwrap_or_default(), origin: Actor::Cli.into() })
    }

    /// Stores events, with what moves.
    pub fn tell(&mut self, conn: &mut Conn, entries: Vec<Entry>, at: DateTime<Utc>) -> QueryResult<()> {
        for Entry { told, moves, reason } in entries {
            self.last_event += 1;
            let event = EventId::try_from(self.last_event).map_err(corrupt)?;
            told.tell(conn, event, at, &self.origin, None)?;
            stock::record(conn, event, &moves, None, reason.as_ref(), at)?;
        }
        Ok(())
    }

    /// Nothing is left to do.
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "where there are others, there is")]
    pub fn finish(self, _: &mut Conn, _: bool) -> QueryResult<()> {
        Ok(())
    }
}
