//! The queries that can tell by themselves what is not as it should be, in words that every backend understands.

use orders_domain::audit::DifferenceKind as Kind;

/// A kind of difference, and the query that finds it.
pub type Check = (Kind, &'static str);

/// What queries find. Beyond the newest order there is none.
pub const CHECKS: [Check; 18] = [
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
];

/// Each table of things: the kind of its events, and their subject, as its columns tell.
pub const THINGS: [(&str, &str, &str); 6] = [
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

/// The kinds and numbers of things that are not there and have events.
pub const ALONE: &str = "SELECT kind, subject FROM events WHERE (kind < 'order' OR kind > 'order') \
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
         ELSE FALSE END GROUP BY kind, subject";

#[cfg(test)]
mod tests {
    use orders_domain::{OrderProductId, ShipmentId};

    use super::*;

    #[test]
    fn orders_of_lines_and_parcels_are_reckoned_by_the_numbers_of_the_ids() {
        let query = |kind| CHECKS.iter().find(|check| check.0 == kind).map(|check| check.1).unwrap();
        let (apart, lines) = (ShipmentId::APART, OrderProductId::BLOCK);
        assert!(query(Kind::ParcelPart).contains(&format!("(shipment_id - 1) % {apart} + 1")));
        assert!(query(Kind::LineAlone).contains(&format!("FROM orders) * {lines} GROUP")));
        assert!(query(Kind::OrderMovement).contains(&format!("(line - 1) / {lines} + 1")));
    }
}
