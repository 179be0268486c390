//! Between rows and the domain's types. A row that breaks a rule is an error, never a panic.

use chrono::{DateTime, Utc};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    row::{Field, Row},
};
use orders_domain::InvalidInput;

pub mod audited;
pub mod consumer;
pub mod contact;
pub mod copied;
pub mod delivery;
pub mod event;
mod facts;
mod imported;
pub mod market;
pub mod new_order;
pub mod order;
pub mod product;
pub mod progress;
pub mod proposal;
pub mod rollup;
pub mod shipment;
pub mod stock;
pub mod webhook;

/// Reads a column that is never NULL.
pub fn column<'a, Sql, DB, T>(row: &impl Row<'a, DB>, index: usize) -> deserialize::Result<T>
where
    DB: Backend,
    T: FromSql<Sql, DB>,
{
    T::from_nullable_sql(row.get(index).ok_or("a column is missing")?.value())
}

/// Reads a column that may be NULL.
pub fn nullable<'a, Sql, DB, T>(row: &impl Row<'a, DB>, index: usize) -> deserialize::Result<Option<T>>
where
    DB: Backend,
    T: FromSql<Sql, DB>,
{
    let field = row.get(index).ok_or("a column is missing")?;
    field.value().map(T::from_sql).transpose()
}

/// A moment as its column has it: milliseconds since 1970.
pub fn millis(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_millis()
}

/// The moment of a column's milliseconds.
pub fn moment(millis: i64) -> Result<DateTime<Utc>, InvalidInput> {
    DateTime::from_timestamp_millis(millis)
        .ok_or_else(|| InvalidInput::new("time", format!("{millis} is out of range")))
}

/// What cannot be made from its rows, as a query reports it.
pub fn corrupt(error: InvalidInput) -> diesel::result::Error {
    diesel::result::Error::DeserializationError(error.into())
}
