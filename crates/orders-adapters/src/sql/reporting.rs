//! The statements by which figures are added up, in words that every backend understands.
//!
//! A period is few stretches of few lengths, each a range of the key, so that a long time is read in few rows. Amounts
//! are added up in two halves: a sum of them may be larger than a column.

use std::fmt::Write;

use orders_domain::{
    OrderStatus,
    analytics::{Grouping, ReportQuery, Stretch, cover},
};

/// How many stretches one statement names.
const AT_ONCE: usize = 4_000;

/// The same where each may have a row of every product: what is refused for its many rows is found out soon.
const OF_PRODUCTS_AT_ONCE: usize = 200;

/// A statement that selects rows of [`super::rows::rollup::FiguresRow`], to which a limit can be added.
pub struct Statement(pub String);

/// The halves of amounts.
const SUMS: &str = "CAST(sum(orders) AS BIGINT) AS orders, CAST(sum(units) AS BIGINT) AS units, \
    CAST(sum(gross >> 32) AS BIGINT) AS gross_high, CAST(sum(gross & 4294967295) AS BIGINT) AS gross_low, \
    CAST(sum(cancelled) AS BIGINT) AS cancelled, CAST(sum(shipped) AS BIGINT) AS shipped, \
    CAST(sum(timed) AS BIGINT) AS timed, CAST(sum(ship_seconds >> 32) AS BIGINT) AS ship_high, \
    CAST(sum(ship_seconds & 4294967295) AS BIGINT) AS ship_low";

/// The statements that answer a query together, in the order of its periods; none of them names a period of another.
pub fn statements(query: &ReportQuery) -> impl Iterator<Item = Statement> {
    let mut parts: Vec<Vec<String>> = Vec::new();
    let at_once = match query.grouping {
        Grouping::Products { .. } => OF_PRODUCTS_AT_ONCE,
        Grouping::Orders { .. } | Grouping::Statuses => AT_ONCE,
    };
    for (number, period) in query.periods.iter().enumerate() {
        let stretches = cover(period.first, period.end);
        if parts.last().is_none_or(|last| last.len() + stretches.len() > at_once) {
            parts.push(Vec::new());
        }
        let part = |Stretch { span, first, end }: Stretch| {
            format!("({number}, {span}, {}, {})", first.get(), end.get())
        };
        if let Some(last) = parts.last_mut() {
            last.extend(stretches.into_iter().map(part));
        }
    }
    let grouping = query.grouping;
    parts.into_iter().map(move |parts| statement(grouping, &parts))
}

fn statement(grouping: Grouping, parts: &[String]) -> Statement {
    let (kinds, keys) = match grouping {
        Grouping::Orders { .. } => ("'order'".to_owned(), ""),
        Grouping::Statuses => {
            let words = OrderStatus::ALL.map(|status| format!("'{status}'"));
            (words.join(", "), ", kind")
        }
        Grouping::Products { .. } => ("'product'".to_owned(), ", product_id"),
    };
    let marketplace = if grouping.is_by_marketplace() { ", marketplace" } else { "" };
    // Each in its place, also where rows are not told apart by it.
    let shown = |column: &str, nothing: &str| {
        if keys.contains(column) || marketplace.contains(column) {
            String::new()
        } else {
            format!(", {nothing} AS {column}")
        }
    };
    let others =
        [shown("marketplace", "''"), shown("kind", "''"), shown("product_id", "CAST(0 AS BIGINT)")].concat();
    let mut sql = format!(
        "WITH part (period, length, first, behind) AS (VALUES {}), \
         summed AS (SELECT CAST(period AS BIGINT) AS period, currency{marketplace}{keys}, {SUMS} \
         FROM part CROSS JOIN rollups WHERE kind IN ({kinds}) AND span = length AND quarter >= first AND quarter < behind \
         GROUP BY period, currency{marketplace}{keys}) ",
        parts.join(", ")
    );
    let all = format!(
        "SELECT period, currency{marketplace}{keys}{others}, orders, units, gross_high, gross_low, cancelled, shipped, timed, \
         ship_high, ship_low"
    );
    match grouping {
        Grouping::Products { top: Some(top), .. } => {
            let _ = write!(
                sql,
                "{all} FROM (SELECT *, row_number() OVER (PARTITION BY period, currency{marketplace} ORDER BY units DESC, \
                 gross_high + (gross_low >> 32) DESC, (gross_low & 4294967295) DESC, product_id) AS place FROM summed) AS placed \
                 WHERE place <= {top} ORDER BY period"
            );
        }
        _ => {
            let _ = write!(sql, "{all} FROM summed ORDER BY period");
        }
    }
    Statement(sql)
}
