//! The query of `GET /orders`, and the link to its next page.

use chrono::{DateTime, SecondsFormat, Utc};
use form_urlencoded::Serializer;
use orders_domain::{
    Cursor, ExternalId, InvalidInput, Order, OrderFilter, OrderQuery, PageLimit, Quoted, TrackingNumber,
    order::contact::Email,
};
use utoipa::IntoParams;

use crate::http::{
    accept::Media,
    error::ApiError,
    faults::Faults,
    parameters::{self, moment, spelled},
    writing,
};

/// The query parameters of the list, for the document. Which of them go together, the domain's table of listings says.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `parse` reads")]
pub struct ListParams {
    /// How many orders at most.
    #[param(minimum = 1, maximum = 500, default = 100, example = 100)]
    limit: Option<i64>,
    /// Only orders after this one, the last that was seen: its id, or in a list by `updatedAt` its updatedAt, a comma and its id. 0 is the beginning.
    #[param(pattern = "^(0|([^,]+,)?[1-9][0-9]{0,18})$", example = "7", nullable = false)]
    after: Option<String>,
    /// In which order: by id, or with `updatedFrom` and `updatedTo` by updatedAt and then by id; with a minus the last comes first.
    #[param(pattern = "^-?(id|updatedAt)$", example = "-id", nullable = false)]
    sort: Option<String>,
    /// Only orders in one of these statuses, with commas between them.
    #[param(
        pattern = "^(pending|processing|shipped|delivered|cancelled)(,(pending|processing|shipped|delivered|cancelled))*$",
        example = "pending,processing",
        nullable = false
    )]
    status: Option<String>,
    /// Only orders whose shipments are as far as this.
    #[param(value_type = Option<crate::orders::response::FulfillmentWord>, example = "partially_shipped")]
    fulfillment: Option<String>,
    /// Only orders of this user.
    #[param(rename = "userId", minimum = 1, example = 1)]
    user_id: Option<i64>,
    /// Only orders placed in this marketplace. Together with `userId`, or with `status` and `fulfillment`, not with both.
    #[param(pattern = "^[a-z0-9-]{2,16}$", example = "default", nullable = false)]
    marketplace: Option<String>,
    /// Only orders with a line of this product. Not together with `userId`, `status` and `fulfillment`.
    #[param(rename = "productId", minimum = 1, example = 9)]
    product_id: Option<i64>,
    /// Only orders with a shipment of this number. Not together with `userId`, `status` and `fulfillment`.
    #[param(rename = "trackingNumber", min_length = 1, example = "23987239825", nullable = false)]
    tracking_number: Option<String>,
    /// Only the order that the system calls so from which it was imported. Not together with `userId`, `status` and `fulfillment`.
    #[param(rename = "externalId", min_length = 1, max_length = 100, example = "A-1001", nullable = false)]
    external_id: Option<String>,
    /// Only orders of the customer with this address, in whatever case its letters A to Z are; for who has the scope `orders:admin`. Not together with `userId`, `status` and `fulfillment`.
    #[param(max_length = 254, example = "ada@example.org", nullable = false)]
    email: Option<String>,
    /// Only orders placed at this moment or later (RFC 3339, such as 2026-11-22T00:00:00Z).
    #[param(example = "2026-11-22T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Only orders placed before this moment (RFC 3339, such as 2026-11-23T00:00:00Z).
    #[param(example = "2026-11-23T00:00:00Z")]
    to: Option<DateTime<Utc>>,
    /// Only orders changed last at this moment or later (RFC 3339), by updatedAt. Together with `updatedTo` and `sort=updatedAt` only.
    #[param(rename = "updatedFrom", example = "2026-11-22T00:00:00Z")]
    updated_from: Option<DateTime<Utc>>,
    /// Only orders changed last before this moment (RFC 3339), by updatedAt. Together with `updatedFrom` and `sort=updatedAt` only.
    #[param(rename = "updatedTo", example = "2026-11-23T00:00:00Z")]
    updated_to: Option<DateTime<Utc>>,
    /// With CSV: whether texts that a spreadsheet would run are left as they are, without an apostrophe before them.
    #[param(example = true, nullable = false)]
    raw: Option<bool>,
}

/// Reads a query string of an answer in this form: what is asked for, and whether texts are to be raw.
///
/// # Errors
///
/// 400 for parameters that do not parse or are repeated, 422 for unknown ones and values out of
/// range; all of them at once.
pub fn parse(query: &str, media: Media) -> Result<(OrderQuery, bool), ApiError> {
    let mut faults = Faults::default();
    let (mut filter, mut sort, mut after) = (OrderFilter::default(), None, None);
    let (mut limit, mut raw) = (PageLimit::DEFAULT, false);
    parameters::each(query, &mut faults, |name, value, pointer, faults| match name {
        "limit" => parameters::page_limit(&mut limit, value, pointer, faults),
        "after" => after = cursor(value, pointer, faults),
        "sort" => sort = valid(value.parse(), pointer, faults),
        "userId" => filter.user = spelled(value.parse(), pointer, faults),
        "marketplace" => filter.marketplace = valid(value.parse(), pointer, faults),
        "productId" => filter.product = spelled(value.parse(), pointer, faults),
        "status" => filter.status = valid(value.parse(), pointer, faults),
        "fulfillment" => filter.fulfillment = valid(value.parse(), pointer, faults),
        "trackingNumber" => filter.tracking = valid(TrackingNumber::parse(value), pointer, faults),
        "externalId" => filter.external = valid(ExternalId::parse(value), pointer, faults),
        "email" => filter.email = valid(Email::parse(value), pointer, faults),
        "from" => filter.from = moment(value, &pointer, faults),
        "to" => filter.to = moment(value, &pointer, faults),
        "updatedFrom" => filter.updated_from = moment(value, &pointer, faults),
        "updatedTo" => filter.updated_to = moment(value, &pointer, faults),
        "raw" => raw = is_raw(value, pointer, media, faults),
        _ => parameters::unknown(name, faults),
    });
    faults.into_result().map(|()| {
        let sort = sort.unwrap_or_else(|| filter.usual_sort());
        (OrderQuery { filter, sort, after, limit }, raw)
    })
}

/// A value that the domain takes or not.
fn valid<T>(parsed: Result<T, InvalidInput>, pointer: String, faults: &mut Faults) -> Option<T> {
    parsed.map_err(|reason| faults.invalid(pointer, reason)).ok()
}

/// The place after which a page begins, in a list of any sort.
fn cursor(value: &str, pointer: String, faults: &mut Faults) -> Option<Cursor> {
    match value.rsplit_once(',') {
        None => parameters::after(value, pointer, faults).map(Cursor::Order),
        Some((updated, order)) => {
            let updated = moment(updated, &pointer, faults)?;
            Some(Cursor::Update(updated, spelled(order.parse(), pointer, faults)?))
        }
    }
}

fn is_raw(value: &str, pointer: String, media: Media, faults: &mut Faults) -> bool {
    let raw = match value {
        "true" => true,
        "false" => false,
        other => {
            faults.malformed(&pointer, format_args!("raw {} is not true or false", Quoted(other)));
            false
        }
    };
    if media != Media::Csv {
        faults.invalid(pointer, format_args!("raw is of {} only", Media::Csv.name()));
    }
    raw
}

/// The `Link` to the page after the order `last` of a server below this path, with everything else of the query kept.
#[must_use]
pub fn next_link(public_path: &str, query: &OrderQuery, last: &Order) -> String {
    let pages = format!("{public_path}/orders?");
    let start = pages.len();
    let mut next = Serializer::for_suffix(pages, start);
    let OrderQuery { filter, sort, limit, .. } = query;
    next.append_pair("after", &place(Cursor::behind(last, *sort)));
    next.append_pair("limit", &limit.get().to_string());
    let OrderFilter {
        status,
        fulfillment,
        user,
        marketplace,
        product,
        tracking,
        external,
        email,
        from,
        to,
        updated_from,
        updated_to,
    } = filter;
    let parameters = [
        ("sort", (*sort != filter.usual_sort()).then(|| sort.to_string())),
        ("status", status.map(|status| status.to_string())),
        ("fulfillment", fulfillment.map(|fulfillment| fulfillment.to_string())),
        ("userId", user.map(|user| user.to_string())),
        ("marketplace", marketplace.map(|code| code.to_string())),
        ("productId", product.map(|product| product.to_string())),
        ("trackingNumber", tracking.as_ref().map(|number| number.as_str().to_owned())),
        ("externalId", external.as_ref().map(|name| name.as_str().to_owned())),
        ("email", email.as_ref().map(|email| email.as_str().to_owned())),
        ("from", from.map(precise)),
        ("to", to.map(precise)),
        ("updatedFrom", updated_from.map(precise)),
        ("updatedTo", updated_to.map(precise)),
    ];
    for (name, value) in parameters {
        if let Some(value) = value {
            next.append_pair(name, &value);
        }
    }
    format!("<{}>; rel=\"next\"", next.finish())
}

/// A place as `after` names it.
fn place(cursor: Cursor) -> String {
    match cursor {
        Cursor::Order(order) => order.to_string(),
        Cursor::Update(updated, order) => format!("{},{order}", writing::moment(updated)),
    }
}

fn precise(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests;
