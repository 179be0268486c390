//! Everything that is looked at beside orders and the ledger of stock, against the seam's connection
//! (`super::Conn`). No backend is named here.
//!
//! Where a query alone can tell what is wrong, it does: one row a difference, with of what and what. Each is one
//! statement, so it sees one state.

use diesel::{
    connection::DefaultLoadingMode,
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Text},
};
use orders_domain::{
    Consumer, Listing, Product, ProductText, Subject, Webhook,
    audit::{Difference, DifferenceKind as Kind, things::StoredThing},
    delivery::Leased,
    stock::Location,
};

use super::{
    super::{
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
    Conn, recounting,
};

/// Rows that are looked at at once.
const AT_ONCE: i64 = 2_000;

/// A kind of difference, and the query that finds it.
type Check = (Kind, &'static str);

/// What queries find. Beyond the newest order there is none.
const CHECKS: [Check; 19] = [
    (
        Kind::OrderEventAlone,
        "SELECT 'orders/' || subject, 'is not there, and has events' FROM events WHERE kind = 'order' \
         AND subject > (SELECT coalesce(max(id), 0) FROM orders) GROUP BY subject",
    ),
    (
        Kind::LineAlone,
        "SELECT 'orders/' || order_id, 'is not there, and has lines' FROM order_products \
         WHERE id > (SELECT coalesce(max(id), 0) FROM orders) * 100 GROUP BY order_id",
    ),
    (
        Kind::ParcelAlone,
        "SELECT 'orders/' || order_id, 'is not there, and has a parcel' FROM order_shipments \
         WHERE order_id > (SELECT coalesce(max(id), 0) FROM orders) GROUP BY order_id",
    ),
    (
        Kind::ParcelPart,
        "SELECT 'orders/' || ((shipment_id - 1) % 281474976710656 + 1), \
         'has line ' || line || ' in a parcel that is not there' FROM order_shipment_products \
         WHERE shipment_id > (SELECT coalesce(max(id), 0) FROM orders) AND NOT EXISTS (SELECT 1 FROM order_shipments \
         WHERE order_id = (shipment_id - 1) % 281474976710656 + 1 AND number = (shipment_id - 1) / 281474976710656 + 1)",
    ),
    (
        Kind::CancellationAlone,
        "SELECT 'orders/' || order_id, 'is not there, and has a cancellation' FROM order_cancellations \
         WHERE order_id > (SELECT coalesce(max(id), 0) FROM orders) GROUP BY order_id",
    ),
    (
        Kind::CancellationPart,
        "SELECT 'orders/' || order_id, 'has line ' || line || ' in cancellation ' || number || ', which is not there' \
         FROM order_cancelled_products AS part WHERE NOT EXISTS (SELECT 1 FROM order_cancellations AS made \
         WHERE made.order_id = part.order_id AND made.number = part.number)",
    ),
    (
        Kind::OrderMovement,
        "SELECT 'orders/' || ((line - 1) / 100 + 1), 'is not there, and has movements' FROM stock_movements \
         WHERE line > (SELECT coalesce(max(id), 0) FROM orders) * 100 GROUP BY (line - 1) / 100",
    ),
    (
        Kind::KeyReused,
        "SELECT 'events/' || id, 'has the key of event ' || other || ' of the same user' FROM (SELECT id, at, \
         lag(id) OVER uses AS other, lag(at) OVER uses AS other_at FROM events WHERE idempotency_key IS NOT NULL \
         WINDOW uses AS (PARTITION BY actor, idempotency_key ORDER BY id)) AS used \
         WHERE other IS NOT NULL AND at - other_at < 86400000",
    ),
    (
        Kind::EventKey,
        "SELECT 'events/' || id, 'has a key that is none' FROM events WHERE idempotency_key IS NOT NULL \
         AND (length(idempotency_key) NOT BETWEEN 1 AND 255 OR length(request_fingerprint) <> 32)",
    ),
    (
        Kind::ShopCurrency,
        "SELECT 'products/' || products.id, 'is priced in ' || products.currency || ', and the shop in ' || shop.currency \
         FROM products JOIN shop ON products.currency <> shop.currency UNION ALL \
         SELECT 'marketplaces/' || code, 'is priced in ' || marketplaces.currency || ', and the shop in ' || shop.currency \
         FROM marketplaces JOIN shop ON code = 'default' AND marketplaces.currency <> shop.currency",
    ),
    (
        Kind::MarketReference,
        "SELECT 'texts/' || product_id || '/' || marketplace || '/' || locale, 'is of a marketplace that is not there' \
         FROM product_texts WHERE marketplace <> '' AND marketplace NOT IN (SELECT code FROM marketplaces) UNION ALL \
         SELECT 'listings/' || product_id || '/' || marketplace, 'is of a marketplace that is not there' \
         FROM listings WHERE marketplace NOT IN (SELECT code FROM marketplaces) UNION ALL \
         SELECT 'marketplaces/' || marketplace, 'is not there, and country ' || country || ' leads to it' \
         FROM marketplace_countries WHERE marketplace NOT IN (SELECT code FROM marketplaces)",
    ),
    (
        Kind::ConsumerCursor,
        "SELECT 'consumers/' || name, 'has come to event ' || cursor || ', and the newest is ' \
         || (SELECT coalesce(max(id), 0) FROM events) FROM consumers \
         WHERE cursor > (SELECT coalesce(max(id), 0) FROM events)",
    ),
    (
        Kind::ConsumerWebhook,
        "SELECT 'webhooks/' || id, 'has no consumer' FROM webhooks \
         WHERE NOT EXISTS (SELECT 1 FROM consumers WHERE name = 'webhook:' || webhooks.id) UNION ALL \
         SELECT 'consumers/' || name, 'has no webhook' FROM consumers WHERE name LIKE 'webhook:%' \
         AND NOT EXISTS (SELECT 1 FROM webhooks WHERE consumers.name = 'webhook:' || webhooks.id)",
    ),
    (
        Kind::DeliveryEvent,
        "SELECT 'deliveries/' || consumer || '/' || event, CASE WHEN events.id IS NULL THEN 'is of an event that is not there' \
         ELSE 'is of something else than its event' END FROM deliveries LEFT JOIN events ON events.id = deliveries.event \
         WHERE events.id IS NULL OR events.kind <> deliveries.kind OR events.subject <> deliveries.subject",
    ),
    (
        Kind::DeliveryConsumer,
        "SELECT 'consumers/' || consumer, 'is not there, and has deliveries' FROM deliveries \
         WHERE consumer NOT IN (SELECT name FROM consumers) GROUP BY consumer",
    ),
    (
        Kind::DeliveryStuck,
        "SELECT 'deliveries/' || consumer || '/' || event, 'waits for an earlier one, and there is none' \
         FROM deliveries AS waiting WHERE state = 'pending' AND next_at IS NULL AND NOT EXISTS (SELECT 1 \
         FROM deliveries AS earlier WHERE earlier.state = 'pending' AND earlier.consumer = waiting.consumer \
         AND earlier.kind = waiting.kind AND earlier.subject = waiting.subject AND earlier.event < waiting.event)",
    ),
    (
        Kind::AttemptAlone,
        "SELECT 'deliveries/' || consumer || '/' || event, 'is not there, and was tried' FROM attempts \
         WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.consumer = attempts.consumer \
         AND deliveries.event = attempts.event) GROUP BY consumer, event",
    ),
    (
        Kind::InboxEvent,
        "SELECT 'events/' || message_id, 'is not there, and ' || consumer || ' has done what it asks' FROM inbox \
         WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.id = inbox.message_id)",
    ),
    (
        Kind::ThingAlone,
        "SELECT kind || '/' || subject, 'is not there, and has events' FROM events WHERE (kind < 'order' OR kind > 'order') \
         AND NOT CASE WHEN kind = 'product' THEN EXISTS (SELECT 1 FROM products WHERE products.id = subject) \
         WHEN kind = 'webhook' THEN EXISTS (SELECT 1 FROM webhooks WHERE webhooks.id = subject) \
         WHEN kind LIKE 'location/%' THEN EXISTS (SELECT 1 FROM locations WHERE code = substr(kind, 10)) \
         WHEN kind LIKE 'stock/%' THEN EXISTS (SELECT 1 FROM stock_levels JOIN locations ON id = location_id \
         WHERE code = substr(kind, 7) AND product_id = subject) \
         WHEN kind LIKE 'marketplace/%' THEN EXISTS (SELECT 1 FROM marketplaces WHERE code = substr(kind, 13)) \
         WHEN kind LIKE 'listing/%' THEN EXISTS (SELECT 1 FROM listings WHERE product_id = subject \
         AND listings.marketplace = substr(kind, 9)) \
         WHEN kind LIKE 'text/%' THEN EXISTS (SELECT 1 FROM product_texts AS named WHERE product_id = subject \
         AND 'text/' || CASE named.marketplace WHEN '' THEN '-' ELSE named.marketplace END || '/' || named.locale = kind) \
         ELSE FALSE END GROUP BY kind, subject",
    ),
];

/// Each table of things: the kind of its events, and their subject, as its columns tell.
const THINGS: [(&str, &str, &str); 6] = [
    ("'product'", "id", "products"),
    ("'webhook'", "id", "webhooks"),
    ("'location/' || code", "CAST(0 AS BIGINT)", "locations"),
    ("'marketplace/' || code", "CAST(0 AS BIGINT)", "marketplaces"),
    ("'listing/' || marketplace", "product_id", "listings"),
    (
        "'text/' || CASE marketplace WHEN '' THEN '-' ELSE marketplace END || '/' || locale",
        "product_id",
        "product_texts",
    ),
];

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
    for (kind, subject, table) in THINGS {
        versions(conn, (kind, subject, table), found)?;
    }
    events(conn, found)?;
    read_products(conn, found)?;
    read_few(conn, found)
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
            let rows: Vec<(String, i64, i64, i64, String, String, bool)> =
                sql::<(Text, BigInt, BigInt, BigInt, Text, Text, diesel::sql_types::Bool)>(&format!(
                    "SELECT kind, subject, version, id, type, data, {} FROM events WHERE {side} {behind} \
                     ORDER BY kind, subject, version LIMIT {AT_ONCE}",
                    recounting::ODD
                ))
                .load(conn)?;
            for (kind, subject, _, id, what, data, is_odd) in &rows {
                let word = kind.split('/').next().unwrap_or_default();
                let is_read = Subject::of_parts(kind, *subject).is_ok()
                    && orders_domain::EventType::of_parts(word, what).is_ok()
                    && is_said_of_other(data);
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
