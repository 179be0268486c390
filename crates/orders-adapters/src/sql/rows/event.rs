//! Events and what they say.

#![expect(clippy::ref_option_ref, reason = "Diesel's derive for rows that are written makes them")]

use std::{borrow::Cow, fmt::Write};

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    prelude::*,
    result::Error,
    row::Row,
    sql_types::{BigInt, Binary, Nullable, Text},
};
use orders_domain::{
    Actor, EventType, Fingerprint, Happening, Idempotency, InvalidInput, Order, OrderEvent, OrderProduct,
    OrderShipment, Origin, RequestId, ShippingProvider, TrackingNumber, UserId,
};
use serde::{Deserialize, Serialize};

use super::{column, millis, moment, nullable};
use crate::sql::schema::events;

/// `data` as it is stored.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<(i64, i64)>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    from: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    to: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    shipping_provider: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    tracking_number: Option<Cow<'a, str>>,
}

impl<'a> Data<'a> {
    fn of(what: &'a Happening) -> Self {
        let shipped = |shipment: &'a OrderShipment| Self {
            shipping_provider: Some(shipment.provider().into()),
            tracking_number: Some(shipment.tracking_number().into()),
            ..Self::default()
        };
        match what {
            Happening::Placed { lines } => {
                let line = |(product, quantity): &(orders_domain::ProductId, orders_domain::Quantity)| {
                    (product.get(), quantity.get().into())
                };
                Self { lines: Some(lines.iter().map(line).collect()), ..Self::default() }
            }
            Happening::Tracked(shipment) => shipped(shipment),
            Happening::Moved { from, to } => {
                Self { from: Some(from.as_str().into()), to: Some(to.as_str().into()), ..Self::default() }
            }
            Happening::Migrated { status, shipment } => Self {
                to: Some(status.as_str().into()),
                ..shipment.as_ref().map(shipped).unwrap_or_default()
            },
        }
    }

    fn happening(self, kind: EventType) -> Result<Happening, InvalidInput> {
        let missing = |what| InvalidInput::new("data", format!("of {kind} has no {what}"));
        let shipment = match (&self.shipping_provider, &self.tracking_number) {
            (Some(provider), Some(number)) => {
                Some(OrderShipment::new(ShippingProvider::parse(provider)?, TrackingNumber::parse(number)?))
            }
            _ => None,
        };
        let status =
            |word: &Option<Cow<'_, str>>, what| word.as_deref().ok_or_else(|| missing(what))?.parse();
        Ok(match kind {
            EventType::Placed => {
                let lines = self.lines.ok_or_else(|| missing("lines"))?;
                let line = |(product, quantity): (i64, i64)| Ok((product.try_into()?, quantity.try_into()?));
                Happening::Placed { lines: lines.into_iter().map(line).collect::<Result<_, InvalidInput>>()? }
            }
            EventType::Tracked => Happening::Tracked(shipment.ok_or_else(|| missing("shipment"))?),
            EventType::Migrated => Happening::Migrated { status: status(&self.to, "to")?, shipment },
            EventType::Processing | EventType::Shipped | EventType::Delivered | EventType::Cancelled => {
                Happening::Moved { from: status(&self.from, "from")?, to: status(&self.to, "to")? }
            }
        })
    }
}

/// What happened, as its column has it.
///
/// # Errors
///
/// None that can occur: texts and numbers can be written.
pub fn data(what: &Happening) -> QueryResult<String> {
    serde_json::to_string(&Data::of(what)).map_err(|error| Error::SerializationError(error.into()))
}

/// What placing an order comes to: [`data`] of [`Happening::placing`], made from the lines at once.
pub fn data_of_placing(lines: &[OrderProduct]) -> String {
    let mut data = String::with_capacity(12 + 8 * lines.len());
    data.push_str(r#"{"lines":["#);
    for (index, line) in lines.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(data, "{comma}[{},{}]", line.product(), line.quantity().get());
    }
    data.push_str("]}");
    data
}

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
}

impl<'a> NewEventRow<'a> {
    /// The row of what made an order what it is, of where that comes from, and of the key that came
    /// with it.
    pub fn of(
        id: i64,
        order: &Order,
        (kind, data): (EventType, &'a str),
        origin: &'a Origin,
        made_by: Option<&'a Idempotency>,
    ) -> Self {
        let (kind, what) = kind.parts();
        Self {
            id,
            kind,
            subject: order.id().get(),
            version: order.version().get(),
            what,
            at: millis(order.updated_at()),
            actor_kind: origin.actor.kind(),
            actor: origin.actor.user().map(UserId::get),
            request_id: origin.request.as_ref().map(RequestId::as_str),
            data,
            idempotency_key: made_by.map(|made_by| made_by.key.as_str()),
            request_fingerprint: made_by.map(|made_by| made_by.fingerprint.0.as_slice()),
        }
    }

    /// The row of an event that is there already.
    pub fn stored(event: &'a OrderEvent, data: &'a str, made_by: Option<&'a Idempotency>) -> Self {
        let (kind, what) = event.what.event_type().parts();
        Self {
            id: event.id.get(),
            kind,
            subject: event.order.get(),
            version: event.version.get(),
            what,
            at: millis(event.at),
            actor_kind: event.origin.actor.kind(),
            actor: event.origin.actor.user().map(UserId::get),
            request_id: event.origin.request.as_ref().map(RequestId::as_str),
            data,
            idempotency_key: made_by.map(|made_by| made_by.key.as_str()),
            request_fingerprint: made_by.map(|made_by| made_by.fingerprint.0.as_slice()),
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
);

/// The columns' types in SQL.
pub type EventTypes =
    (BigInt, Text, BigInt, BigInt, Text, BigInt, Text, Nullable<BigInt>, Nullable<Text>, Text);

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
);

/// An event as it is read.
#[derive(Debug)]
pub struct EventRow(pub OrderEvent);

impl EventRow {
    /// Reads a row of [`EventTypes`]. Each seam makes Diesel's `FromSqlRow` of it, for its backend.
    pub fn read<'a, DB>(row: &impl Row<'a, DB>) -> deserialize::Result<Self>
    where
        DB: Backend,
        i64: FromSql<BigInt, DB>,
        String: FromSql<Text, DB>,
    {
        let id = column::<BigInt, _, i64>(row, 0)?;
        Self::read_of(id, row).map_err(|error| format!("event {id}: {error}").into())
    }

    fn read_of<'a, DB>(id: i64, row: &impl Row<'a, DB>) -> deserialize::Result<Self>
    where
        DB: Backend,
        i64: FromSql<BigInt, DB>,
        String: FromSql<Text, DB>,
    {
        let kind: String = column::<Text, _, _>(row, 1)?;
        let what: String = column::<Text, _, _>(row, 4)?;
        let actor_kind: String = column::<Text, _, _>(row, 6)?;
        let actor: Option<i64> = nullable::<BigInt, _, _>(row, 7)?;
        let request: Option<String> = nullable::<Text, _, _>(row, 8)?;
        let data: String = column::<Text, _, _>(row, 9)?;
        let data: Data<'_> = serde_json::from_str(&data)?;
        let actor = Actor::restore(&actor_kind, actor.map(TryInto::try_into).transpose()?)?;
        Ok(Self(OrderEvent {
            id: id.try_into()?,
            order: column::<BigInt, _, i64>(row, 2)?.try_into()?,
            version: column::<BigInt, _, i64>(row, 3)?.try_into()?,
            at: moment(column::<BigInt, _, _>(row, 5)?)?,
            origin: Origin { actor, request: request.map(|request| request.parse()).transpose()? },
            what: data.happening(EventType::of_parts(&kind, &what)?)?,
        }))
    }
}

/// An event and the key that made it, as they are read.
#[derive(Debug)]
pub struct KeyedEventRow(pub OrderEvent, pub Option<Idempotency>);

/// The columns of a [`KeyedEventRow`].
pub type KeyedEventColumns = (
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
    events::idempotency_key,
    events::request_fingerprint,
);

/// The columns' types in SQL.
pub type KeyedEventTypes = (
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

/// What to select of events with their keys.
pub const KEYED_EVENT: KeyedEventColumns = (
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
    events::idempotency_key,
    events::request_fingerprint,
);

impl KeyedEventRow {
    /// Reads a row of [`KeyedEventTypes`]. Each seam makes Diesel's `FromSqlRow` of it, for its backend.
    pub fn read<'a, DB>(row: &impl Row<'a, DB>) -> deserialize::Result<Self>
    where
        DB: Backend,
        i64: FromSql<BigInt, DB>,
        String: FromSql<Text, DB>,
        Vec<u8>: FromSql<Binary, DB>,
    {
        let EventRow(event) = EventRow::read(row)?;
        let key: Option<String> = nullable::<Text, _, _>(row, 10)?;
        let fingerprint: Option<Vec<u8>> = nullable::<Binary, _, _>(row, 11)?;
        Ok(Self(event, idempotency(key, fingerprint)?))
    }
}

/// The key that made an event, if one did.
fn idempotency(
    key: Option<String>,
    fingerprint: Option<Vec<u8>>,
) -> Result<Option<Idempotency>, InvalidInput> {
    match (key, fingerprint) {
        (Some(key), Some(fingerprint)) => {
            let fingerprint = fingerprint.try_into().map_err(|bytes: Vec<u8>| {
                InvalidInput::new("a fingerprint", format!("has {} bytes, not 32", bytes.len()))
            })?;
            Ok(Some(Idempotency { key: key.parse()?, fingerprint: Fingerprint(fingerprint) }))
        }
        (None, None) => Ok(None),
        _ => Err(InvalidInput::new("a key", "is stored by halves")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{at, new_order, parcel};
    use orders_domain::{EventType, OrderStatus};

    #[test]
    fn what_is_written_of_a_happening_is_read_as_the_same() {
        let order = new_order(1, at(0)).with_id(1.try_into().unwrap());
        let lines: Vec<_> = order.lines().map(|(_, line)| *line).collect();
        let placing = Happening::placing(&order);
        assert_eq!(data_of_placing(&lines), data(&placing).unwrap());
        let moved = |to| Happening::Moved { from: OrderStatus::Pending, to };
        let migrated = |shipment| Happening::Migrated { status: OrderStatus::Shipped, shipment };
        for what in [
            placing,
            Happening::Tracked(parcel("\"1\"\u{7ff}")),
            moved(OrderStatus::Processing),
            moved(OrderStatus::Cancelled),
            migrated(None),
            migrated(Some(parcel("1"))),
        ] {
            let written = data(&what).unwrap();
            let read: Data<'_> = serde_json::from_str(&written).unwrap();
            assert_eq!(read.happening(what.event_type()), Ok(what), "{written}");
        }
    }

    #[test]
    fn data_that_lacks_a_part_is_no_happening() {
        for kind in EventType::ALL {
            assert!(Data::default().happening(kind).is_err(), "{kind}");
        }
    }
}
