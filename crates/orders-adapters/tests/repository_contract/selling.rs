//! Orders of what is counted: priced and reserved at the commit, or not at all.

use std::sync::Arc;

use orders_domain::{
    LineFault, LinePart, NotSold, OutOfStock, ProductId, Storage,
    catalogue::product::StockPolicy,
    ports::{Committed, EventFilter, EventLimit, Refused},
    stock::movement::MovementKind,
};
use tokio::{sync::Barrier, task::JoinSet};

use super::{
    books::assert_balanced,
    common::{key, n},
    shop::{
        available, basket, change_location, change_product, count, deliver, keep, location, movements, now,
        order, pieces, product, sell, selling, selling_basket, stocked,
    },
};

/// Why it is not sold.
fn not_sold(answer: Result<Committed, Refused>) -> NotSold {
    match answer {
        Err(Refused::NotSold(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

/// That these products are wanted and so many could be had.
fn lacking(lines: &[(usize, ProductId, i64, i64)]) -> NotSold {
    let line = |(index, product, wanted, available): &(usize, ProductId, i64, i64)| OutOfStock {
        index: *index,
        product: *product,
        wanted: n(*wanted),
        available: *available,
    };
    NotSold::OutOfStock(lines.iter().map(line).collect())
}

/// How many events there are, and how many pieces moved of a product.
async fn traces(shop: &Storage, product: ProductId) -> (usize, usize) {
    let events = shop.feed.events(EventFilter::default(), None, EventLimit::MAX).await.unwrap().events;
    (events.len(), movements(shop, product, 500).await.len())
}

/// Where the pieces of the newest order were reserved.
async fn reserved(shop: &Storage, product: ProductId) -> Vec<(String, i64)> {
    let moved = movements(shop, product, 500).await;
    let newest = moved.last().unwrap().event;
    let of_newest = moved.into_iter().filter(|moved| moved.event == newest);
    of_newest
        .inspect(|moved| assert_eq!(moved.kind, MovementKind::Reserved))
        .map(|moved| (moved.location.to_string(), moved.quantity))
        .collect()
}

fn at_places(places: &[(&str, i64)]) -> Vec<(String, i64)> {
    places.iter().map(|(code, pieces)| ((*code).to_owned(), *pieces)).collect()
}

pub async fn a_line_is_reserved_at_the_first_place_that_has_all_of_it_or_else_spread(shop: Storage) {
    // The older of two is in front of the other; the one behind them all is the oldest.
    for (code, priority) in [("far", 9), ("near", 1), ("next", 1)] {
        location(&shop, code, priority).await;
    }
    let id = product(&shop, StockPolicy::Deny).await.id;
    for (code, on_hand) in [("far", 10), ("near", 3), ("next", 4)] {
        keep(&shop, count(id, code, on_hand, None)).await;
    }
    for (wanted, expected) in
        [(3, at_places(&[("near", 3)])), (4, at_places(&[("next", 4)])), (2, at_places(&[("far", 2)]))]
    {
        sell(&shop, &[(id, wanted)]).await;
        assert_eq!(reserved(&shop, id).await, expected);
    }
    keep(&shop, count(id, "near", 4, None)).await;
    keep(&shop, count(id, "next", 6, None)).await;
    sell(&shop, &[(id, 10)]).await;
    assert_eq!(reserved(&shop, id).await, at_places(&[("near", 1), ("next", 2), ("far", 7)]));
    assert_eq!(available(&shop, id).await, Some(1));
    // The order of places may change.
    keep(&shop, count(id, "near", 8, None)).await;
    change_location(&shop, "far", |to| to.priority = n(0)).await;
    sell(&shop, &[(id, 1)]).await;
    assert_eq!(reserved(&shop, id).await, at_places(&[("far", 1)]));
    assert_balanced(&shop).await;
}

pub async fn a_place_that_is_not_active_serves_nobody(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    let order = sell(&shop, &[(id, 2)]).await;
    change_location(&shop, "MAIN", |to| to.active = false).await;
    assert_eq!(available(&shop, id).await, Some(0));
    let refused = not_sold(shop.ledger.commit(selling(&[(id, 1)], None)).await);
    assert_eq!(refused, lacking(&[(0, id, 1, 0)]));
    // What is held there is still sent from there.
    super::shop::advance(&shop, order.id(), orders_domain::OrderStatus::Shipped).await;
    change_location(&shop, "MAIN", |to| to.active = true).await;
    assert_eq!(available(&shop, id).await, Some(3));
    sell(&shop, &[(id, 3)]).await;
    assert_balanced(&shop).await;
}

pub async fn what_is_not_there_is_refused_whole_and_leaves_nothing(shop: Storage) {
    let (one, two) = (stocked(&shop, StockPolicy::Deny, 5).await, stocked(&shop, StockPolicy::Deny, 1).await);
    let before = traces(&shop, one).await;
    let wanted = [(one, 6), (n(1), 100), (two, 2)];
    let refused = not_sold(shop.ledger.commit(selling(&wanted, Some(key("a", 1)))).await);
    assert_eq!(refused, lacking(&[(0, one, 6, 5), (2, two, 2, 1)]));
    let refused = not_sold(shop.ledger.commit(selling(&[(one, 5), (two, 2)], Some(key("a", 1)))).await);
    assert_eq!(refused, lacking(&[(1, two, 2, 1)]));
    assert_eq!(traces(&shop, one).await, before);
    assert_eq!((pieces(&shop, one, "MAIN").await, pieces(&shop, two, "MAIN").await), ((5, 0), (1, 0)));
    // The key is free, for another request even.
    let sold = order(now(shop.ledger.commit(selling(&[(one, 5), (two, 1)], Some(key("a", 2)))).await));
    assert_eq!(sold.id(), n(1));
    assert_eq!((available(&shop, one).await, available(&shop, two).await), (Some(0), Some(0)));
    assert_balanced(&shop).await;
}

pub async fn an_order_has_the_prices_of_its_commit(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 100).await;
    assert_eq!(sell(&shop, &[(id, 2), (n(1), 1)]).await.total(), n(2 * 1000 + 1399));
    change_product(&shop, id, |to| to.price = n(7)).await;
    change_product(&shop, n(1), |to| to.price = n(0)).await;
    let sold = sell(&shop, &[(id, 2), (n(1), 1)]).await;
    assert_eq!(sold.total(), n(14));
    assert_eq!(shop.orders.find(sold.id()).await.unwrap(), Some(sold));
}

pub async fn who_expects_another_total_is_told_before_the_stock_is_looked_at(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    let buy = async |pieces, total| {
        shop.ledger.commit(selling_basket(basket(&[(id, pieces)], Some(total)), Some(key("a", 1)))).await
    };
    change_product(&shop, id, |to| to.price = n(999)).await;
    let changed = |total| NotSold::PriceChanged { total: n(total), currency: shop.catalogue.currency() };
    assert_eq!(not_sold(buy(2, 2000).await), changed(1998));
    assert_eq!(not_sold(buy(6, 6000).await), changed(5994));
    assert_eq!(not_sold(buy(6, 5994).await), lacking(&[(0, id, 6, 5)]));
    assert_eq!(pieces(&shop, id, "MAIN").await, (5, 0));
    order(now(buy(2, 1998).await));
}

pub async fn what_is_not_for_sale_or_unknown_cannot_be_ordered(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    change_product(&shop, id, |to| to.active = false).await;
    let refused = not_sold(shop.ledger.commit(selling(&[(n(1), 1), (id, 1), (n(999), 1)], None)).await);
    let fault = |index, reason| LineFault { part: LinePart::Product(index), reason };
    let unknown: ProductId = n(999);
    assert_eq!(refused, NotSold::Invalid(vec![fault(1, id.not_for_sale()), fault(2, unknown.unknown())]));
    change_product(&shop, id, |to| to.active = true).await;
    sell(&shop, &[(id, 1)]).await;
    assert_balanced(&shop).await;
}

pub async fn what_nobody_counts_is_not_reserved_and_a_policy_counts_from_its_change_on(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Untracked, 1).await;
    sell(&shop, &[(id, 100)]).await;
    assert_eq!((pieces(&shop, id, "MAIN").await, available(&shop, id).await), ((1, 0), None));
    change_product(&shop, id, |to| to.policy = StockPolicy::Deny).await;
    sell(&shop, &[(id, 1)]).await;
    let refused = not_sold(shop.ledger.commit(selling(&[(id, 1)], None)).await);
    assert_eq!(refused, lacking(&[(0, id, 1, 0)]));
    // Its reservation stays as it is.
    change_product(&shop, id, |to| to.policy = StockPolicy::Untracked).await;
    sell(&shop, &[(id, 100)]).await;
    assert_eq!(pieces(&shop, id, "MAIN").await, (1, 1));
    assert_balanced(&shop).await;
}

pub async fn more_than_is_there_is_ordered_up_to_the_limit_of_each_place(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Backorder, 2).await;
    location(&shop, "B", 1).await;
    keep(&shop, count(id, "MAIN", 2, Some(3))).await;
    keep(&shop, count(id, "B", 0, Some(1))).await;
    assert_eq!(available(&shop, id).await, Some(6));
    sell(&shop, &[(id, 6)]).await;
    assert_eq!(reserved(&shop, id).await, at_places(&[("MAIN", 5), ("B", 1)]));
    let refused = not_sold(shop.ledger.commit(selling(&[(id, 1)], None)).await);
    assert_eq!(refused, lacking(&[(0, id, 1, 0)]));
    // The limit is nothing to a product of which only what is there is sold.
    keep(&shop, deliver(id, "MAIN", orders_domain::stock::keeping::Delivery::Received, 4)).await;
    change_product(&shop, id, |to| to.policy = StockPolicy::Deny).await;
    assert_eq!(available(&shop, id).await, Some(1));
    assert_balanced(&shop).await;
}

pub async fn of_many_who_want_the_last_pieces_just_so_many_get_them(shop: Storage) {
    const TASKS: usize = 64;
    let id = stocked(&shop, StockPolicy::Deny, 0).await;
    for (left, each) in [(1, 1), (7, 1), (5, 2), (64, 1), (1, 1), (0, 1)] {
        keep(&shop, count(id, "MAIN", left, None)).await;
        let (mut tasks, together) = (JoinSet::new(), Arc::new(Barrier::new(TASKS)));
        for _ in 0..TASKS {
            let (shop, together) = (shop.clone(), Arc::clone(&together));
            tasks.spawn(async move {
                together.wait().await;
                shop.ledger.commit(selling(&[(id, each)], None)).await
            });
        }
        let (mut sold, mut refused) = (Vec::new(), 0);
        for answer in tasks.join_all().await {
            match answer {
                Ok(Committed::Now(made)) => sold.push(order(made).id()),
                answer => {
                    let NotSold::OutOfStock(lack) = not_sold(answer) else { panic!() };
                    assert!(lack[0].available < each);
                    refused += 1;
                }
            }
        }
        let expected = usize::try_from(left / each).unwrap();
        assert_eq!((sold.len(), refused), (expected, TASKS - expected), "{left} by {each}");
        assert_eq!(pieces(&shop, id, "MAIN").await, (left, left / each * each));
        for order in sold {
            super::shop::advance(&shop, order, orders_domain::OrderStatus::Cancelled).await;
        }
    }
    assert_balanced(&shop).await;
}
