//! Those who read the events.

use diesel::prelude::*;
use orders_domain::{
    EventId, InvalidInput,
    delivery::{Leased, Replaying},
};

use super::{millis, moment};
use crate::sql::schema::consumers;

/// How far a consumer has come.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = consumers, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct LeasedRow {
    pub cursor: i64,
    pub replay_after: Option<i64>,
    pub replay_until: Option<i64>,
    pub failing_since: Option<i64>,
}

/// An event's id as a column has it, in which 0 is before the first one.
pub fn event_or_0(event: Option<EventId>) -> i64 {
    event.map_or(0, EventId::get)
}

/// The event of a column in which 0 is before the first one.
pub fn event_of(column: i64) -> Result<Option<EventId>, InvalidInput> {
    if column == 0 { Ok(None) } else { column.try_into().map(Some) }
}

impl From<&Leased> for LeasedRow {
    fn from(leased: &Leased) -> Self {
        Self {
            cursor: event_or_0(leased.cursor),
            replay_after: leased.replay.map(|replay| event_or_0(replay.after)),
            replay_until: leased.replay.map(|replay| replay.until.get()),
            failing_since: leased.failing_since.map(millis),
        }
    }
}

impl TryFrom<LeasedRow> for Leased {
    type Error = InvalidInput;

    fn try_from(row: LeasedRow) -> Result<Self, InvalidInput> {
        let replay = row.replay_after.zip(row.replay_until);
        let replay =
            replay.map(|(after, until)| Ok(Replaying { after: event_of(after)?, until: until.try_into()? }));
        Ok(Self {
            cursor: event_of(row.cursor)?,
            replay: replay.transpose()?,
            failing_since: row.failing_since.map(moment).transpose()?,
        })
    }
}
