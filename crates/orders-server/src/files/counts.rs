//! Files of counts.

use std::io::Write;

use anyhow::Result;
use csv::Writer;
use orders_adapters::sql::{Bulk, Counted};
use orders_domain::{
    InvalidInput, ProductId, Quoted,
    catalogue::product::Sku,
    stock::{
        import::{CountLine, Named},
        movement::Reason,
    },
};

use super::{
    row::{Columns, Row},
    table::Kind,
};

/// The columns.
const COLUMNS: &[&str] = &["product", "sku", "location", "on_hand", "backorder_limit", "reason"];

/// Why something was counted, where no line says it.
const REASON: &str = "import";

/// Lines of counts.
#[derive(Debug)]
pub struct Counts;

impl Kind for Counts {
    type Line = CountLine;

    const COLUMNS: &'static [&'static str] = COLUMNS;
    const REQUIRED: &'static [&'static str] = &["location", "on_hand"];

    fn check(&mut self, columns: &Columns) -> Result<(), String> {
        if columns.has("product") || columns.has("sku") {
            return Ok(());
        }
        Err("the columns product and sku are missing: one of them names the product".to_owned())
    }

    fn read(&self, line: u64, row: &mut Row<'_>) -> Option<CountLine> {
        let product = row.parsed("product", named);
        let sku = row.parsed("sku", Sku::parse);
        if row.text("product").is_none() && row.text("sku").is_none() {
            row.fault("product", "is empty, and so is sku");
        }
        let location = row.required("location", |row, name| row.parsed(name, str::parse));
        let on_hand = row.required("on_hand", Row::number);
        let backorder_limit = row.number("backorder_limit");
        let reason = row.parsed("reason", Reason::parse).or_else(|| Reason::parse(REASON).ok());
        let product = match (product, sku) {
            (Some(Named::Id(id, _)), sku) => Named::Id(id, sku),
            (Some(Named::Sku(named)), Some(sku)) if named != sku => {
                let (named, sku) = (named.as_str().to_owned(), sku.as_str().to_owned());
                row.fault("sku", format!("{} is not the product's, {}", Quoted(sku), Quoted(named)));
                return None;
            }
            (Some(named), _) => named,
            (None, sku) => Named::Sku(sku?),
        };
        let (location, on_hand, reason) = (location?, on_hand?, reason?);
        Some(CountLine { line, product, location, on_hand, backorder_limit, reason })
    }
}

/// What is a number is the product's; anything else is its sku.
fn named(text: &str) -> Result<Named, InvalidInput> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<ProductId>().map(|id| Named::Id(id, None));
    }
    Sku::parse(text).map(Named::Sku)
}

/// Writes all levels of a shop; how many there are.
///
/// # Errors
///
/// When they cannot be read or written.
pub fn export(shop: &mut dyn Bulk, to: impl Write) -> Result<u64> {
    let mut writer = Writer::from_writer(to);
    writer.write_record(COLUMNS)?;
    let (mut after, mut count) = (None, 0);
    loop {
        let levels = shop.counted_after(after.as_ref())?;
        for Counted { product, sku, location, on_hand, backorder_limit, .. } in &levels {
            let sku = sku.as_ref().map_or("", Sku::as_str);
            let (product, on_hand, limit) =
                (product.to_string(), on_hand.to_string(), backorder_limit.to_string());
            writer.write_record([&product, sku, location.as_str(), &on_hand, &limit, ""])?;
        }
        count += levels.len() as u64;
        let Some(last) = levels.into_iter().last() else { break };
        after = Some(last);
    }
    writer.flush()?;
    Ok(count)
}
