//! Taking migrations back, and when that is refused.

use diesel::{
    RunQueryDsl,
    connection::SimpleConnection,
    dsl::sql,
    sql_types::{BigInt, Text},
};
use orders_adapters::{
    OpenError,
    sql::sqlite::{migrate, revert, status},
};
use orders_domain::ports::Orders;

use super::{
    Place,
    common::{at, n, parcel},
    placing::{change, place},
};

/// Takes back the three newest migrations, by which nothing is lost where nothing was a part of a trace or came from elsewhere.
fn without_imports(place: &Place) {
    for newest in ["2026-11-30-000011_rollups", "2026-11-29-000010_traces", "2026-11-29-000009_imports"] {
        assert_eq!(revert(&place.file(), false).unwrap().as_deref(), Some(newest));
    }
}

/// Takes back the one before too, by which the names on the lines of orders are lost.
fn without_marketplaces(place: &Place) {
    without_imports(place);
    let newest = "2026-11-28-000008_marketplaces";
    assert_eq!(revert(&place.file(), true).unwrap().as_deref(), Some(newest));
}

/// A file whose newest migration is the one that the orders came with.
async fn with_an_order() -> Place {
    let folder = Place::new();
    place(&folder.open(), 1, at(0)).await;
    without_marketplaces(&folder);
    for newer in [
        "2026-11-28-000007_lists",
        "2026-11-28-000006_deliveries",
        "2026-11-28-000005_shipments",
        "2026-11-27-000004_catalogue",
        "2026-11-27-000003_events",
        "2026-11-26-000002_revocations",
    ] {
        assert_eq!(revert(&folder.file(), false).unwrap().as_deref(), Some(newer));
    }
    folder
}

fn orders(place: &Place) -> i64 {
    let count = sql::<BigInt>("(SELECT count(*) FROM orders)");
    diesel::select(count).get_result(&mut place.outsider()).unwrap()
}

#[tokio::test]
async fn a_migration_whose_orders_would_be_lost_is_not_taken_back() {
    let place = with_an_order().await;
    let error = revert(&place.file(), false).unwrap_err();
    assert!(matches!(error, OpenError::WouldLose { what: "the orders", .. }), "{error:?}");
    assert_eq!(orders(&place), 1);
    assert!(status(&place.file()).unwrap()[0].applied);
}

#[tokio::test]
async fn a_table_that_cannot_be_read_does_not_count_as_empty() {
    let place = with_an_order().await;
    place.outsider().batch_execute("ALTER TABLE orders RENAME TO hidden").unwrap();
    let error = revert(&place.file(), false).unwrap_err();
    assert!(matches!(error, OpenError::LossUnknown { .. }), "{error:?}");
    place.outsider().batch_execute("ALTER TABLE hidden RENAME TO orders").unwrap();
    assert_eq!(orders(&place), 1);
}

#[tokio::test]
async fn orders_with_an_unreadable_column_are_orders_all_the_same() {
    let place = with_an_order().await;
    place.outsider().batch_execute("ALTER TABLE orders RENAME COLUMN order_date TO placed_on").unwrap();
    let error = revert(&place.file(), false).unwrap_err();
    assert!(matches!(error, OpenError::WouldLose { .. }), "{error:?}");
    assert_eq!(orders(&place), 1);
}

#[tokio::test]
async fn orders_that_may_be_lost_and_an_empty_database_are_taken_back() {
    let place = with_an_order().await;
    assert!(revert(&place.file(), true).unwrap().is_some());
    assert_eq!(revert(&place.file(), true).unwrap(), None);
    for _ in migrate(&place.file()).unwrap() {
        assert!(revert(&place.file(), false).unwrap().is_some());
    }
    assert_eq!(revert(&place.file(), false).unwrap(), None);
}

#[tokio::test]
async fn events_that_the_migration_could_not_make_again_are_not_lost() {
    let folder = Place::new();
    let orders = folder.open();
    let first = place(&orders, 1, at(0)).await;
    change(&orders, first.cancel(at(10)).unwrap()).await;
    drop(orders);
    without_marketplaces(&folder);
    for newer in [
        "2026-11-28-000007_lists",
        "2026-11-28-000006_deliveries",
        "2026-11-28-000005_shipments",
        "2026-11-27-000004_catalogue",
    ] {
        assert_eq!(revert(&folder.file(), false).unwrap().as_deref(), Some(newer));
    }
    let error = revert(&folder.file(), false).unwrap_err();
    assert!(matches!(error, OpenError::WouldLose { what: "the events", .. }), "{error:?}");
    let applied: Vec<_> = status(&folder.file()).unwrap().iter().map(|migration| migration.applied).collect();
    assert_eq!(applied, [true, true, true, false, false, false, false, false, false, false, false]);
}

#[tokio::test]
async fn what_the_shop_has_made_of_its_catalogue_is_not_lost() {
    let location = "INSERT INTO locations (id, code, name, country, priority, active, version)
                    VALUES (1, 'MAIN', 'Main', 'DE', 0, 1, 1)";
    for made in [
        "UPDATE products SET price = 1, version = 2 WHERE id = 7",
        "INSERT INTO products SELECT 11, sku, name, price, currency, weight_g, length_mm, width_mm, height_mm,
             stock_policy, active, version, created_at, updated_at FROM products WHERE id = 1",
        location,
        "INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, at)
             VALUES (8192, 1, 1, 'added', 1, 1, 0, 0)",
        "INSERT INTO events VALUES (1, 'product', 1, 2, 'changed', 0, 'cli', NULL, NULL, '{}', NULL, NULL)",
    ] {
        let folder = Place::new();
        drop(folder.open());
        without_marketplaces(&folder);
        folder.outsider().batch_execute(made).unwrap();
        for _ in 0..3 {
            assert!(revert(&folder.file(), false).unwrap().is_some(), "{made}");
        }
        let error = revert(&folder.file(), false).unwrap_err();
        let expected = "the products, the places and their stock";
        assert!(matches!(error, OpenError::WouldLose { what, .. } if what == expected), "{made}: {error:?}");
        assert!(status(&folder.file()).unwrap()[3].applied);
        assert_eq!(revert(&folder.file(), true).unwrap().as_deref(), Some("2026-11-27-000004_catalogue"));
        // The rest goes back without a loss.
        assert!(revert(&folder.file(), false).unwrap().is_some(), "{made}");
        drop(folder.open());
    }
}

#[tokio::test]
async fn parcels_cancellations_and_contacts_are_not_lost_but_what_can_be_made_again_is() {
    let cases = [
        ("UPDATE orders SET email = 'a@b'", true),
        ("UPDATE orders SET ship_to = '{}'", true),
        ("INSERT INTO order_cancellations VALUES (1, 1, 'other', NULL, 1)", true),
        ("UPDATE order_shipments SET weight_g = 1", true),
        ("UPDATE order_shipments SET reasons = '[]'", true),
        (
            "INSERT INTO order_shipments VALUES (281474976710657, 1, 2, NULL, 'planned', NULL, NULL, NULL, NULL, 0, NULL, NULL)",
            true,
        ),
        ("UPDATE events SET type = 'contact_changed' WHERE version = 2", true),
        ("SELECT 1", false),
    ];
    for (made, lost) in cases {
        let folder = Place::new();
        let orders = folder.open();
        let first = place(&orders, 1, at(0)).await;
        let tracked = change(&orders, first.track(parcel("1"), at(10)).unwrap()).await;
        drop(orders);
        without_marketplaces(&folder);
        folder.outsider().batch_execute(made).unwrap();
        for _ in 0..2 {
            assert!(revert(&folder.file(), false).unwrap().is_some(), "{made}");
        }
        match revert(&folder.file(), false) {
            Err(OpenError::WouldLose { what, .. }) => {
                assert!(lost && what.contains("contacts"), "{made}: {what}");
            }
            Ok(_) => {
                assert!(!lost, "{made}");
                let found = folder.open().find(tracked.id()).await.unwrap().unwrap();
                assert_eq!((found.version(), found.progress()), (tracked.version(), tracked.progress()));
            }
            Err(other) => panic!("{made}: {other:?}"),
        }
        if lost {
            assert!(revert(&folder.file(), true).unwrap().is_some());
            assert!(folder.open().find(n(1)).await.is_ok(), "{made}");
        }
    }
}

#[tokio::test]
async fn marketplaces_and_what_they_say_are_not_lost_but_the_first_one_is_made_again() {
    let cases = [
        (
            "INSERT INTO marketplaces SELECT 'de', name, 'EUR', 'de', time_zone, 1, NULL, 1, 1 FROM marketplaces",
            true,
        ),
        ("UPDATE marketplaces SET version = 2", true),
        ("INSERT INTO product_texts VALUES (1, '', 'de', 'Lampe', NULL, 1)", true),
        ("SELECT 1", false),
    ];
    for (made, lost) in cases {
        let folder = Place::new();
        drop(folder.open());
        folder.outsider().batch_execute(made).unwrap();
        without_imports(&folder);
        let taken_back = revert(&folder.file(), false);
        assert_eq!(matches!(taken_back, Err(OpenError::WouldLose { .. })), lost, "{made}: {taken_back:?}");
        if lost {
            assert!(revert(&folder.file(), true).unwrap().is_some(), "{made}");
        }
        drop(folder.open());
        without_imports(&folder);
        assert_eq!(revert(&folder.file(), false).unwrap().as_deref(), Some("2026-11-28-000008_marketplaces"));
    }
    // How an order's lines were shown, and where it was placed.
    let folder = Place::new();
    place(&folder.open(), 1, at(0)).await;
    without_imports(&folder);
    assert!(matches!(revert(&folder.file(), false), Err(OpenError::WouldLose { .. })));
}

#[tokio::test]
async fn of_which_traces_events_are_a_part_is_not_lost() {
    let folder = Place::new();
    place(&folder.open(), 1, at(0)).await;
    folder.outsider().batch_execute("UPDATE events SET trace_context = zeroblob(25)").unwrap();
    assert_eq!(revert(&folder.file(), false).unwrap().as_deref(), Some("2026-11-30-000011_rollups"));
    let taken_back = revert(&folder.file(), false);
    assert!(matches!(taken_back, Err(OpenError::WouldLose { .. })), "{taken_back:?}");
    folder.outsider().batch_execute("UPDATE events SET trace_context = NULL").unwrap();
    for newest in ["2026-11-29-000010_traces", "2026-11-29-000009_imports"] {
        assert_eq!(revert(&folder.file(), false).unwrap().as_deref(), Some(newest));
    }
}

#[tokio::test]
async fn webhooks_and_the_log_are_not_lost_but_where_somebody_reads_is_no_matter() {
    let cases = [
        ("INSERT INTO webhooks VALUES (1, 'https://a', 'order.*', 'active', x'00', NULL, NULL, 0, 1)", true),
        ("INSERT INTO deliveries VALUES ('mail', 1, 'order', 1, 'done', NULL, 1, 0)", true),
        (
            "INSERT INTO events VALUES (1, 'webhook', 1, 1, 'created', 0, 'cli', NULL, NULL, '{}', NULL, NULL)",
            true,
        ),
        ("INSERT INTO consumers (name, cursor) VALUES ('mail', 0)", false),
        ("INSERT INTO inbox VALUES ('fulfilment', 1, 0)", false),
    ];
    for (made, lost) in cases {
        let folder = Place::new();
        drop(folder.open());
        without_marketplaces(&folder);
        folder.outsider().batch_execute(made).unwrap();
        assert!(revert(&folder.file(), false).unwrap().is_some(), "{made}");
        let taken_back = revert(&folder.file(), false);
        assert_eq!(matches!(taken_back, Err(OpenError::WouldLose { .. })), lost, "{made}: {taken_back:?}");
        if lost {
            assert!(revert(&folder.file(), true).unwrap().is_some(), "{made}");
        }
        let left = sql::<BigInt>("(SELECT count(*) FROM events)");
        assert_eq!(diesel::select(left).get_result::<i64>(&mut folder.outsider()).unwrap(), 0, "{made}");
        drop(folder.open());
    }
}

#[tokio::test]
async fn what_orders_are_found_by_is_as_before_when_it_is_taken_back() {
    let folder = Place::new();
    drop(folder.open());
    let indexes = || {
        let of_before =
            "(SELECT group_concat(sql, '; ' ORDER BY name) FROM sqlite_schema WHERE type = 'index'
            AND (name LIKE 'orders_by%' OR name LIKE '%by_product' OR name LIKE '%by_tracking'))";
        diesel::select(sql::<Text>(of_before)).get_result::<String>(&mut folder.outsider()).unwrap()
    };
    let now = indexes();
    without_imports(&folder);
    assert_eq!(revert(&folder.file(), false).unwrap().as_deref(), Some("2026-11-28-000008_marketplaces"));
    assert_eq!(revert(&folder.file(), false).unwrap().as_deref(), Some("2026-11-28-000007_lists"));
    assert_eq!(
        indexes(),
        "CREATE INDEX orders_by_date ON orders (order_date); \
         CREATE INDEX orders_by_status ON orders (status); \
         CREATE INDEX orders_by_user ON orders (user_id); \
         CREATE INDEX orders_by_user_and_status ON orders (user_id, status)"
    );
    migrate(&folder.file()).unwrap();
    assert_eq!(indexes(), now);
}
