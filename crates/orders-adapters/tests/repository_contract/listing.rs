//! Pages of orders, against a plain search through all of them.

use chrono::{DateTime, TimeDelta, Utc};
use orders_domain::{Order, OrderFilter, OrderId, OrderQuery, OrderStatus, PageLimit, Step, UserId};

use super::{
    Orders,
    common::{at, n, parcel},
    placing::{Database, change, place},
};

/// 200 orders of users 1 to 3 in every status; up to four share a millisecond, and some time
/// passes after each fourth.
async fn two_hundred(orders: &dyn Database) -> Vec<Order> {
    use OrderStatus::{Cancelled, Delivered, Processing, Shipped};

    const PATHS: [&[OrderStatus]; 7] =
        [&[], &[], &[Processing], &[Shipped], &[Processing, Shipped, Delivered], &[Cancelled], &[]];
    let mut all = Vec::new();
    for index in 0..200_i64 {
        let now = at(index / 4 * 10 + index % 4 / 3);
        let mut order = place(orders, 1 + index * index % 11 % 3, now).await;
        for next in PATHS[usize::try_from(index * 5 % 7).unwrap()] {
            let tracked = order.clone().track(parcel("1"), now).unwrap();
            if let Step::Changed(_) = tracked {
                order = change(orders, tracked).await;
            }
            order = change(orders, order.advance(*next, now).unwrap()).await;
        }
        all.push(order);
    }
    all
}

fn everything() -> OrderQuery {
    OrderQuery { filter: OrderFilter::default(), after: None, limit: PageLimit::MAX }
}

fn is_listed(query: &OrderQuery, order: &Order) -> bool {
    let OrderFilter { status, user, from, to } = query.filter;
    query.after.is_none_or(|after| order.id() > after)
        && status.is_none_or(|status| order.status() == status)
        && user.is_none_or(|user| order.user() == user)
        && from.is_none_or(|from| from <= order.ordered_at())
        && to.is_none_or(|to| order.ordered_at() < to)
}

/// Asks for the page and for what a plain search finds. How many that is.
async fn compare(orders: &dyn Database, all: &[Order], query: OrderQuery) -> usize {
    let expected: Vec<_> = all.iter().filter(|order| is_listed(&query, order)).cloned().collect();
    let expected = &expected[..expected.len().min(query.limit.get())];
    assert_eq!(orders.page(query.clone()).await.unwrap(), expected, "{query:?}");
    expected.len()
}

fn or_none<T: Copy>(values: &[T]) -> impl Iterator<Item = Option<T>> {
    std::iter::once(None).chain(values.iter().copied().map(Some))
}

pub async fn pages_ascend_from_after_an_id_up_to_the_limit(orders: Orders) {
    assert_eq!(orders.page(everything()).await.unwrap(), []);
    let all = two_hundred(&*orders).await;
    assert_eq!(orders.page(everything()).await.unwrap(), all);
    for after in [0_usize, 1, 100, 199, 200, 201] {
        for limit in [1_usize, 2, 100, 500] {
            let (after, limit) = (i64::try_from(after).unwrap(), i64::try_from(limit).unwrap());
            let after = (after > 0).then(|| n(after));
            compare(&*orders, &all, OrderQuery { after, limit: n(limit), ..everything() }).await;
        }
    }
    let query = OrderQuery { after: Some(n(i64::MAX)), ..everything() };
    assert_eq!(orders.page(query).await.unwrap(), []);
}

pub async fn walking_the_pages_meets_every_order_once(orders: Orders) {
    let all = two_hundred(&*orders).await;
    let filter = OrderFilter { user: Some(n(2)), ..OrderFilter::default() };
    let mut met = Vec::new();
    loop {
        let after = met.last().map(Order::id);
        let page = orders.page(OrderQuery { filter: filter.clone(), after, limit: n(7) }).await.unwrap();
        let Some(first) = page.first() else { break };
        // A page that does not begin behind the last one would make this a walk without an end.
        assert!(after.is_none_or(|after| first.id() > after), "{} follows {after:?}", first.id());
        met.extend(page);
        // Somebody orders meanwhile; the walk meets it at its end.
        if met.len() == 7 {
            place(&*orders, 2, at(10_000)).await;
        }
    }
    let last = met.pop().unwrap();
    assert_eq!(last.id(), n(201));
    assert_eq!(met, all.into_iter().filter(|order| order.user() == n(2)).collect::<Vec<_>>());
}

pub async fn every_combination_of_filters_lists_what_a_plain_search_finds(orders: Orders) {
    let all = two_hundred(&*orders).await;
    let users = [1, 2, 3, 4].map(n::<UserId>);
    let moments = [-1, 10, 121, 250, 491].map(at);
    let mut limits = [1, 7, 100, 101, 500].map(n::<PageLimit>).into_iter().cycle();
    let mut counts = Vec::new();
    for status in or_none(&OrderStatus::ALL) {
        for user in or_none(&users) {
            for from in or_none(&moments) {
                for to in or_none(&moments) {
                    for after in or_none(&[n::<OrderId>(3), n(50), n(120)]) {
                        let filter = OrderFilter { status, user, from, to };
                        let query = OrderQuery { filter, after, limit: limits.next().unwrap() };
                        counts.push(compare(&*orders, &all, query).await);
                    }
                }
            }
        }
    }
    // The comparison means something only while many of the pages have orders.
    assert!(counts.iter().filter(|count| **count > 0).count() > 1000);
}

pub async fn periods_are_cut_at_the_millisecond(orders: Orders) {
    let all = two_hundred(&*orders).await;
    let nanos = [-1_000_000, -999_999, -1, 0, 1, 999_999, 1_000_000].map(TimeDelta::nanoseconds);
    let mut moments = Vec::new();
    for whole in [at(0), at(1), at(10), at(490), at(491)] {
        moments.extend(nanos.map(|nanos| whole + nanos));
    }
    for from in or_none(&moments) {
        for to in or_none(&moments) {
            let filter = OrderFilter { from, to, ..OrderFilter::default() };
            compare(&*orders, &all, OrderQuery { filter, ..everything() }).await;
        }
    }
    let one_millisecond = OrderFilter { from: Some(at(10)), to: Some(at(11)), ..OrderFilter::default() };
    let query = OrderQuery { filter: one_millisecond, ..everything() };
    assert_eq!(compare(&*orders, &all, query).await, 3);
}

pub async fn a_period_may_reach_to_the_ends_of_time(orders: Orders) {
    let all = [place(&*orders, 1, DateTime::UNIX_EPOCH).await, place(&*orders, 1, at(0)).await];
    let ends = [DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC];
    for from in or_none(&ends) {
        for to in or_none(&ends) {
            let filter = OrderFilter { from, to, ..OrderFilter::default() };
            compare(&*orders, &all, OrderQuery { filter, ..everything() }).await;
        }
    }
}
