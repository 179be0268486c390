//! What is counted is what a plain recount comes to, however often and by whomever it is counted.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use orders_domain::{
    Consumer, EventId, ProductId, Storage,
    analytics::{Every, Grouping, Report, ReportQuery, ReportRow, Rollups, Timespan, Top},
    catalogue::product::StockPolicy,
    delivery::{Counted, Holder, Leased, Step, Stepped},
};
use proptest::{
    collection::vec,
    test_runner::{Config as ProptestConfig, TestRunner},
};

use super::{
    Fresh,
    common::{n, placing},
    lives::{Act, act, live, new_order},
    recount::{Raw, answered, plain, recount, zone},
    shop::{basket, now, product, selling_basket},
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
