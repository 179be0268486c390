//! To whom something is sent, as far as it is built in.

use std::sync::Arc;

use anyhow::{Result, ensure};
use orders_adapters::DatabaseUrl;
use orders_domain::{
    delivery::KeyId,
    ports::{Mailer, Queue, WebhookSender},
};

use crate::config::{BadSetting, DeliverySettings};

/// What sends to webhooks: with the key that is given, or with that beside a database that is a file. Without either
/// nothing is sent, and if secrets are sealed already, nothing is served.
///
/// # Errors
///
/// [`BadSetting`] when the key is none, or not that of the secrets that are there.
#[cfg(feature = "webhooks")]
pub fn sender(
    settings: &DeliverySettings,
    database: &DatabaseUrl,
    sealed_with: Option<KeyId>,
) -> Result<Option<Arc<dyn WebhookSender>>> {
    use std::num::NonZeroU16;

    use orders_adapters::outbound::{address::Destinations, vault::Vault, webhook::HttpWebhooks};

    let vault = match (&settings.secrets_key, database, sealed_with) {
        (Some(key), ..) => {
            Some(Vault::from_base64(key).map_err(|error| BadSetting(format!("--secrets-key: {error}")))?)
        }
        (None, DatabaseUrl::Sqlite(path), None) => Some(Vault::beside(path)?),
        (None, DatabaseUrl::Sqlite(path), Some(_)) => Vault::found_beside(path)?,
        #[cfg(feature = "postgres")]
        (None, DatabaseUrl::Postgres(_), _) => None,
    };
    let Some(vault) = vault else {
        if sealed_with.is_some() {
            return Err(without_key(database).into());
        }
        tracing::warn!("without SECRETS_KEY this server sends to no webhook");
        return Ok(None);
    };
    if sealed_with.is_some_and(|sealed_with| sealed_with != vault.id()) {
        let reason =
            "the secrets of the webhooks in this database were sealed with another key: give that one";
        return Err(BadSetting(format!("--secrets-key (SECRETS_KEY): {reason}")).into());
    }
    let destinations = Destinations {
        allow_http: settings.webhooks_allow_http,
        ports: settings.webhooks_ports.0.iter().copied().map(NonZeroU16::get).collect(),
        allow_nets: settings.webhooks_allow_nets.0.clone(),
    };
    Ok(Some(Arc::new(HttpWebhooks::new(vault, destinations)?)))
}

/// What is said when there are secrets and no key.
fn without_key(database: &DatabaseUrl) -> BadSetting {
    let lost =
        "the webhooks in this database have secrets, and the key with which they were sealed is not there";
    match database {
        DatabaseUrl::Sqlite(path) => BadSetting(format!(
            "--secrets-key (SECRETS_KEY): {lost}: give it, or bring {}.secrets-key back",
            path.display()
        )),
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(_) => BadSetting(format!("--secrets-key (SECRETS_KEY): {lost}: give it")),
    }
}

/// Nothing is sent to webhooks by a program that was built without them.
///
/// # Errors
///
/// [`BadSetting`] when a key is given, or webhooks are there.
#[cfg(not(feature = "webhooks"))]
pub fn sender(
    settings: &DeliverySettings,
    database: &DatabaseUrl,
    sealed_with: Option<KeyId>,
) -> Result<Option<Arc<dyn WebhookSender>>> {
    let asked = settings.secrets_key.is_some() || settings.webhooks_allow_http;
    ensure!(!asked, BadSetting::not_built("--secrets-key (SECRETS_KEY)", "webhooks"));
    match sealed_with {
        None => Ok(None),
        Some(_) => Err(without_key(database).into()),
    }
}

/// What writes to customers.
///
/// # Errors
///
/// [`BadSetting`] when the server, the sender or a template cannot be used.
#[cfg(feature = "smtp")]
pub fn mailer(settings: &DeliverySettings, may_print: bool) -> Result<Option<Arc<dyn Mailer>>> {
    use orders_adapters::{
        SystemClock,
        outbound::mail::{Letters, PrintMailer, SmtpMailer, Templates},
    };

    let prints = settings.mail.is_some();
    if !prints && settings.smtp_url.is_none() {
        let without =
            |flag: &str| BadSetting(format!("{flag} goes with --smtp-url (SMTP_URL) or --mail (MAIL)"));
        ensure!(settings.mail_from.is_none(), without("--mail-from (MAIL_FROM)"));
        ensure!(settings.mail_templates.is_none(), without("--mail-templates (MAIL_TEMPLATES)"));
        return Ok(None);
    }
    let both = "--mail print (MAIL) and --smtp-url (SMTP_URL) exclude each other";
    ensure!(!(prints && settings.smtp_url.is_some()), BadSetting(both.to_owned()));
    let bad = |flag: &'static str| move |error: String| BadSetting(format!("{flag}: {error}"));
    let templates = match &settings.mail_templates {
        Some(folder) => Templates::from_folder(folder),
        None => Templates::compiled_in(),
    };
    let templates = templates
        .map_err(|error| orders_domain::failure::with_causes(&error))
        .map_err(bad("--mail-templates (MAIL_TEMPLATES)"))?;
    let from = match &settings.mail_from {
        Some(from) => from,
        None if prints => "shop@localhost",
        None => {
            return Err(
                BadSetting("--mail-from (MAIL_FROM) is missing: from whom mail comes".to_owned()).into()
            );
        }
    };
    let letters = Letters::new(from, templates, Arc::new(SystemClock));
    let letters = letters.map_err(|error| error.to_string()).map_err(bad("--mail-from"))?;
    if prints {
        let reason = "--mail print (MAIL) is for header mode on loopback only: what it prints is personal";
        ensure!(may_print, BadSetting(reason.to_owned()));
        return Ok(Some(Arc::new(PrintMailer::stdout(letters))));
    }
    let url = settings.smtp_url.as_deref().unwrap_or_default();
    let mailer = SmtpMailer::new(url, letters);
    Ok(Some(Arc::new(mailer.map_err(|error| error.to_string()).map_err(bad("--smtp-url"))?)))
}

/// Nothing is written to customers by a program that was built without mail.
///
/// # Errors
///
/// [`BadSetting`] when it is asked for.
#[cfg(not(feature = "smtp"))]
pub fn mailer(settings: &DeliverySettings, _: bool) -> Result<Option<Arc<dyn Mailer>>> {
    let asked = settings.smtp_url.is_some() || settings.mail.is_some();
    ensure!(!asked, BadSetting::not_built("--smtp-url (SMTP_URL)", "smtp"));
    Ok(None)
}

/// The queue into which events go.
///
/// # Errors
///
/// [`BadSetting`] when it cannot be used.
#[cfg(feature = "sqs")]
pub async fn queue(settings: &DeliverySettings) -> Result<Option<Arc<dyn Queue>>> {
    let Some(url) = &settings.queue_url else { return Ok(None) };
    let queue = orders_adapters::outbound::queue::SqsQueue::connect(url).await;
    let queue = queue.map_err(|error| BadSetting(format!("--queue-url (QUEUE_URL): {error}")))?;
    Ok(Some(Arc::new(queue)))
}

/// No queue is known to a program that was built without one.
///
/// # Errors
///
/// [`BadSetting`] when one is asked for.
#[cfg(not(feature = "sqs"))]
#[expect(clippy::unused_async, reason = "where there is one, it takes a while")]
pub async fn queue(settings: &DeliverySettings) -> Result<Option<Arc<dyn Queue>>> {
    ensure!(settings.queue_url.is_none(), BadSetting::not_built("--queue-url (QUEUE_URL)", "sqs"));
    Ok(None)
}
