//! What the shop's people change of marketplaces, listings and texts, in plain Diesel against the seam's connection
//! (`super::Conn`): no backend is named here.

use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{Bool, Text},
};
use orders_domain::{
    Country, EventType, Facts, Marketplace, ProductText, Subject, Version,
    market::{
        listing::SetListing,
        marketplace::{ChangedMarketplace, NewMarketplace},
        product_text::SetText,
    },
    ports::{Made, Refused, Taken},
};

use super::{
    super::{
        rows::{
            corrupt,
            market::{NewListingRow, NewMarketplaceRow, NewTextRow, text_market},
        },
        schema::{listings, marketplace_countries, marketplaces, orders, product_texts, products, shop},
        writer::Outcome,
    },
    Conn,
    keeping::Told,
};

type Stored = QueryResult<Result<Told, Outcome>>;

fn refused(refusal: Refused) -> Outcome {
    Outcome::Refused(refusal)
}

fn taken(what: Taken) -> Outcome {
    refused(Refused::Taken(what))
}

/// Stores a new marketplace.
pub fn create(conn: &mut Conn, new: &NewMarketplace) -> Stored {
    let code = new.code.as_str();
    let known: Option<i64> =
        marketplaces::table.find(code).select(marketplaces::version).first(conn).optional()?;
    if known.is_some() {
        return Ok(Err(taken(Taken::MarketplaceCode(new.code))));
    }
    let count: i64 = marketplaces::table.count().get_result(conn)?;
    if usize::try_from(count).is_ok_and(|count| count >= Marketplace::MOST) {
        return Ok(Err(taken(Taken::Marketplaces)));
    }
    let marketplace = Marketplace { code: new.code, details: new.details.clone(), version: Version::FIRST };
    if let Some(other) = leads_elsewhere(conn, &marketplace)? {
        return Ok(Err(taken(other)));
    }
    diesel::insert_into(marketplaces::table)
        .values((marketplaces::code.eq(code), NewMarketplaceRow::of(&marketplace)))
        .execute(conn)?;
    lead(conn, &marketplace)?;
    let said = Facts::new().with("to", marketplace.details.facts());
    Ok(Ok(told(marketplace, EventType::MarketplaceCreated, said)))
}

/// Stores another version of a marketplace.
pub fn change(conn: &mut Conn, changed: &ChangedMarketplace) -> Stored {
    let marketplace = changed.marketplace();
    let code = marketplace.code.as_str();
    let row = marketplaces::table.find(code).filter(marketplaces::version.eq(changed.seen().get()));
    let seen: Option<i64> = row.select(marketplaces::version).first(conn).optional()?;
    if seen.is_none() {
        return Ok(Err(refused(Refused::Stale)));
    }
    if let Some(other) = leads_elsewhere(conn, marketplace)? {
        return Ok(Err(taken(other)));
    }
    if changed.priced_otherwise() {
        if is_priced(conn, marketplace)? {
            return Ok(Err(refused(Refused::Priced)));
        }
        if marketplace.code.is_default() {
            // Its prices are the products' own.
            let currency = marketplace.details.currency;
            diesel::update(shop::table).set(shop::currency.eq(currency.code())).execute(conn)?;
            diesel::update(products::table).set(products::currency.eq(currency.code())).execute(conn)?;
        }
    }
    if diesel::update(row).set(NewMarketplaceRow::of(marketplace)).execute(conn)? == 0 {
        return Ok(Err(refused(Refused::Stale)));
    }
    let leading = marketplace_countries::table.filter(marketplace_countries::marketplace.eq(code));
    diesel::delete(leading).execute(conn)?;
    lead(conn, marketplace)?;
    Ok(Ok(told(marketplace.clone(), EventType::MarketplaceChanged, changed.said().clone())))
}

/// Whether there are prices or orders in the currency that a marketplace has had.
fn is_priced(conn: &mut Conn, marketplace: &Marketplace) -> QueryResult<bool> {
    let code = marketplace.code.as_str();
    // Both kinds of listings, so that it is found by its index.
    let of_marketplace =
        listings::table.filter(listings::marketplace.eq(code)).filter(listings::active.eq_any([true, false]));
    let listed: Option<i64> = of_marketplace.select(listings::product_id).first(conn).optional()?;
    if listed.is_some() {
        return Ok(true);
    }
    let sold: Option<i64> = if marketplace.code.is_default() {
        // Nothing at all was ordered, since the shop's currency is that of its files and figures too.
        orders::table.select(orders::id).first(conn).optional()?
    } else {
        // As the index has it.
        let there = sql::<Bool>("coalesce(orders.marketplace, 'default') = ").bind::<Text, _>(code);
        orders::table.filter(there).select(orders::id).first(conn).optional()?
    };
    Ok(sold.is_some())
}

/// What leads to another marketplace already.
fn leads_elsewhere(conn: &mut Conn, marketplace: &Marketplace) -> QueryResult<Option<Taken>> {
    let code = marketplace.code.as_str();
    if let Some(host) = &marketplace.details.host {
        let other: Option<String> = marketplaces::table
            .filter(marketplaces::host.eq(host.as_str()))
            .filter(marketplaces::code.ne(code))
            .select(marketplaces::code)
            .first(conn)
            .optional()?;
        if let Some(other) = other {
            return Ok(Some(Taken::Host(host.to_string(), other.parse().map_err(corrupt)?)));
        }
    }
    let wanted: Vec<_> = marketplace.details.countries.iter().map(Country::code).collect();
    let leads: Vec<(String, String)> = marketplace_countries::table
        .filter(marketplace_countries::country.eq_any(wanted))
        .filter(marketplace_countries::marketplace.ne(code))
        .load(conn)?;
    let elsewhere = leads.iter().min();
    let elsewhere = elsewhere.map(|(country, other)| Ok(Taken::Country(country.parse()?, other.parse()?)));
    elsewhere.transpose().map_err(corrupt)
}

/// Has its countries lead to a marketplace.
fn lead(conn: &mut Conn, marketplace: &Marketplace) -> QueryResult<()> {
    for country in &marketplace.details.countries {
        diesel::insert_into(marketplace_countries::table)
            .values((
                marketplace_countries::country.eq(country.code()),
                marketplace_countries::marketplace.eq(marketplace.code.as_str()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn told(marketplace: Marketplace, event_type: EventType, said: Facts) -> Told {
    let (subject, version) = (Subject::Marketplace(marketplace.code), marketplace.version);
    Told { subject, version, event_type, said, made: Made::Marketplace(marketplace) }
}

/// Stores a listing that is new or otherwise.
pub fn list(conn: &mut Conn, set: &SetListing) -> Stored {
    let listing = set.listing();
    let (product, code) = (listing.product.get(), listing.marketplace.as_str());
    let key = listings::table.find((product, code));
    let row = NewListingRow::of(listing);
    let stored = match set.seen() {
        None => {
            let present: Option<i64> = key.select(listings::version).first(conn).optional()?;
            if present.is_some() {
                return Ok(Err(refused(Refused::Stale)));
            }
            let key = (listings::product_id.eq(product), listings::marketplace.eq(code));
            diesel::insert_into(listings::table).values((key, row)).execute(conn)?
        }
        Some(seen) => {
            let present = key.filter(listings::version.eq(seen.get()));
            diesel::update(present).set(row).execute(conn)?
        }
    };
    if stored == 0 {
        return Ok(Err(refused(Refused::Stale)));
    }
    Ok(Ok(listed(set)))
}

/// What is to be said of a listing.
pub fn listed(set: &SetListing) -> Told {
    let (listing, said) = (set.listing().clone(), set.said().clone());
    let event_type = if set.seen().is_none() { EventType::ListingCreated } else { EventType::ListingChanged };
    let (subject, version) = (Subject::Listing(listing.product, listing.marketplace), listing.version);
    Told { subject, version, event_type, said, made: Made::Listing(listing) }
}

/// Stores a text that is new or otherwise.
pub fn name(conn: &mut Conn, set: &SetText) -> Stored {
    let text = set.text();
    let of = &text.of;
    let (product, code, locale) =
        (of.product.get(), text_market(of.marketplace.as_ref()), of.locale.as_str());
    let key = product_texts::table.find((product, code, locale));
    let row = NewTextRow::of(text);
    let stored = match set.seen() {
        None => {
            let present: Option<i64> = key.select(product_texts::version).first(conn).optional()?;
            if present.is_some() {
                return Ok(Err(refused(Refused::Stale)));
            }
            let of_product = product_texts::table.filter(product_texts::product_id.eq(product));
            let count: i64 = of_product.count().get_result(conn)?;
            if usize::try_from(count).is_ok_and(|count| count >= ProductText::MOST) {
                return Ok(Err(taken(Taken::Texts)));
            }
            let key = (
                product_texts::product_id.eq(product),
                product_texts::marketplace.eq(code),
                product_texts::locale.eq(locale),
            );
            diesel::insert_into(product_texts::table).values((key, row)).execute(conn)?
        }
        Some(seen) => {
            let present = key.filter(product_texts::version.eq(seen.get()));
            diesel::update(present).set(row).execute(conn)?
        }
    };
    if stored == 0 {
        return Ok(Err(refused(Refused::Stale)));
    }
    Ok(Ok(named(set)))
}

/// What is to be said of a text.
pub fn named(set: &SetText) -> Told {
    let (text, said) = (set.text().clone(), set.said().clone());
    let event_type = if set.seen().is_none() { EventType::TextCreated } else { EventType::TextChanged };
    let (subject, version) = (Subject::Text(text.of.clone()), text.version);
    Told { subject, version, event_type, said, made: Made::Text(text) }
}
