//! The queries of webhooks and of the log, and the links to their next pages.

use std::fmt::Display;

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
#[expect(dead_code, reason = "the schema of what `parameters::page` reads")]
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
#[expect(dead_code, reason = "the schema of what `Log::Of` reads")]
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
#[expect(dead_code, reason = "the schema of what `Log::All` reads")]
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

/// Whose log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// Everybody's.
    All,
    /// A webhook's.
    Of(WebhookId),
}

impl Log {
    /// Reads its query.
    ///
    /// # Errors
    ///
    /// As [`parameters::page`].
    pub fn read(self, query: &str) -> Result<DeliveryQuery, ApiError> {
        let mut faults = Faults::default();
        let consumer = match self {
            Self::All => None,
            Self::Of(id) => Some(Consumer::Webhook(id)),
        };
        let filter = DeliveryFilter { consumer, state: None };
        let mut wanted = DeliveryQuery { filter, after: None, limit: PageLimit::DEFAULT };
        parameters::each(query, &mut faults, |name, value, pointer, faults| match name {
            "limit" => parameters::page_limit(&mut wanted.limit, value, pointer, faults),
            "after" => wanted.after = after(value, self, pointer, faults),
            "state" => {
                wanted.filter.state =
                    value.parse::<DeliveryState>().map_err(|reason| faults.invalid(pointer, reason)).ok();
            }
            "consumer" if self == Self::All => {
                wanted.filter.consumer =
                    value.parse::<Consumer>().map_err(|reason| faults.invalid(pointer, reason)).ok();
            }
            _ => parameters::unknown(name, faults),
        });
        faults.into_result().map(|()| wanted)
    }

    /// The `Link` to the page after a delivery, with everything else of the query kept. `root` is where clients reach
    /// the server.
    #[must_use]
    pub fn next_link(self, root: impl Display, query: &DeliveryQuery, last: &Delivery) -> String {
        let (mut pages, after, consumer) = match self {
            Self::All => (
                format!("{root}/deliveries?"),
                format!("{}/{}", last.event, last.consumer),
                query.filter.consumer,
            ),
            Self::Of(id) => (format!("{root}/webhooks/{id}/deliveries?"), last.event.to_string(), None),
        };
        let start = pages.len();
        let mut next = Serializer::for_suffix(&mut pages, start);
        next.append_pair("after", &after);
        next.append_pair("limit", &query.limit.get().to_string());
        if let Some(state) = query.filter.state {
            next.append_pair("state", state.as_str());
        }
        if let Some(consumer) = consumer {
            next.append_pair("consumer", &consumer.to_string());
        }
        next.finish();
        format!("<{pages}>; rel=\"next\"")
    }
}

fn after(value: &str, log: Log, pointer: String, faults: &mut Faults) -> Option<LogPosition> {
    let (event, consumer) = match value.split_once('/') {
        Some((event, consumer)) if log == Log::All => (event, Some(consumer)),
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
        let query = Log::All.read("limit=7&state=dead&after=3").unwrap();
        let link = Log::All.next_link("/shop", &query, &delivery());
        let next = link.trim_start_matches("</shop/deliveries?").split_once('>').unwrap().0;
        let position = LogPosition { event: Some(delivery().event), consumer: Some(delivery().consumer) };
        assert_eq!(Log::All.read(next).unwrap(), DeliveryQuery { after: Some(position), ..query });

        let of_one = Log::Of(7.try_into().unwrap());
        let query = of_one.read("state=dead").unwrap();
        let link = of_one.next_link("", &query, &delivery());
        assert_eq!(link, "</webhooks/7/deliveries?after=1042&limit=100&state=dead>; rel=\"next\"");
    }

    #[test]
    fn whose_log_it_is_does_not_depend_on_where_the_server_is_reached() {
        let query = Log::All.read("consumer=webhook:7").unwrap();
        let link = Log::All.next_link("/webhooks/shop", &query, &delivery());
        let expected = "after=1042%2Fwebhook%3A7&limit=100&consumer=webhook%3A7";
        assert_eq!(link, format!("</webhooks/shop/deliveries?{expected}>; rel=\"next\""));
    }

    #[test]
    fn every_fault_is_named() {
        let pointers = |error: ApiError| match error {
            ApiError::Malformed { faults, .. } | ApiError::Invalid { faults, .. } => {
                faults.iter().map(|fault| fault.pointer.clone()).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        let error = Log::All.read("limit=0&after=1/nobody&state=lost&consumer=x&name=y").unwrap_err();
        assert_eq!(pointers(error), ["/limit", "/after", "/state", "/consumer", "/name"]);
        let error = Log::Of(1.try_into().unwrap()).read("after=1/mail&consumer=mail").unwrap_err();
        assert_eq!(pointers(error), ["/after", "/consumer"]);
        assert_eq!(Log::All.read("after=0").unwrap().after, None);
    }
}
