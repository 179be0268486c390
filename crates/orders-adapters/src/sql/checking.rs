//! Everything that is looked at beside orders and the ledger of stock, against the seam's connection
//! (`super::Conn`). No backend is named here.
//!
//! Where a query alone can tell what is wrong, it does: one row a difference, with of what and what. Each is one
//! statement, so it sees one state.

use diesel::{
    connection::DefaultLoadingMode,
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Binary, Bool, Nullable, Text},
};
use orders_domain::{
    Consumer, Listing, Product, ProductText, Subject, Webhook,
    audit::{Difference, DifferenceKind as Kind, things::StoredThing},
    delivery::Leased,
    stock::Location,
};

use super::{
    super::{
        checks::{ALONE, CHECKS, Check, THINGS},
        rows::{
            consumer::LeasedRow,
            event::is_said_of_other,
            market::{ListingRow, MarketplaceRow, TextRow},
            product::ProductRow,
            stock::LocationRow,
            webhook::WebhookRow,
        },
        schema::{consumers, listings, locations, marketplaces, product_texts, products, webhooks},
    },
    Conn, recounting, resummed,
};

/// Rows that are looked at at once.
const AT_ONCE: i64 = 2_000;

/// What a query finds goes to `found`, row by row.
pub fn find(conn: &mut Conn, check: &Check, found: &mut dyn FnMut(Difference)) -> QueryResult<()> {
    let rows = sql::<(Text, Text)>(check.1);
    for row in rows.load_iter::<(String, String), DefaultLoadingMode>(conn)? {
        let (subject, reason) = row?;
        found(Difference::new(check.0, subject, reason));
    }
    Ok(())
}

/// Looks at all of it.
pub fn examine(conn: &mut Conn, found: &mut dyn FnMut(Difference)) -> QueryResult<()> {
    for check in &CHECKS {
        find(conn, check, found)?;
    }
    for row in sql::<(Text, BigInt)>(ALONE).load_iter::<(String, i64), DefaultLoadingMode>(conn)? {
        let (kind, number) = row?;
        let subject = Subject::of_parts(&kind, number);
        let subject = subject.map_or_else(|_| format!("{kind}/{number}"), |subject| subject.to_string());
        found(Difference::new(Kind::ThingAlone, subject, "is not there, and has events"));
    }
    for (kind, subject, table) in THINGS {
        versions(conn, (kind, subject, table), found)?;
    }
    events(conn, found)?;
    read_products(conn, found)?;
    read_few(conn, found)?;
    resummed::examine(conn, found)
}

/// Whether each version of each thing has its event.
fn versions(
    conn: &mut Conn,
    (kind, subject, table): (&str, &str, &str),
    found: &mut dyn FnMut(Difference),
) -> QueryResult<()> {
    let rows = sql::<(Text, BigInt, BigInt, BigInt, BigInt)>(&format!(
        "SELECT kind, subject, version, (SELECT count(*) FROM events WHERE events.kind = thing.kind \
         AND events.subject = thing.subject) AS told, (SELECT coalesce(max(version), 0) FROM events \
         WHERE events.kind = thing.kind AND events.subject = thing.subject) AS newest \
         FROM (SELECT {kind} AS kind, {subject} AS subject, version FROM {table}) AS thing"
    ));
    for row in rows.load_iter::<(String, i64, i64, i64, i64), DefaultLoadingMode>(conn)? {
        let (kind, number, version, events, newest) = row?;
        if (events, newest) == (version, version) {
            continue;
        }
        // One that has no name is told with its row.
        let Ok(subject) = Subject::of_parts(&kind, number) else { continue };
        if let Some(difference) = (StoredThing { subject, version, events, newest }).difference() {
            found(difference);
        }
    }
    Ok(())
}

type EventTypes = (Text, BigInt, BigInt, BigInt, Text, Text, Nullable<Text>, Nullable<Binary>, Bool);

/// Of what, version, number, type, what it says, request, trace, whether it is odd.
type EventRow = (String, i64, i64, i64, String, String, Option<String>, Option<Vec<u8>>, bool);

/// Whether the events of everything but orders can be read.
fn events(conn: &mut Conn, found: &mut dyn FnMut(Difference)) -> QueryResult<()> {
    for side in ["kind < 'order'", "kind > 'order'"] {
        let mut after: Option<(String, i64, i64)> = None;
        loop {
            let behind = match &after {
                Some((kind, subject, version)) => {
                    format!(
                        "AND (kind, subject, version) > ('{}', {subject}, {version})",
                        kind.replace('\'', "''")
                    )
                }
                None => String::new(),
            };
            let rows: Vec<EventRow> =
                sql::<EventTypes>(&format!(
                    "SELECT kind, subject, version, id, type, data, request_id, trace_context, {} FROM events WHERE {side} {behind} \
                     ORDER BY kind, subject, version LIMIT {AT_ONCE}",
                    recounting::ODD
                ))
                .load(conn)?;
            for (kind, subject, _, id, what, data, request, trace, is_odd) in &rows {
                let word = kind.split('/').next().unwrap_or_default();
                let is_read = Subject::of_parts(kind, *subject).is_ok()
                    && orders_domain::EventType::of_parts(word, what).is_ok()
                    && is_said_of_other(data)
                    && recounting::is_traced(request.as_deref(), trace.as_deref());
                if *is_odd || !is_read {
                    found(Difference::new(
                        Kind::EventUnreadable,
                        format_args!("events/{id}"),
                        "cannot be read",
                    ));
                }
            }
            let Some((kind, subject, version, ..)) = rows.into_iter().last() else { break };
            after = Some((kind, subject, version));
        }
    }
    Ok(())
}

fn unreadable(subject: impl std::fmt::Display, error: &dyn std::fmt::Display) -> Difference {
    Difference::new(Kind::ThingUnreadable, subject, format!("cannot be read: {error}"))
}

/// Whether products, with their listings and texts, can be read.
fn read_products(conn: &mut Conn, found: &mut dyn FnMut(Difference)) -> QueryResult<()> {
    let mut after = 0;
    loop {
        let rows: Vec<ProductRow> = products::table
            .filter(products::id.gt(after))
            .order(products::id)
            .limit(AT_ONCE)
            .select(ProductRow::as_select())
            .load(conn)?;
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(()) };
        for row in rows {
            let id = row.id;
            if let Err(error) = Product::try_from(row) {
                found(unreadable(format_args!("products/{id}"), &error));
            }
        }
        let of_them =
            listings::table.filter(listings::product_id.gt(after)).filter(listings::product_id.le(last));
        for row in of_them.select(ListingRow::as_select()).load(conn)? {
            let subject = format!("listings/{}/{}", row.product_id, row.marketplace);
            if let Err(error) = Listing::try_from(row) {
                found(unreadable(subject, &error));
            }
        }
        let of_them = product_texts::table
            .filter(product_texts::product_id.gt(after))
            .filter(product_texts::product_id.le(last));
        for row in of_them.select(TextRow::as_select()).load(conn)? {
            let subject = format!("texts/{}/{}/{}", row.product_id, row.marketplace, row.locale);
            if let Err(error) = ProductText::try_from(row) {
                found(unreadable(subject, &error));
            }
        }
        after = last;
    }
}

/// Whether that of which there is little can be read.
fn read_few(conn: &mut Conn, found: &mut dyn FnMut(Difference)) -> QueryResult<()> {
    for row in locations::table.order(locations::id).load::<LocationRow>(conn)? {
        let id = row.id;
        if let Err(error) = Location::try_from(row) {
            found(unreadable(format_args!("locations/{id}"), &error));
        }
    }
    for row in marketplaces::table.select(MarketplaceRow::as_select()).load(conn)? {
        let code = row.code.clone();
        if let Err(error) = row.with(&[]) {
            found(unreadable(format_args!("marketplaces/{code}"), &error));
        }
    }
    for row in webhooks::table.select(WebhookRow::as_select()).load(conn)? {
        let id = row.id;
        // Its address may be a secret.
        if let Err(error) = Webhook::try_from(row) {
            found(unreadable(format_args!("webhooks/{id}"), &error.what));
        }
    }
    let rows = consumers::table.select((consumers::name, LeasedRow::as_select()));
    for (name, row) in rows.load::<(String, LeasedRow)>(conn)? {
        let read = name.parse::<Consumer>().and_then(|_| Leased::try_from(row));
        if let Err(error) = read {
            found(unreadable(format_args!("consumers/{name}"), &error));
        }
    }
    Ok(())
}
