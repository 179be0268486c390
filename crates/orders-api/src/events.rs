//! What happened, to read: an order's timeline, and the feed of all of it in four forms.

use std::time::Duration;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    web::Data,
};
use orders_domain::{EventId, OrderService, User, ports::EventPage};
use tokio::time::{Instant, timeout_at};

use crate::{
    http::{accept::Media, error::ApiError, headers, public_url::PublicPath, writing},
    server::{auth::CurrentUser, connections::Client, ending::Ending, ownership::Owned},
};

pub mod asyncapi;
pub mod body;
mod live;
mod query;
mod seat;
mod source;
mod stream;
mod tail;

use query::{EventsParams, FeedQuery, TimelineParams};
use seat::Seat;
pub use seat::Streams;
pub use source::{EventsSource, Region};
pub use tail::Tail;

type Answer = Result<HttpResponse, ApiError>;

/// Says that an answer was waited for.
pub const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Lists what happened to an order, ascending.
#[utoipa::path(
    get, path = "/orders/{id}/events", operation_id = "order_events", tag = "events", params(TimelineParams),
    responses((status = 200, description = "Events of the order", body = [body::EventBody], headers(
        ("Link" = String, description = "The next page, while there is more"),
    )))
)]
pub async fn timeline(
    service: Data<OrderService>,
    source: Data<EventsSource>,
    Owned(order): Owned,
    http: HttpRequest,
) -> Answer {
    let (after, limit) = query::timeline(http.query_string())?;
    let page = service.timeline(&order, after, limit).await?;
    let mut answer = writing::ok_json(StatusCode::OK, body::array(&source, &page.events, &[]));
    if let (true, Some(cursor)) = (page.more, page.cursor) {
        let (path, id) = (PublicPath::of(&http), order.order().id());
        let next = format!("<{path}/orders/{id}/events?after={cursor}&limit={}>; rel=\"next\"", limit.get());
        answer.headers_mut().insert(header::LINK, headers::value(next)?);
    }
    Ok(answer)
}

/// Lists what happened to all orders, ascending: a page, or with `Prefer: wait=20` what comes within so
/// many seconds; as ndjson all there is; as an event stream all there is and what comes.
#[utoipa::path(
    get, path = "/events", operation_id = "list_events", tag = "events", params(EventsParams),
    responses((status = 200, description = "Events", headers(
        ("Link" = String, description = "The next page, also when there is nothing yet"),
        ("Preference-Applied" = String, description = "That the answer was waited for"),
    ), content(
        ([body::EventBody] = "application/json"),
        (String = "application/x-ndjson"),
        (String = "text/event-stream"),
    )))
)]
pub async fn list(
    service: Data<OrderService>,
    source: Data<EventsSource>,
    CurrentUser { user, .. }: CurrentUser,
    http: HttpRequest,
) -> Answer {
    let query = query::feed(http.query_string())?;
    let media = http.extensions().get().copied().unwrap_or(Media::Json);
    if http.method() == Method::HEAD && media != Media::Json {
        return Ok(stream::head(media).finish());
    }
    match media {
        // CSV is not offered of events.
        Media::Json | Media::Csv => page(&service, &source, user, query, &http).await,
        Media::NdJson => {
            let seat = Seat::take(&http)?;
            Ok(stream::lines(service.into_inner(), source, user, query, seat).await?)
        }
        Media::EventStream => {
            let query = query.resumed(http.headers())?;
            Ok(live::Live::new(service.into_inner(), source, user, &http, query)?.answer().await?)
        }
    }
}

async fn page(
    service: &OrderService,
    source: &EventsSource,
    user: User,
    query: FeedQuery,
    http: &HttpRequest,
) -> Answer {
    let wait = query::wait(http.headers());
    let ending = http.app_data::<Ending>().cloned().unwrap_or_default();
    let until = Instant::now() + wait.unwrap_or_default();
    let client = Client::of(http);
    let page = tokio::select! {
        page = first_page(service, user, &query, until, &ending) => page?,
        // Nobody takes the answer.
        () = client.leaves(), if wait.is_some() => EventPage::empty(query.after),
    };
    let orders = query.orders_of(service, &page.events).await?;
    let mut answer = writing::ok_json(StatusCode::OK, body::array(source, &page.events, &orders));
    let next = query.next_link(PublicPath::of(http), page.cursor);
    answer.headers_mut().insert(header::LINK, headers::value(next)?);
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static(stream::VARY));
    if let Some(wait) = wait {
        let applied = format!("wait={}", wait.as_secs());
        answer.headers_mut().insert(PREFERENCE_APPLIED, headers::value(applied)?);
    }
    Ok(answer)
}

/// The first page with something on it, or whichever there is when it is waited for no longer.
async fn first_page(
    service: &OrderService,
    user: User,
    query: &FeedQuery,
    until: Instant,
    ending: &Ending,
) -> Result<EventPage, ApiError> {
    let mut after: Option<EventId> = query.after;
    loop {
        let page = service.events(user, query.filter.clone(), after, query.limit).await?;
        if !page.events.is_empty() {
            return Ok(page);
        }
        let is_late = until.saturating_duration_since(Instant::now()) == Duration::ZERO;
        if is_late || ending.is_near() {
            return Ok(page);
        }
        after = page.cursor;
        if page.more {
            continue;
        }
        tokio::select! {
            () = ending.nears() => {}
            _ = timeout_at(until, service.news(after)) => {}
        }
    }
}
