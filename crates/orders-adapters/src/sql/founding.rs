//! What a new database begins with, against the seam's connection (`super::Conn`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::Currency;

use super::{
    super::{
        rows::{self, product::DetailsRow},
        schema::{products, shop},
    },
    Conn,
};
use crate::static_inventory::first_products;

/// The shop's own currency. Of a database that has none yet it becomes this one, and the first products come
/// into its catalogue. To be called in a transaction that nobody else does this in.
pub fn found(conn: &mut Conn, currency: Currency, now: DateTime<Utc>) -> QueryResult<Currency> {
    let kept: Option<String> = shop::table.select(shop::currency).first(conn).optional()?;
    if let Some(kept) = kept {
        return kept.parse().map_err(rows::corrupt);
    }
    diesel::insert_into(shop::table)
        .values((shop::id.eq(1), shop::currency.eq(currency.code())))
        .execute(conn)?;
    for product in first_products(currency) {
        let new = (products::id.eq(product.id.get()), products::created_at.eq(rows::millis(now)));
        diesel::insert_into(products::table).values((new, DetailsRow::of(&product, now))).execute(conn)?;
    }
    Ok(currency)
}
