//! Webhooks: who is told what happens, and what was sent to them.

use actix_web::HttpResponse;
use askama::Template;
use orders_domain::{
    PageLimit, User, Webhook, WebhookId,
    delivery::webhook::{DisabledFor, WebhookState},
};

use crate::{
    http::{
        failure::Failure,
        frame::{Frame, html},
        visit::Visit,
    },
    words::{Badge, Moment},
};

pub mod one;

struct Row {
    id: WebhookId,
    origin: String,
    types: String,
    badge: Badge,
    created: Moment,
}

#[derive(Template)]
#[template(path = "webhooks.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
}

/// Whether events are sent to it, in words.
fn badge(state: WebhookState) -> Badge {
    let (word, class) = match state {
        WebhookState::Active => ("Active", "good"),
        WebhookState::Paused => ("Paused", "busy"),
        WebhookState::Disabled(DisabledFor::Deleted) => ("Deleted", "gone"),
        WebhookState::Disabled(DisabledFor::Gone) => ("Receiver is gone", "bad"),
        WebhookState::Disabled(DisabledFor::Failing) => ("Failing for days", "bad"),
    };
    Badge { word, class }
}

/// Which events it gets.
fn types(webhook: &Webhook) -> String {
    webhook.details.types.iter().collect::<Vec<_>>().join(", ")
}

/// The list: there are no more than [`Webhook::MOST`].
pub async fn list(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    let (webhooks, _) = visit.desk.webhooks.list(user, None, PageLimit::MAX).await?;
    let rows = webhooks.iter().map(|webhook| Row {
        id: webhook.id,
        origin: webhook.details.url.origin().to_owned(),
        types: types(webhook),
        badge: badge(webhook.details.state),
        created: webhook.created_at.into(),
    });
    let rows = rows.collect();
    html(200, &Page { frame: Frame::new(&visit, Some(user), "/webhooks", "Webhooks"), rows })
}
