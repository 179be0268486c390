//! The log of what was sent.

#![expect(clippy::ref_option_ref, reason = "Diesel's derive for rows that are written makes them")]

use std::time::Duration;

use diesel::prelude::*;
use orders_domain::{
    Consumer, InvalidInput,
    delivery::{Attempt, Delivery, Excerpt, Settled},
};

use super::{millis, moment};
use crate::sql::schema::{attempts, deliveries};

/// What is read of a delivery for the log.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct DeliveryRow {
    pub event: i64,
    pub state: String,
    pub next_at: Option<i64>,
}

impl DeliveryRow {
    /// The delivery to this consumer, with what was tried.
    pub fn with(self, consumer: Consumer, attempts: Vec<Attempt>) -> Result<Delivery, InvalidInput> {
        Ok(Delivery {
            event: self.event.try_into()?,
            consumer,
            state: self.state.parse()?,
            next_at: self.next_at.map(moment).transpose()?,
            attempts,
        })
    }
}

/// What was tried.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = attempts)]
pub struct AttemptRow {
    pub at: i64,
    pub took_ms: i64,
    pub status: Option<i64>,
    pub body: Option<String>,
    pub error: Option<String>,
}

impl TryFrom<AttemptRow> for Attempt {
    type Error = InvalidInput;

    fn try_from(row: AttemptRow) -> Result<Self, InvalidInput> {
        let wrong = |number: i64| InvalidInput::new("an attempt", format!("{number} is out of range"));
        Ok(Self {
            at: moment(row.at)?,
            took: Duration::from_millis(u64::try_from(row.took_ms).map_err(|_| wrong(row.took_ms))?),
            status: row.status.map(|status| u16::try_from(status).map_err(|_| wrong(status))).transpose()?,
            body: row.body.and_then(|body| Excerpt::of(body.as_bytes())),
            error: row.error,
        })
    }
}

/// What is written of a delivery.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct NewDeliveryRow<'a> {
    pub consumer: &'a str,
    pub event: i64,
    pub kind: &'a str,
    pub subject: i64,
    pub state: &'static str,
    pub next_at: Option<i64>,
    pub tries: i64,
    pub updated_at: i64,
}

impl<'a> NewDeliveryRow<'a> {
    /// The row of what became of an event at a consumer, whose subject has these parts.
    pub fn of(consumer: &'a str, (kind, subject): (&'a str, i64), settled: &Settled) -> Self {
        Self {
            consumer,
            event: settled.event.get(),
            kind,
            subject,
            state: settled.state.as_str(),
            next_at: settled.next_at.map(millis),
            tries: settled.tries.into(),
            updated_at: millis(settled.at),
        }
    }
}

/// What is written of an attempt.
#[derive(Debug, Insertable)]
#[diesel(table_name = attempts, treat_none_as_default_value = false)]
pub struct NewAttemptRow<'a> {
    pub consumer: &'a str,
    pub event: i64,
    pub number: i64,
    pub at: i64,
    pub took_ms: i64,
    pub status: Option<i64>,
    pub body: Option<&'a str>,
    pub error: Option<&'a str>,
}

impl<'a> NewAttemptRow<'a> {
    /// The row of an attempt at a delivery.
    pub fn of(delivery: &NewDeliveryRow<'a>, number: i64, attempt: &'a Attempt) -> Self {
        Self {
            consumer: delivery.consumer,
            event: delivery.event,
            number,
            at: millis(attempt.at),
            took_ms: attempt.millis(),
            status: attempt.status.map(Into::into),
            body: attempt.body.as_ref().map(Excerpt::as_str),
            error: attempt.error.as_deref(),
        }
    }
}
