//! Events.

#![expect(clippy::ref_option_ref, reason = "Diesel's derive for rows that are written makes them")]

use chrono::{DateTime, Utc};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    prelude::*,
    row::Row,
    sql_types::{BigInt, Binary, Nullable, Text},
};
use orders_domain::{
    Actor, Event, EventType, Happening, Idempotency, MarketplaceCode, Order, OrderEvent, Origin, Progress,
    RequestId, Subject, TraceContext, UserId, Version, What,
};

use super::{column, facts::Read, millis, moment, new_order::marketplace, nullable};
use crate::sql::schema::events;

mod data;
mod keyed;

use data::Data;
pub use data::{data, data_of_other, data_of_placing};
pub use keyed::{KEYED_EVENT, KeyedEventRow, KeyedEventTypes};

/// Events of orders are of this kind.
pub const ORDER: &str = "order";

/// What is written of an event. `None` is written as NULL, so that the statement is always the same.
#[derive(Debug, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct NewEventRow<'a> {
    pub id: i64,
    pub kind: &'a str,
    pub subject: i64,
    pub version: i64,
    #[diesel(column_name = type_)]
    pub what: &'a str,
    pub at: i64,
    pub actor_kind: &'a str,
    pub actor: Option<i64>,
    pub request_id: Option<&'a str>,
    pub data: &'a str,
    pub idempotency_key: Option<&'a str>,
    pub request_fingerprint: Option<&'a [u8]>,
    pub marketplace: Option<&'a str>,
    pub trace_context: Option<&'a [u8]>,
}

impl<'a> NewEventRow<'a> {
    /// The row of what made an order what it is, of where that comes from, and of the key that came
    /// with it.
    pub fn of(
        id: i64,
        order: &'a Order,
        said: (EventType, &'a str),
        origin: &'a Origin,
        made_by: Option<&'a Idempotency>,
    ) -> Self {
        let of = (ORDER, order.id().get(), order.version(), order.updated_at());
        Self::new(id, of, said, origin, made_by).in_marketplace(marketplace(order.sold_in()))
    }

    /// The same, of what happened in a marketplace.
    #[must_use]
    pub fn in_marketplace(self, marketplace: Option<&'a str>) -> Self {
        Self { marketplace, ..self }
    }

    /// The row of what happened to anything: to what, by the parts of its subject, at which version and when.
    pub fn of_other(
        id: i64,
        subject: (&'a str, i64, Version, DateTime<Utc>),
        said: (EventType, &'a str),
        origin: &'a Origin,
        made_by: Option<&'a Idempotency>,
    ) -> Self {
        Self::new(id, subject, said, origin, made_by)
    }

    /// The row of an event that is there already.
    pub fn stored(event: &'a OrderEvent, data: &'a str, made_by: Option<&'a Idempotency>) -> Self {
        let said = (event.what.event_type(), data);
        let of = (ORDER, event.order.get(), event.version, event.at);
        Self::new(event.id.get(), of, said, &event.origin, made_by)
            .in_marketplace((!event.marketplace.is_default()).then_some(event.marketplace.as_str()))
    }

    fn new(
        id: i64,
        (kind, subject, version, at): (&'a str, i64, Version, DateTime<Utc>),
        (event_type, data): (EventType, &'a str),
        origin: &'a Origin,
        made_by: Option<&'a Idempotency>,
    ) -> Self {
        let (_, what) = event_type.parts();
        Self {
            id,
            kind,
            subject,
            version: version.get(),
            what,
            at: millis(at),
            actor_kind: origin.actor.kind(),
            actor: origin.actor.user().map(UserId::get),
            request_id: origin.request.as_ref().map(RequestId::as_str),
            data,
            idempotency_key: made_by.map(|made_by| made_by.key.as_str()),
            request_fingerprint: made_by.map(|made_by| made_by.fingerprint.0.as_slice()),
            marketplace: None,
            trace_context: origin.trace.as_ref().map(TraceContext::as_bytes),
        }
    }
}

/// The columns of an [`EventRow`], in its order.
pub type EventColumns = (
    events::id,
    events::kind,
    events::subject,
    events::version,
    events::type_,
    events::at,
    events::actor_kind,
    events::actor,
    events::request_id,
    events::data,
    events::marketplace,
    events::trace_context,
);

/// The columns' types in SQL.
pub type EventTypes = (
    BigInt,
    Text,
    BigInt,
    BigInt,
    Text,
    BigInt,
    Text,
    Nullable<BigInt>,
    Nullable<Text>,
    Text,
    Nullable<Text>,
    Nullable<Binary>,
);

/// What to select of events.
pub const EVENT: EventColumns = (
    events::id,
    events::kind,
    events::subject,
    events::version,
    events::type_,
    events::at,
    events::actor_kind,
    events::actor,
    events::request_id,
    events::data,
    events::marketplace,
    events::trace_context,
);

/// An event as it is read, and how far its order had come if it says so.
#[derive(Debug)]
pub struct EventRow(pub Event, pub Option<Box<Progress>>);

impl EventRow {
    /// The event of an order, if it is one, with all that it says.
    pub fn of_order(self) -> Option<OrderEvent> {
        let Self(event, checkpoint) = self;
        Some(OrderEvent { checkpoint, ..event.of_order()? })
    }
}

impl EventRow {
    /// Reads a row of [`EventTypes`]. Each seam makes Diesel's `FromSqlRow` of it, for its backend.
    pub fn read<'a, DB>(row: &impl Row<'a, DB>) -> deserialize::Result<Self>
    where
        DB: Backend,
        i64: FromSql<BigInt, DB>,
        String: FromSql<Text, DB>,
        Vec<u8>: FromSql<Binary, DB>,
    {
        let id = column::<BigInt, _, i64>(row, 0)?;
        Self::read_of(id, row).map_err(|error| format!("event {id}: {error}").into())
    }

    fn read_of<'a, DB>(id: i64, row: &impl Row<'a, DB>) -> deserialize::Result<Self>
    where
        DB: Backend,
        i64: FromSql<BigInt, DB>,
        String: FromSql<Text, DB>,
        Vec<u8>: FromSql<Binary, DB>,
    {
        let kind: String = column::<Text, _, _>(row, 1)?;
        let what: String = column::<Text, _, _>(row, 4)?;
        let actor_kind: String = column::<Text, _, _>(row, 6)?;
        let actor: Option<i64> = nullable::<BigInt, _, _>(row, 7)?;
        let request: Option<String> = nullable::<Text, _, _>(row, 8)?;
        let data: String = column::<Text, _, _>(row, 9)?;
        let actor = Actor::restore(&actor_kind, actor.map(TryInto::try_into).transpose()?)?;
        let subject = Subject::of_parts(&kind, column::<BigInt, _, i64>(row, 2)?)?;
        let event_type = EventType::of_parts(kind.split('/').next().unwrap_or_default(), &what)?;
        let (what, checkpoint) = said(&subject, event_type, &data)?;
        let marketplace: Option<String> = nullable::<Text, _, _>(row, 10)?;
        let marketplace = match (marketplace, &subject) {
            (None, Subject::Order(_)) => Some(MarketplaceCode::DEFAULT),
            (code, _) => code.map(|code| code.parse()).transpose()?,
        };
        let trace: Option<Vec<u8>> = nullable::<Binary, _, _>(row, 11)?;
        let event = Event {
            id: id.try_into()?,
            version: column::<BigInt, _, i64>(row, 3)?.try_into()?,
            at: moment(column::<BigInt, _, _>(row, 5)?)?,
            origin: Origin {
                actor,
                request: request.map(|request| request.parse()).transpose()?,
                trace: trace.map(|bytes| bytes.as_slice().try_into()).transpose()?,
            },
            marketplace,
            what,
            subject,
        };
        Ok(Self(event, checkpoint))
    }
}

/// What an event says, by its column.
fn said(
    subject: &Subject,
    event_type: EventType,
    data: &str,
) -> deserialize::Result<(What, Option<Box<Progress>>)> {
    if let Subject::Order(_) = subject {
        let (what, checkpoint) = said_of_order(event_type, data)?;
        return Ok((What::Order(what), checkpoint));
    }
    let data::Other { said: Read(said), made: Read(made) } = serde_json::from_str(data)?;
    Ok((What::Other { event_type, said, made }, None))
}

/// What an event of an order says, by its column, and how far the order had come if it says so.
///
/// # Errors
///
/// When the column holds something else.
pub fn said_of_order(
    event_type: EventType,
    data: &str,
) -> deserialize::Result<(Happening, Option<Box<Progress>>)> {
    let data: Data<'_> = serde_json::from_str(data)?;
    Ok(data.happening(event_type)?)
}

/// Whether what an event of anything but an order says can be read.
#[must_use]
pub fn is_said_of_other(data: &str) -> bool {
    serde_json::from_str::<data::Other>(data).is_ok()
}
