//! What marketplaces say of products, as the writer reads it at first touch.

use diesel::prelude::*;
use orders_domain::{
    Listing, MarketplaceCode, Version, catalogue::product::ProductName, market::shown::Showing,
};

use super::{
    super::{
        rows::{
            corrupt,
            market::{ListingRow, NameRow, name_text},
        },
        schema::{listings, marketplaces, product_texts},
    },
    Conn,
};

/// At which version a marketplace is; `None` if there is none.
pub fn version(conn: &mut Conn, code: MarketplaceCode) -> QueryResult<Option<Version>> {
    let found: Option<i64> =
        marketplaces::table.find(code.as_str()).select(marketplaces::version).first(conn).optional()?;
    found.map(Version::try_from).transpose().map_err(corrupt)
}

/// What all marketplaces say of a product of this name.
pub fn showing(conn: &mut Conn, product: i64, name: ProductName) -> QueryResult<Showing> {
    let listed: Vec<ListingRow> = listings::table
        .filter(listings::product_id.eq(product))
        .select(ListingRow::as_select())
        .load(conn)?;
    let named: Vec<NameRow> = product_texts::table
        .filter(product_texts::product_id.eq(product))
        .select((
            product_texts::marketplace,
            product_texts::locale,
            product_texts::name,
            product_texts::version,
        ))
        .load(conn)?;
    let listed = listed.into_iter().map(Listing::try_from).collect::<Result<_, _>>().map_err(corrupt)?;
    let named = named.into_iter().map(name_text).collect::<Result<_, _>>().map_err(corrupt)?;
    Ok(Showing::new(name, listed, named))
}
