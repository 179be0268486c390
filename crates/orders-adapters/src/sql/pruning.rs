//! Forgetting what has ended: against the seam's connection (`super::Conn`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::delivery::DeliveryState;

use super::{
    super::{
        rows::millis,
        schema::{attempts, deliveries, events, inbox},
    },
    Conn,
    deliveries::consumers_in,
};

/// Through how many pages of rows it looks for those of a consumer that go, beside others that stay.
const PAGES: usize = 20;

/// The largest page, all of whose rows are named in one statement.
const PAGE: usize = 1_000;

/// Forgets deliveries that had ended before a moment, with what was tried, and messages from before it; how many of
/// both, at most so many.
pub fn prune(conn: &mut Conn, before: DateTime<Utc>, most: usize) -> QueryResult<usize> {
    let before = millis(before);
    let Some(end) = first_event_since(conn, before)? else { return Ok(0) };
    let mut left = most;
    for name in consumers_in(conn, "deliveries")? {
        left -= prune_deliveries(conn, &name, (end, before), left)?;
    }
    for name in consumers_in(conn, "inbox")? {
        left -= prune_inbox(conn, &name, (end, before), left)?;
    }
    Ok(most - left)
}

/// The first event at a moment or after it, or the number after the last one; `None` of no events. Their numbers
/// ascend with their times, so halves are left out.
fn first_event_since(conn: &mut Conn, moment: i64) -> QueryResult<Option<i64>> {
    let last: Option<i64> =
        events::table.order(events::id.desc()).select(events::id).first(conn).optional()?;
    let Some(last) = last else { return Ok(None) };
    let (mut low, mut end) = (1, last + 1);
    while low < end {
        let middle = low + (end - low) / 2;
        let next: Option<(i64, i64)> = events::table
            .filter(events::id.ge(middle))
            .order(events::id)
            .select((events::id, events::at))
            .first(conn)
            .optional()?;
        match next {
            Some((id, at)) if at < moment => low = id + 1,
            _ => end = middle,
        }
    }
    Ok(Some(end))
}

/// Looks through the rows before `end` page by page, and has `forget` forget those that go; how many went.
fn page_by_page(
    conn: &mut Conn,
    most: usize,
    page: impl Fn(&mut Conn, i64, i64) -> QueryResult<Vec<(i64, bool)>>,
    forget: impl Fn(&mut Conn, &[i64]) -> QueryResult<usize>,
) -> QueryResult<usize> {
    let (mut after, mut gone) = (0, 0);
    for _ in 0..PAGES {
        let size = (most - gone).min(PAGE);
        if size == 0 {
            break;
        }
        let rows = page(conn, after, i64::try_from(size).unwrap_or(i64::MAX))?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        let going: Vec<_> = rows.iter().filter(|(_, goes)| *goes).map(|(event, _)| *event).collect();
        if !going.is_empty() {
            gone += forget(conn, &going)?;
        }
    }
    Ok(gone)
}

fn prune_deliveries(
    conn: &mut Conn,
    name: &str,
    (end, before): (i64, i64),
    most: usize,
) -> QueryResult<usize> {
    let has_ended =
        || deliveries::state.ne(DeliveryState::Pending.as_str()).and(deliveries::updated_at.lt(before));
    let page = |conn: &mut Conn, after: i64, size: i64| {
        deliveries::table
            .filter(deliveries::consumer.eq(name))
            .filter(deliveries::event.gt(after))
            .filter(deliveries::event.lt(end))
            .order(deliveries::event)
            .limit(size)
            .select((deliveries::event, has_ended()))
            .load(conn)
    };
    let forget = |conn: &mut Conn, events: &[i64]| {
        let these = || {
            deliveries::table.filter(deliveries::consumer.eq(name)).filter(deliveries::event.eq_any(events))
        };
        // Some may be sent once more by now.
        let gone = diesel::delete(these().filter(has_ended())).execute(conn)?;
        let kept: Vec<i64> =
            if gone == events.len() { Vec::new() } else { these().select(deliveries::event).load(conn)? };
        let forgotten: Vec<_> = events.iter().filter(|event| !kept.contains(event)).collect();
        let tried =
            attempts::table.filter(attempts::consumer.eq(name)).filter(attempts::event.eq_any(forgotten));
        diesel::delete(tried).execute(conn)?;
        Ok(gone)
    };
    page_by_page(conn, most, page, forget)
}

fn prune_inbox(conn: &mut Conn, name: &str, (end, before): (i64, i64), most: usize) -> QueryResult<usize> {
    let page = |conn: &mut Conn, after: i64, size: i64| {
        inbox::table
            .filter(inbox::consumer.eq(name))
            .filter(inbox::message_id.gt(after))
            .filter(inbox::message_id.lt(end))
            .order(inbox::message_id)
            .limit(size)
            .select((inbox::message_id, inbox::at.lt(before)))
            .load(conn)
    };
    let forget = |conn: &mut Conn, messages: &[i64]| {
        let these = inbox::table.filter(inbox::consumer.eq(name)).filter(inbox::message_id.eq_any(messages));
        diesel::delete(these).execute(conn)
    };
    page_by_page(conn, most, page, forget)
}
