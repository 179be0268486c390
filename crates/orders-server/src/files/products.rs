//! Files of products.

use std::io::Write;

use anyhow::Result;
use csv::Writer;
use orders_adapters::sql::Bulk;
use orders_domain::{
    Currency, InvalidInput, MarketplaceCode, Product, Quoted,
    catalogue::{
        import::ProductLine,
        product::{ProductDetails, ProductName, Sku, StockPolicy},
        size::{Grams, Millimetres, Size},
    },
};

use super::{
    markets::{self, Markets, Shown},
    row::{Columns, Row},
    table::Kind,
};

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

/// Lines of products of a shop.
#[derive(Debug)]
pub struct Products {
    own: Currency,
    markets: Markets,
}

impl Products {
    /// Of a shop with this currency, and with these marketplaces beside the default one.
    #[must_use]
    pub fn of(own: Currency, marketplaces: Vec<MarketplaceCode>) -> Self {
        Self { own, markets: Markets::of(marketplaces) }
    }
}

impl Kind for Products {
    type Line = ProductLine;

    const COLUMNS: &'static [&'static str] = COLUMNS;
    const REQUIRED: &'static [&'static str] = &["name", "price"];
    const FORMS: &'static [&'static str] = markets::FORMS;

    fn check(&mut self, columns: &Columns) -> Result<(), String> {
        self.markets.find(columns)
    }

    fn at_once(&self) -> usize {
        markets::at_once(self.markets.count())
    }

    fn longest(&self) -> u64 {
        self.markets.longest()
    }

    fn read(&self, line: u64, row: &mut Row<'_>) -> Option<ProductLine> {
        let id = row.parsed("id", str::parse);
        let sku = row.parsed("sku", Sku::parse);
        let name = row.required("name", |row, name| row.parsed(name, ProductName::parse));
        let price = row.required("price", Row::number);
        row.parsed("currency", |text| match text.parse::<Currency>()? {
            own if own == self.own => Ok(()),
            other => {
                Err(InvalidInput::new("currency", format!("{other} is not the shop's own, {}", self.own)))
            }
        });
        let weight: Option<Grams> = row.number("weight_g");
        let size = size(row);
        let policy = row.parsed("stock_policy", str::parse).unwrap_or(StockPolicy::Deny);
        let active = row.parsed("active", flag).unwrap_or(true);
        let said = self.markets.read(row);
        let (name, price, currency) = (name?, price?, self.own);
        let details = ProductDetails { sku, name, price, currency, weight, size, policy, active };
        Some(ProductLine { line, id, details, said })
    }
}

/// All three sides or none.
fn size(row: &mut Row<'_>) -> Option<Size> {
    const SIDES: [&str; 3] = ["length_mm", "width_mm", "height_mm"];

    let said = SIDES.map(|side| row.text(side).is_some());
    if let Some(there) = SIDES.iter().zip(said).find_map(|(side, said)| said.then_some(*side)) {
        for (side, _) in SIDES.iter().zip(said).filter(|(_, said)| !said) {
            row.fault(*side, format!("is empty, and {there} is not"));
        }
    }
    let [length, width, height] = SIDES.map(|side| row.number::<Millimetres>(side));
    Some(Size { length: length?, width: width?, height: height? })
}

/// Whether a column says yes or no.
///
/// # Errors
///
/// [`InvalidInput`] when it says neither.
pub fn flag(text: &str) -> Result<bool, InvalidInput> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(InvalidInput::new("active", format!("{} is none of true, false, 1 and 0", Quoted(text)))),
    }
}

/// Writes all products of a shop, with what its marketplaces say of them; how many products there are.
///
/// # Errors
///
/// When they cannot be read or written.
pub fn export(shop: &mut dyn Bulk, to: impl Write) -> Result<u64> {
    let shown = Shown::of(shop)?;
    let mut writer = Writer::from_writer(to);
    writer.write_record(COLUMNS.iter().map(|name| (*name).to_owned()).chain(shown.header()))?;
    let (mut after, mut count) = (None, 0);
    loop {
        let products = shop.products_after(after)?;
        let Some(last) = products.last() else { break };
        after = Some(last.id);
        count += products.len() as u64;
        for some in products.chunks(markets::at_once(shown.count())) {
            let said = shown.fields(shop, some)?;
            for (product, said) in some.iter().zip(said) {
                writer.write_record(fields(product).into_iter().chain(said))?;
            }
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
