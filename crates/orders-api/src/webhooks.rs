//! The routes of webhooks and of the log of what was sent, one handler each.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use orders_domain::{Done, EventId, User, Webhook, WebhookService, WithSecret};

use crate::{
    events::EventsSource,
    http::{
        error::ApiError, etag, headers, idempotency::KeyHeader, parameters, public_url::PublicPath, writing,
    },
    server::{
        asking::{self, Answered, Asking, DryRunParam},
        auth::CurrentUser,
        ownership::{segment, segment_id},
        payload::UnreadBody,
    },
};

pub mod body;
mod message;
mod query;
mod request;

use body::{DeliveryBody, TestBody, WebhookBody};
use query::{DeliveriesParams, Log, LogParams, PageParams};
use request::{ChangeWebhookBody, CreateWebhookBody, ReplayBody};

type Answer = Result<HttpResponse, ApiError>;

/// Lists webhooks, ascending by id.
#[utoipa::path(
    get, path = "/webhooks", operation_id = "list_webhooks", tag = "webhooks", params(PageParams),
    responses((status = 200, description = "A page of webhooks", body = [WebhookBody], headers(
        ("Link" = String, description = "The next page, while there is more"),
    )))
)]
pub async fn list(
    service: Data<WebhookService>,
    CurrentUser { user, .. }: CurrentUser,
    http: HttpRequest,
) -> Answer {
    let (after, limit) = parameters::page(http.query_string())?;
    let (webhooks, more) = service.list(user, after, limit).await?;
    let bodies: Vec<_> = webhooks.iter().map(|webhook| WebhookBody::of(webhook, None)).collect();
    let mut answer = writing::json(StatusCode::OK, &bodies)?;
    if let (true, Some(last)) = (more, webhooks.last()) {
        let (path, last) = (PublicPath::of(&http), last.id);
        let next = format!("<{path}/webhooks?after={last}&limit={}>; rel=\"next\"", limit.get());
        answer.headers_mut().insert(header::LINK, headers::value(next)?);
    }
    Ok(answer)
}

/// Shows a webhook.
#[utoipa::path(
    get, path = "/webhooks/{id}", operation_id = "show_webhook", tag = "webhooks",
    responses((status = 200, description = "The webhook", body = WebhookBody,
        headers(("ETag" = String, description = "The tag of this version"))))
)]
pub async fn show(
    service: Data<WebhookService>,
    CurrentUser { user, .. }: CurrentUser,
    http: HttpRequest,
) -> Answer {
    shown(StatusCode::OK, &service.find(user, segment_id(&http)?).await?, None)
}

/// Adds a webhook, to which events are sent from the next one on. What they are signed with is shown here, once.
#[utoipa::path(
    post, path = "/webhooks", operation_id = "create_webhook", tag = "webhooks",
    params(KeyHeader, DryRunParam), request_body = CreateWebhookBody,
    responses((status = 201, description = "The webhook", body = WebhookBody, headers(
        ("Location" = String, description = "`/webhooks/{id}`"),
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn create(
    service: Data<WebhookService>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let mut shown_once = None;
    let create = async |user, webhook, request| {
        let WithSecret { done, secret } = service.create(user, webhook, request).await?;
        shown_once = secret;
        Ok::<_, ApiError>(done)
    };
    let answered = asking::keep(&service, asking, body, |body| request::new(&service, body), create).await?;
    let mut answer = answer(StatusCode::CREATED, &answered, shown_once)?;
    let path = format!("{}/webhooks/{}", PublicPath::of(&http), answered.done.made().id);
    answer.headers_mut().insert(header::LOCATION, headers::value(path)?);
    Ok(answer)
}

/// Changes a webhook: the members that are sent.
#[utoipa::path(
    patch, path = "/webhooks/{id}", operation_id = "change_webhook", tag = "webhooks",
    params(KeyHeader, DryRunParam), request_body = ChangeWebhookBody,
    responses((status = 200, description = "The webhook", body = WebhookBody, headers(
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn change(
    service: Data<WebhookService>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let (id, expected) = (segment_id(&http)?, etag::if_match(http.headers())?);
    let change = async |user, change, request| service.change(user, (id, &expected), &change, request).await;
    let answered =
        asking::keep(&service, asking, body, |body| request::patch(&service, body), change).await?;
    answer(StatusCode::OK, &answered, None)
}

/// Disables a webhook for good. What was sent to it stays in its log.
#[utoipa::path(
    delete, path = "/webhooks/{id}", operation_id = "disable_webhook", tag = "webhooks",
    responses((status = 204, description = "Nothing is sent to it any more"))
)]
pub async fn disable(service: Data<WebhookService>, asking: Asking, http: HttpRequest) -> Answer {
    let (id, expected) = (segment_id(&http)?, etag::if_match(http.headers())?);
    let (user, request) = (asking.user, asking.with_body(&[]));
    let rehearsal = request.rehearsal;
    let done = service.disable(user, (id, &expected), request).await?;
    Ok(Answered::of(done, rehearsal).mark(HttpResponse::NoContent().finish()))
}

/// Gives a webhook another secret, which is shown here, once. For 24 hours what it had signs too.
#[utoipa::path(
    post, path = "/webhooks/{id}/secret", operation_id = "rotate_webhook_secret", tag = "webhooks",
    params(KeyHeader, DryRunParam),
    responses((status = 200, description = "The webhook", body = WebhookBody, headers(
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn rotate(
    service: Data<WebhookService>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let (id, expected) = (segment_id(&http)?, etag::if_match(http.headers())?);
    let bytes = body.any_bytes().await?;
    let (user, request) = (asking.user, asking.with_body(&bytes));
    let rehearsal = request.rehearsal;
    let WithSecret { done, secret } = service.rotate(user, (id, &expected), request).await?;
    answer(StatusCode::OK, &Answered::of(done, rehearsal), secret)
}

/// Sends a message of the type `webhook.test` to a webhook now, once, and says what was answered. It is no event: its
/// id is of its own, and nobody else sees it.
#[utoipa::path(
    post, path = "/webhooks/{id}/test", operation_id = "test_webhook", tag = "webhooks", params(DryRunParam),
    responses((status = 200, description = "What came of it", body = TestBody, headers(
        ("Orders-Dry-Run" = String, description = "`true` if nothing was sent"),
    )))
)]
pub async fn test(
    service: Data<WebhookService>,
    source: Data<EventsSource>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let id = segment_id(&http)?;
    let bytes = body.any_bytes().await?;
    let (user, request) = (asking.user, asking.with_body(&bytes));
    let message = |webhook: &Webhook, at| message::test(&source, webhook.id, at, request.origin.trace);
    let attempt = service.test(user, id, message, request.rehearsal).await?;
    let mut answer = writing::json(StatusCode::OK, &TestBody::of(attempt.as_ref()))?;
    asking::mark(&mut answer, &Done::Now(()), request.rehearsal);
    Ok(answer)
}

/// Lists what was sent to a webhook, ascending by event.
#[utoipa::path(
    get, path = "/webhooks/{id}/deliveries", operation_id = "list_webhook_deliveries", tag = "webhooks",
    params(LogParams),
    responses((status = 200, description = "A page of the log", body = [DeliveryBody], headers(
        ("Link" = String, description = "The next page, while there is more"),
    )))
)]
pub async fn deliveries(
    service: Data<WebhookService>,
    CurrentUser { user, .. }: CurrentUser,
    http: HttpRequest,
) -> Answer {
    logged(&service, user, &http, Log::Of(segment_id(&http)?)).await
}

/// Lists what was sent by mail and to webhooks, ascending by event. No address is in it.
#[utoipa::path(
    get, path = "/deliveries", operation_id = "list_deliveries", tag = "webhooks", params(DeliveriesParams),
    responses((status = 200, description = "A page of the log", body = [DeliveryBody], headers(
        ("Link" = String, description = "The next page, while there is more"),
    )))
)]
pub async fn log(
    service: Data<WebhookService>,
    CurrentUser { user, .. }: CurrentUser,
    http: HttpRequest,
) -> Answer {
    logged(&service, user, &http, Log::All).await
}

/// Sends an event to a webhook once more, whatever became of it.
#[utoipa::path(
    post, path = "/webhooks/{id}/deliveries/{event}/retry", operation_id = "retry_delivery", tag = "webhooks",
    params(KeyHeader, DryRunParam),
    responses((status = 202, description = "It will be sent", body = WebhookBody, headers(
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn retry(
    service: Data<WebhookService>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let (id, event) = (segment_id(&http)?, segment::<EventId>(&http, 4)?);
    let bytes = body.any_bytes().await?;
    let (user, request) = (asking.user, asking.with_body(&bytes));
    let rehearsal = request.rehearsal;
    let done = service.retry(user, id, event, request).await?;
    answer(StatusCode::ACCEPTED, &Answered::of(done, rehearsal), None)
}

/// Sends events to a webhook once more: those after one, up to another one or to all that were sent.
#[utoipa::path(
    post, path = "/webhooks/{id}/replay", operation_id = "replay_events", tag = "webhooks",
    params(KeyHeader, DryRunParam), request_body = ReplayBody,
    responses((status = 202, description = "They will be sent", body = WebhookBody, headers(
        ("ETag" = String, description = "The tag of this version"),
        ("Idempotency-Replayed" = String, description = "`true` if an earlier request did it"),
        ("Orders-Dry-Run" = String, description = "`true` if nothing was done"),
    )))
)]
pub async fn replay(
    service: Data<WebhookService>,
    asking: Asking,
    http: HttpRequest,
    body: UnreadBody,
) -> Answer {
    let id = segment_id(&http)?;
    let replay = async |user, range, request| service.replay(user, id, range, request).await;
    let answered = asking::keep(&service, asking, body, request::replay, replay).await?;
    answer(StatusCode::ACCEPTED, &answered, None)
}

fn shown(status: StatusCode, webhook: &Webhook, secret: Option<String>) -> Answer {
    writing::tagged(status, &WebhookBody::of(webhook, secret), etag::of(webhook.version))
}

/// The webhook that something was done with.
fn answer(status: StatusCode, answered: &Answered<Webhook>, secret: Option<String>) -> Answer {
    Ok(answered.mark(shown(status, answered.done.made(), secret)?))
}

async fn logged(service: &WebhookService, user: User, http: &HttpRequest, log: Log) -> Answer {
    let query = log.read(http.query_string())?;
    let page = service.log(user, query.clone()).await?;
    let bodies: Vec<_> = page.deliveries.iter().map(DeliveryBody::from).collect();
    let mut answer = writing::json(StatusCode::OK, &bodies)?;
    if let (true, Some(last)) = (page.more, page.deliveries.last()) {
        let link = log.next_link(PublicPath::of(http), &query, last);
        answer.headers_mut().insert(header::LINK, headers::value(link)?);
    }
    Ok(answer)
}
