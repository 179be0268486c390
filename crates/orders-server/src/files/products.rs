//! Files of products.

use std::io::Write;

use anyhow::Result;
use csv::Writer;
use orders_adapters::sql::Bulk;
use orders_domain::{
    Currency, InvalidInput, Product, Quoted,
    catalogue::{
        import::ProductLine,
        product::{ProductDetails, ProductName, Sku, StockPolicy},
        size::{Grams, Millimetres, Size},
    },
};

use super::{row::Row, table::Kind};

/// The columns.
pub const COLUMNS: &[&str] = &[
    "id",
    "sku",
    "name",
    "price",
    "currency",
    "weight_g",
    "length_mm",
    "width_mm",
    "height_mm",
    "stock_policy",
    "active",
];

/// Lines of products of a shop with this currency.
#[derive(Debug)]
pub struct Products(pub Currency);

impl Kind for Products {
    type Line = ProductLine;

    const COLUMNS: &'static [&'static str] = COLUMNS;
    const REQUIRED: &'static [&'static str] = &["name", "price"];

    fn read(&self, line: u64, row: &mut Row<'_>) -> Option<ProductLine> {
        let id = row.parsed("id", str::parse);
        let sku = row.parsed("sku", Sku::parse);
        let name = row.required("name", |row, name| row.parsed(name, ProductName::parse));
        let price = row.required("price", Row::number);
        row.parsed("currency", |text| match text.parse::<Currency>()? {
            own if own == self.0 => Ok(()),
            other => Err(InvalidInput::new("currency", format!("{other} is not the shop's own, {}", self.0))),
        });
        let weight: Option<Grams> = row.number("weight_g");
        let size = size(row);
        let policy = row.parsed("stock_policy", str::parse).unwrap_or(StockPolicy::Deny);
        let active = row.parsed("active", flag).unwrap_or(true);
        let (name, price, currency) = (name?, price?, self.0);
        let details = ProductDetails { sku, name, price, currency, weight, size, policy, active };
        Some(ProductLine { line, id, details })
    }
}

/// All three sides or none.
fn size(row: &mut Row<'_>) -> Option<Size> {
    const SIDES: [&str; 3] = ["length_mm", "width_mm", "height_mm"];

    let said = SIDES.map(|side| row.text(side).is_some());
    if let Some(there) = SIDES.iter().zip(said).find_map(|(side, said)| said.then_some(*side)) {
        for (side, _) in SIDES.iter().zip(said).filter(|(_, said)| !said) {
            row.fault(side, format!("is empty, and {there} is not"));
        }
    }
    let [length, width, height] = SIDES.map(|side| row.number::<Millimetres>(side));
    Some(Size { length: length?, width: width?, height: height? })
}

fn flag(text: &str) -> Result<bool, InvalidInput> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(InvalidInput::new("active", format!("{} is none of true, false, 1 and 0", Quoted(text)))),
    }
}

/// Writes all products of a shop; how many there are.
///
/// # Errors
///
/// When they cannot be read or written.
pub fn export(shop: &mut dyn Bulk, to: impl Write) -> Result<u64> {
    let mut writer = Writer::from_writer(to);
    writer.write_record(COLUMNS)?;
    let (mut after, mut count) = (None, 0);
    loop {
        let products = shop.products_after(after)?;
        let Some(last) = products.last() else { break };
        after = Some(last.id);
        count += products.len() as u64;
        for product in &products {
            writer.write_record(fields(product))?;
        }
    }
    writer.flush()?;
    Ok(count)
}

fn fields(Product { id, details, .. }: &Product) -> [String; 11] {
    let text = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let side = |side: fn(Size) -> Millimetres| text(details.size.map(|size| side(size).get()));
    [
        id.to_string(),
        details.sku.as_ref().map(|sku| sku.as_str().to_owned()).unwrap_or_default(),
        details.name.as_str().to_owned(),
        details.price.minor_units().to_string(),
        details.currency.code().to_owned(),
        text(details.weight.map(Grams::get)),
        side(|size| size.length),
        side(|size| size.width),
        side(|size| size.height),
        details.policy.as_str().to_owned(),
        details.active.to_string(),
    ]
}
