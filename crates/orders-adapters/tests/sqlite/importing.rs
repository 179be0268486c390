//! Orders brought in from elsewhere.

use chrono::DateTime;
use orders_adapters::sql::{BulkOrders, StoredOrder, sqlite::SqliteCopy};
use orders_domain::{
    Order, OrderFilter, OrderQuery, OrderStatus, PageLimit,
    ports::{OrderRepository, PortError},
};

use super::{
    Place,
    common::{at, n, new_order, parcel},
    placing::place,
};

/// Orders 5, 6 and 9: shipped, cancelled, pending.
fn history() -> Vec<Order> {
    let order = |id, millis| new_order(id, at(millis)).with_id(n(id));
    let tracked = order(5, 0).track(parcel("1"), at(10)).unwrap();
    vec![
        tracked.advance(OrderStatus::Shipped, at(20)).unwrap(),
        order(6, 5).cancel(at(6)).unwrap(),
        order(9, 30),
    ]
}

fn stored(orders: &[Order]) -> Vec<StoredOrder> {
    orders.iter().cloned().map(Into::into).collect()
}

fn everything() -> OrderQuery {
    OrderQuery { filter: OrderFilter::default(), after: None, limit: PageLimit::MAX }
}

#[tokio::test]
async fn imported_orders_are_served_and_new_ones_follow_the_highest() {
    let place_of_file = Place::new();
    let mut importer = SqliteCopy::open(&place_of_file.file()).unwrap();
    assert_eq!(importer.newest().unwrap(), (0, DateTime::UNIX_EPOCH));
    let (history, mut expected) = (history(), history());
    importer.add(&stored(&history[..2])).unwrap();
    importer.add(&stored(&history[2..])).unwrap();
    importer.add(&[]).unwrap();
    assert_eq!(importer.newest().unwrap(), (9, at(30)));
    drop(importer);

    let orders = place_of_file.open();
    let new = place(&orders, 1, at(0)).await;
    assert_eq!((new.id(), new.ordered_at()), (n(10), at(30)));
    let changed = orders.update(history[2].clone().cancel(at(40)).unwrap(), history[2].version()).await;
    expected[2] = changed.unwrap();
    expected.push(new);
    assert_eq!(orders.page(everything()).await.unwrap(), expected);
    drop(orders);
    assert_eq!(SqliteCopy::open(&place_of_file.file()).unwrap().newest().unwrap(), (10, at(30)));
}

#[tokio::test]
async fn an_import_with_a_taken_number_stores_none_of_its_orders() {
    let place_of_file = Place::new();
    let mut importer = SqliteCopy::open(&place_of_file.file()).unwrap();
    let history = history();
    importer.add(&stored(&history[1..2])).unwrap();
    let failed = importer.add(&stored(&history));
    assert!(matches!(failed, Err(PortError::Unavailable(_))), "{failed:?}");
    drop(importer);
    assert_eq!(place_of_file.open().page(everything()).await.unwrap(), &history[1..2]);
}
