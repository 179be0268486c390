//! Events: one for each version, adding up to the order, read in one order by everybody.

use orders_domain::{
    Actor, Became, Event, EventId, EventType, Fulfillment, Happening, Order, OrderEvent, OrderStatus, Origin,
    Subject,
    ports::{EventFilter, EventLimit},
};
use tokio::task::JoinSet;

use super::{
    Orders,
    common::{at, changing, key, n, new_order, parcel, placing},
    placing::{Database, Told, change, insert, place, placed, told, update},
};

fn limit(number: i64) -> EventLimit {
    EventLimit::try_from(number).unwrap()
}

/// Everything that happened, by pages of this size.
async fn all(orders: &dyn Database, filter: &EventFilter, size: i64) -> Vec<Event> {
    let (mut after, mut events) = (None, Vec::new());
    loop {
        let page = orders.events(filter.clone(), after, limit(size)).await.unwrap();
        events.extend(page.events);
        after = page.cursor;
        if !page.more {
            return events;
        }
    }
}

/// What happened to an order.
async fn of(orders: &dyn Database, order: &Order, size: i64) -> Vec<OrderEvent> {
    let events = all(orders, &EventFilter::of_order(order.id()), size).await;
    events.into_iter().map(|event| event.of_order().unwrap()).collect()
}

/// Whether versions and events agree, and what they add up to is the order.
async fn assert_adds_up(orders: &dyn Database, order: &Order) {
    let events = of(orders, order, 3).await;
    let versions: Vec<_> = events.iter().map(|event| event.version.get()).collect();
    assert_eq!(versions, (1..=order.version().get()).collect::<Vec<_>>());
    assert!(events.is_sorted_by(|one, next| one.id < next.id));
    assert_eq!(order.clone().as_of(&events), Ok(Some(order.clone())));
}

pub async fn each_version_has_one_event_and_they_add_up_to_the_order(orders: Orders) {
    let origin = Origin {
        actor: Actor::User(n(1)),
        request: Some("checkout-17".parse().unwrap()),
        trace: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()),
    };
    let mut work = placing(new_order(1, at(0)), None);
    work.origin = origin.clone();
    let first = placed(told(orders.commit(work).await).unwrap());
    let tracked = change(&*orders, first.clone().track(parcel("1"), at(10)).unwrap()).await;
    let mut work = changing(tracked.clone().advance(OrderStatus::Processing, at(20)).unwrap(), None);
    work.origin = Origin { trace: origin.trace, ..Actor::Worker.into() };
    let processing = placed(told(orders.commit(work).await).unwrap());
    let cancelled = change(&*orders, processing.cancel(at(30)).unwrap()).await;
    assert_adds_up(&*orders, &cancelled).await;

    let events = of(&*orders, &cancelled, 100).await;
    let moved = |from, to| Happening::Moved(Became { from, to, fulfillment: Fulfillment::Unfulfilled });
    let expected = [
        Happening::placing(&first),
        Happening::Tracked { number: Some(n(1)), tracking: parcel("1"), status: OrderStatus::Pending },
        moved(OrderStatus::Pending, OrderStatus::Processing),
        moved(OrderStatus::Processing, OrderStatus::Cancelled),
    ];
    assert_eq!(events.iter().map(|event| event.what.clone()).collect::<Vec<_>>(), expected);
    assert_eq!(events.iter().map(|event| event.at).collect::<Vec<_>>(), [at(0), at(10), at(20), at(30)]);
    assert_eq!(events[0].origin, origin);
    assert_eq!(events[1].origin.trace, None);
    assert_eq!(events[2].origin, Origin { trace: origin.trace, ..Actor::Worker.into() });
}

pub async fn what_is_refused_or_replayed_makes_no_event(orders: Orders) {
    let first = placed(insert(&*orders, new_order(1, at(0)), Some(key("a", 1))).await);
    let cancelled = change(&*orders, first.clone().cancel(at(10)).unwrap()).await;
    assert_eq!(insert(&*orders, new_order(1, at(20)), Some(key("a", 1))).await, Told::Before(first.clone()));
    assert_eq!(insert(&*orders, new_order(1, at(20)), Some(key("a", 2))).await, Told::KeyReused);
    assert_eq!(update(&*orders, first.track(parcel("1"), at(20)).unwrap()).await, Told::Stale);
    assert_eq!(all(&*orders, &EventFilter::default(), 100).await.len(), 2);
    assert_adds_up(&*orders, &cancelled).await;
}

pub async fn a_feed_ascends_and_its_pages_meet_every_event_once(orders: Orders) {
    for user in 1..=7 {
        let order = place(&*orders, user, at(user)).await;
        change(&*orders, order.track(parcel("1"), at(user)).unwrap()).await;
    }
    let whole = all(&*orders, &EventFilter::default(), 1000).await;
    assert_eq!(whole.len(), 14);
    assert!(whole.is_sorted_by(|one, next| one.id < next.id));
    for size in [1, 2, 5, 14, 15] {
        assert_eq!(all(&*orders, &EventFilter::default(), size).await, whole, "{size}");
    }
    // Whoever has seen all finds nothing, and is not sent back.
    let last = whole.last().map(|event| event.id);
    let page = orders.events(EventFilter::default(), last, limit(10)).await.unwrap();
    assert_eq!((page.events, page.cursor, page.more), (Vec::new(), last, false));
}

pub async fn a_feed_shows_what_is_wanted_of_it(orders: Orders) {
    for user in 1..=5 {
        let order = place(&*orders, user, at(user)).await;
        let order = change(&*orders, order.track(parcel("1"), at(user)).unwrap()).await;
        change(&*orders, order.advance(OrderStatus::Shipped, at(user)).unwrap()).await;
    }
    let whole = all(&*orders, &EventFilter::default(), 1000).await;
    for types in
        [vec![EventType::Placed], vec![EventType::Shipped, EventType::Tracked], vec![EventType::Cancelled]]
    {
        for order in [None, Some(n(3)), Some(n(9))] {
            let subject = order.map(Subject::Order);
            for from in [None, Some(n(2)), Some(n(4))] {
                let filter =
                    EventFilter { types: types.clone(), subject: subject.clone(), marketplace: None, from };
                let expected: Vec<_> = whole.iter().filter(|event| filter.admits(event)).cloned().collect();
                for size in [1, 3, 100] {
                    assert_eq!(all(&*orders, &filter, size).await, expected, "{filter:?}");
                }
            }
        }
    }
}

pub async fn concurrent_changes_leave_no_version_without_its_event(orders: Orders) {
    let (mut tasks, mut ids) = (JoinSet::new(), Vec::new());
    for user in 1..=4 {
        let order = place(&*orders, user, at(0)).await;
        ids.push(order.id());
        for number in 0..10 {
            let (orders, mut order) = (orders.clone(), order.clone());
            tasks.spawn(async move {
                // Until it has won once.
                while let Told::Stale =
                    update(&*orders, order.clone().track(parcel(&number.to_string()), at(10)).unwrap()).await
                {
                    order = orders.find(order.id()).await.unwrap().unwrap();
                }
            });
        }
    }
    tasks.join_all().await;
    for id in ids {
        let order = orders.find(id).await.unwrap().unwrap();
        assert_eq!(order.version(), n(11));
        assert_adds_up(&*orders, &order).await;
    }
}

pub async fn a_reader_that_follows_meets_every_event_once_in_order(orders: Orders) {
    const EVENTS: usize = 300;
    let reader = tokio::spawn({
        let orders = orders.clone();
        async move {
            let (mut after, mut seen) = (None, Vec::<EventId>::new());
            while seen.len() < EVENTS {
                let page = orders.events(EventFilter::default(), after, limit(7)).await.unwrap();
                seen.extend(page.events.iter().map(|event| event.id));
                after = page.cursor;
                if !page.more && seen.len() < EVENTS {
                    orders.news(after).await;
                }
            }
            seen
        }
    });
    let mut tasks = JoinSet::new();
    for user in 1..=3 {
        let orders = orders.clone();
        tasks.spawn(async move {
            for _ in 0..EVENTS / 3 {
                place(&*orders, user, at(0)).await;
            }
        });
    }
    tasks.join_all().await;
    let seen = reader.await.unwrap();
    assert!(seen.is_sorted_by(|one, next| one < next));
    let whole = all(&*orders, &EventFilter::default(), 1000).await;
    assert_eq!(seen, whole.iter().map(|event| event.id).collect::<Vec<_>>());
}

pub async fn a_rehearsal_answers_as_in_earnest_and_leaves_nothing(orders: Orders) {
    let rehearse = async |work| told(orders.rehearse(work).await).unwrap();
    let placing_with = |asked| placing(new_order(1, at(0)), Some(asked));
    let dry = placed(rehearse(placing_with(key("a", 1))).await);
    assert_eq!(orders.find(dry.id()).await.unwrap(), None);
    assert!(all(&*orders, &EventFilter::default(), 10).await.is_empty());
    // Its key is free.
    let first = placed(insert(&*orders, new_order(1, at(0)), Some(key("a", 2))).await);
    assert_eq!(rehearse(placing_with(key("a", 2))).await, Told::Before(first.clone()));
    assert_eq!(rehearse(placing_with(key("a", 1))).await, Told::KeyReused);

    let cancelling = first.clone().cancel(at(10)).unwrap();
    let cancelled = cancelling.clone().into_order();
    assert_eq!(rehearse(changing(cancelling.clone(), None)).await, Told::Now(cancelled.clone()));
    assert_eq!(orders.find(first.id()).await.unwrap(), Some(first.clone()));
    assert_adds_up(&*orders, &first).await;
    assert_eq!(change(&*orders, cancelling.clone()).await, cancelled);
    assert_eq!(rehearse(changing(cancelling, None)).await, Told::Stale);
    assert_adds_up(&*orders, &cancelled).await;
    assert_eq!(place(&*orders, 1, at(20)).await.version(), n(1));
}
