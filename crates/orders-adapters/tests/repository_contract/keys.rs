//! Idempotency keys: a request that is sent again makes no second order.

use std::iter;

use chrono::{DateTime, TimeDelta, Utc};
use orders_domain::{Idempotency, IdempotencyKey, Order, OrderStatus, ports::Refused};
use tokio::task::JoinSet;

use super::{
    Orders,
    common::{at, changing, key, n, new_order, parcel},
    placing::{Database, Told, change, insert, order_of, place, placed, told},
};

/// Sends an order of this user with a key.
async fn send(orders: &dyn Database, user: i64, asked: Idempotency, now: DateTime<Utc>) -> Told {
    insert(orders, new_order(user, now), Some(asked)).await
}

/// What is said of the key without sending anything.
async fn ask(orders: &dyn Database, user: i64, asked: Idempotency, now: DateTime<Utc>) -> Option<Told> {
    match orders.recall(n(user), asked, now).await {
        Ok(known) => known.map(|made| Told::Before(order_of(made))),
        Err(Refused::KeyReused) => Some(Told::KeyReused),
        other => panic!("{other:?}"),
    }
}

async fn is_the_newest(orders: &dyn Database, order: &Order) -> bool {
    orders.find(n(order.id().get() + 1)).await.unwrap().is_none()
}

pub async fn the_same_request_again_is_told_the_order_as_it_was_placed(orders: Orders) {
    let first = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    let again = Told::Before(first.clone());
    assert_eq!(send(&*orders, 1, key("a", 1), at(10)).await, again);
    assert_eq!(ask(&*orders, 1, key("a", 1), at(10)).await, Some(again.clone()));

    change(&*orders, first.clone().cancel(at(20)).unwrap()).await;
    assert_eq!(send(&*orders, 1, key("a", 1), at(30)).await, again);
    assert_eq!(ask(&*orders, 1, key("a", 1), at(30)).await, Some(again));
    assert!(is_the_newest(&*orders, &first).await);
}

pub async fn the_same_key_with_another_body_is_refused(orders: Orders) {
    let first = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    assert_eq!(send(&*orders, 1, key("a", 2), at(10)).await, Told::KeyReused);
    assert_eq!(ask(&*orders, 1, key("a", 2), at(10)).await, Some(Told::KeyReused));
    assert!(is_the_newest(&*orders, &first).await);
    assert_eq!(send(&*orders, 1, key("a", 1), at(20)).await, Told::Before(first));
}

pub async fn a_key_belongs_to_its_user(orders: Orders) {
    let one = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    assert_eq!(ask(&*orders, 2, key("a", 1), at(0)).await, None);
    let two = placed(send(&*orders, 2, key("a", 2), at(0)).await);
    assert_ne!(one.id(), two.id());
    assert_eq!(send(&*orders, 1, key("a", 1), at(0)).await, Told::Before(one));
    assert_eq!(send(&*orders, 2, key("a", 2), at(0)).await, Told::Before(two));
    // 1 + "1a" and 11 + "a" are not the same.
    placed(send(&*orders, 1, key("1a", 1), at(0)).await);
    placed(send(&*orders, 11, key("a", 1), at(0)).await);
}

pub async fn a_key_is_kept_for_just_under_a_day(orders: Orders) {
    let first = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    let last_moment = first.ordered_at() + IdempotencyKey::KEPT - TimeDelta::nanoseconds(1);
    assert_eq!(ask(&*orders, 1, key("a", 1), last_moment).await, Some(Told::Before(first.clone())));
    // Others order until then, which makes the store forget what is too old.
    place(&*orders, 2, last_moment).await;
    place(&*orders, 2, last_moment).await;
    assert_eq!(send(&*orders, 1, key("a", 1), last_moment).await, Told::Before(first));
    assert_eq!(send(&*orders, 1, key("a", 2), last_moment).await, Told::KeyReused);
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
    assert_eq!(send(&*orders, 1, key("a", 2), later).await, Told::Before(second));
    assert_eq!(ask(&*orders, 1, key("a", 1), later).await, Some(Told::KeyReused));
}

pub async fn a_key_counts_from_the_stored_date_of_its_order(orders: Orders) {
    place(&*orders, 2, at(5000)).await;
    let late = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    assert_eq!(late.ordered_at(), at(5000));
    let day_after_the_clock = at(0) + IdempotencyKey::KEPT;
    assert_eq!(send(&*orders, 1, key("a", 1), day_after_the_clock).await, Told::Before(late));
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
    let made: Vec<_> = answers.iter().filter(|answer| matches!(answer, Told::Now(_))).cloned().collect();
    let [Told::Now(order)] = made.as_slice() else { panic!("{made:?}") };
    let replayed = Told::Before(order.clone());
    assert_eq!(answers.iter().filter(|answer| **answer == replayed).count(), 199);
    assert!(is_the_newest(&*orders, order).await);
}

pub async fn a_change_sent_again_is_told_the_order_as_it_was_then(orders: Orders) {
    let first = place(&*orders, 1, at(0)).await;
    let tracking = first.track(parcel("1"), at(10)).unwrap();
    let send = async || told(orders.commit(changing(tracking.clone(), Some(key("a", 1)))).await).unwrap();
    let tracked = placed(send().await);
    assert_eq!(send().await, Told::Before(tracked.clone()));
    change(&*orders, tracked.clone().track(parcel("2"), at(20)).unwrap()).await;
    // Its version is past, and it is the key that is asked first.
    assert_eq!(send().await, Told::Before(tracked.clone()));
    assert_eq!(ask(&*orders, 1, key("a", 1), at(30)).await, Some(Told::Before(tracked.clone())));
    let now = orders.find(tracked.id()).await.unwrap().unwrap();
    change(&*orders, now.cancel(at(40)).unwrap()).await;
    assert_eq!(send().await, Told::Before(tracked));
}

pub async fn a_change_among_many_sent_again_is_told_the_order_as_it_was_then(orders: Orders) {
    const MANY: usize = 7;
    let moves = [OrderStatus::Processing, OrderStatus::Shipped, OrderStatus::Delivered].map(Some);
    // More changes of its shipment than are looked at, before its moves, and then between them or not.
    for (id, between) in [(1, 0), (2, MANY)] {
        let mut order = place(&*orders, 1, at(0)).await;
        let later = moves.into_iter().flat_map(|next| iter::repeat_n(None, between).chain([next]));
        let mut then = Vec::new();
        for (index, next) in iter::repeat_n(None, MANY).chain(later).enumerate() {
            let name = format!("{id}-{index}");
            let step = match next {
                Some(status) => order.advance(status, at(10)).unwrap(),
                None => order.track(parcel(&name), at(10)).unwrap(),
            };
            order = placed(told(orders.commit(changing(step, Some(key(&name, 1)))).await).unwrap());
            then.push((name, order.clone()));
        }
        for (name, order) in then {
            let told = ask(&*orders, 1, key(&name, 1), at(20)).await;
            assert_eq!(told, Some(Told::Before(order)), "{name}");
        }
    }
}

pub async fn a_key_stands_for_one_request_whatever_it_is_of(orders: Orders) {
    let first = placed(send(&*orders, 1, key("a", 1), at(0)).await);
    let cancelling = first.clone().cancel(at(10)).unwrap();
    let refused = told(orders.commit(changing(cancelling.clone(), Some(key("a", 2)))).await).unwrap();
    assert_eq!(refused, Told::KeyReused);
    assert_eq!(orders.find(first.id()).await.unwrap(), Some(first.clone()));
    // What was refused leaves its key free.
    let stale = first.clone().track(parcel("1"), at(10)).unwrap().into_order();
    let stale = stale.advance(OrderStatus::Shipped, at(10)).unwrap();
    let refused = told(orders.commit(changing(stale, Some(key("b", 1)))).await).unwrap();
    assert_eq!(refused, Told::Stale);
    assert_eq!(ask(&*orders, 1, key("b", 1), at(20)).await, None);
    placed(told(orders.commit(changing(cancelling, Some(key("b", 2)))).await).unwrap());
}

pub async fn many_changes_with_one_key_at_once_make_one_version(orders: Orders) {
    let first = place(&*orders, 1, at(0)).await;
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let (orders, first) = (orders.clone(), first.clone());
        tasks.spawn(async move {
            let cancelling = changing(first.cancel(at(10)).unwrap(), Some(key("a", 1)));
            told(orders.commit(cancelling).await).unwrap()
        });
    }
    let answers = tasks.join_all().await;
    let cancelled = first.cancel(at(10)).unwrap().into_order();
    assert_eq!(answers.iter().filter(|answer| **answer == Told::Now(cancelled.clone())).count(), 1);
    assert_eq!(answers.iter().filter(|answer| **answer == Told::Before(cancelled.clone())).count(), 49);
}
