//! The queries of webhooks and of the log, and the links to their next pages.

use form_urlencoded::Serializer;
use orders_domain::{
    Consumer, PageLimit, WebhookId,
    delivery::{Delivery, DeliveryFilter, DeliveryQuery, DeliveryState, LogPosition},
};
use utoipa::IntoParams;

use crate::http::{
    error::ApiError,
    faults::Faults,
    parameters::{self, spelled},
};

/// The query parameters of the list of webhooks, for the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `page` reads")]
pub struct PageParams {
    /// How many webhooks at most.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<i64>,
    /// Only webhooks after this id: the last one that was seen; 0 is the beginning.
    #[param(minimum = 0)]
    after: Option<i64>,
}

/// The query parameters of the log of a webhook, for the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `log_of` reads")]
pub struct LogParams {
    /// How many deliveries at most.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<i64>,
    /// Only deliveries of events after this one: the last one that was seen; 0 is the beginning.
    #[param(pattern = "^(0|[1-9][0-9]{0,18})$")]
    after: Option<String>,
    /// Only deliveries that are so far.
    #[param(pattern = "^(pending|done|dead|skipped)$")]
    state: Option<String>,
}

/// The query parameters of the whole log, for the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `log` reads")]
pub struct DeliveriesParams {
    /// How many deliveries at most.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<i64>,
    /// Only deliveries after this one: an event, or as links have it an event and to whom, `1042/webhook:7`; 0 is the
    /// beginning.
    #[param(pattern = "^(0|[1-9][0-9]{0,18}(/.+)?)$")]
    after: Option<String>,
    /// Only deliveries that are so far.
    #[param(pattern = "^(pending|done|dead|skipped)$")]
    state: Option<String>,
    /// Only deliveries to this one: `mail`, `webhook:7`, or `fulfilment` where that failed.
    #[param(pattern = "^(mail|fulfilment|queue|webhook:[1-9][0-9]{0,18})$")]
    consumer: Option<String>,
}

/// Reads the query of the list of webhooks.
///
/// # Errors
///
/// 400 for parameters that do not parse or are repeated, 422 for unknown ones and values out of range.
pub fn page(query: &str) -> Result<(Option<WebhookId>, PageLimit), ApiError> {
    let mut faults = Faults::default();
    let (mut after, mut limit) = (None, PageLimit::DEFAULT);
    parameters::each(query, &mut faults, |name, value, pointer, faults| match name {
        "limit" => {
            let parsed = parameters::limit(value, pointer, |value| PageLimit::refused(value), faults);
            limit = parsed.unwrap_or(limit);
        }
        "after" => after = parameters::after(value, pointer, faults),
        _ => parameters::unknown(name, faults),
    });
    faults.into_result().map(|()| (after, limit))
}

/// Reads the query of the whole log.
///
/// # Errors
///
/// As [`page`].
pub fn log(query: &str) -> Result<DeliveryQuery, ApiError> {
    read(query, None)
}

/// Reads the query of the log of one.
///
/// # Errors
///
/// As [`page`].
pub fn log_of(query: &str, consumer: Consumer) -> Result<DeliveryQuery, ApiError> {
    read(query, Some(consumer))
}

fn read(query: &str, of: Option<Consumer>) -> Result<DeliveryQuery, ApiError> {
    let mut faults = Faults::default();
    let filter = DeliveryFilter { consumer: of, state: None };
    let mut wanted = DeliveryQuery { filter, after: None, limit: PageLimit::DEFAULT };
    parameters::each(query, &mut faults, |name, value, pointer, faults| match name {
        "limit" => {
            let parsed = parameters::limit(value, pointer, |value| PageLimit::refused(value), faults);
            wanted.limit = parsed.unwrap_or(wanted.limit);
        }
        "after" => wanted.after = after(value, of.is_none(), pointer, faults),
        "state" => {
            wanted.filter.state =
                value.parse::<DeliveryState>().map_err(|reason| faults.invalid(pointer, reason)).ok();
        }
        "consumer" if of.is_none() => {
            wanted.filter.consumer =
                value.parse::<Consumer>().map_err(|reason| faults.invalid(pointer, reason)).ok();
        }
        _ => parameters::unknown(name, faults),
    });
    faults.into_result().map(|()| wanted)
}

fn after(value: &str, of_all: bool, pointer: String, faults: &mut Faults) -> Option<LogPosition> {
    let (event, consumer) = match value.split_once('/') {
        Some((event, consumer)) if of_all => (event, Some(consumer)),
        _ => (value, None),
    };
    let consumer = match consumer.map(str::parse::<Consumer>).transpose() {
        Ok(consumer) => consumer,
        Err(reason) => {
            faults.malformed(pointer, reason);
            return None;
        }
    };
    if event == "0" {
        return None;
    }
    Some(LogPosition { event: Some(spelled(event.parse(), pointer, faults)?), consumer })
}

/// The `Link` to the page after a delivery, with everything else of the query kept.
#[must_use]
pub fn next_link(path: &str, query: &DeliveryQuery, last: &Delivery) -> String {
    let pages = format!("{path}?");
    let start = pages.len();
    let mut next = Serializer::for_suffix(pages, start);
    let of_all = path.ends_with("/deliveries") && !path.contains("/webhooks/");
    let after = match (of_all, last.event) {
        (true, event) => format!("{event}/{}", last.consumer),
        (false, event) => event.to_string(),
    };
    next.append_pair("after", &after);
    next.append_pair("limit", &query.limit.get().to_string());
    if let Some(state) = query.filter.state {
        next.append_pair("state", state.as_str());
    }
    if let Some(consumer) = query.filter.consumer.filter(|_| of_all) {
        next.append_pair("consumer", &consumer.to_string());
    }
    format!("<{}>; rel=\"next\"", next.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery() -> Delivery {
        Delivery {
            event: 1042.try_into().unwrap(),
            consumer: "webhook:7".parse().unwrap(),
            state: DeliveryState::Dead,
            next_at: None,
            attempts: Vec::new(),
        }
    }

    #[test]
    fn the_next_link_leads_to_the_same_query_further_on() {
        let query = log("limit=7&state=dead&after=3").unwrap();
        let link = next_link("/shop/deliveries", &query, &delivery());
        let next = link.trim_start_matches("</shop/deliveries?").split_once('>').unwrap().0;
        let position = LogPosition { event: Some(delivery().event), consumer: Some(delivery().consumer) };
        assert_eq!(log(next).unwrap(), DeliveryQuery { after: Some(position), ..query });

        let consumer = delivery().consumer;
        let query = log_of("state=dead", consumer).unwrap();
        let link = next_link("/webhooks/7/deliveries", &query, &delivery());
        assert_eq!(link, "</webhooks/7/deliveries?after=1042&limit=100&state=dead>; rel=\"next\"");
    }

    #[test]
    fn every_fault_is_named() {
        let pointers = |error: ApiError| match error {
            ApiError::Malformed { faults, .. } | ApiError::Invalid { faults, .. } => {
                faults.iter().map(|fault| fault.pointer.clone()).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        let error = log("limit=0&after=1/nobody&state=lost&consumer=x&name=y").unwrap_err();
        assert_eq!(pointers(error), ["/limit", "/after", "/state", "/consumer", "/name"]);
        let error = log_of("after=1/mail&consumer=mail", Consumer::Mail).unwrap_err();
        assert_eq!(pointers(error), ["/after", "/consumer"]);
        assert_eq!(log("after=0").unwrap().after, None);
    }
}
