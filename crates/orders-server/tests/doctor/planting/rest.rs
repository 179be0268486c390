//! Faults of keys, things, consumers, deliveries and sequences.

use super::Planter;

/// In everything else.
pub fn plant(planter: &mut Planter<'_>, is_postgres: bool) {
    let event = planter.shop.ask("SELECT max(id) FROM events WHERE kind = 'order' AND subject = 2");
    let (second, first) =
        ("kind = 'order' AND subject = 403 AND version = 1", "subject = 402 AND version = 1");
    let reused = planter.shop.ask(&format!("SELECT id FROM events WHERE {second}"));
    let drop = if is_postgres { "DROP INDEX events_by_key; " } else { "" };
    planter.plant(
        &format!(
            "{drop}UPDATE events SET idempotency_key = 'one', request_fingerprint = \
            (SELECT request_fingerprint FROM events WHERE kind = 'order' AND {first}) WHERE {second}"
        ),
        &[("key.reused", &format!("events/{reused}"))],
    );
    planter.plant(
        &format!("UPDATE events SET request_fingerprint = substr(request_fingerprint, 1, 5) WHERE {second}"),
        &[("event.key", &format!("events/{reused}"))],
    );
    let told = planter.shop.ask("SELECT id FROM events WHERE kind = 'product' AND subject = 12");
    for (statement, expected) in [
        (
            "UPDATE events SET data = 'x' WHERE kind = 'product' AND subject = 12",
            &[("event.unreadable", format!("events/{told}"))][..],
        ),
        ("UPDATE products SET version = 2 WHERE id = 13", &[("thing.version", "products/13".to_owned())]),
        (
            "DELETE FROM events WHERE kind = 'product' AND subject = 102 AND version = 1",
            &[("thing.event_missing", "products/102".to_owned())],
        ),
        (
            "UPDATE events SET subject = 888888 WHERE kind = 'product' AND subject = 14",
            &[
                ("thing.alone", "products/888888".to_owned()),
                ("thing.event_missing", "products/14".to_owned()),
            ],
        ),
        ("UPDATE products SET name = '' WHERE id = 15", &[("thing.unreadable", "products/15".to_owned())]),
        (
            "UPDATE products SET currency = 'JPY' WHERE id = 16",
            &[("shop.currency", "products/16".to_owned())],
        ),
        (
            "INSERT INTO product_texts (product_id, marketplace, locale, name, version) VALUES (17, 'zz', 'de', 'x', 1)",
            &[
                ("market.reference", "texts/17/zz/de".to_owned()),
                ("thing.event_missing", "texts/17/zz/de".to_owned()),
            ],
        ),
        (
            "INSERT INTO consumers (name, cursor) VALUES ('queue', 99999999)",
            &[("consumer.cursor", "consumers/queue".to_owned())],
        ),
        (
            "INSERT INTO consumers (name, cursor) VALUES ('webhook:77', 0)",
            &[("consumer.webhook", "consumers/webhook:77".to_owned())],
        ),
        (
            "INSERT INTO consumers (name, cursor) VALUES ('post', 0)",
            &[("thing.unreadable", "consumers/post".to_owned())],
        ),
        (
            "INSERT INTO deliveries VALUES ('webhook:1', 77777777, 'order', 2, 'done', NULL, 1, 0)",
            &[("delivery.event", "deliveries/webhook:1/77777777".to_owned())],
        ),
        (
            "INSERT INTO deliveries VALUES ('webhook:1', 1, 'order', 7, 'done', NULL, 1, 0)",
            &[("delivery.event", "deliveries/webhook:1/1".to_owned())],
        ),
        (
            "INSERT INTO deliveries VALUES ('mail', {event}, 'order', 2, 'done', NULL, 1, 0)",
            &[("delivery.consumer", "consumers/mail".to_owned())],
        ),
        (
            "INSERT INTO deliveries VALUES ('webhook:1', {event}, 'order', 2, 'pending', NULL, 0, 0)",
            &[("delivery.stuck", format!("deliveries/webhook:1/{event}"))],
        ),
        (
            "INSERT INTO attempts VALUES ('webhook:1', 66666666, 1, 0, 0, 200, NULL, NULL)",
            &[("attempt.alone", "deliveries/webhook:1/66666666".to_owned())],
        ),
        (
            "UPDATE rollups SET units = units + 1 WHERE span = 4 AND quarter = (SELECT min(quarter) FROM rollups WHERE span = 4)",
            &[("rollup.sum", "rollups".to_owned())],
        ),
        (
            "INSERT INTO inbox VALUES ('fulfilment', 55555555, 0)",
            &[("inbox.event", "events/55555555".to_owned())],
        ),
    ] {
        let expected: Vec<_> = expected.iter().map(|(kind, of)| (*kind, of.as_str())).collect();
        planter.plant(&statement.replace("{event}", &event), &expected);
    }
    if is_postgres {
        planter.plant("SELECT setval('order_ids', 1)", &[("counter.behind", "sequences/order_ids")]);
        planter.plant("SELECT setval('event_ids', 1)", &[("counter.behind", "sequences/event_ids")]);
    }
}
