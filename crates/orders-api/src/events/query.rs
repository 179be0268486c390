//! What is asked for in the query and the headers of the feed.

use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName};
use orders_domain::{
    Event, EventId, InvalidInput, MarketplaceCode, Order, OrderError, OrderService, Quoted, Subject,
    delivery::TypePatterns,
    ports::{EventFilter, EventLimit},
};
use utoipa::IntoParams;

use crate::http::{
    error::ApiError,
    faults::Faults,
    parameters::{self, spelled},
};

/// Where a client that comes again says what it has seen.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// The longest that a client is made to wait.
const MAX_WAIT: Duration = Duration::from_mins(1);

/// The query parameters of a timeline, for the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `timeline` reads")]
pub struct TimelineParams {
    /// How many events at most.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<i64>,
    /// Only events after this id: the last one that was seen; 0 is the beginning.
    #[param(minimum = 0)]
    after: Option<i64>,
}

/// The query parameters of the feed, for the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `feed` reads")]
pub struct EventsParams {
    /// How many events at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// Only events after this id: the last one that was seen; 0 is the beginning.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Only events of this type, or with `order.*` of orders, `stock.*` of stock and so on.
    #[param(rename = "type", example = "order.*")]
    kind: Option<String>,
    /// Only events of this order, product, level of stock, place, webhook, marketplace, listing or text.
    #[param(
        example = "orders/7",
        pattern = "^((orders|products|webhooks)/[1-9][0-9]{0,18}|(stock/[1-9][0-9]{0,18}|locations)/[A-Za-z0-9][A-Za-z0-9_-]{0,31}|(listings/[1-9][0-9]{0,18}|marketplaces)/[a-z0-9-]{2,16}|texts/[1-9][0-9]{0,18}/(-|[a-z0-9-]{2,16})/[A-Za-z0-9-]{2,35})$"
    )]
    subject: Option<String>,
    /// Only events in this marketplace: of orders placed there, of itself, and of its listings and texts.
    #[param(example = "de", pattern = "^[a-z0-9-]{2,16}$")]
    marketplace: Option<String>,
    /// `order`: each with the order at its version.
    #[param(pattern = "^order$")]
    include: Option<String>,
}

/// What somebody wants of the feed.
#[derive(Debug, Clone)]
pub struct FeedQuery {
    pub filter: EventFilter,
    pub after: Option<EventId>,
    pub limit: EventLimit,
    pub with_orders: bool,
    /// The type as it was asked for.
    pub kind: Option<String>,
}

/// Reads the query of a timeline.
///
/// # Errors
///
/// 400 for parameters that do not parse or are repeated, 422 for unknown ones and values out of range.
pub fn timeline(query: &str) -> Result<(Option<EventId>, EventLimit), ApiError> {
    let (after, limit) = parameters::page(query)?;
    let limit = i64::try_from(limit.get()).unwrap_or(i64::MAX);
    Ok((after, EventLimit::try_from(limit)?))
}

/// Reads the query of the feed.
///
/// # Errors
///
/// 400 for parameters that do not parse or are repeated, 422 for unknown ones, unknown types and values
/// out of range.
pub fn feed(query: &str) -> Result<FeedQuery, ApiError> {
    let mut faults = Faults::default();
    let mut wanted = FeedQuery {
        filter: EventFilter::default(),
        after: None,
        limit: EventLimit::DEFAULT,
        with_orders: false,
        kind: None,
    };
    parameters::each(query, &mut faults, |name, value, pointer, faults| match name {
        "limit" => {
            let parsed = parameters::limit(value, pointer, |value| EventLimit::refused(value), faults);
            wanted.limit = parsed.unwrap_or(wanted.limit);
        }
        "after" => wanted.after = parameters::after(value, pointer, faults),
        "type" => match TypePatterns::types_of(value) {
            Ok(types) => {
                wanted.filter.types = types;
                wanted.kind = Some(value.to_owned());
            }
            Err(reason) => faults.invalid(pointer, reason),
        },
        "subject" => wanted.filter.subject = spelled(Subject::parse(value), pointer, faults),
        "marketplace" => match value.parse::<MarketplaceCode>() {
            Ok(code) => wanted.filter.marketplace = Some(code),
            Err(reason) => faults.invalid(pointer, reason),
        },
        "include" if value == "order" => wanted.with_orders = true,
        "include" => faults.invalid(pointer, format_args!("include {} is not order", Quoted(value))),
        _ => parameters::unknown(name, faults),
    });
    faults.into_result().map(|()| wanted)
}

impl FeedQuery {
    /// The same from where a client has come to that comes again: its header wins, since a browser
    /// keeps to the address that it had at first.
    ///
    /// # Errors
    ///
    /// 400 for a header that is no id.
    pub fn resumed(self, headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut values = headers.get_all(LAST_EVENT_ID);
        let sent = match (values.next(), values.next()) {
            (None, _) => return Ok(self),
            (Some(sent), None) => String::from_utf8_lossy(sent.as_bytes()),
            (Some(_), Some(_)) => return Err(ApiError::malformed("the header Last-Event-ID is repeated")),
        };
        let named = |reason: InvalidInput| ApiError::malformed(format!("the header Last-Event-ID: {reason}"));
        let after = if sent == "0" { None } else { Some(sent.parse().map_err(named)?) };
        Ok(Self { after, ..self })
    }

    /// Each event's order at the event's version, if they are wanted.
    ///
    /// # Errors
    ///
    /// As [`OrderService::orders_of`].
    pub async fn orders_of(
        &self,
        service: &OrderService,
        events: &[Event],
    ) -> Result<Vec<Option<Order>>, OrderError> {
        if self.with_orders { service.orders_of(events).await } else { Ok(Vec::new()) }
    }

    /// The `Link` to what comes after a cursor, of a server below this path.
    pub fn next_link(&self, public_path: &str, cursor: Option<EventId>) -> String {
        let pages = format!("{public_path}/events?");
        let start = pages.len();
        let mut next = form_urlencoded::Serializer::for_suffix(pages, start);
        next.append_pair("after", &cursor.or(self.after).map_or(0, EventId::get).to_string());
        next.append_pair("limit", &self.limit.get().to_string());
        if let Some(kind) = &self.kind {
            next.append_pair("type", kind);
        }
        if let Some(subject) = &self.filter.subject {
            next.append_pair("subject", &subject.to_string());
        }
        if let Some(code) = &self.filter.marketplace {
            next.append_pair("marketplace", code.as_str());
        }
        if self.with_orders {
            next.append_pair("include", "order");
        }
        format!("<{}>; rel=\"next\"", next.finish())
    }
}

/// How long a client would rather wait than get nothing (RFC 7240, section 4.3), at most a minute. What
/// is no number of seconds is no preference.
pub fn wait(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(PREFER).filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split([',', ';']));
    let seconds = preferences.find_map(|preference| {
        let (name, value) = preference.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        // Too many for the type are too many.
        (name.trim().eq_ignore_ascii_case("wait") && is_number).then(|| value.parse().unwrap_or(u64::MAX))
    })?;
    Some(Duration::from_secs(seconds).min(MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn a_wait_is_whole_seconds_up_to_a_minute_and_nothing_else() {
        let waits = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(PREFER, HeaderValue::from_static(value));
            wait(&headers).map(|wait| wait.as_secs())
        };
        for (value, seconds) in [
            ("wait=20", 20),
            ("WAIT = 5", 5),
            ("wait=99999999999999999999999", 60),
            ("respond-async, wait=10", 10),
            ("wait=\"7\"", 7),
            ("wait=3600", 60),
            ("wait=0", 0),
        ] {
            assert_eq!(waits(value), Some(seconds), "{value}");
        }
        for value in ["", "wait", "wait=", "wait=-1", "wait=1.5", "wait=soon", "waiting=3"] {
            assert_eq!(waits(value), None, "{value}");
        }
    }

    #[test]
    fn every_fault_of_a_query_is_named_at_once() {
        let refused = |query| match feed(query).unwrap_err() {
            ApiError::Malformed { faults, .. } => (400, faults.len()),
            ApiError::Invalid { faults, .. } => (422, faults.len()),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused("type=order.lost&limit=0&include=user&marketplace=DE&colour=red"), (422, 5));
        assert_eq!(refused("subject=order/7"), (400, 1));
        assert_eq!(refused("subject=orders/07&after=x&limit=many&after=1"), (400, 4));
    }

    #[test]
    fn the_link_keeps_everything_but_the_cursor() {
        let query =
            feed("after=3&limit=7&type=order.shipped&subject=orders/9&marketplace=de&include=order").unwrap();
        assert_eq!(query.filter.marketplace, "de".parse().ok());
        let next = "</shop/events?after=5&limit=7&type=order.shipped&subject=orders%2F9&marketplace=de&include=order>; rel=\"next\"";
        assert_eq!(query.next_link("/shop", Some(5.try_into().unwrap())), next);
        assert_eq!(feed("").unwrap().next_link("", None), "</events?after=0&limit=100>; rel=\"next\"");
    }
}
