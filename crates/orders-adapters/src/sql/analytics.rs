//! What is to be counted, and what was, against the seam's connection (`super::Conn`). No backend is named here.

use std::collections::BTreeMap;

use diesel::{connection::SimpleConnection, prelude::*, sql_query};
use orders_domain::{
    Consumer, EventId, Happening, OrderEvent, Version,
    analytics::{Report, ReportQuery, ReportRow, UncountedPage},
};

use super::{
    super::{
        OpenError,
        reporting::{self, Statement},
        rows::{
            corrupt,
            event::{EVENT, EventRow, ORDER},
            moment,
            rollup::{self, FactsRow, FiguresRow},
        },
        schema::events,
    },
    Conn, consumers, history, migrations,
};

/// Through how many events a page looks for those of orders.
const LOOKED_THROUGH: i64 = 10_000;

/// Forgets all that was counted, and has it counted anew by whoever works it off next: who does now is told that it is
/// another one's.
const RESET: &str = "UPDATE consumers SET cursor = 0, holder = NULL, held_until = NULL WHERE name = 'rollups'; \
    INSERT INTO consumers (name, cursor) SELECT 'rollups', 0 WHERE NOT EXISTS (SELECT 1 FROM consumers WHERE name = 'rollups'); \
    DELETE FROM rollups";

/// Forgets all that was counted.
pub fn reset(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute(RESET)
}

/// The next events of orders after one, of those up to the id `last`, with what they are counted by.
pub fn uncounted(
    conn: &mut Conn,
    after: Option<EventId>,
    most: usize,
    last: i64,
) -> QueryResult<UncountedPage> {
    let start = after.map_or(0, EventId::get);
    let end = last.min(start.saturating_add(LOOKED_THROUGH));
    let rows: Vec<EventRow> = events::table
        .filter(events::id.gt(start))
        .filter(events::id.le(end))
        .filter(events::kind.eq(ORDER))
        .order(events::id)
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select(EVENT)
        .load(conn)?;
    let full = rows.len() == most;
    let of_orders: Vec<_> = rows.into_iter().filter_map(EventRow::of_order).collect();
    let cursor = match of_orders.last() {
        Some(seen) if full => Some(seen.id),
        _ => EventId::try_from(end.max(start)).ok(),
    };
    let (oldest, events) = (of_orders.first().map(|event| event.at), of_orders.len());
    let mut by_order: BTreeMap<i64, Vec<OrderEvent>> = BTreeMap::new();
    for event in of_orders {
        by_order.entry(event.order.get()).or_default().push(event);
    }
    let mut told = told(conn, &by_order)?;
    let mut orders = Vec::with_capacity(by_order.len());
    if !by_order.is_empty() {
        let facts: Vec<FactsRow> = sql_query(rollup::facts(by_order.keys())).load(conn)?;
        for of_one in facts.chunk_by(|one, next| one.id == next.id) {
            let Some(id) = of_one.first().map(|row| row.id) else { continue };
            let (told, events) = (told.remove(&id), by_order.remove(&id));
            // One that cannot be read is passed over, and a difference of its own.
            let Ok(order) = FactsRow::order(of_one) else { continue };
            orders.push(rollup::uncounted(order, told, events));
        }
    }
    let more = full || end < last;
    Ok(UncountedPage { orders, oldest, events, cursor, more, last: EventId::try_from(last).ok() })
}

/// What is told of orders before these events of theirs.
fn told(
    conn: &mut Conn,
    by_order: &BTreeMap<i64, Vec<OrderEvent>>,
) -> QueryResult<BTreeMap<i64, Vec<OrderEvent>>> {
    let telling = i64::try_from(OrderEvent::TELLING).unwrap_or(i64::MAX);
    let firsts = by_order.iter().filter_map(|(order, events)| {
        let first = events.first()?;
        let says_all = matches!(first.what, Happening::Placed { .. } | Happening::Migrated { .. });
        (!says_all).then(|| (*order, first.version.get()))
    });
    let (young, old): (Vec<_>, Vec<_>) = firsts.partition(|(_, version)| *version <= telling);
    let mut told: BTreeMap<i64, Vec<OrderEvent>> = BTreeMap::new();
    if !young.is_empty() {
        let ids: Vec<i64> = young.iter().map(|(order, _)| *order).collect();
        let rows: Vec<EventRow> = events::table
            .filter(events::kind.eq(ORDER))
            .filter(events::subject.eq_any(ids))
            .filter(events::version.lt(telling))
            .order((events::subject, events::version))
            .select(EVENT)
            .load(conn)?;
        let before: BTreeMap<i64, i64> = young.into_iter().collect();
        for event in rows.into_iter().filter_map(EventRow::of_order) {
            let order = event.order.get();
            if before.get(&order).is_some_and(|first| event.version.get() < *first) {
                told.entry(order).or_default().push(event);
            }
        }
    }
    for (order, first) in old {
        let before = Version::try_from(first - 1).map_err(corrupt)?;
        told.insert(order, history::telling(conn, order, before)?);
    }
    Ok(told)
}

/// What somebody asks of the figures: to be called where one state is seen.
pub fn report(conn: &mut Conn, query: &ReportQuery) -> QueryResult<Report> {
    let mut report = Report::default();
    for Statement(statement) in reporting::statements(query) {
        let left = ReportQuery::MOST_ROWS + 1 - report.rows.len();
        let rows: Vec<FiguresRow> = sql_query(format!("{statement} LIMIT {left}")).load(conn)?;
        for row in rows {
            report.rows.push(row.read(query.grouping).map_err(corrupt)?);
        }
        if report.rows.len() > ReportQuery::MOST_ROWS {
            break;
        }
    }
    report.rows.sort_by_cached_key(ReportRow::rank);
    let cursor = consumers::find(conn, Consumer::Rollups)?.and_then(|leased| leased.cursor);
    let at = cursor.map_or(0, EventId::get);
    let newest = events::table.filter(events::id.le(at)).order(events::id.desc());
    let newest: Option<(i64, i64)> = newest.select((events::id, events::at)).first(conn).optional()?;
    let next = events::table.filter(events::id.gt(at)).order(events::id).select(events::at);
    let next: Option<i64> = next.first(conn).optional()?;
    let counted = newest.map(|(id, at)| Ok((EventId::try_from(id)?, moment(at)?)));
    report.counted = counted.transpose().map_err(corrupt)?;
    report.uncounted_since = next.map(moment).transpose().map_err(corrupt)?;
    Ok(report)
}

/// Forgets all that was counted, beside whoever serves; the newest event, up to which it is counted again then.
pub fn recount(conn: &mut Conn) -> Result<i64, OpenError> {
    migrations::refuse_other(conn)?;
    conn.transaction(reset)?;
    let newest = events::table.order(events::id.desc()).select(events::id).first(conn).optional()?;
    Ok(newest.unwrap_or_default())
}

/// Up to which event is counted, or 0.
pub fn counted(conn: &mut Conn) -> Result<i64, OpenError> {
    let leased = consumers::find(conn, Consumer::Rollups)?;
    Ok(leased.and_then(|leased| leased.cursor).map_or(0, EventId::get))
}
