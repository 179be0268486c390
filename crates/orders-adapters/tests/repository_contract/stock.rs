//! Counts, deliveries and transfers, and the ledger that they leave.

use orders_domain::{
    EventType, Expected, Facts, Order, OrderId, OrderStatus, ProductId, Storage, Subject, Version, What,
    catalogue::product::StockPolicy,
    ports::{Change, EventFilter, EventLimit, Made},
    stock::{
        Level,
        keeping::{Delivery, Kept},
        movement::{MovementKind, Reason},
    },
};

use super::{
    books::assert_balanced,
    common::{at, n},
    shop::{
        advance, available, count, count_at, deliver, keep, keeping, level, location, movements, pieces,
        refused, sell, stocked, transfer,
    },
};

/// What a level's people see of it.
fn seen(kept: &Kept) -> (i64, i64, Option<i64>) {
    let level = &kept.levels[0];
    (level.level.on_hand, level.level.version.unwrap().get(), level.available)
}

async fn is_refused(shop: &Storage, change: Change) -> String {
    refused(shop.ledger.commit(keeping(change, None)).await)
}

pub async fn a_count_is_the_truth_and_becomes_what_it_found(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    assert_eq!(seen(&keep(&shop, count(id, "MAIN", 8, None)).await), (8, 2, Some(8)));
    assert_eq!(seen(&keep(&shop, count(id, "MAIN", 6, None)).await), (6, 3, Some(6)));
    // The same again is no news.
    assert_eq!(seen(&keep(&shop, count(id, "MAIN", 6, Some(0))).await), (6, 3, Some(6)));
    // A limit alone moves nothing, and counts for nothing where nobody may order more.
    let limited = keep(&shop, count(id, "MAIN", 6, Some(4))).await;
    assert_eq!(seen(&limited), (6, 4, Some(6)));
    assert_eq!(limited.levels, [level(&shop, id, "MAIN").await]);
    let moved: Vec<_> =
        movements(&shop, id, 2).await.iter().map(|moved| (moved.kind, moved.quantity)).collect();
    assert_eq!(moved, [(MovementKind::Added, 5), (MovementKind::Added, 3), (MovementKind::Removed, 2)]);
    // That there is nothing is something to know, too.
    location(&shop, "B", 1).await;
    assert_eq!(seen(&keep(&shop, count(id, "B", 0, None)).await), (0, 1, Some(0)));
    assert_balanced(&shop).await;
}

pub async fn a_count_of_a_version_that_is_past_is_stale(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    let at_version = |on_hand, versions: &[i64]| {
        let versions = versions.iter().map(|version| n(*version)).collect();
        count_at(id, "MAIN", on_hand, None, Expected::OneOf(versions))
    };
    keep(&shop, at_version(6, &[7, 1])).await;
    assert_eq!(is_refused(&shop, at_version(7, &[1])).await, "NotKept(Stale)");
    assert_eq!(is_refused(&shop, at_version(7, &[])).await, "NotKept(Stale)");
    // Orders do not count, or nobody could ever count a busy product.
    let order = sell(&shop, &[(id, 2)]).await;
    advance(&shop, order.id(), OrderStatus::Shipped).await;
    keep(&shop, at_version(9, &[2])).await;
    assert_eq!(pieces(&shop, id, "MAIN").await, (9, 0));
}

pub async fn a_count_below_what_is_reserved_is_short_and_names_the_newest_orders(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 300).await;
    let mut orders: Vec<OrderId> = Vec::new();
    for _ in 0..Kept::HOLDERS + 4 {
        orders.push(sell(&shop, &[(id, 2)]).await.id());
    }
    advance(&shop, orders[102], OrderStatus::Cancelled).await;
    advance(&shop, orders[50], OrderStatus::Shipped).await;
    // Who holds pieces of it elsewhere is not named.
    location(&shop, "B", 1).await;
    keep(&shop, count(id, "B", 200, None)).await;
    sell(&shop, &[(id, 150)]).await;
    let kept = keep(&shop, count(id, "MAIN", 100, None)).await;
    let hold = orders.iter().rev().filter(|order| ![orders[102], orders[50]].contains(order));
    let newest: Vec<_> = hold.copied().take(100).collect();
    assert_eq!(kept.orders, newest);
    assert_eq!(kept.levels, [level(&shop, id, "MAIN").await]);
    assert_eq!((kept.levels[0].level.short(), kept.levels[0].available), (2 * 102 - 100, Some(0)));

    let filter = EventFilter { types: vec![EventType::StockShort], ..EventFilter::default() };
    let events = shop.feed.events(filter, None, EventLimit::MAX).await.unwrap().events;
    let What::Other { said, .. } = &events[0].what else { panic!("{events:?}") };
    let numbers: Vec<_> = newest.iter().map(|order| order.get()).collect();
    let expected = Facts::new()
        .with("from", 298)
        .with("to", 100)
        .with("backorderLimit", 0)
        .with("short", 104)
        .with("orders", numbers);
    assert_eq!((events.len(), said), (1, &expected));

    // It shrinks as orders let go and as pieces come.
    advance(&shop, orders[0], OrderStatus::Cancelled).await;
    assert_eq!(level(&shop, id, "MAIN").await.level.short(), 102);
    advance(&shop, orders[1], OrderStatus::Shipped).await;
    assert_eq!(level(&shop, id, "MAIN").await.level.short(), 102);
    keep(&shop, deliver(id, "MAIN", Delivery::Received, 103)).await;
    assert_eq!((level(&shop, id, "MAIN").await.level.short(), available(&shop, id).await), (0, Some(51)));
    assert_balanced(&shop).await;
}

pub async fn pieces_come_and_go_but_what_orders_hold_stays(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    sell(&shop, &[(id, 3)]).await;
    assert_eq!(seen(&keep(&shop, deliver(id, "MAIN", Delivery::Received, 4)).await), (9, 2, Some(6)));
    assert_eq!(seen(&keep(&shop, deliver(id, "MAIN", Delivery::Returned, 1)).await), (10, 3, Some(7)));
    assert_eq!(seen(&keep(&shop, deliver(id, "MAIN", Delivery::Removed, 7)).await), (3, 4, Some(0)));
    let gone = is_refused(&shop, deliver(id, "MAIN", Delivery::Removed, 1)).await;
    assert!(gone.starts_with("NotKept(NotThere {") && gone.contains("unheld: 0, wanted: 1"), "{gone}");
    let more = is_refused(&shop, deliver(n(999), "MAIN", Delivery::Received, 1)).await;
    assert!(more.starts_with("NotKept(UnknownProduct("), "{more}");
    keep(&shop, count(id, "MAIN", 1_000_000_000_000, None)).await;
    let more = is_refused(&shop, deliver(id, "MAIN", Delivery::Received, 1)).await;
    assert!(more.starts_with("NotKept(TooMany("), "{more}");
    assert_eq!(level(&shop, id, "MAIN").await.level.version, Some(n(5)));
    assert_balanced(&shop).await;
}

pub async fn pieces_go_from_one_place_to_another(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    location(&shop, "B", 1).await;
    let kept = keep(&shop, transfer(id, "MAIN", "B", 2)).await;
    assert_eq!(kept.levels, [level(&shop, id, "MAIN").await, level(&shop, id, "B").await]);
    assert_eq!((pieces(&shop, id, "MAIN").await, pieces(&shop, id, "B").await), ((3, 0), (2, 0)));
    let versions: Vec<Option<Version>> = kept.levels.iter().map(|level| level.level.version).collect();
    assert_eq!(versions, [Some(n(2)), Some(n(1))]);
    let there = movements(&shop, id, 500).await;
    let [out, moved_in] = &there[1..] else { panic!("{there:?}") };
    assert_eq!((out.kind, moved_in.kind), (MovementKind::MovedOut, MovementKind::MovedIn));
    assert_eq!((out.event, out.location.as_str()), (moved_in.event, "MAIN"));
    sell(&shop, &[(id, 2)]).await;
    for (from, to, wanted, expected) in
        [("MAIN", "B", 2, "NotThere"), ("B", "C", 1, "UnknownLocation"), ("C", "B", 1, "UnknownLocation")]
    {
        let reason = is_refused(&shop, transfer(id, from, to, wanted)).await;
        assert!(reason.starts_with(&format!("NotKept({expected}")), "{reason}");
    }
    assert_eq!((pieces(&shop, id, "MAIN").await, pieces(&shop, id, "B").await), ((3, 2), (2, 0)));
    assert_balanced(&shop).await;
}

pub async fn each_change_of_stock_has_its_event_with_its_level_and_version(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    location(&shop, "B", 1).await;
    keep(&shop, deliver(id, "MAIN", Delivery::Received, 4)).await;
    keep(&shop, deliver(id, "MAIN", Delivery::Returned, 1)).await;
    keep(&shop, deliver(id, "MAIN", Delivery::Removed, 3)).await;
    let moved = keep(&shop, transfer(id, "MAIN", "B", 2)).await;
    keep(&shop, count(id, "B", 1, Some(7))).await;
    let pieces = |quantity: i64, from: i64, to: i64| {
        Facts::new().with("quantity", quantity).with("from", from).with("to", to)
    };
    let counted = |from: i64, to: i64, limit: i64| {
        Facts::new().with("from", from).with("to", to).with("backorderLimit", limit)
    };
    let going = Facts::new().with("target", "B").with("quantity", 2).with("from", 7).with("to", 5);
    let main = Subject::Stock(id, "MAIN".parse().unwrap());
    let b = Subject::Stock(id, "B".parse().unwrap());
    let expected = [
        (&main, 1, EventType::StockCounted, counted(0, 5, 0)),
        (&main, 2, EventType::StockReceived, pieces(4, 5, 9)),
        (&main, 3, EventType::StockReturned, pieces(1, 9, 10)),
        (&main, 4, EventType::StockRemoved, pieces(3, 10, 7)),
        (&main, 5, EventType::StockMoved, going),
        // The transfer was the first thing to happen there.
        (&b, 2, EventType::StockCounted, counted(2, 1, 7)),
    ];
    let all = shop.feed.events(EventFilter::default(), None, EventLimit::MAX).await.unwrap().events;
    let of_stock: Vec<_> =
        all.into_iter().filter(|event| matches!(event.subject, Subject::Stock(..))).collect();
    assert_eq!(of_stock.len(), expected.len());
    for (event, (subject, version, kind, says)) in of_stock.iter().zip(expected) {
        let What::Other { event_type, said, made } = &event.what else { panic!("{event:?}") };
        let told = (&event.subject, event.version.get(), *event_type, said);
        assert_eq!(told, (subject, version, kind, &says));
        if kind == EventType::StockMoved {
            let made = Made::of_facts(&event.subject, event.version, made);
            assert_eq!(made, Ok(Made::Stock(moved.clone())));
        }
        let filter = EventFilter { subject: Some(subject.clone()), ..EventFilter::default() };
        let page = shop.feed.events(filter, None, EventLimit::MAX).await.unwrap();
        assert!(page.events.contains(event));
    }
}

pub async fn the_ledger_is_read_page_by_page_and_says_all_of_each_movement(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    let other: ProductId = stocked(&shop, StockPolicy::Deny, 5).await;
    let order: Order = sell(&shop, &[(other, 1), (id, 2)]).await;
    advance(&shop, order.id(), OrderStatus::Shipped).await;
    keep(&shop, deliver(id, "MAIN", Delivery::Returned, 1)).await;
    let whole = movements(&shop, id, 500).await;
    for size in [1, 2, 3] {
        assert_eq!(movements(&shop, id, size).await, whole, "{size}");
    }
    let line = order.lines().nth(1).map(|(line, _)| line);
    let said: Vec<_> = whole
        .iter()
        .map(|moved| (moved.kind, moved.quantity, moved.on_hand_after, moved.reserved_after, moved.line))
        .collect();
    let expected = [
        (MovementKind::Added, 5, 5, 0, None),
        (MovementKind::Reserved, 2, 5, 2, line),
        (MovementKind::Shipped, 2, 3, 0, line),
        (MovementKind::Returned, 1, 4, 0, None),
    ];
    assert_eq!(said, expected);
    let why: Vec<_> = whole.iter().map(|moved| moved.reason.as_ref().map(Reason::as_str)).collect();
    assert_eq!(why, [Some("a test"), None, None, Some("a test")]);
    assert_eq!(whole.iter().map(|moved| moved.at).collect::<Vec<_>>(), [at(0), at(0), at(10), at(0)]);
    let events =
        shop.feed.events(EventFilter::of_order(order.id()), None, EventLimit::MAX).await.unwrap().events;
    assert_eq!([whole[1].event, whole[2].event], [events[0].id, events[1].id]);
    let parcels: Vec<_> = whole.iter().map(|moved| moved.shipment).collect();
    assert_eq!(parcels, [None, None, Some(1), None]);
    assert!(whole.iter().all(|moved| moved.location.as_str() == "MAIN"));
    assert_eq!(
        level(&shop, id, "MAIN").await.level,
        Level { on_hand: 4, reserved: 0, backorder_limit: 0, version: Some(n(2)) }
    );
    assert_balanced(&shop).await;
}
