//! The query of `GET /orders`, and the link to its next page.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use form_urlencoded::Serializer;
use orders_domain::{InvalidInput, OrderFilter, OrderId, OrderQuery, PageLimit, Quoted};
use utoipa::IntoParams;

use crate::http::{
    error::ApiError,
    faults::Faults,
    parameters::{self, spelled},
};

/// The query parameters of the list, for the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `parse` reads")]
pub struct ListParams {
    /// How many orders at most.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<i64>,
    /// Only orders after this id: the last one that was seen; 0 is the beginning.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Only orders in this status.
    #[param(value_type = Option<crate::orders::response::Status>)]
    status: Option<String>,
    /// Only orders of this user.
    #[param(rename = "userId", minimum = 1)]
    user_id: Option<i64>,
    /// Only orders placed at this moment or later (RFC 3339, such as 2026-11-22T00:00:00Z).
    from: Option<DateTime<Utc>>,
    /// Only orders placed before this moment (RFC 3339, such as 2026-11-23T00:00:00Z).
    to: Option<DateTime<Utc>>,
}

/// Reads a query string.
///
/// # Errors
///
/// 400 for parameters that do not parse or are repeated, 422 for unknown ones and values out of
/// range; all of them at once.
pub fn parse(query: &str) -> Result<OrderQuery, ApiError> {
    let mut faults = Faults::default();
    let (mut filter, mut after, mut limit) = (OrderFilter::default(), None, PageLimit::DEFAULT);
    parameters::each(query, &mut faults, |name, value, pointer, faults| match name {
        "limit" => parameters::page_limit(&mut limit, value, pointer, faults),
        "after" => after = parameters::after(value, pointer, faults),
        "userId" => filter.user = spelled(value.parse(), pointer, faults),
        "status" => match value.parse() {
            Ok(status) => filter.status = Some(status),
            Err(reason) => {
                let reason: InvalidInput = reason;
                faults.invalid(pointer, reason);
            }
        },
        "from" => filter.from = moment(value, &pointer, faults),
        "to" => filter.to = moment(value, &pointer, faults),
        _ => parameters::unknown(name, faults),
    });
    faults.into_result().map(|()| OrderQuery { filter, after, limit })
}

/// A moment in RFC 3339. In a query an unescaped `+` arrives as a space, and no moment has a space
/// where its offset begins, so it is taken for the plus that was meant.
fn moment(value: &str, pointer: &str, faults: &mut Faults) -> Option<DateTime<Utc>> {
    let repaired = match value.rsplit_once(' ') {
        Some((time, offset)) if time.contains(['T', 't']) => format!("{time}+{offset}"),
        _ => value.to_owned(),
    };
    let Ok(moment) = DateTime::parse_from_rfc3339(&repaired) else {
        let form = "is not a moment in RFC 3339, such as 2026-11-22T10:00:00Z";
        faults.malformed(pointer, format_args!("{} {form}", Quoted(value)));
        return None;
    };
    let moment = moment.to_utc();
    // The offset can take it to a year that RFC 3339 cannot write.
    if !(0..=9999).contains(&moment.year()) {
        faults.invalid(pointer, format_args!("{} is not in the years 0000 to 9999 of UTC", Quoted(value)));
        return None;
    }
    Some(moment)
}

/// The `Link` to the page after the order `last` of a server below this path, with everything else of the query kept.
#[must_use]
pub fn next_link(public_path: &str, query: &OrderQuery, last: OrderId) -> String {
    let pages = format!("{public_path}/orders?");
    let start = pages.len();
    let mut next = Serializer::for_suffix(pages, start);
    next.append_pair("after", &last.to_string());
    next.append_pair("limit", &query.limit.get().to_string());
    let OrderFilter { status, user, from, to } = &query.filter;
    let parameters = [
        ("status", status.map(|status| status.to_string())),
        ("userId", user.map(|user| user.to_string())),
        ("from", from.map(precise)),
        ("to", to.map(precise)),
    ];
    for (name, value) in parameters {
        if let Some(value) = value {
            next.append_pair(name, &value);
        }
    }
    format!("<{}>; rel=\"next\"", next.finish())
}

fn precise(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_leads_to_the_same_query_further_on() {
        for query in [
            "limit=2&status=pending&userId=3&from=2026-11-22T10:00:00.0005%2B02:00&to=2026-11-23T00:00:00Z",
            "from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59.999999999Z",
            "from=2016-12-31T23:59:60Z&to=1969-12-31t23:59:59.1-23:59&after=0",
        ] {
            let query = parse(query).unwrap();
            let link = next_link("/shop", &query, 7.try_into().unwrap());
            let inner = link.strip_prefix("</shop/orders?").unwrap().strip_suffix(">; rel=\"next\"").unwrap();
            let next = parse(inner).unwrap();
            assert_eq!(next, OrderQuery { after: Some(7.try_into().unwrap()), ..query });
        }
    }

    #[test]
    fn a_moment_that_no_link_could_say_again_is_refused() {
        for moment in ["0000-01-01T00:00:00%2B00:01", "9999-12-31T23:59:59-00:01"] {
            assert!(matches!(parse(&format!("to={moment}")), Err(ApiError::Invalid { .. })), "{moment}");
        }
    }

    #[test]
    fn every_fault_of_a_query_is_named_at_once() {
        let error =
            parse("limit=0&after=01&status=lost&userId=%2B1&from=today&to=2026&page=2&limit=5").unwrap_err();
        let ApiError::Malformed { faults, .. } = error else { panic!("{error:?}") };
        let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/limit", "/after", "/status", "/userId", "/from", "/to", "/page", "/limit"]);
    }

    #[test]
    fn out_of_range_and_unknown_are_invalid_rather_than_malformed() {
        for query in [
            "limit=0",
            "limit=501",
            "limit=-1",
            "limit=99999999999999999999",
            "status=Pending",
            "page=2",
            "=1",
        ] {
            assert!(matches!(parse(query), Err(ApiError::Invalid { .. })), "{query}");
        }
        for query in ["limit=", "limit=1e2", "after=00", "after=-1", "limit=1&limit=1"] {
            assert!(matches!(parse(query), Err(ApiError::Malformed { .. })), "{query}");
        }
    }

    #[test]
    fn a_plus_that_came_as_a_space_is_still_an_offset() {
        let query = parse("from=2026-11-22T10:00:00+02:00").unwrap();
        assert_eq!(query.filter.from.map(precise).unwrap(), "2026-11-22T08:00:00Z");
    }
}
