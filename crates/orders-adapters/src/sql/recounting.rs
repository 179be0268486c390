//! The events of orders and of other things, read so that one that cannot be read is told, and costs the others nothing:
//! against the seam's connection (`super::Conn`).

use diesel::{
    connection::DefaultLoadingMode,
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Binary, Bool, Nullable, Text},
};
use orders_domain::{
    EventType, Happening, Progress, RequestId, TraceContext,
    audit::{Difference, DifferenceKind as Kind, order::StoredEvent},
};

use super::{
    super::{
        audit::Stretch,
        rows::{event, moment},
    },
    Conn,
};

/// An event with its order.
pub struct Events {
    pub order: i64,
    pub stored: StoredEvent,
}

/// What somebody is who causes an event, as a condition: whether it is odd.
pub const ODD: &str = "NOT (actor_kind = 'user' OR actor_kind = 'cli' OR actor_kind = 'worker' OR actor_kind = 'system') \
    OR coalesce(actor < 1, FALSE)";

/// Whether it can be read by which request something happened, and of which trace that is a part.
pub fn is_traced(request: Option<&str>, trace: Option<&[u8]>) -> bool {
    request.is_none_or(|request| RequestId::admits(request.as_bytes()))
        && trace.is_none_or(|trace| TraceContext::try_from(trace).is_ok())
}

type Types =
    (BigInt, BigInt, BigInt, Text, BigInt, Nullable<Text>, Text, Nullable<Text>, Nullable<Binary>, Bool);

/// Order, version, number, type, when, marketplace, what it says, request, trace, whether it is odd.
type Row = (i64, i64, i64, String, i64, Option<String>, String, Option<String>, Option<Vec<u8>>, bool);

/// The events of some orders, by order and version.
pub fn events(
    conn: &mut Conn,
    Stretch { after, last }: Stretch,
    found: &mut Vec<Difference>,
) -> QueryResult<Vec<Events>> {
    let rows = sql::<Types>(&format!(
        "SELECT subject, version, id, type, at, marketplace, data, request_id, trace_context, {ODD} FROM events \
         WHERE kind = 'order' AND subject > {after} AND subject <= {last} ORDER BY subject, version"
    ));
    let mut events = Vec::new();
    for row in rows.load_iter::<Row, DefaultLoadingMode>(conn)? {
        let (order, version, id, what, at, marketplace, data, request, trace, is_odd) = row?;
        let is_odd = is_odd || !is_traced(request.as_deref(), trace.as_deref());
        let said = if is_odd { Err("somebody that nobody is".into()) } else { said(&what, &data) };
        let at = moment(at);
        if said.is_err() || at.is_err() {
            let reason = format!("has event {id} of version {version}, which cannot be read");
            let subject = format!("orders/{order}");
            found.push(Difference::new(Kind::OrderEventUnreadable, subject, reason));
        }
        let (said, at) = (said.ok().filter(|_| at.is_ok()), at.unwrap_or_default());
        events.push(Events { order, stored: StoredEvent { id, version, at, marketplace, said } });
    }
    Ok(events)
}

type Said = (Happening, Option<Box<Progress>>);

fn said(what: &str, data: &str) -> Result<Said, Box<dyn std::error::Error + Send + Sync>> {
    let event_type = EventType::of_parts("order", what)?;
    event::said_of_order(event_type, data)
}
