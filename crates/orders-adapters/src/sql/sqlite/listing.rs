//! How listings and texts are stored many at a time: one by one, by statements that stay prepared.

use diesel::prelude::*;
use orders_domain::market::{listing::SetListing, product_text::SetText};

use super::{
    super::{
        rows::market::{NewListingRow, NewTextRow, text_market},
        schema::{listings, product_texts},
    },
    Conn,
};

/// Stores listings; whether all that were there were at the version that was changed.
pub fn set_listings(conn: &mut Conn, sets: &[SetListing]) -> QueryResult<bool> {
    for set in sets {
        let listing = set.listing();
        let (product, code) = (listing.product.get(), listing.marketplace.as_str());
        let row = NewListingRow::of(listing);
        let Some(seen) = set.seen() else {
            let key = (listings::product_id.eq(product), listings::marketplace.eq(code));
            diesel::insert_into(listings::table).values((key, row)).execute(conn)?;
            continue;
        };
        let present = listings::table.find((product, code)).filter(listings::version.eq(seen.get()));
        if diesel::update(present).set(row).execute(conn)? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The same of texts.
pub fn set_texts(conn: &mut Conn, sets: &[SetText]) -> QueryResult<bool> {
    for set in sets {
        let of = &set.text().of;
        let (product, code, locale) =
            (of.product.get(), text_market(of.marketplace.as_ref()), of.locale.as_str());
        let row = NewTextRow::of(set.text());
        let Some(seen) = set.seen() else {
            let key = (
                product_texts::product_id.eq(product),
                product_texts::marketplace.eq(code),
                product_texts::locale.eq(locale),
            );
            diesel::insert_into(product_texts::table).values((key, row)).execute(conn)?;
            continue;
        };
        let present = product_texts::table.find((product, code, locale));
        let present = present.filter(product_texts::version.eq(seen.get()));
        if diesel::update(present).set(row).execute(conn)? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}
