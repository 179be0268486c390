//! The columns of a products' file that say what marketplaces ask for products and call them: `price:de`, and
//! `name:de:de-AT`, or `name:-:de` for every marketplace.

use std::collections::BTreeMap;

use anyhow::Result;
use orders_adapters::sql::Bulk;
use orders_domain::{
    Directory, Locale, MarketplaceCode, Quoted,
    catalogue::{
        import::{Said, TextPlace},
        product::ProductName,
    },
    market::{
        listing::{ListingDetails, Model},
        product_text::{Description, TextDetails},
    },
};

mod shown;

pub use shown::Shown;

use super::{
    products::flag,
    row::{Columns, More, Row},
    table::{AT_ONCE, LONGEST},
};

/// How the columns are spelled.
pub const FORMS: &[&str] = &[
    "price:MARKETPLACE",
    "model:MARKETPLACE",
    "active:MARKETPLACE",
    "name:MARKETPLACE:LOCALE",
    "description:MARKETPLACE:LOCALE",
];

/// What stands in the place of a marketplace for all of them.
const ALL: &str = "-";

/// How many fields of such columns are held at once.
const FIELDS_AT_ONCE: usize = 16_000;

/// How many bytes such a field has at most: a description in quotes, with room to spare.
const LONGEST_FIELD: u64 = 1 << 15;

/// How many marketplaces a message lists.
const LISTED: usize = 100;

/// How many lines with so many such columns are held at once.
#[must_use]
pub fn at_once(columns: usize) -> usize {
    (FIELDS_AT_ONCE / columns.max(1)).clamp(1, AT_ONCE)
}

/// All marketplaces but the default one, by their codes.
///
/// # Errors
///
/// When they cannot be read.
pub fn others(shop: &mut dyn Bulk) -> Result<Vec<MarketplaceCode>> {
    let directory = shop.directory()?;
    let codes = directory.iter().flat_map(Directory::entries);
    Ok(codes.map(|entry| entry.marketplace.code).filter(|code| !code.is_default()).collect())
}

/// What marketplaces say, as the header of a file names it.
#[derive(Debug)]
pub struct Markets {
    /// Which there are beside the default one.
    others: Vec<MarketplaceCode>,
    listings: Vec<ListingColumns>,
    texts: Vec<TextColumns>,
    count: usize,
}

#[derive(Debug)]
struct ListingColumns {
    marketplace: MarketplaceCode,
    price: More,
    model: Option<More>,
    active: Option<More>,
}

#[derive(Debug)]
struct TextColumns {
    place: TextPlace,
    name: More,
    description: Option<More>,
}

impl Markets {
    /// Of a shop with these marketplaces beside the default one; no column is known yet.
    #[must_use]
    pub fn of(others: Vec<MarketplaceCode>) -> Self {
        Self { others, listings: Vec::new(), texts: Vec::new(), count: 0 }
    }

    /// How many columns are about marketplaces.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The longest line, in bytes.
    #[must_use]
    pub fn longest(&self) -> u64 {
        LONGEST + LONGEST_FIELD * self.count as u64
    }

    /// Finds the columns of a file.
    ///
    /// # Errors
    ///
    /// A line that says which column is unknown, there twice, or without the one that it belongs to.
    pub fn find(&mut self, columns: &Columns) -> Result<(), String> {
        let (mut listings, mut texts) = (BTreeMap::new(), BTreeMap::new());
        for more in columns.more() {
            let parts: Vec<_> = more.name.split(':').collect();
            let (kinds, kind) = match *parts.as_slice() {
                [kind @ ("price" | "model" | "active"), code] => {
                    (listings.entry(self.seller(more, code)?).or_insert_with(BTreeMap::new), kind)
                }
                [kind @ ("name" | "description"), code, tag] => {
                    (texts.entry(self.place(more, code, tag)?).or_insert_with(BTreeMap::new), kind)
                }
                _ => return Err(columns.unknown(&more.name)),
            };
            if kinds.insert(kind.to_owned(), more.clone()).is_some() {
                return Err(format!("the column {} is there twice", more.name));
            }
        }
        self.count = columns.more().len();
        let listing = |(marketplace, mut kinds): (MarketplaceCode, BTreeMap<String, More>)| {
            let price = needed(&mut kinds, "price")?;
            let (model, active) = (kinds.remove("model"), kinds.remove("active"));
            Ok(ListingColumns { marketplace, price, model, active })
        };
        self.listings = listings.into_iter().map(listing).collect::<Result<_, String>>()?;
        let text = |(place, mut kinds): (TextPlace, BTreeMap<String, More>)| {
            let name = needed(&mut kinds, "name")?;
            Ok(TextColumns { place, name, description: kinds.remove("description") })
        };
        self.texts = texts.into_iter().map(text).collect::<Result<_, String>>()?;
        Ok(())
    }

    /// The marketplace of a listing.
    fn seller(&self, column: &More, code: &str) -> Result<MarketplaceCode, String> {
        if code == MarketplaceCode::DEFAULT.as_str() {
            let name = &column.name;
            return Err(format!(
                "the column {name} is not taken: the prices of default are the products' own"
            ));
        }
        self.marketplace(column, code, &[])
    }

    /// The place of a text.
    fn place(&self, column: &More, code: &str, tag: &str) -> Result<TextPlace, String> {
        let marketplace = match code {
            ALL => None,
            code => Some(self.marketplace(column, code, &[MarketplaceCode::DEFAULT])?),
        };
        let locale: Result<Locale, _> = tag.parse();
        let locale = locale.map_err(|fault| format!("the column {}: {}", Quoted(&column.name), fault.reason));
        Ok((marketplace, locale?))
    }

    fn marketplace(
        &self,
        column: &More,
        code: &str,
        too: &[MarketplaceCode],
    ) -> Result<MarketplaceCode, String> {
        let known = || too.iter().chain(&self.others);
        if let Some(found) = known().find(|known| known.as_str() == code) {
            return Ok(*found);
        }
        let there: Vec<_> = known().take(LISTED).map(MarketplaceCode::as_str).collect();
        let there = if there.is_empty() { "none but default".to_owned() } else { there.join(", ") };
        let more = if known().nth(LISTED).is_some() { " and others" } else { "" };
        let (column, code) = (Quoted(&column.name), Quoted(code));
        Err(format!("the column {column}: there is no marketplace {code}; there are {there}{more}"))
    }

    /// What a line says; what is wrong with it is noted.
    pub fn read(&self, row: &mut Row<'_>) -> Said {
        let listings = self.listings.iter().filter_map(|columns| columns.read(row)).collect();
        let texts = self.texts.iter().filter_map(|columns| columns.read(row)).collect();
        Said { listings, texts }
    }
}

/// The column of a kind to which the others belong.
fn needed(kinds: &mut BTreeMap<String, More>, kind: &str) -> Result<More, String> {
    if let Some(found) = kinds.remove(kind) {
        return Ok(found);
    }
    let other = kinds.values().next().map_or("", |other| &other.name);
    let of = other.split_once(':').map_or("", |(_, of)| of);
    Err(format!("the column {other} is there, and {kind}:{of} is missing"))
}

/// Notes that a column is empty, though one that belongs to it is not.
fn empty(row: &mut Row<'_>, column: &More, others: [Option<&More>; 2]) {
    if let Some(there) = others.into_iter().flatten().find(|other| row.text(*other).is_some()) {
        row.fault(column, format!("is empty, and {} is not", there.name));
    }
}

impl ListingColumns {
    fn read(&self, row: &mut Row<'_>) -> Option<(MarketplaceCode, ListingDetails)> {
        let Self { marketplace, price, model, active } = self;
        if row.text(price).is_none() {
            empty(row, price, [model.as_ref(), active.as_ref()]);
            return None;
        }
        let price = row.number(price);
        let model = model.as_ref().and_then(|model| row.parsed(model, Model::parse));
        let active = active.as_ref().and_then(|active| row.parsed(active, flag)).unwrap_or(true);
        Some((*marketplace, ListingDetails { price: price?, model, active }))
    }
}

impl TextColumns {
    fn read(&self, row: &mut Row<'_>) -> Option<(TextPlace, TextDetails)> {
        let Self { place, name, description } = self;
        if row.text(name).is_none() {
            empty(row, name, [description.as_ref(), None]);
            return None;
        }
        let name = row.parsed(name, ProductName::parse);
        let description = description.as_ref().and_then(|column| row.parsed(column, Description::parse));
        Some((place.clone(), TextDetails { name: name?, description }))
    }
}
