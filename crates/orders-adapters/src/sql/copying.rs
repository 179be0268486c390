//! Whole rows page by page, in plain Diesel against the seam's connection (`super::Conn`).

use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Bool, Text},
};
use orders_domain::Consumer;

use super::{
    super::{
        parts::{Copied, Key, Part},
        rows::{
            copied::{
                AttemptCopy, ConsumerCopy, CountryCopy, DeliveryCopy, EventCopy, InboxCopy, LevelCopy,
                ListingCopy, LocationCopy, MarketplaceCopy, MovementCopy, ProductCopy, TextCopy, WebhookCopy,
            },
            event::ORDER,
        },
        schema::{
            attempts, consumers, deliveries, events, inbox, listings, locations, marketplace_countries,
            marketplaces, product_texts, products, stock_levels, stock_movements, webhooks,
        },
    },
    Conn,
};

/// Rows on a page.
const PAGE: i64 = 2_000;

/// The next rows of a part after a key.
pub fn rows_after(conn: &mut Conn, part: Part, key: &Key) -> QueryResult<Copied> {
    let Key { name, first: after, second } = key;
    // Behind this one as a whole, which is where its index is entered.
    let behind = |columns: &str| {
        sql::<Bool>(&format!("({columns}) > ("))
            .bind::<Text, _>(name)
            .sql(", ")
            .bind::<BigInt, _>(after)
            .sql(", ")
            .bind::<BigInt, _>(second)
            .sql(")")
    };
    Ok(match part {
        Part::Products => Copied::Products(
            products::table
                .filter(products::id.gt(after))
                .order(products::id)
                .limit(PAGE)
                .select(ProductCopy::as_select())
                .load(conn)?,
        ),
        Part::Marketplaces | Part::Countries | Part::Listings | Part::Texts => {
            markets_after(conn, part, *after)?
        }
        Part::Locations => Copied::Locations(
            locations::table
                .filter(locations::id.gt(after))
                .order(locations::id)
                .limit(PAGE)
                .select(LocationCopy::as_select())
                .load(conn)?,
        ),
        Part::Levels => Copied::Levels(
            stock_levels::table
                .filter(stock_levels::product_id.ge(after))
                .filter(stock_levels::product_id.gt(after).or(stock_levels::location_id.gt(second)))
                .order((stock_levels::product_id, stock_levels::location_id))
                .limit(PAGE)
                .select(LevelCopy::as_select())
                .load(conn)?,
        ),
        Part::Movements => Copied::Movements(
            stock_movements::table
                .filter(stock_movements::id.gt(after))
                .order(stock_movements::id)
                .limit(PAGE)
                .select(MovementCopy::as_select())
                .load(conn)?,
        ),
        Part::Events => Copied::Events(
            events::table
                .filter(events::id.gt(after))
                .filter(events::kind.ne(ORDER))
                .order(events::id)
                .limit(PAGE)
                .select(EventCopy::as_select())
                .load(conn)?,
        ),
        Part::Webhooks => Copied::Webhooks(
            webhooks::table
                .filter(webhooks::id.gt(after))
                .order(webhooks::id)
                .limit(PAGE)
                .select(WebhookCopy::as_select())
                .load(conn)?,
        ),
        Part::Consumers => Copied::Consumers(
            consumers::table
                .filter(consumers::name.gt(name))
                // Each database counts for itself.
                .filter(consumers::name.ne(Consumer::Rollups.kind()))
                .order(consumers::name)
                .limit(PAGE)
                .select(ConsumerCopy::as_select())
                .load(conn)?,
        ),
        Part::Inbox => Copied::Inbox(
            inbox::table
                .filter(behind("consumer, message_id, 0"))
                .order((inbox::consumer, inbox::message_id))
                .limit(PAGE)
                .select(InboxCopy::as_select())
                .load(conn)?,
        ),
        Part::Deliveries => Copied::Deliveries(
            deliveries::table
                .filter(behind("consumer, event, 0"))
                .order((deliveries::consumer, deliveries::event))
                .limit(PAGE)
                .select(DeliveryCopy::as_select())
                .load(conn)?,
        ),
        Part::Attempts => Copied::Attempts(
            attempts::table
                .filter(behind("consumer, event, number"))
                .order((attempts::consumer, attempts::event, attempts::number))
                .limit(PAGE)
                .select(AttemptCopy::as_select())
                .load(conn)?,
        ),
    })
}

/// Rows of marketplaces of some products, by which it is found out which products these are.
const AT_ONCE: i64 = 500;

/// The next rows about marketplaces after a key, in an order that is ours: backends order texts in their own ways.
fn markets_after(conn: &mut Conn, part: Part, after: i64) -> QueryResult<Copied> {
    Ok(match part {
        Part::Marketplaces => {
            let rows = marketplaces::table.select(MarketplaceCopy::as_select());
            // They come all at once.
            let mut rows = if after > 0 { Vec::new() } else { rows.load(conn)? };
            rows.sort_unstable_by(|one, other| one.code.cmp(&other.code));
            Copied::Marketplaces(rows)
        }
        Part::Countries => {
            let rows = marketplace_countries::table.select(CountryCopy::as_select());
            let mut rows = if after > 0 { Vec::new() } else { rows.load(conn)? };
            rows.sort_unstable_by(|one, other| one.country.cmp(&other.country));
            Copied::Countries(rows)
        }
        Part::Listings => {
            let later = listings::table.filter(listings::product_id.gt(after)).order(listings::product_id);
            let ids: Vec<i64> = later.select(listings::product_id).limit(AT_ONCE).load(conn)?;
            // Those of a product come together.
            let of_products = listings::table.filter(listings::product_id.eq_any(ids));
            let mut rows: Vec<ListingCopy> = of_products.select(ListingCopy::as_select()).load(conn)?;
            rows.sort_by_cached_key(|row| (row.product_id, row.marketplace.clone()));
            Copied::Listings(rows)
        }
        _ => {
            let later = product_texts::table.filter(product_texts::product_id.gt(after));
            let later = later.order(product_texts::product_id).select(product_texts::product_id);
            let ids: Vec<i64> = later.limit(AT_ONCE).load(conn)?;
            let of_products = product_texts::table.filter(product_texts::product_id.eq_any(ids));
            let mut rows: Vec<TextCopy> = of_products.select(TextCopy::as_select()).load(conn)?;
            rows.sort_by_cached_key(|row| (row.product_id, row.marketplace.clone(), row.locale.clone()));
            Copied::Texts(rows)
        }
    })
}
