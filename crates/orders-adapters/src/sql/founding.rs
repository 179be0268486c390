//! What a new database begins with, against the seam's connection (`super::Conn`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::{Currency, Directory, Marketplace};

use super::{
    super::{
        rows::{self, market::NewMarketplaceRow, product::DetailsRow},
        schema::{marketplaces, products, shop},
    },
    Conn, markets,
};
use crate::static_inventory::first_products;

/// All marketplaces. A database that has none yet gets the default one with this currency, and the first products in
/// its catalogue. To be called in a transaction that nobody else does this in.
pub fn found(conn: &mut Conn, currency: Currency, now: DateTime<Utc>) -> QueryResult<Directory> {
    let kept: Option<String> = shop::table.select(shop::currency).first(conn).optional()?;
    if kept.is_some() {
        return markets::directory(conn);
    }
    diesel::insert_into(shop::table)
        .values((shop::id.eq(1), shop::currency.eq(currency.code())))
        .execute(conn)?;
    for product in first_products(currency) {
        let new = (products::id.eq(product.id.get()), products::created_at.eq(rows::millis(now)));
        diesel::insert_into(products::table).values((new, DetailsRow::of(&product, now))).execute(conn)?;
    }
    let first = Marketplace::first(currency);
    diesel::insert_into(marketplaces::table)
        .values((marketplaces::code.eq(first.code.as_str()), NewMarketplaceRow::of(&first)))
        .execute(conn)?;
    Ok(Directory::new(first, []))
}
