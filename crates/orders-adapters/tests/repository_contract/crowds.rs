//! Many who do many things at once.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use orders_domain::{
    OrderStatus, ShipmentStatus, Storage,
    catalogue::product::StockPolicy,
    ports::{Committed, Refused},
    stock::keeping::Delivery,
};
use tokio::task::JoinSet;

use super::{
    books::assert_balanced,
    common::{changing, n},
    shipping::{cancel, find, part, ship},
    shop::{
        change_location, change_product, count, deliver, keeping, location, now, order, pieces, sell,
        selling, step, stocked, transfer,
    },
};

/// That it is done, or refused for a reason that others are.
fn assert_answered(answer: Result<Committed, Refused>) {
    match answer {
        Ok(Committed::Now(_))
        | Err(Refused::NotSold(_) | Refused::NotKept(_) | Refused::NotOnHand(_) | Refused::Stale) => {}
        other => panic!("{other:?}"),
    }
}

pub async fn whatever_happens_at_once_the_books_balance(shop: Storage) {
    let products = [
        stocked(&shop, StockPolicy::Deny, 20).await,
        stocked(&shop, StockPolicy::Backorder, 20).await,
        stocked(&shop, StockPolicy::Deny, 2).await,
    ];
    location(&shop, "B", 1).await;
    let mut held = Vec::new();
    for product in products {
        held.push(sell(&shop, &[(product, 2)]).await.id());
    }
    let mut settling = Vec::new();
    for order in held {
        for to in [OrderStatus::Cancelled, OrderStatus::Shipped] {
            settling.push(changing(step(&shop, order, to).await, None));
        }
    }
    let mut tasks = JoinSet::new();
    for work in settling {
        let shop = shop.clone();
        tasks.spawn(async move { assert_answered(shop.ledger.commit(work).await) });
    }
    for number in 0..150_usize {
        let (shop, one, other) = (shop.clone(), products[number % 3], products[(number + 1) % 3]);
        tasks.spawn(async move {
            let work = match number % 10 {
                0 => keeping(count(one, "MAIN", 15, Some(2)), None),
                1 => keeping(deliver(one, "B", Delivery::Received, 3), None),
                2 => keeping(transfer(one, "MAIN", "B", 1), None),
                3 => keeping(deliver(one, "MAIN", Delivery::Removed, 2), None),
                // In the one order and in the other.
                4..7 => selling(&[(one, 2), (other, 1)], None),
                _ => selling(&[(other, 3), (one, 1)], None),
            };
            let answer = shop.ledger.commit(work).await;
            if let Ok(Committed::Now(orders_domain::ports::Made::Order(order))) = &answer
                && number % 2 == 0
            {
                let to = if number % 4 == 0 { OrderStatus::Cancelled } else { OrderStatus::Shipped };
                let step = order.clone().advance(to, order.ordered_at()).unwrap();
                assert_answered(shop.ledger.commit(changing(step, None)).await);
            }
            assert_answered(answer);
        });
    }
    let walker = shop.clone();
    tasks.spawn(async move {
        for round in 1..10 {
            change_location(&walker, "MAIN", |to| to.priority = n(round % 3 + 1)).await;
            change_product(&walker, products[0], |to| to.price = n(1000 + round)).await;
        }
    });
    tasks.join_all().await;
    assert_balanced(&shop).await;
}

pub async fn no_order_has_a_price_that_was_past_when_it_was_sent(shop: Storage) {
    const PRICES: i64 = 30;
    let id = stocked(&shop, StockPolicy::Deny, 100_000).await;
    let answered = Arc::new(AtomicI64::new(1000));
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (shop, answered) = (shop.clone(), Arc::clone(&answered));
        tasks.spawn(async move {
            loop {
                let past = answered.load(Ordering::SeqCst);
                let sold = order(now(shop.ledger.commit(selling(&[(id, 1)], None)).await));
                let price = sold.total().minor_units();
                assert!(price >= past, "sold at {price} when {past} was answered");
                if past == 1000 + PRICES {
                    return;
                }
            }
        });
    }
    for price in 1001..=1000 + PRICES {
        change_product(&shop, id, |to| to.price = n(price)).await;
        answered.store(price, Ordering::SeqCst);
    }
    tasks.join_all().await;
    assert_balanced(&shop).await;
}

pub async fn of_25_who_ship_and_25_who_cancel_a_line_one_wins(shop: Storage) {
    for round in 0..4 {
        let product = stocked(&shop, StockPolicy::Deny, 3).await;
        let placed = sell(&shop, &[(product, 3)]).await;
        let mut tasks = JoinSet::new();
        for number in 0..50 {
            let step = if number % 2 == 0 {
                ship(ShipmentStatus::Shipped, None, vec![part(0, 3)])(placed.clone())
            } else {
                cancel(vec![part(0, 3)])(placed.clone())
            };
            let (shop, work) = (shop.clone(), changing(step, None));
            tasks.spawn(async move { shop.ledger.commit(work).await });
        }
        let answers = tasks.join_all().await;
        let won = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(won, 1, "round {round}: {answers:?}");
        assert!(
            answers.iter().all(|answer| matches!(answer, Ok(_) | Err(Refused::Stale))),
            "round {round}: {answers:?}"
        );
        let (on_hand, reserved) = pieces(&shop, product, "MAIN").await;
        let shipped = find(&shop, placed.id()).await.status() == OrderStatus::Shipped;
        assert_eq!((on_hand, reserved), (if shipped { 0 } else { 3 }, 0), "round {round}");
    }
    assert_balanced(&shop).await;
}
