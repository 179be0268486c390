//! New orders, and finding them again.

use chrono::TimeDelta;
use orders_domain::{
    Currency, NewOrder, Order, OrderFilter, OrderId, OrderQuery, OrderStatus, PageLimit, Version,
};
use tokio::task::JoinSet;

use super::{
    Orders,
    common::{at, line, n, new_order},
    placing::{insert, place, placed},
};

pub async fn numbers_ascend_from_1(orders: Orders) {
    for number in 1..=5 {
        assert_eq!(place(&*orders, 1, at(0)).await.id(), n(number));
    }
}

pub async fn everything_of_a_new_order_is_stored(orders: Orders) {
    let euro = "EUR".parse::<Currency>().unwrap();
    let mut lines = [line(i64::MAX, 0, 1), line(1, 92_233_720_368_546, 100_000), line(2, 1, 99_999)];
    for (product, _) in &mut lines {
        product.details.currency = euro;
    }
    let now = at(123) + TimeDelta::nanoseconds(456_789);
    let new = NewOrder::new(n(i64::MAX), &lines, now).unwrap();

    let order = placed(insert(&*orders, new, None).await);
    assert_eq!((order.user(), *order.currency()), (n(i64::MAX), euro));
    assert_eq!((order.ordered_at(), order.updated_at()), (at(123), at(123)));
    assert_eq!((order.status(), order.tracking()), (OrderStatus::Pending, None));
    assert_eq!((order.version(), order.lines().len()), (Version::FIRST, 3));
    assert_eq!(order.total(), n(92_233_720_368_546 * 100_000 + 99_999));
    assert_eq!(orders.find(order.id()).await.unwrap(), Some(order));
}

pub async fn an_order_keeps_its_100_lines_in_their_order(orders: Orders) {
    for count in [100, 1, 99] {
        // Neither products nor prices ascend, so nothing but the position can keep the order.
        let lines: Vec<_> = (0..count).map(|index| line(1 + index * 37 % 101, 5000 - index, 1)).collect();
        let new = NewOrder::new(n(1), &lines, at(0)).unwrap();
        let order = placed(insert(&*orders, new.clone(), None).await);

        let found = orders.find(order.id()).await.unwrap().unwrap();
        assert_eq!(found.lines().map(|(_, line)| line.clone()).collect::<Vec<_>>(), new.lines());
        assert_eq!(found, order);
        let query = OrderQuery { filter: OrderFilter::default(), after: None, limit: PageLimit::MAX };
        assert_eq!(orders.page(query).await.unwrap().pop(), Some(order));
    }
}

pub async fn a_number_without_an_order_finds_none(orders: Orders) {
    assert_eq!(orders.find(n(1)).await.unwrap(), None);
    place(&*orders, 1, at(0)).await;
    for missing in [2, i64::MAX] {
        assert_eq!(orders.find(n(missing)).await.unwrap(), None);
    }
}

pub async fn dates_never_descend_when_the_clock_goes_backwards(orders: Orders) {
    for (now, stored) in [(5000, 5000), (4999, 5000), (-86_400_000, 5000), (5001, 5001), (0, 5001)] {
        let order = place(&*orders, 1, at(now)).await;
        assert_eq!((order.ordered_at(), order.updated_at()), (at(stored), at(stored)));
        assert_eq!(orders.find(order.id()).await.unwrap(), Some(order));
    }
}

pub async fn concurrent_insertions_leave_no_gap_and_lose_no_order(orders: Orders) {
    let mut tasks = JoinSet::new();
    for index in 0..200 {
        let orders = orders.clone();
        let new = new_order(1 + index, at(index * 7 % 50));
        tasks.spawn(async move { placed(insert(&*orders, new, None).await) });
    }
    let mut answers = tasks.join_all().await;
    answers.sort_by_key(Order::id);

    let ids: Vec<_> = answers.iter().map(Order::id).collect();
    assert_eq!(ids, (1..=200).map(n::<OrderId>).collect::<Vec<_>>());
    assert!(answers.is_sorted_by_key(Order::ordered_at));
    let query = OrderQuery { filter: OrderFilter::default(), after: None, limit: PageLimit::MAX };
    assert_eq!(orders.page(query).await.unwrap(), answers);
}

pub async fn reading_and_writing_are_healthy_and_asking_changes_nothing(orders: Orders) {
    for _ in 0..2 {
        let health = orders.health().await;
        assert!(health.reads.is_ok() && health.writes.is_ok(), "{health:?}");
    }
    assert_eq!(place(&*orders, 1, at(0)).await.id(), n(1));
}
