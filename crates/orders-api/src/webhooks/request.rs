//! Webhooks as they are sent: a new one, what is to change, what is to be sent once more.

use std::str::FromStr;

use orders_domain::{
    EventId, InvalidInput, Quoted, WebhookChange, WebhookError, WebhookService,
    delivery::{TypePatterns, WebhookUrl},
};
use utoipa::ToSchema;

use crate::http::{
    error::ApiError,
    faults::Faults,
    json::Json,
    members::{Member, array, flag, nullable, some_members, text},
};

/// A webhook to add.
#[derive(Debug, ToSchema)]
#[schema(as = CreateWebhook, example = json!({"url": "https://hooks.example/orders", "types": ["order.*"]}))]
#[expect(dead_code, reason = "the schema of what `new` reads")]
pub struct CreateWebhookBody {
    /// Where events go: https, on a port that the server allows, to an address that is not an inner one.
    #[schema(max_length = 2000, example = "https://hooks.example/orders")]
    url: String,
    /// Which events: types, or with a star all of a kind.
    #[schema(min_items = 1, max_items = 64)]
    types: Vec<String>,
    /// `false` to begin paused: events wait until it is active. `true` unless it is said.
    #[schema(required = false, nullable = false)]
    active: Option<bool>,
}

/// What is to change of a webhook.
#[derive(Debug, ToSchema)]
#[schema(as = ChangeWebhook, example = json!({"active": true, "from": "now"}))]
#[expect(dead_code, reason = "the schema of what `patch` reads")]
pub struct ChangeWebhookBody {
    /// Where events go.
    #[schema(required = false, nullable = false, max_length = 2000)]
    url: Option<String>,
    /// Which events.
    #[schema(required = false, nullable = false, min_items = 1, max_items = 64)]
    types: Option<Vec<String>>,
    /// `false` has events wait, `true` sends them, also to one that was disabled for what it answered.
    #[schema(required = false, nullable = false)]
    active: Option<bool>,
    /// `now`, with `active` `true`: what was not sent until now is left out.
    #[schema(required = false, nullable = false, pattern = "^now$")]
    from: Option<String>,
}

/// Which events to send once more.
#[derive(Debug, ToSchema)]
#[schema(as = Replay, example = json!({"after": "1000", "until": "1042"}))]
#[expect(dead_code, reason = "the schema of what `replay` reads")]
pub struct ReplayBody {
    /// After which event, by its id; `0` is from the first one.
    #[schema(pattern = "^(0|[1-9][0-9]{0,18})$")]
    after: String,
    /// The last one; all that were sent unless it is said.
    #[schema(required = false, nullable = false, pattern = "^[1-9][0-9]{0,18}$")]
    until: Option<String>,
}

type At = &'static str;

fn url(
    service: &WebhookService,
    member: Member<'_, At>,
    faults: &mut Faults,
) -> Result<Option<WebhookUrl>, ApiError> {
    let mut refused = None;
    let admit = |url: &str| {
        service.admit(url).map_err(|error| match error {
            WebhookError::Invalid(reason) => reason,
            other => {
                refused = Some(other);
                InvalidInput::new("url", "cannot be judged here")
            }
        })
    };
    let url = text(member, admit, faults);
    refused.map_or(Ok(url), |error| Err(error.into()))
}

fn types(member: Member<'_, At>, faults: &mut Faults) -> Option<TypePatterns> {
    if !member.is_sent() {
        return None;
    }
    let items = array(member, faults)?;
    if items.is_empty() || items.len() > TypePatterns::MOST {
        faults.invalid("/types", TypePatterns::refused_count(items.len()));
        return None;
    }
    let before = faults.count();
    let mut words = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        match item {
            Json::Text(word) => match TypePatterns::types_of(&word) {
                Ok(_) => words.push(word),
                Err(reason) => faults.invalid(format_args!("/types/{index}"), reason),
            },
            other => {
                faults.malformed(
                    format_args!("/types/{index}"),
                    format_args!("{} is not a string", other.kind()),
                );
            }
        }
    }
    if faults.count() > before {
        return None;
    }
    TypePatterns::parse(words.iter().map(AsRef::as_ref))
        .map_err(|reason| faults.invalid("/types", reason))
        .ok()
}

/// The webhook to add.
///
/// # Errors
///
/// 400 or 422 with all faults; 409 where nothing is sent to webhooks.
pub fn new(
    service: &WebhookService,
    (body, mut faults): (Json<'_>, Faults),
) -> Result<(WebhookUrl, TypePatterns, bool), ApiError> {
    let sent = some_members(body, "", ["url", "types"], ["active"], &mut faults);
    let parts = match sent {
        None => None,
        Some(([address, patterns], [active])) => {
            let address = url(service, address, &mut faults)?;
            Some((address, types(patterns, &mut faults), flag(active, &mut faults)))
        }
    };
    faults.into_result()?;
    match parts {
        Some((Some(url), Some(types), active)) => Ok((url, types, active.unwrap_or(true))),
        _ => Err(ApiError::Internal(None)),
    }
}

/// What is to change.
///
/// # Errors
///
/// As [`new`].
pub fn patch(
    service: &WebhookService,
    (body, mut faults): (Json<'_>, Faults),
) -> Result<WebhookChange, ApiError> {
    let sent = some_members(body, "", [], ["url", "types", "active", "from"], &mut faults);
    let change = match sent {
        None => None,
        Some(([], [address, patterns, active, from])) => {
            let skips = from.is_sent();
            text(from, now, &mut faults);
            let url = url(service, address, &mut faults)?;
            let (types, active) = (types(patterns, &mut faults), flag(active, &mut faults));
            if skips && active != Some(true) {
                faults.invalid("/active", "from is there, and active is not true");
            }
            Some(WebhookChange { url, types, active, skip: skips })
        }
    };
    faults.into_result()?;
    change.ok_or(ApiError::Internal(None))
}

fn now(word: &str) -> Result<(), InvalidInput> {
    if word == "now" {
        Ok(())
    } else {
        Err(InvalidInput::new("from", format!("{} is not now", Quoted(word))))
    }
}

/// Which events to send once more.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn replay(
    (body, mut faults): (Json<'_>, Faults),
) -> Result<(Option<EventId>, Option<EventId>), ApiError> {
    let sent = some_members(body, "", ["after"], ["until"], &mut faults);
    let range = sent.map(|([after], [until])| {
        let beginning = |id: &str| if id == "0" { Ok(None) } else { EventId::from_str(id).map(Some) };
        let after = text(after, beginning, &mut faults).flatten();
        (after, nullable(until, |until| text(until, EventId::from_str, &mut faults)).or(None))
    });
    if let Some((Some(after), Some(until))) = range
        && until <= after
    {
        faults.invalid("/until", format_args!("until {until} is not after {after}"));
    }
    faults.into_result()?;
    range.ok_or(ApiError::Internal(None))
}
