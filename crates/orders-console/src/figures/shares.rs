//! What a period comes to in all, by currency: the statuses to which orders came, and the best sellers.

use std::collections::{BTreeMap, BTreeSet};

use orders_domain::{Currency, ProductId, analytics::ReportRow};

use super::{
    chart::{Bar, Chart},
    scale::Scale,
};
use crate::words::Badge;

/// How many currencies are shown.
const MOST_CURRENCIES: usize = 6;

/// A bar's row in the table.
pub struct Part {
    /// The status, or the product.
    pub name: String,
    /// The product's number.
    pub product: Option<ProductId>,
    pub orders: i64,
    pub units: i64,
    pub revenue: String,
}

/// A chart of a currency with its table.
pub struct Share {
    pub currency: Currency,
    pub charts: Vec<Chart>,
    pub parts: Vec<Part>,
}

/// The rows of the currencies that are shown.
pub fn shown(rows: &[ReportRow]) -> impl Iterator<Item = &ReportRow> {
    let currencies: BTreeSet<_> = rows.iter().map(|row| row.currency).collect();
    let shown: BTreeSet<_> = currencies.into_iter().take(MOST_CURRENCIES).collect();
    rows.iter().filter(move |row| shown.contains(&row.currency))
}

/// The orders that came to each status.
pub fn statuses(rows: &[ReportRow]) -> Vec<Share> {
    let name = |row: &ReportRow| row.status.map(|status| Badge::from(status).word.to_owned());
    by_currency(rows, "status", "Orders that came to a status", |row| {
        Some((name(row)?, name(row)?, row.figures.orders))
    })
}

/// The best sellers; in the chart they are named by their numbers.
pub fn best(rows: &[ReportRow], names: &BTreeMap<ProductId, String>) -> Vec<Share> {
    by_currency(rows, "best", "Pieces ordered of each product", |row| {
        let product = row.product?;
        let name = names.get(&product).cloned().unwrap_or_else(|| format!("Product {product}"));
        Some((product.to_string(), name, row.figures.units))
    })
}

/// A chart for each currency: what each row is called in it and in the table, and its value.
fn by_currency(
    rows: &[ReportRow],
    id: &str,
    title: &str,
    part: impl Fn(&ReportRow) -> Option<(String, String, i64)>,
) -> Vec<Share> {
    let mut found: BTreeMap<Currency, (Vec<Bar>, Vec<Part>)> = BTreeMap::new();
    for row in shown(rows) {
        let Some((short, name, value)) = part(row) else { continue };
        let (bars, parts) = found.entry(row.currency).or_default();
        bars.push(Bar { name: short, value: Some(value) });
        parts.push(Part {
            name,
            product: row.product,
            orders: row.figures.orders,
            units: row.figures.units,
            revenue: Scale::Amount(row.currency).written(row.figures.gross),
        });
    }
    let share = |(currency, (bars, parts)): (Currency, (Vec<Bar>, _))| {
        let chart =
            Chart::new(format!("{id}-{currency}"), format!("{title}, {currency}"), &bars, Scale::Count);
        Share { currency, charts: vec![chart], parts }
    };
    found.into_iter().map(share).collect()
}
