//! Webhooks.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::{
    InvalidInput, Webhook,
    delivery::{SigningSecrets, TypePatterns, WebhookDetails, WebhookState, WebhookUrl, secret::Sealed},
};

use super::{millis, moment};
use crate::sql::schema::webhooks;

/// What is read of a webhook: all but its secrets.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = webhooks)]
pub struct WebhookRow {
    pub id: i64,
    pub url: String,
    pub types: String,
    pub state: String,
    pub created_at: i64,
    pub version: i64,
}

impl TryFrom<WebhookRow> for Webhook {
    type Error = InvalidInput;

    fn try_from(row: WebhookRow) -> Result<Self, InvalidInput> {
        let details = WebhookDetails {
            url: WebhookUrl::parse(&row.url)?,
            types: TypePatterns::restore(&row.types)?,
            state: WebhookState::restore(&row.state)?,
        };
        let (id, version) = (row.id.try_into()?, row.version.try_into()?);
        Ok(Self { id, details, created_at: moment(row.created_at)?, version })
    }
}

/// What can be changed of a webhook.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = webhooks, treat_none_as_default_value = false)]
pub struct WebhookDetailsRow<'a> {
    pub url: &'a str,
    pub types: String,
    pub state: &'static str,
    pub version: i64,
}

impl<'a> WebhookDetailsRow<'a> {
    /// That of a webhook.
    pub fn of(webhook: &'a Webhook) -> Self {
        let WebhookDetails { url, types, state } = &webhook.details;
        let (types, version) = (types.stored(), webhook.version.get());
        Self { url: url.as_str(), types, state: state.stored(), version }
    }
}

/// What a webhook signs with.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = webhooks)]
pub struct SecretsRow {
    pub secret: Vec<u8>,
    pub previous_secret: Option<Vec<u8>>,
    pub previous_until: Option<i64>,
}

impl TryFrom<SecretsRow> for SigningSecrets {
    type Error = InvalidInput;

    fn try_from(row: SecretsRow) -> Result<Self, InvalidInput> {
        let previous = row.previous_secret.zip(row.previous_until);
        let previous = previous.map(|(secret, until)| Ok((Sealed::restore(&secret)?, moment(until)?)));
        Ok(Self { current: Sealed::restore(&row.secret)?, previous: previous.transpose()? })
    }
}

/// The same as it is written.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = webhooks)]
pub struct NewSecretsRow<'a> {
    pub secret: &'a [u8],
    pub previous_secret: Option<&'a [u8]>,
    pub previous_until: Option<i64>,
}

impl<'a> NewSecretsRow<'a> {
    /// That of these secrets.
    pub fn of(secrets: &'a SigningSecrets) -> Self {
        let until = |(_, until): &(Sealed, DateTime<Utc>)| millis(*until);
        Self {
            secret: secrets.current.bytes(),
            previous_secret: secrets.previous.as_ref().map(|(secret, _)| secret.bytes()),
            previous_until: secrets.previous.as_ref().map(until),
        }
    }
}
