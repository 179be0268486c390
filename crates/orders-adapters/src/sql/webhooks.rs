//! Webhooks, in plain Diesel against the seam's connection (`super::Conn`): no backend is named here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::{
    EventType, Facts, PageLimit, Subject, Version, Webhook, WebhookId,
    delivery::{ChangedWebhook, DisabledFor, KeyId, NewWebhook, Sealed, SigningSecrets, WebhookState},
    ports::{Made, Refused, Taken},
};

use super::{
    super::{
        rows::{
            corrupt, millis,
            webhook::{NewSecretsRow, SecretsRow, WebhookDetailsRow, WebhookRow},
        },
        schema::{shop, webhooks},
        writer::Outcome,
    },
    Conn,
    keeping::Told,
};

/// The webhook of this number.
pub fn find(conn: &mut Conn, id: WebhookId) -> QueryResult<Option<Webhook>> {
    let row: Option<WebhookRow> =
        webhooks::table.find(id.get()).select(WebhookRow::as_select()).first(conn).optional()?;
    row.map(Webhook::try_from).transpose().map_err(corrupt)
}

/// Some of the webhooks after one, ascending.
pub fn page(conn: &mut Conn, after: Option<WebhookId>, limit: PageLimit) -> QueryResult<Vec<Webhook>> {
    let rows: Vec<WebhookRow> = webhooks::table
        .filter(webhooks::id.gt(after.map_or(0, WebhookId::get)))
        .order(webhooks::id)
        .limit(i64::try_from(limit.get()).unwrap_or(i64::MAX))
        .select(WebhookRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Webhook::try_from).collect::<Result<_, _>>().map_err(corrupt)
}

/// What a webhook signs with.
pub fn secrets(conn: &mut Conn, id: WebhookId) -> QueryResult<Option<SigningSecrets>> {
    let row: Option<SecretsRow> =
        webhooks::table.find(id.get()).select(SecretsRow::as_select()).first(conn).optional()?;
    row.map(SigningSecrets::try_from).transpose().map_err(corrupt)
}

/// The key of all sealed secrets, if there is any.
pub fn key(conn: &mut Conn) -> QueryResult<Option<KeyId>> {
    let kept: Option<Option<Vec<u8>>> = shop::table.select(shop::secrets_key).first(conn).optional()?;
    let restored = kept.flatten().map(|key| Sealed::restore(&key).map(|sealed| sealed.key()));
    restored.transpose().map_err(corrupt)
}

/// Stores a new webhook; what is to be said of it, or why it is not stored.
pub fn create(conn: &mut Conn, new: &NewWebhook, at: DateTime<Utc>) -> QueryResult<Result<Told, Outcome>> {
    let deleted = WebhookState::Disabled(DisabledFor::Deleted).stored();
    let living: i64 = webhooks::table.filter(webhooks::state.ne(deleted)).count().get_result(conn)?;
    if usize::try_from(living).is_ok_and(|living| living >= Webhook::MOST) {
        return Ok(Err(Outcome::Refused(Refused::Taken(Taken::Webhooks))));
    }
    if !is_sealed_with(conn, new.secret.key())? {
        return Ok(Err(Outcome::Refused(Refused::OtherKey)));
    }
    let last: Option<i64> =
        webhooks::table.order(webhooks::id.desc()).select(webhooks::id).first(conn).optional()?;
    let id = WebhookId::try_from(last.unwrap_or_default().saturating_add(1)).map_err(corrupt)?;
    let webhook = Webhook { id, details: new.details.clone(), created_at: at, version: Version::FIRST };
    let created = (
        webhooks::id.eq(id.get()),
        webhooks::secret.eq(new.secret.bytes()),
        webhooks::created_at.eq(millis(at)),
    );
    diesel::insert_into(webhooks::table).values((created, WebhookDetailsRow::of(&webhook))).execute(conn)?;
    let said = Webhook::said(&webhook.details);
    Ok(Ok(Told::of_webhook(webhook, EventType::WebhookCreated, said)))
}

/// Stores what has become of a webhook; what is to be said of it, or why it is not stored.
pub fn change(
    conn: &mut Conn,
    changed: &ChangedWebhook,
    at: DateTime<Utc>,
) -> QueryResult<Result<Told, Outcome>> {
    let webhook = changed.webhook();
    let row = webhooks::table.find(webhook.id.get()).filter(webhooks::version.eq(changed.seen().get()));
    let stored: Option<SecretsRow> = row.select(SecretsRow::as_select()).first(conn).optional()?;
    let Some(stored) = stored else { return Ok(Err(Outcome::Refused(Refused::Stale))) };
    let details = WebhookDetailsRow::of(webhook);
    let rows = match changed.secret() {
        Some(secret) if !is_sealed_with(conn, secret.key())? => {
            return Ok(Err(Outcome::Refused(Refused::OtherKey)));
        }
        Some(secret) => {
            let secrets = SigningSecrets::try_from(stored).map_err(corrupt)?.rotated(secret.clone(), at);
            diesel::update(row).set((details, NewSecretsRow::of(&secrets))).execute(conn)?
        }
        None => diesel::update(row).set(details).execute(conn)?,
    };
    if rows == 0 {
        return Ok(Err(Outcome::Refused(Refused::Stale)));
    }
    Ok(Ok(Told::of_webhook(webhook.clone(), changed.event(), changed.said().clone())))
}

/// Whether this is the key of all secrets, which it becomes if there is none yet.
fn is_sealed_with(conn: &mut Conn, wanted: KeyId) -> QueryResult<bool> {
    if let Some(known) = key(conn)? {
        return Ok(known == wanted);
    }
    diesel::update(shop::table.filter(shop::secrets_key.is_null()))
        .set(shop::secrets_key.eq(wanted.0.as_slice()))
        .execute(conn)?;
    Ok(key(conn)? == Some(wanted))
}

impl Told {
    fn of_webhook(webhook: Webhook, event_type: EventType, said: Facts) -> Self {
        let (subject, version) = (Subject::Webhook(webhook.id), webhook.version);
        Self { subject, version, event_type, said, made: Made::Webhook(webhook) }
    }
}
