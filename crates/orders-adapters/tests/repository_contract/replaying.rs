//! Keys of every kind of change: asking again is answered as the first time, whatever happened since.

use chrono::TimeDelta;
use orders_domain::{
    Actor, Expected, IdempotencyKey, OrderStatus, Storage,
    catalogue::product::{NewProduct, StockPolicy},
    ports::{Change, Commit, Committed, EventFilter, EventLimit, Made, Refused},
    stock::keeping::Delivery,
};
use tokio::task::JoinSet;

use super::{
    books::assert_balanced,
    common::{at, changing, key, n},
    hooks, shipping,
    shop::{
        advance, at_priority, basket, change_location, change_product, count, count_at, deliver, details,
        find, keep, keeping, location, make, new_location, now, order, pieces, refused, sell, selling,
        selling_basket, step, stocked, transfer,
    },
    stalls::{
        asking, called, changed_market, list, listed, market_details, new_market, open_market, visitor,
    },
};

/// A change of each kind by the operator, in a shop with the product 11 at MAIN and at B.
pub async fn one_of_each_kind(shop: &Storage) -> Vec<Commit> {
    let id = stocked(shop, StockPolicy::Deny, 50).await;
    location(shop, "B", 1).await;
    let held = sell(shop, &[(id, 3)]).await;
    let sent = sell(shop, &[(id, 4)]).await;
    let product = find(shop, n(1)).await;
    let mut dearer = product.details.clone();
    dearer.price = n(1);
    let place = shop.stock.locations().await.unwrap().remove(0);
    let keep = |change| keeping(change, None);
    let mut all = vec![
        keep(Change::NewProduct(NewProduct { id: None, details: details(StockPolicy::Backorder) })),
        keep(Change::Product(product.changed(dearer).unwrap())),
        keep(new_location("C", at_priority(0))),
        keep(Change::Location(place.changed(at_priority(5)).unwrap())),
        keep(count_at(id, "MAIN", 40, Some(2), Expected::OneOf(vec![n(1)]))),
        keep(deliver(id, "B", Delivery::Received, 5)),
        keep(transfer(id, "MAIN", "B", 1)),
        keep(deliver(id, "MAIN", Delivery::Removed, 2)),
        keep(count(id, "MAIN", 2, None)),
        selling(&[(id, 2), (n(2), 1)], None),
        changing(step(shop, held.id(), OrderStatus::Cancelled).await, None),
        changing(step(shop, sent.id(), OrderStatus::Processing).await, None),
        // So many that all of it can leave.
        keep(deliver(id, "MAIN", Delivery::Received, 60)),
    ];
    all.extend(shipping::one_of_each_kind(shop, id).await);
    all.extend(hooks::one_of_each_kind());
    open_market(shop, "de", "EUR", "de").await;
    let market = visitor(shop, "de", &["de-AT"]).await;
    list(shop, n(2), "de", asking(5, None)).await;
    make(shop, called(shop, n(2), (Some("de"), "de"), "Stuhl").await).await;
    all.extend([
        selling_basket(basket(&[(n(2), 1)], None).sold_in(market), None),
        keep(new_market("fr", market_details("EUR", "fr"))),
        keep(listed(shop, n(1), "de", asking(7, Some("L-7"))).await),
        keep(listed(shop, n(2), "de", asking(8, None)).await),
        keep(called(shop, n(2), (None, "fr-CA"), "Chaise").await),
        keep(called(shop, n(2), (Some("de"), "de"), "Sessel").await),
        keep(changed_market(shop, "de", |to| to.countries = ["DE".parse().unwrap()].into()).await),
    ]);
    for (number, work) in (0..).zip(&mut all) {
        work.made_by = Some(key(&format!("kind-{number}"), 1));
    }
    all
}

pub async fn a_change_of_every_kind_is_answered_again_as_the_first_time(shop: Storage) {
    let all = one_of_each_kind(&shop).await;
    let mut first: Vec<Made> = Vec::new();
    for work in &all {
        let made = now(shop.ledger.commit(work.clone()).await);
        let again = shop.ledger.commit(work.clone()).await;
        assert!(matches!(again, Ok(Committed::Before(again)) if again == hooks::kept(&made)), "{work:?}");
        first.push(hooks::kept(&made));
    }
    let Made::Stock(short) = &first[8] else { panic!("{first:?}") };
    assert!(!short.orders.is_empty() && short.levels[0].level.short() > 0);
    // Everything becomes something else.
    let id = n(11);
    change_product(&shop, n(1), |to| to.price = n(2)).await;
    change_product(&shop, id, |to| (to.price, to.policy) = (n(3), StockPolicy::Backorder)).await;
    change_product(&shop, n(12), |to| to.active = false).await;
    change_location(&shop, "MAIN", |to| to.active = false).await;
    change_location(&shop, "C", |to| to.priority = n(8)).await;
    keep(&shop, count(id, "MAIN", 90, Some(0))).await;
    keep(&shop, count(id, "B", 0, Some(9))).await;
    let Made::Order(sold) = &first[9] else { panic!("{first:?}") };
    advance(&shop, sold.id(), OrderStatus::Cancelled).await;
    let events = async || {
        let page = shop.feed.events(EventFilter::default(), None, EventLimit::MAX).await.unwrap();
        page.events.len()
    };
    let before = events().await;
    for (work, made) in all.into_iter().zip(first) {
        let user = work.origin.actor.user().unwrap();
        let asked = work.made_by.clone().unwrap();
        let recalled = shop.ledger.recall(user, asked.clone(), at(20)).await.unwrap();
        assert_eq!(recalled, Some(made.clone()));
        for rehearsal in [true, false] {
            let again = if rehearsal {
                shop.ledger.rehearse(work.clone()).await
            } else {
                shop.ledger.commit(work.clone()).await
            };
            assert!(matches!(&again, Ok(Committed::Before(again)) if *again == made), "{again:?}");
        }
        let another = orders_domain::Idempotency { fingerprint: key("any", 9).fingerprint, ..asked };
        let other = Commit { made_by: Some(another), ..work };
        assert_eq!(refused(shop.ledger.commit(other).await), "KeyReused");
    }
    assert_eq!(events().await, before);
    assert_balanced(&shop).await;
}

pub async fn many_deliveries_with_one_key_at_once_bring_the_pieces_once(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 0).await;
    let mut tasks = JoinSet::new();
    for number in 0..60 {
        let shop = shop.clone();
        let work =
            keeping(deliver(id, "MAIN", Delivery::Received, 5), Some(key(&(number % 3).to_string(), 1)));
        tasks.spawn(async move { shop.ledger.commit(work).await.unwrap() });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Committed::Now(_))).count(), 3);
    assert_eq!(pieces(&shop, id, "MAIN").await, (15, 0));
    assert_balanced(&shop).await;
}

pub async fn many_orders_with_one_key_at_once_reserve_once(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    let mut tasks = JoinSet::new();
    for _ in 0..60 {
        let shop = shop.clone();
        tasks.spawn(async move { shop.ledger.commit(selling(&[(id, 3)], Some(key("a", 1)))).await.unwrap() });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Committed::Now(_))).count(), 1);
    assert_eq!(pieces(&shop, id, "MAIN").await, (5, 3));
    assert_balanced(&shop).await;
}

pub async fn an_answer_that_is_no_change_keeps_no_key(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    let same = || keeping(count(id, "MAIN", 5, None), Some(key("a", 1)));
    now(shop.ledger.commit(same()).await);
    now(shop.ledger.commit(same()).await);
    assert_eq!(shop.ledger.recall(n(100), key("a", 1), at(0)).await.unwrap(), None);
    // Nor does a key of the operator's stand for another user's.
    now(shop.ledger.commit(keeping(count(id, "MAIN", 6, None), Some(key("a", 2)))).await);
    let sold = order(now(shop.ledger.commit(selling(&[(id, 1)], Some(key("a", 2)))).await));
    let again = shop.ledger.recall(n(1), key("a", 2), at(0)).await.unwrap();
    assert_eq!(again, Some(Made::Order(sold)));
}

pub async fn a_refusal_in_the_middle_of_many_leaves_its_neighbours(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 100).await;
    let mut tasks = JoinSet::new();
    for number in 0..120_i64 {
        let shop = shop.clone();
        let work = match number % 6 {
            0 => selling(&[(id, 1)], None),
            1 => selling(&[(id, 1000)], Some(key(&number.to_string(), 1))),
            2 => keeping(deliver(id, "MAIN", Delivery::Received, 2), None),
            3 => keeping(deliver(id, "nowhere", Delivery::Received, 2), None),
            4 => keeping(new_location("MAIN", at_priority(0)), None),
            _ => selling(&[(id, 1), (n(999), 1)], None),
        };
        tasks.spawn(async move { (number % 6, shop.ledger.commit(work).await) });
    }
    for (kind, answer) in tasks.join_all().await {
        match (kind, answer) {
            (0 | 2, Ok(Committed::Now(_)))
            | (1 | 5, Err(Refused::NotSold(_)))
            | (3, Err(Refused::NotKept(_)))
            | (4, Err(Refused::Taken(_))) => {}
            (kind, other) => panic!("{kind}: {other:?}"),
        }
    }
    assert_eq!(pieces(&shop, id, "MAIN").await, (140, 20));
    let by_nobody = Commit { origin: Actor::Worker.into(), ..selling(&[(id, 1)], Some(key("w", 1))) };
    // Who is no user has no keys.
    now(shop.ledger.commit(by_nobody.clone()).await);
    now(shop.ledger.commit(by_nobody).await);
    assert_eq!(pieces(&shop, id, "MAIN").await, (140, 22));
    assert_balanced(&shop).await;
}

pub async fn a_key_of_the_shops_people_is_kept_for_a_day_too(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 0).await;
    let bring = async |now| {
        let work = keeping(deliver(id, "MAIN", Delivery::Received, 5), Some(key("a", 1)));
        shop.ledger.commit(Commit { now, ..work }).await.unwrap()
    };
    let day = at(0) + IdempotencyKey::KEPT;
    bring(at(0)).await;
    assert!(matches!(bring(day - TimeDelta::milliseconds(1)).await, Committed::Before(_)));
    assert_eq!(shop.ledger.recall(n(100), key("a", 1), day).await.unwrap(), None);
    assert!(matches!(bring(day).await, Committed::Now(_)));
    assert!(matches!(bring(day).await, Committed::Before(_)));
    assert_eq!(pieces(&shop, id, "MAIN").await, (10, 0));
}
