//! Queries about marketplaces, listings and texts, in plain Diesel against the seam's connection (`super::Conn`):
//! no backend is named here.

use std::collections::HashMap;

use diesel::prelude::*;
use orders_domain::{
    Directory, Listing, Marketplace, MarketplaceCode, ProductId, ProductText,
    catalogue::product::ProductName,
    market::{
        product_text::TextKey,
        shown::{NameText, Showing},
    },
};

use super::{
    super::{
        rows::{
            corrupt,
            market::{ListingRow, MarketplaceRow, NameRow, TextRow, name_text, text_market},
        },
        schema::{listings, marketplace_countries, marketplaces, product_texts, products},
    },
    Conn,
};

/// All marketplaces. To be called in a transaction, so that it is one state of them.
pub fn directory(conn: &mut Conn) -> QueryResult<Directory> {
    let rows: Vec<MarketplaceRow> = marketplaces::table.select(MarketplaceRow::as_select()).load(conn)?;
    let leads: Vec<(String, String)> = marketplace_countries::table.load(conn)?;
    let mut countries: HashMap<String, Vec<String>> = HashMap::new();
    for (country, marketplace) in leads {
        countries.entry(marketplace).or_default().push(country);
    }
    let marketplace = |row: MarketplaceRow| {
        let leading = countries.remove(&row.code).unwrap_or_default();
        row.with(&leading)
    };
    let mut all: Vec<Marketplace> =
        rows.into_iter().map(marketplace).collect::<Result<_, _>>().map_err(corrupt)?;
    let first = all.iter().position(|marketplace| marketplace.code.is_default());
    let first = all.swap_remove(first.ok_or(diesel::NotFound)?);
    Ok(Directory::new(first, all))
}

/// A product's listing in a marketplace.
pub fn listing(
    conn: &mut Conn,
    product: ProductId,
    marketplace: MarketplaceCode,
) -> QueryResult<Option<Listing>> {
    let row: Option<ListingRow> = listings::table
        .find((product.get(), marketplace.as_str()))
        .select(ListingRow::as_select())
        .first(conn)
        .optional()?;
    row.map(Listing::try_from).transpose().map_err(corrupt)
}

/// A text.
pub fn text(conn: &mut Conn, of: &TextKey) -> QueryResult<Option<ProductText>> {
    let row: Option<TextRow> = product_texts::table
        .find((of.product.get(), text_market(of.marketplace.as_ref()), of.locale.as_str()))
        .select(TextRow::as_select())
        .first(conn)
        .optional()?;
    row.map(ProductText::try_from).transpose().map_err(corrupt)
}

/// What a marketplace, and all together, say of these products, as far as they exist, in any order.
pub fn showings(
    conn: &mut Conn,
    ids: &[i64],
    marketplace: MarketplaceCode,
) -> QueryResult<Vec<(i64, Showing)>> {
    let code = marketplace.as_str();
    let known: Vec<(i64, String)> =
        products::table.filter(products::id.eq_any(ids)).select((products::id, products::name)).load(conn)?;
    let mut listed: HashMap<i64, Vec<Listing>> = HashMap::new();
    if !marketplace.is_default() {
        let rows: Vec<ListingRow> = listings::table
            .filter(listings::product_id.eq_any(ids))
            .filter(listings::marketplace.eq(code))
            .select(ListingRow::as_select())
            .load(conn)?;
        for row in rows {
            let listing = Listing::try_from(row).map_err(corrupt)?;
            listed.entry(listing.product.get()).or_default().push(listing);
        }
    }
    let rows: Vec<(i64, NameRow)> = product_texts::table
        .filter(product_texts::product_id.eq_any(ids))
        .filter(product_texts::marketplace.eq_any(["", code]))
        .select((
            product_texts::product_id,
            (product_texts::marketplace, product_texts::locale, product_texts::name, product_texts::version),
        ))
        .load(conn)?;
    let mut named: HashMap<i64, Vec<NameText>> = HashMap::new();
    for (product, row) in rows {
        named.entry(product).or_default().push(name_text(row).map_err(corrupt)?);
    }
    let showing = |(id, name): (i64, String)| {
        let name = ProductName::parse(&name).map_err(corrupt)?;
        let (listed, named) = (listed.remove(&id).unwrap_or_default(), named.remove(&id).unwrap_or_default());
        Ok((id, Showing::new(name, listed, named)))
    };
    known.into_iter().map(showing).collect()
}

/// What was found of these products, each at its id's place.
pub fn in_order(products: &[ProductId], found: &mut Vec<(i64, Showing)>) -> Vec<Option<Showing>> {
    let mut found: HashMap<_, _> = found.drain(..).collect();
    products.iter().map(|id| found.remove(&id.get())).collect()
}
