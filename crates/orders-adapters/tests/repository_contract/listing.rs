//! Pages of orders, against a plain search through all of them.

use chrono::{DateTime, TimeDelta, Utc};
use orders_domain::{
    Cursor, Order, OrderFilter, OrderId, OrderList, OrderQuery, OrderStatus, PageLimit, Sort, Statuses, Step,
    UserId,
};

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
    OrderQuery { limit: PageLimit::MAX, ..OrderQuery::default() }
}

pub fn behind(id: i64) -> Cursor {
    Cursor::Order(n(id))
}

/// The page that is asked for.
pub async fn page(orders: &dyn Database, query: OrderQuery) -> Vec<Order> {
    orders.page(OrderList::of(query).unwrap()).await.unwrap()
}

/// Whether an order is on a list, whoever has written the store that is under test.
fn is_listed(filter: &OrderFilter, order: &Order) -> bool {
    let OrderFilter {
        status,
        fulfillment,
        user,
        marketplace,
        product,
        tracking,
        external,
        email,
        from,
        to,
        updated_from,
        updated_to,
    } = filter;
    let small = |address: &str| address.to_ascii_lowercase();
    let address = order.contact().email.as_ref().map(|email| small(email.as_str()));
    let mut numbers = order.shipments().iter().filter_map(|parcel| Some(parcel.tracking.as_ref()?.number()));
    status.is_none_or(|statuses| statuses.iter().any(|status| order.status() == status))
        && fulfillment.is_none_or(|fulfillment| order.fulfillment() == fulfillment)
        && user.is_none_or(|user| order.user() == user)
        && marketplace.is_none_or(|code| order.sold_in().marketplace == code)
        && product.is_none_or(|product| order.lines().any(|(_, line)| line.product() == product))
        && tracking.as_ref().is_none_or(|wanted| numbers.any(|number| number == wanted.as_str()))
        && external.as_ref().is_none_or(|name| order.imported().is_some_and(|from| from.external_id == *name))
        && email.as_ref().is_none_or(|email| address == Some(small(email.as_str())))
        && from.is_none_or(|from| from <= order.ordered_at())
        && to.is_none_or(|to| order.ordered_at() < to)
        && updated_from.is_none_or(|from| from <= order.updated_at())
        && updated_to.is_none_or(|to| order.updated_at() < to)
}

/// What a plain search finds, from the query's cursor to the end.
pub fn searched(all: &[Order], query: &OrderQuery) -> Vec<Order> {
    let place = |order: &Order| match query.sort {
        Sort::Id | Sort::IdDescending => (DateTime::UNIX_EPOCH, order.id()),
        Sort::Updated | Sort::UpdatedDescending => (order.updated_at(), order.id()),
    };
    let mut found: Vec<_> = all.iter().filter(|order| is_listed(&query.filter, order)).collect();
    found.sort_by_key(|order| place(order));
    let seen = query.after.map(|after| match after {
        Cursor::Order(id) => (DateTime::UNIX_EPOCH, id),
        Cursor::Update(moment, id) => (moment, id),
    });
    if matches!(query.sort, Sort::IdDescending | Sort::UpdatedDescending) {
        found.reverse();
        found.retain(|order| seen.is_none_or(|seen| place(order) < seen));
    } else {
        found.retain(|order| seen.is_none_or(|seen| place(order) > seen));
    }
    found.into_iter().map(Order::without_contact).collect()
}

/// Asks for the page and for what a plain search finds. How many that is.
pub async fn compare(orders: &dyn Database, all: &[Order], query: OrderQuery) -> usize {
    let expected = searched(all, &query);
    let expected = &expected[..expected.len().min(query.limit.get())];
    assert_eq!(page(orders, query.clone()).await, expected, "{query:?}");
    expected.len()
}

fn or_none<T: Copy>(values: &[T]) -> impl Iterator<Item = Option<T>> {
    std::iter::once(None).chain(values.iter().copied().map(Some))
}

pub async fn pages_ascend_from_after_an_id_up_to_the_limit(orders: Orders) {
    assert_eq!(page(&*orders, everything()).await, []);
    let all = two_hundred(&*orders).await;
    assert_eq!(page(&*orders, everything()).await, all);
    assert_eq!(orders.page(OrderList::all(Some(n(199)), n(7))).await.unwrap(), all[199..]);
    for after in [0_i64, 1, 100, 199, 200, 201] {
        for limit in [1, 2, 100, 500] {
            for sort in [Sort::Id, Sort::IdDescending] {
                let after = (after > 0).then(|| behind(after));
                compare(&*orders, &all, OrderQuery { after, limit: n(limit), sort, ..everything() }).await;
            }
        }
    }
    let query = OrderQuery { after: Some(behind(i64::MAX)), ..everything() };
    assert_eq!(page(&*orders, query.clone()).await, []);
    assert_eq!(page(&*orders, OrderQuery { sort: Sort::IdDescending, ..query }).await.len(), 200);
}

pub async fn walking_the_pages_meets_every_order_once(orders: Orders) {
    let all = two_hundred(&*orders).await;
    let filter = OrderFilter { user: Some(n(2)), ..OrderFilter::default() };
    let mut met = Vec::new();
    loop {
        let after: Option<OrderId> = met.last().map(Order::id);
        let query = OrderQuery {
            filter: filter.clone(),
            after: after.map(Cursor::Order),
            limit: n(7),
            ..OrderQuery::default()
        };
        let page = page(&*orders, query).await;
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
    let mut sorts = [Sort::Id, Sort::Id, Sort::IdDescending].into_iter().cycle();
    let mut counts = Vec::new();
    for status in or_none(&OrderStatus::ALL) {
        for user in or_none(&users) {
            for from in or_none(&moments) {
                for to in or_none(&moments) {
                    for after in or_none(&[3, 50, 120]) {
                        let status = status.map(Statuses::from);
                        let filter = OrderFilter { status, user, from, to, ..OrderFilter::default() };
                        let (sort, limit) = (sorts.next().unwrap(), limits.next().unwrap());
                        let query = OrderQuery { filter, sort, after: after.map(behind), limit };
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
            let (updated_from, updated_to) = (from, to);
            let filter = OrderFilter { updated_from, updated_to, ..OrderFilter::default() };
            compare(&*orders, &all, OrderQuery { filter, sort: Sort::Updated, ..everything() }).await;
        }
    }
    // A cursor may be as precise.
    for moment in moments {
        for sort in [Sort::Updated, Sort::UpdatedDescending] {
            for id in [1, 3, 500] {
                let after = Some(Cursor::Update(moment, n(id)));
                compare(&*orders, &all, OrderQuery { sort, after, ..everything() }).await;
            }
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
            let (updated_from, updated_to) = (from, to);
            let filter = OrderFilter { updated_from, updated_to, ..OrderFilter::default() };
            compare(&*orders, &all, OrderQuery { filter, sort: Sort::Updated, ..everything() }).await;
        }
    }
}
