//! Events with the keys of the requests that made them.

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    row::Row,
    sql_types::{BigInt, Binary, Nullable, Text},
};
use orders_domain::{Fingerprint, Idempotency, InvalidInput};

use super::{EVENT, EventColumns, EventRow, EventTypes};
use crate::sql::{rows::nullable, schema::events};

/// An event and the key that made it, as they are read.
#[derive(Debug)]
pub struct KeyedEventRow(pub EventRow, pub Option<Idempotency>);

/// The columns of a [`KeyedEventRow`].
pub type KeyedEventColumns = (EventColumns, events::idempotency_key, events::request_fingerprint);

/// The columns' types in SQL.
pub type KeyedEventTypes = (EventTypes, Nullable<Text>, Nullable<Binary>);

/// What to select of events with their keys.
pub const KEYED_EVENT: KeyedEventColumns = (EVENT, events::idempotency_key, events::request_fingerprint);

impl KeyedEventRow {
    /// Reads a row of [`KeyedEventTypes`]. Each seam makes Diesel's `FromSqlRow` of it, for its backend.
    pub fn read<'a, DB>(row: &impl Row<'a, DB>) -> deserialize::Result<Self>
    where
        DB: Backend,
        i64: FromSql<BigInt, DB>,
        String: FromSql<Text, DB>,
        Vec<u8>: FromSql<Binary, DB>,
    {
        let event = EventRow::read(row)?;
        let key: Option<String> = nullable::<Text, _, _>(row, 12)?;
        let fingerprint: Option<Vec<u8>> = nullable::<Binary, _, _>(row, 13)?;
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
