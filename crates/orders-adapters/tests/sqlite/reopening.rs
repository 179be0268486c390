//! What survives the end of a server.

use chrono::{DateTime, TimeDelta, Utc};
use orders_adapters::SystemClock;
use orders_domain::{
    IdempotencyKey, OrderFilter, OrderList, OrderQuery, OrderStatus,
    ports::{Clock, Orders},
};

use super::{
    Place,
    common::{key, n, new_order, parcel},
    placing::{Told, change, insert, place, placed},
};

/// The machine's time: a server that starts forgets keys by it.
fn now() -> DateTime<Utc> {
    SystemClock.now()
}

#[tokio::test]
async fn orders_and_their_changes_survive() {
    let place_of_file = Place::new();
    let orders = place_of_file.open();
    let mut all = Vec::new();
    for user in 1..=3 {
        all.push(place(&orders, user, now()).await);
    }
    all[0] = change(&orders, all[0].clone().track(parcel("1"), now()).unwrap()).await;
    all[1] = change(&orders, all[1].clone().cancel(now()).unwrap()).await;
    drop(orders);

    let orders = place_of_file.open();
    for order in &all {
        assert_eq!(orders.find(order.id()).await.unwrap().as_ref(), Some(order));
    }
    let filter = OrderFilter { status: Some(OrderStatus::Cancelled.into()), ..OrderFilter::default() };
    let query = OrderList::of(OrderQuery { filter, ..OrderQuery::default() }).unwrap();
    assert_eq!(orders.page(query).await.unwrap(), &all[1..2]);
}

#[tokio::test]
async fn numbers_and_dates_go_on_where_they_were() {
    let place_of_file = Place::new();
    let future = now() + TimeDelta::hours(1);
    let before = place(&place_of_file.open(), 1, future).await;
    let orders = place_of_file.open();
    let after = place(&orders, 1, now()).await;
    assert_eq!((before.id(), after.id()), (n(1), n(2)));
    assert_eq!(after.ordered_at(), before.ordered_at());
    assert_eq!(orders.find(after.id()).await.unwrap(), Some(after));
}

#[tokio::test]
async fn a_key_still_stands_for_its_order() {
    let place_of_file = Place::new();
    let orders = place_of_file.open();
    let first = placed(insert(&orders, new_order(1, now()), Some(key("a", 1))).await);
    change(&orders, first.clone().cancel(now()).unwrap()).await;
    drop(orders);

    let orders = place_of_file.open();
    let again = |body| insert(&orders, new_order(1, now()), Some(key("a", body)));
    assert_eq!(again(1).await, Told::Before(first));
    assert_eq!(again(2).await, Told::KeyReused);
    assert_eq!(placed(insert(&orders, new_order(2, now()), Some(key("a", 1))).await).id(), n(2));
}

#[tokio::test]
async fn a_key_a_day_old_is_not_remembered() {
    let place_of_file = Place::new();
    let long_ago = now() - IdempotencyKey::KEPT;
    let orders = place_of_file.open();
    placed(insert(&orders, new_order(1, long_ago), Some(key("a", 1))).await);
    drop(orders);

    let orders = place_of_file.open();
    let second = placed(insert(&orders, new_order(1, now()), Some(key("a", 2))).await);
    assert_eq!(second.id(), n(2));
    drop(orders);

    let again = insert(&place_of_file.open(), new_order(1, now()), Some(key("a", 2))).await;
    assert_eq!(again, Told::Before(second));
}
