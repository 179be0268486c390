//! Idempotency keys: a request that is sent again makes no second order.

use chrono::{DateTime, TimeDelta, Utc};
use orders_domain::{
    Idempotency, IdempotencyKey, Order,
    ports::{Insertion, OrderRepository},
};
use tokio::task::JoinSet;

use super::{
    Orders,
    common::{at, key, n, new_order},
    placing::{place, placed},
};

/// Sends an order of this user with a key.
async fn send(orders: &dyn OrderRepository, user: i64, asked: Idempotency, now: DateTime<Utc>) -> Insertion {
    orders.insert(new_order(user, now), Some(asked)).await.unwrap()
}

/// What is said of the key without sending an order.
async fn ask(
    orders: &dyn OrderRepository,
    user: i64,
    asked: Idempotency,
    now: DateTime<Utc>,
) -> Option<Insertion> {
    orders.replay(n(user), asked, now).await.unwrap()
}

async fn is_the_newest(orders: &dyn OrderRepository, order: &Order) -> bool {
    orders.find(n(order.id().get() + 1)).await.unwrap().is_none()
}

pub async fn the_same_request_again_is_told_the_order_as_it_was_placed(orders: Orders) {
    let first = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    let again = Insertion::Replayed(first.clone());
    assert_eq!(send(&*orders, 1, key("a", 1), at(10)).await, again);
    assert_eq!(ask(&*orders, 1, key("a", 1), at(10)).await, Some(again.clone()));

    orders.update(first.clone().cancel(at(20)).unwrap(), first.version()).await.unwrap();
    assert_eq!(send(&*orders, 1, key("a", 1), at(30)).await, again);
    assert_eq!(ask(&*orders, 1, key("a", 1), at(30)).await, Some(again));
    assert!(is_the_newest(&*orders, &first).await);
}

pub async fn the_same_key_with_another_body_is_refused(orders: Orders) {
    let first = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    assert_eq!(send(&*orders, 1, key("a", 2), at(10)).await, Insertion::KeyReused);
    assert_eq!(ask(&*orders, 1, key("a", 2), at(10)).await, Some(Insertion::KeyReused));
    assert!(is_the_newest(&*orders, &first).await);
    assert_eq!(send(&*orders, 1, key("a", 1), at(20)).await, Insertion::Replayed(first));
}

pub async fn a_key_belongs_to_its_user(orders: Orders) {
    let one = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    assert_eq!(ask(&*orders, 2, key("a", 1), at(0)).await, None);
    let two = placed(send(&*orders, 2, key("a", 2), at(0)).await);
    assert_ne!(one.id(), two.id());
    assert_eq!(send(&*orders, 1, key("a", 1), at(0)).await, Insertion::Replayed(one));
    assert_eq!(send(&*orders, 2, key("a", 2), at(0)).await, Insertion::Replayed(two));
    // 1 + "1a" and 11 + "a" are not the same.
    placed(send(&*orders, 1, key("1a", 1), at(0)).await);
    placed(send(&*orders, 11, key("a", 1), at(0)).await);
}

pub async fn a_key_is_kept_for_just_under_a_day(orders: Orders) {
    let first = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    let last_moment = first.ordered_at() + IdempotencyKey::KEPT - TimeDelta::nanoseconds(1);
    assert_eq!(ask(&*orders, 1, key("a", 1), last_moment).await, Some(Insertion::Replayed(first.clone())));
    // Others order until then, which makes the store forget what is too old.
    place(&*orders, 2, last_moment).await;
    place(&*orders, 2, last_moment).await;
    assert_eq!(send(&*orders, 1, key("a", 1), last_moment).await, Insertion::Replayed(first));
    assert_eq!(send(&*orders, 1, key("a", 2), last_moment).await, Insertion::KeyReused);
}

pub async fn a_key_a_day_old_makes_a_new_order_which_it_then_stands_for(orders: Orders) {
    let first = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    let (day, later) = (first.ordered_at() + IdempotencyKey::KEPT, at(100_000_000));
    assert_eq!(ask(&*orders, 1, key("a", 1), day).await, None);
    let second = placed(send(&*orders, 1, key("a", 2), day).await);
    assert_ne!(first.id(), second.id());

    // Forgetting the first order must not forget the second.
    place(&*orders, 2, later).await;
    place(&*orders, 2, later).await;
    assert_eq!(send(&*orders, 1, key("a", 2), later).await, Insertion::Replayed(second));
    assert_eq!(ask(&*orders, 1, key("a", 1), later).await, Some(Insertion::KeyReused));
}

pub async fn a_key_counts_from_the_stored_date_of_its_order(orders: Orders) {
    place(&*orders, 2, at(5000)).await;
    let late = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    assert_eq!(late.ordered_at(), at(5000));
    let day_after_the_clock = at(0) + IdempotencyKey::KEPT;
    assert_eq!(send(&*orders, 1, key("a", 1), day_after_the_clock).await, Insertion::Replayed(late));
}

pub async fn asking_for_a_key_makes_no_order_and_takes_no_key(orders: Orders) {
    for user in 1..=2 {
        assert_eq!(ask(&*orders, user, key("a", 1), at(0)).await, None);
    }
    assert_eq!(orders.find(n(1)).await.unwrap(), None);
    let first = placed(send(&*orders, 1, key("a", 2), at(0)).await);
    assert_eq!(first.id(), n(1));
    assert_eq!(ask(&*orders, 1, key("b", 2), at(0)).await, None);
}

pub async fn many_requests_with_one_key_at_once_make_one_order(orders: Orders) {
    let mut tasks = JoinSet::new();
    for index in 0..200 {
        let orders = orders.clone();
        tasks.spawn(async move { send(&*orders, 1, key("a", 1), at(index)).await });
    }
    let answers = tasks.join_all().await;
    let made: Vec<_> =
        answers.iter().filter(|answer| matches!(answer, Insertion::Placed(_))).cloned().collect();
    let [Insertion::Placed(order)] = made.as_slice() else { panic!("{made:?}") };
    let replayed = Insertion::Replayed(order.clone());
    assert_eq!(answers.iter().filter(|answer| **answer == replayed).count(), 199);
    assert!(is_the_newest(&*orders, order).await);
}
