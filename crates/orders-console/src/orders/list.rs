//! The list of orders, the newest first.

use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use orders_domain::{
    Audience, Fulfillment, InvalidInput, KeepingService, Order, OrderError, OrderFilter, OrderId, OrderQuery,
    OrderStatus, Ownership, PageLimit, ProductId, Quoted, Sort, Statuses, TrackingNumber, UseCase, User,
    catalogue::product::Sku, order::contact::Email, ports::ProductQuery,
};

use super::live;
use crate::{
    http::{
        failure::{Failure, sentence},
        frame::{Frame, html},
        query::Query,
        visit::Visit,
    },
    words::{Badge, Moment, amount, fulfillment},
};

/// How many orders a page shows.
const ON_A_PAGE: i64 = 50;

/// The parameters that say which orders are shown.
const FILTERS: [&str; 9] =
    ["status", "fulfillment", "marketplace", "userId", "productId", "sku", "trackingNumber", "email", "from"];

/// A line of the list.
pub struct Row {
    id: OrderId,
    placed: Moment,
    user: String,
    badge: Badge,
    parcels: &'static str,
    marketplace: String,
    pieces: u64,
    total: String,
}

impl From<&Order> for Row {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id(),
            placed: order.ordered_at().into(),
            user: order.user().to_string(),
            badge: order.status().into(),
            parcels: if order.status() == OrderStatus::Cancelled {
                ""
            } else {
                fulfillment(order.fulfillment())
            },
            marketplace: order.sold_in().marketplace.to_string(),
            pieces: order.lines().map(|(_, line)| u64::from(line.quantity().get())).sum(),
            total: amount(order.current_total(), *order.currency()),
        }
    }
}

/// A link that narrows the list to a status, or widens it.
struct Tab {
    href: String,
    name: &'static str,
    is_here: bool,
}

/// A condition that is on, and the list without it.
struct Chip {
    name: &'static str,
    value: String,
    without: String,
}

/// What the fields of the form have, and what can be chosen.
struct Fields {
    marketplace: String,
    user: String,
    from: String,
    status: String,
    fulfillments: Vec<Choice>,
}

/// One of several.
struct Choice {
    word: &'static str,
    name: &'static str,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "orders.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    chips: Vec<Chip>,
    fields: Fields,
    rows: Vec<Row>,
    refused: Option<String>,
    is_filtered: bool,
    is_first: bool,
    first: String,
    next: Option<String>,
    live: Option<String>,
    sees_all: bool,
}

/// The list.
pub async fn show(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    let query = visit.query();
    let is_first = query.get("after").is_none();
    // What happens while the list is read is heard of.
    let live = if is_first { live::since(&visit, user).await? } else { None };
    let found = found(&visit, user, &query).await;
    let (orders, more, refused, status) = match found {
        Ok((orders, more)) => (orders, more, None, 200),
        Err(Failure::Refused(422, reason)) => (Vec::new(), false, Some(reason), 422),
        Err(failure) => return Err(failure),
    };
    let last = orders.last().map(|order| order.id().to_string()).filter(|_| more);
    let link = |query: &Query| visit.to(&format!("/{}", query.link()));
    let page = Page {
        frame: Frame::new(&visit, Some(user), "/", "Orders"),
        tabs: tabs(&query, &link),
        chips: chips(&query, &link),
        fields: fields(&query),
        rows: orders.iter().map(Row::from).collect(),
        is_filtered: !query.only(&FILTERS).is_empty(),
        first: link(&query.but("after", None)),
        next: last.map(|last| link(&query.but("after", Some(&last)))),
        sees_all: UseCase::List.check(user, Ownership::Foreign).is_ok(),
        live: live.filter(|_| refused.is_none()),
        refused,
        is_first,
    };
    html(status, &page)
}

/// The orders that are asked for, and whether more follow.
async fn found(visit: &Visit, user: User, query: &Query) -> Result<(Vec<Order>, bool), Failure> {
    let mut asked = asked(query)?;
    if let Some(sku) = query.get("sku") {
        let unknown = || InvalidInput::new("SKU", format!("{} is that of no product", Quoted(sku)));
        asked.filter.product = Some(product_of(&visit.desk.keeping, sku).await?.ok_or_else(unknown)?);
    }
    match visit.desk.orders.list(Audience::User(user), asked).await {
        Ok(page) => Ok((page.orders, page.more)),
        Err(OrderError::NotOffered(refused)) => Err(Failure::Refused(422, not_offered(&refused))),
        Err(error) => Err(error.into()),
    }
}

/// What the parameters of a list are called on the page.
const NAMES: [(&str, &str); 9] = [
    ("status", "a status"),
    ("fulfillment", "how far the parcels are"),
    ("marketplace", "a marketplace"),
    ("userId", "a user"),
    ("productId", "a product"),
    ("trackingNumber", "a tracking number"),
    ("email", "an e-mail address"),
    ("from", "a day"),
    ("sort", "an order"),
];

/// That some conditions do not go together, as people read it: without the list of those that do, which is for programs.
fn not_offered(refused: &InvalidInput) -> String {
    let said = refused.to_string();
    let (what, rest) = said.split_once(':').unwrap_or((&said, ""));
    let named = |word: &str| {
        NAMES.iter().find(|(known, _)| *known == word).map_or(word.to_owned(), |(_, name)| (*name).to_owned())
    };
    let words = what.split(' ').map(named).collect::<Vec<_>>().join(" ");
    let scope = rest.split_once("; ").map(|(_, scope)| format!("; {scope}")).unwrap_or_default();
    sentence(&format!("{words}{scope}"))
}

/// The product with this SKU.
pub async fn product_of(keeping: &KeepingService, sku: &str) -> Result<Option<ProductId>, Failure> {
    let Ok(sku) = Sku::parse(sku) else { return Ok(None) };
    let query = ProductQuery {
        market: orders_domain::MarketplaceCode::DEFAULT,
        active: None,
        sku: Some(sku),
        after: None,
        limit: PageLimit::ONE,
    };
    Ok(keeping.products(query).await?.offers.first().map(|offer| offer.product.id))
}

fn asked(query: &Query) -> Result<OrderQuery, InvalidInput> {
    let day = |name: &'static str| -> Result<Option<DateTime<Utc>>, InvalidInput> {
        let Some(text) = query.get(name) else { return Ok(None) };
        let day = text.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0));
        let refused = || InvalidInput::new(name, format!("{} is no day such as 2026-11-22", Quoted(text)));
        day.map(|day| Some(day.and_utc())).ok_or_else(refused)
    };
    let parsed = |name| query.get(name);
    let filter = OrderFilter {
        status: parsed("status").map(str::parse::<Statuses>).transpose()?,
        fulfillment: parsed("fulfillment").map(str::parse::<Fulfillment>).transpose()?,
        user: parsed("userId").map(str::parse).transpose()?,
        marketplace: parsed("marketplace").map(str::parse).transpose()?,
        product: parsed("productId").map(str::parse).transpose()?,
        tracking: parsed("trackingNumber").map(TrackingNumber::parse).transpose()?,
        email: parsed("email").map(Email::parse).transpose()?,
        from: day("from")?,
        ..OrderFilter::default()
    };
    let after = parsed("after").map(str::parse).transpose()?.map(orders_domain::Cursor::Order);
    Ok(OrderQuery { filter, sort: Sort::IdDescending, after, limit: PageLimit::try_from(ON_A_PAGE)? })
}

fn tabs(query: &Query, link: &dyn Fn(&Query) -> String) -> Vec<Tab> {
    let base = query.but("after", None);
    let all =
        Tab { href: link(&base.but("status", None)), name: "All", is_here: query.get("status").is_none() };
    let of = |status: OrderStatus| Tab {
        href: link(&base.but("status", Some(status.as_str()))),
        name: Badge::from(status).word,
        is_here: query.get("status") == Some(status.as_str()),
    };
    std::iter::once(all).chain(OrderStatus::ALL.into_iter().map(of)).collect()
}

fn chips(query: &Query, link: &dyn Fn(&Query) -> String) -> Vec<Chip> {
    let names = [
        ("fulfillment", "Parcels"),
        ("marketplace", "Marketplace"),
        ("userId", "User"),
        ("productId", "Product"),
        ("sku", "SKU"),
        ("trackingNumber", "Tracking number"),
        ("email", "E-mail"),
        ("from", "Placed from"),
    ];
    let chip = |(parameter, name): (&str, &'static str)| {
        let value = query.get(parameter)?;
        let value = match (parameter, value.parse::<Fulfillment>()) {
            ("fulfillment", Ok(known)) => fulfillment(known).to_owned(),
            _ => value.to_owned(),
        };
        Some(Chip { name, value, without: link(&query.but(parameter, None).but("after", None)) })
    };
    names.into_iter().filter_map(chip).collect()
}

fn fields(query: &Query) -> Fields {
    let choice = |known: Fulfillment| Choice {
        word: known.as_str(),
        name: fulfillment(known),
        is_chosen: query.get("fulfillment") == Some(known.as_str()),
    };
    Fields {
        marketplace: query.text("marketplace"),
        user: query.text("userId"),
        from: query.text("from"),
        status: query.text("status"),
        fulfillments: Fulfillment::ALL.into_iter().map(choice).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_asked_for_as_the_address_says() {
        let asked = |text: &str| asked(&Query::of(text)).map_err(|reason| reason.to_string());
        let found = asked("status=pending,shipped&userId=7&from=2026-11-22&after=9").unwrap();
        assert_eq!(found.filter.user, 7.try_into().ok());
        assert_eq!(found.filter.from.unwrap().to_rfc3339(), "2026-11-22T00:00:00+00:00");
        assert_eq!(found.sort, Sort::IdDescending);
        assert!(found.after.is_some());
        assert_eq!(asked("from=yesterday").unwrap_err(), "from \"yesterday\" is no day such as 2026-11-22");
        let refused = InvalidInput::new(
            "productId",
            "cannot be combined with userId: what may; without the scope x, y",
        );
        assert_eq!(
            not_offered(&refused),
            "A product cannot be combined with a user; without the scope x, y."
        );
        for bad in ["status=lost", "userId=x", "email=x", "after=0", "fulfillment=half", "marketplace=!"] {
            assert!(asked(bad).is_err(), "{bad}");
        }
    }
}
