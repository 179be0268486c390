//! Orders by day of a marketplace and a currency. Nothing is added up over these.

use std::collections::BTreeMap;

use orders_domain::{
    Currency, MarketplaceCode,
    analytics::{Figures, ReportRow},
};

use super::{
    chart::{Bar, Chart},
    scale::Scale,
};

/// How many marketplaces and currencies are shown at most: those with the most orders.
const MOST: usize = 50;

/// A marketplace and a currency.
type Key = (Option<MarketplaceCode>, Currency);

/// Figures by the place of their day.
type ByDay = BTreeMap<usize, Figures>;

/// Figures as they are written.
pub struct Written {
    pub orders: i64,
    pub units: i64,
    pub cancelled: i64,
    pub shipped: i64,
    pub revenue: String,
    pub took: String,
}

/// Those of a day.
pub struct Day {
    pub date: String,
    pub figures: Written,
}

/// Those of a marketplace and a currency.
pub struct Series {
    pub id: String,
    pub marketplace: String,
    pub currency: Currency,
    pub all: Written,
    pub charts: Vec<Chart>,
    /// The days on which something happened.
    pub days: Vec<Day>,
}

/// What rows by day and marketplace show, the most orders first, and how many there are. Each row names its day by its
/// place in `days`.
pub fn of(rows: &[ReportRow], days: &[String]) -> (Vec<Series>, usize) {
    let mut found: BTreeMap<Key, ByDay> = BTreeMap::new();
    for row in rows {
        let of_day = found.entry((row.marketplace, row.currency)).or_default();
        of_day.entry(row.period).or_default().add(&row.figures);
    }
    let mut all: Vec<_> = found.into_iter().map(|(key, by_day)| (key, total(&by_day), by_day)).collect();
    // Those with as many orders stay in the order of their names.
    all.sort_by_key(|(_, total, _)| std::cmp::Reverse(total.orders));
    let count = all.len();
    all.truncate(MOST);
    let series = |(index, ((marketplace, currency), total, by_day)): (usize, (Key, Figures, ByDay))| {
        let marketplace = marketplace.map(|code| code.to_string()).unwrap_or_default();
        let id = format!("series-{index}");
        Series {
            all: written(&total, currency),
            charts: charts(&id, &marketplace, currency, &by_day, days),
            days: told(&by_day, currency, days),
            id,
            marketplace,
            currency,
        }
    };
    (all.into_iter().enumerate().map(series).collect(), count)
}

fn total(by_day: &ByDay) -> Figures {
    let mut total = Figures::default();
    for figures in by_day.values() {
        total.add(figures);
    }
    total
}

fn charts(id: &str, marketplace: &str, currency: Currency, by_day: &ByDay, days: &[String]) -> Vec<Chart> {
    let chart = |part: &str, what: &str, scale, value: fn(&Figures) -> Option<i64>| {
        let bar = |(index, day): (usize, &String)| {
            let figures = by_day.get(&index).copied().unwrap_or_default();
            Bar { name: day.clone(), value: value(&figures) }
        };
        let bars: Vec<_> = days.iter().enumerate().map(bar).collect();
        let title = format!("{what} by day, {marketplace} {currency}");
        Chart::new(format!("{id}-{part}"), title, &bars, scale)
    };
    vec![
        chart("orders", "Orders", Scale::Count, |figures| Some(figures.orders)),
        chart("revenue", "Revenue", Scale::Amount(currency), |figures| Some(figures.gross)),
        chart("took", "Time to ship", Scale::Time, Figures::seconds_to_ship),
    ]
}

fn told(by_day: &ByDay, currency: Currency, days: &[String]) -> Vec<Day> {
    let day = |(index, figures): (&usize, &Figures)| {
        Some(Day { date: days.get(*index)?.clone(), figures: written(figures, currency) })
    };
    by_day.iter().rev().filter_map(day).collect()
}

fn written(figures: &Figures, currency: Currency) -> Written {
    Written {
        orders: figures.orders,
        units: figures.units,
        cancelled: figures.cancelled,
        shipped: figures.shipped,
        revenue: Scale::Amount(currency).written(figures.gross),
        took: figures
            .seconds_to_ship()
            .map_or_else(|| "—".to_owned(), |seconds| Scale::Time.written(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(period: usize, currency: Currency, orders: i64, gross: i64) -> ReportRow {
        let figures = Figures { orders, gross, ..Figures::default() };
        let marketplace = Some(MarketplaceCode::DEFAULT);
        ReportRow { period, currency, marketplace, product: None, status: None, figures }
    }

    #[test]
    fn currencies_stay_apart_and_the_most_orders_come_first() {
        let euro = Currency::of_prices("EUR").unwrap();
        let rows = [row(0, Currency::USD, 2, 1_000), row(1, euro, 3, 700), row(2, Currency::USD, 2, 500)];
        let days = ["2026-11-26", "2026-11-27", "2026-11-28"].map(str::to_owned);
        let (series, count) = of(&rows, &days);
        assert_eq!(count, 2);
        let told: Vec<_> = series
            .iter()
            .map(|series| (series.currency, series.all.orders, &*series.all.revenue, series.days.len()))
            .collect();
        assert_eq!(told, [(Currency::USD, 4, "15.00", 2), (euro, 3, "7.00", 1)]);
        assert_eq!(series[0].days[0].date, "2026-11-28");
        assert_eq!(series[0].charts[1].title, "Revenue by day, default USD");
        assert_eq!(series[0].charts[0].path.matches('M').count(), 2);
        assert_eq!(series[0].charts[2].description, "2026-11-26 to 2026-11-28: nothing is known.");
    }
}
