//! Taking migrations back, and when that is refused.

use diesel::{RunQueryDsl, connection::SimpleConnection, dsl::sql, sql_types::BigInt};
use orders_adapters::{
    OpenError,
    sql::sqlite::{migrate, revert, status},
};

use super::{
    Place,
    common::at,
    placing::{change, place},
};

/// A file whose newest migration is the one that the orders came with.
async fn with_an_order() -> Place {
    let folder = Place::new();
    place(&folder.open(), 1, at(0)).await;
    for newer in ["2026-11-27-000003_events", "2026-11-26-000002_revocations"] {
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
    let error = revert(&folder.file(), false).unwrap_err();
    assert!(matches!(error, OpenError::WouldLose { what: "the events", .. }), "{error:?}");
    assert!(status(&folder.file()).unwrap().iter().all(|migration| migration.applied));
}
